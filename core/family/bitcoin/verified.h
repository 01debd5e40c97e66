#pragma once

#include "core/base/time.h"
#include "core/bitcoin/light/fee_observer.h"
#include "core/bitcoin/light/sync.h"
#include "core/ledger/finality.h"
#include "core/lightning/gossip/network_graph.h"

#include <functional>

namespace duplex::family::bitcoin {

namespace light = duplex::bitcoin::light;

/// Whether six blocks' worth of work, counted at the real difficulty of each block's period, stand from this
/// height to the tip (bitcoin.md 4). A block of least difficulty, which testnet4 allows after 20 minutes,
/// adds next to nothing and is not counted. `bits_at`: of a height's header.
bool isBuried(std::uint32_t height, std::uint32_t tip,
              const std::function<std::uint32_t(std::uint32_t)>& bits_at);

/// What the filters say of a balance, and from whom.
struct FilterAgreement {
    light::CompleteTo complete; // as reported in this run
    bool synced = false;        // headers and filters, in this run, with a filter peer at the tip
    bool disputed = false;      // some height that the balance rests on
};
/// Never `agreed` before anybody was asked in this run.
ledger::Label agreementLabel(const FilterAgreement& agreement);

/// Miners may claim less than they could and can raise the figure free of charge: never more than reported.
ledger::Verified verifiedFee(const std::optional<light::FeeEstimate>& estimate, std::int64_t height,
                             UnixTime now);

/// What our own keys prove: a preimage in hand, an HTLC that stands in a channel of ours.
ledger::Verified verifiedByKeys(UnixTime learnt);
/// What other nodes say of themselves: signed by them, checked by nobody.
ledger::Verified verifiedAnnouncement(std::uint32_t timestamp);
/// A channel of others: reported, until its funding output was read in its block. `timestamp` is that of the
/// newest message about it.
ledger::Verified verifiedGossip(const lightning::gossip::GraphChannel& channel, std::uint32_t timestamp);

} // namespace duplex::family::bitcoin
