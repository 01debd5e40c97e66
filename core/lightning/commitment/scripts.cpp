#include "core/lightning/commitment/scripts.h"

namespace duplex::lightning::commitment {

using bitcoin::Opcode;
using bitcoin::Script;
using bitcoin::ScriptBuilder;

Script fundingScript(const crypto::PublicKey& a, const crypto::PublicKey& b) {
    const auto& [lesser, greater] = std::minmax(a, b);
    return ScriptBuilder()
        .op(Opcode::op_2)
        .push(lesser)
        .push(greater)
        .op(Opcode::op_2)
        .op(Opcode::op_checkmultisig)
        .take();
}

Script toLocalScript(const crypto::PublicKey& revocation_pubkey, std::uint16_t to_self_delay,
                     const crypto::PublicKey& delayed_pubkey) {
    return ScriptBuilder()
        .op(Opcode::op_if)
        .push(revocation_pubkey)
        .op(Opcode::op_else)
        .number(to_self_delay)
        .op(Opcode::op_checksequenceverify)
        .op(Opcode::op_drop)
        .push(delayed_pubkey)
        .op(Opcode::op_endif)
        .op(Opcode::op_checksig)
        .take();
}

Script toRemoteScript(const crypto::PublicKey& payment_pubkey) {
    return ScriptBuilder()
        .push(payment_pubkey)
        .op(Opcode::op_checksigverify)
        .number(1)
        .op(Opcode::op_checksequenceverify)
        .take();
}

Script anchorScript(const crypto::PublicKey& funding_pubkey) {
    return ScriptBuilder()
        .push(funding_pubkey)
        .op(Opcode::op_checksig)
        .op(Opcode::op_ifdup)
        .op(Opcode::op_notif)
        .op(Opcode::op_16)
        .op(Opcode::op_checksequenceverify)
        .op(Opcode::op_endif)
        .take();
}

namespace {

/// The part that both HTLC scripts begin with: the revocation branch and the length test of the preimage.
ScriptBuilder htlcScriptHead(const keys::CommitmentKeys& keys) {
    ScriptBuilder builder;
    builder.op(Opcode::op_dup)
        .op(Opcode::op_hash160)
        .push(crypto::hash160(keys.revocation_pubkey))
        .op(Opcode::op_equal)
        .op(Opcode::op_if)
        .op(Opcode::op_checksig)
        .op(Opcode::op_else)
        .push(keys.other_htlc_pubkey)
        .op(Opcode::op_swap)
        .op(Opcode::op_size)
        .push(ByteArray<1>{32})
        .op(Opcode::op_equal);
    return builder;
}

Script htlcScriptTail(ScriptBuilder& builder, Format format) {
    builder.op(Opcode::op_endif);
    if (format == Format::anchors) builder.number(1).op(Opcode::op_checksequenceverify).op(Opcode::op_drop);
    return builder.op(Opcode::op_endif).take();
}

} // namespace

Script offeredHtlcScript(const keys::CommitmentKeys& keys, const PaymentHash& payment_hash, Format format) {
    ScriptBuilder builder = htlcScriptHead(keys);
    builder.op(Opcode::op_notif)
        .op(Opcode::op_drop)
        .number(2)
        .op(Opcode::op_swap)
        .push(keys.owner_htlc_pubkey)
        .number(2)
        .op(Opcode::op_checkmultisig)
        .op(Opcode::op_else)
        .op(Opcode::op_hash160)
        .push(crypto::ripemd160(payment_hash))
        .op(Opcode::op_equalverify)
        .op(Opcode::op_checksig);
    return htlcScriptTail(builder, format);
}

Script receivedHtlcScript(const keys::CommitmentKeys& keys, const PaymentHash& payment_hash,
                          CltvExpiry cltv_expiry, Format format) {
    ScriptBuilder builder = htlcScriptHead(keys);
    builder.op(Opcode::op_if)
        .op(Opcode::op_hash160)
        .push(crypto::ripemd160(payment_hash))
        .op(Opcode::op_equalverify)
        .number(2)
        .op(Opcode::op_swap)
        .push(keys.owner_htlc_pubkey)
        .number(2)
        .op(Opcode::op_checkmultisig)
        .op(Opcode::op_else)
        .op(Opcode::op_drop)
        .number(cltv_expiry.value)
        .op(Opcode::op_checklocktimeverify)
        .op(Opcode::op_drop)
        .op(Opcode::op_checksig);
    return htlcScriptTail(builder, format);
}

Script htlcScript(const keys::CommitmentKeys& keys, const CommitmentHtlc& htlc, Format format) {
    return htlc.direction == HtlcDirection::offered
               ? offeredHtlcScript(keys, htlc.payment_hash, format)
               : receivedHtlcScript(keys, htlc.payment_hash, htlc.cltv_expiry, format);
}

Script fundingOutputScript(const ChannelParameters& parameters) {
    return bitcoin::payToWitnessScriptHash(
        fundingScript(parameters.local.keys.funding_pubkey, parameters.remote.keys.funding_pubkey));
}

Script toRemoteOutputScript(const crypto::PublicKey& payment_pubkey, Format format) {
    return format == Format::anchors ? bitcoin::payToWitnessScriptHash(toRemoteScript(payment_pubkey))
                                     : bitcoin::payToWitnessPublicKeyHash(payment_pubkey);
}

Bytes witnessSignature(const crypto::Signature& signature, std::uint8_t flags) {
    Bytes bytes = crypto::derEncoded(signature);
    bytes.push_back(flags);
    return bytes;
}

} // namespace duplex::lightning::commitment
