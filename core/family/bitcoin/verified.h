#pragma once

#include "core/base/time.h"
#include "core/ledger/finality.h"
#include "core/lightning/gossip/network_graph.h"

namespace duplex::family::bitcoin {

/// What our own keys prove: a preimage in hand, an HTLC that stands in a channel of ours.
ledger::Verified verifiedByKeys(UnixTime learnt);
/// What other nodes say of themselves: signed by them, checked by nobody.
ledger::Verified verifiedAnnouncement(std::uint32_t timestamp);
/// A channel of others: reported, until its funding output was read in its block. `timestamp` is that of the
/// newest message about it.
ledger::Verified verifiedGossip(const lightning::gossip::GraphChannel& channel, std::uint32_t timestamp);

} // namespace duplex::family::bitcoin
