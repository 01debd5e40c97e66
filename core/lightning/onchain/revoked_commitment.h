#pragma once

#include "core/lightning/commitment/commitment_spec.h"

namespace duplex::lightning::onchain {

using bitcoin::OutPoint;
using commitment::ChannelParameters;
using commitment::CommitmentHtlc;
using commitment::CommitmentSpec;
using keys::CommitmentNumber;

/// R8: an HTLC of one channel, as *we* see its direction: offered is outgoing.
struct HtlcId {
    commitment::HtlcDirection direction = commitment::HtlcDirection::offered;
    std::uint64_t id = 0;
    friend auto operator<=>(const HtlcId&, const HtlcId&) = default;
};
HtlcId htlcIdOf(const CommitmentHtlc& htlc, commitment::Side owner);

/// What must be kept of each revoked commitment of the peer so that a penalty finds its HTLC outputs:
/// balances, feerate and keys are not needed, HTLCs are (lightning.md 8, revoked_htlc).
struct RevokedCommitment {
    OutPoint funding;
    CommitmentNumber number;
    std::vector<CommitmentHtlc> htlcs; // direction as the peer sees it; trimmed ones do no harm
    friend bool operator==(const RevokedCommitment&, const RevokedCommitment&) = default;
};
/// From the spec of a remote commitment that is being revoked: leaves trimmed HTLCs out.
RevokedCommitment revokedCommitmentOf(const ChannelParameters& parameters, CommitmentNumber number,
                                      const CommitmentSpec& remote_spec);

/// A version byte, then the fields.
Bytes encoded(const RevokedCommitment& revoked);
enum class StoredFormError { unknown_version, malformed };
std::expected<RevokedCommitment, StoredFormError> decodeRevokedCommitment(ByteView bytes);

} // namespace duplex::lightning::onchain
