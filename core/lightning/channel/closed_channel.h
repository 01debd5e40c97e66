#pragma once

#include "core/lightning/channel/channel.h"
#include "core/lightning/onchain/resolution.h"

#include <functional>

namespace duplex::lightning::channel {

/// Reads what takeSettledRevoked() gave of this channel; asked only about a revoked commitment.
using RevokedArchive = std::function<std::vector<RevokedHtlc>()>;

/// What the on-chain resolver needs of a channel. `spend`: what was seen to spend the funding output, so that
/// the HTLCs of that one revoked commitment are among the facts; without it the spend that the phase knows.
onchain::ClosedChannelFacts
closedChannelFacts(const Channel& channel, const keys::ChannelSigner& signer, const RevokedArchive& archive,
                   const std::optional<bitcoin::Transaction>& spend = std::nullopt);

/// HTLCs of the peer's revoked commitment `number`.
onchain::RevokedCommitment revokedCommitment(const Channel& channel, const RevokedArchive& archive,
                                             std::uint64_t number);

/// The commitment that spent the funding output, as the log tells it; nothing for any other spend.
std::optional<commitment::CommitmentSpec> confirmedSpec(const Channel& channel,
                                                        const onchain::FundingSpend& spend);
bool holds(const commitment::CommitmentSpec& spec, const onchain::HtlcId& id);

/// Preimages in the log: of HTLCs that we offered (the peer showed them), and of theirs that we decided to
/// take.
struct KnownPreimages {
    std::map<PaymentHash, Preimage> offered, received;
    friend bool operator==(const KnownPreimages&, const KnownPreimages&) = default;
};
KnownPreimages knownPreimages(const Channel& channel);

/// What closing with our commitment now would bring and cost, before on-chain fees of claims.
struct ForceCloseForecast {
    bitcoin::Satoshi to_us; // our main output; spendable after `delay` blocks
    std::uint32_t delay = 0;
    bitcoin::Satoshi commitment_fee; // with trimmed amounts and anchors, paid by whom the channel says
    bitcoin::Satoshi offered_htlcs;  // back to us when they time out, at the latest at `last_expiry`
    bitcoin::Satoshi received_htlcs; // ours with their preimage
    CltvExpiry last_expiry;
    friend bool operator==(const ForceCloseForecast&, const ForceCloseForecast&) = default;
};
ForceCloseForecast forceCloseForecast(const Channel& channel, const keys::ChannelSigner& signer);

} // namespace duplex::lightning::channel
