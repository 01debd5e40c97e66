#include "core/lightning/onchain/claim.h"

#include "core/base/check.h"

namespace duplex::lightning::onchain {

namespace {

constexpr std::uint8_t stored_version = 1;

/// Claims are batched, but never beyond what a standard transaction holds.
constexpr std::size_t input_limit = 1000;

std::expected<crypto::Signature, keys::SignerRefusal> signatureFor(const ClaimInput& input,
                                                                   const keys::SpendToSign& spend,
                                                                   const keys::ChannelSigner& signer,
                                                                   const keys::SignerCounters& counters) {
    switch (input.kind) {
    case ClaimKind::to_local:
    case ClaimKind::second_stage:
        return signer.signDelayed(input.number, spend);
    case ClaimKind::htlc_timeout:
    case ClaimKind::htlc_success:
        return signer.signLocalHtlc(input.number, spend, counters);
    case ClaimKind::to_remote:
        return signer.signToRemote(spend);
    case ClaimKind::remote_htlc_timeout:
    case ClaimKind::remote_htlc_preimage:
        return signer.signRemoteHtlcClaim(spend, input.per_commitment_point);
    case ClaimKind::penalty_to_local:
    case ClaimKind::penalty_htlc:
        return signer.signPenalty(spend, input.revealed_secret);
    case ClaimKind::anchor:
        return signer.signAnchor(spend);
    }
    check(false, "every claim kind has its key");
    std::abort();
}

void writeOutPoints(ByteWriter& writer, const std::vector<OutPoint>& outpoints) {
    writer.compactSize(outpoints.size());
    for (const OutPoint& outpoint : outpoints) writer.bytes(outpoint.txid).u32le(outpoint.index);
}

std::vector<OutPoint> readOutPoints(ByteReader& reader) {
    std::vector<OutPoint> outpoints;
    const std::size_t count = reader.compactCount(36);
    if (count > input_limit) reader.fail();
    for (std::size_t i = 0; reader.ok() && i < count; ++i) {
        OutPoint outpoint;
        outpoint.txid = {reader.array<32>()};
        outpoint.index = reader.u32le();
        outpoints.push_back(outpoint);
    }
    return outpoints;
}

} // namespace

std::string_view textOf(ClaimKind kind) {
    switch (kind) {
    case ClaimKind::to_local:
        return "to_local";
    case ClaimKind::second_stage:
        return "second_stage";
    case ClaimKind::htlc_timeout:
        return "htlc_timeout";
    case ClaimKind::htlc_success:
        return "htlc_success";
    case ClaimKind::to_remote:
        return "to_remote";
    case ClaimKind::remote_htlc_timeout:
        return "remote_htlc_timeout";
    case ClaimKind::remote_htlc_preimage:
        return "remote_htlc_preimage";
    case ClaimKind::penalty_to_local:
        return "penalty_to_local";
    case ClaimKind::penalty_htlc:
        return "penalty_htlc";
    case ClaimKind::anchor:
        return "anchor";
    }
    return "";
}

bitcoin::Witness claimWitness(const ClaimInput& input, const Bytes& signature) {
    const Bytes& script = input.witness_script.bytes;
    const auto signedByPeer = [&input] {
        check(input.remote_signature.has_value(), "an HTLC transaction of ours has the peer's signature");
        return commitment::witnessSignature(*input.remote_signature,
                                            commitment::counterSignatureFlags(commitment::Format::anchors));
    };
    const auto preimage = [&input] {
        check(input.preimage.has_value(), "a claim by preimage has one");
        return toBytes(*input.preimage);
    };
    switch (input.kind) {
    case ClaimKind::to_local:
    case ClaimKind::second_stage:
        return {signature, Bytes{}, script};
    case ClaimKind::htlc_timeout:
        return {Bytes{}, signedByPeer(), signature, Bytes{}, script};
    case ClaimKind::htlc_success:
        return {Bytes{}, signedByPeer(), signature, preimage(), script};
    case ClaimKind::to_remote:
    case ClaimKind::anchor:
        return {signature, script};
    case ClaimKind::remote_htlc_timeout:
        return {signature, Bytes{}, script};
    case ClaimKind::remote_htlc_preimage:
        return {signature, preimage(), script};
    case ClaimKind::penalty_to_local:
        return {signature, Bytes{1}, script};
    case ClaimKind::penalty_htlc:
        return {signature, toBytes(input.revocation_pubkey), script};
    }
    check(false, "every claim kind has its witness");
    std::abort();
}

std::expected<Transaction, keys::SignerRefusal>
signClaim(const Claim& claim, const keys::ChannelSigner& signer, const keys::SignerCounters& counters) {
    Transaction result = claim.transaction;
    for (std::size_t i = 0; i < claim.inputs.size(); ++i) {
        const ClaimInput& input = claim.inputs[i];
        const keys::SpendToSign spend{.transaction = claim.transaction,
                                      .input = i,
                                      .script_code = input.witness_script,
                                      .value = input.spent.value};
        const auto signature = signatureFor(input, spend, signer, counters);
        if (!signature) return std::unexpected(signature.error());
        result.inputs[i].witness =
            claimWitness(input, commitment::witnessSignature(*signature, bitcoin::sighash_all));
    }
    return result;
}

ClaimAttempt attemptOf(const Claim& claim, BlockHeight now) {
    ClaimAttempt attempt{
        .fee = claim.fee, .feerate = claim.feerate, .started = claim.started, .last_built = now};
    for (const ClaimInput& input : claim.inputs) attempt.inputs.push_back(input.outpoint);
    for (const WalletCoin& coin : claim.wallet_inputs) attempt.wallet_inputs.push_back(coin.outpoint);
    return attempt;
}

Bytes encoded(const ClaimAttempt& attempt) {
    ByteWriter writer;
    writer.u8(stored_version);
    writeOutPoints(writer, attempt.inputs);
    writeOutPoints(writer, attempt.wallet_inputs);
    writer.i64le(attempt.fee.value)
        .i64le(attempt.feerate.value)
        .u32le(attempt.started.value)
        .u32le(attempt.last_built.value);
    return writer.take();
}

std::expected<ClaimAttempt, StoredFormError> decodeClaimAttempt(ByteView bytes) {
    ByteReader reader(bytes);
    if (reader.u8() != stored_version && reader.ok())
        return std::unexpected(StoredFormError::unknown_version);
    ClaimAttempt attempt;
    attempt.inputs = readOutPoints(reader);
    attempt.wallet_inputs = readOutPoints(reader);
    attempt.fee = {reader.i64le()};
    attempt.feerate = {reader.i64le()};
    attempt.started = {reader.u32le()};
    attempt.last_built = {reader.u32le()};
    const bool sane = bitcoin::inMoneyRange(attempt.fee) && attempt.feerate.value >= 0 &&
                      attempt.feerate.value <= bitcoin::max_money.value;
    if (!reader.finished() || !sane) return std::unexpected(StoredFormError::malformed);
    return attempt;
}

} // namespace duplex::lightning::onchain
