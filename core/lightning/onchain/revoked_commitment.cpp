#include "core/lightning/onchain/revoked_commitment.h"

#include "core/lightning/commitment/trimming.h"

namespace duplex::lightning::onchain {

namespace {

constexpr std::uint8_t stored_version = 1;

} // namespace

HtlcId htlcIdOf(const CommitmentHtlc& htlc, commitment::Side owner) {
    using commitment::HtlcDirection;
    const bool ours = (htlc.direction == HtlcDirection::offered) == (owner == commitment::Side::local);
    return {.direction = ours ? HtlcDirection::offered : HtlcDirection::received, .id = htlc.id};
}

RevokedCommitment revokedCommitmentOf(const ChannelParameters& parameters, CommitmentNumber number,
                                      const CommitmentSpec& remote_spec) {
    RevokedCommitment revoked{.funding = parameters.funding, .number = number};
    for (const CommitmentHtlc& htlc : remote_spec.htlcs) {
        if (!commitment::isTrimmed(htlc, remote_spec.feerate, parameters.remote.dust_limit,
                                   parameters.format))
            revoked.htlcs.push_back(htlc);
    }
    return revoked;
}

Bytes encoded(const RevokedCommitment& revoked) {
    ByteWriter writer;
    writer.u8(stored_version)
        .bytes(revoked.funding.txid)
        .u32le(revoked.funding.index)
        .u64le(revoked.number.value)
        .compactSize(revoked.htlcs.size());
    for (const CommitmentHtlc& htlc : revoked.htlcs) commitment::write(writer, htlc);
    return writer.take();
}

std::expected<RevokedCommitment, StoredFormError> decodeRevokedCommitment(ByteView bytes) {
    ByteReader reader(bytes);
    if (reader.u8() != stored_version && reader.ok())
        return std::unexpected(StoredFormError::unknown_version);
    RevokedCommitment revoked;
    revoked.funding.txid = {reader.array<32>()};
    revoked.funding.index = reader.u32le();
    revoked.number = {reader.u64le()};
    if (revoked.number > keys::last_commitment_number) reader.fail();
    const std::size_t count = reader.compactCount(53);
    if (count > commitment::htlc_limit) reader.fail();
    for (std::size_t i = 0; reader.ok() && i < count; ++i)
        revoked.htlcs.push_back(commitment::readCommitmentHtlc(reader));
    if (!reader.finished()) return std::unexpected(StoredFormError::malformed);
    return revoked;
}

} // namespace duplex::lightning::onchain
