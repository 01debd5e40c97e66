#include "core/lightning/commitment/htlc_tx.h"

#include "core/base/check.h"
#include "core/lightning/commitment/trimming.h"

namespace duplex::lightning::commitment {

namespace {

SecondStage secondStageOf(const ChannelParameters& parameters, const CommitmentTx& commitment,
                          bitcoin::FeeratePerKw feerate, const bitcoin::Txid& txid, std::uint32_t index) {
    const CommitmentOutput& output = commitment.outputs[index];
    SecondStage stage{.output_index = index,
                      .htlc = *output.htlc,
                      .witness_script = output.witness_script,
                      .value = commitment.transaction.outputs[index].value};
    stage.output_witness_script =
        toLocalScript(commitment.keys.revocation_pubkey, parameters.of(commitment.owner).to_self_delay,
                      commitment.keys.owner_delayed_pubkey);
    const bool timeout = stage.htlc.direction == HtlcDirection::offered;
    stage.transaction.version = 2;
    stage.transaction.locktime = timeout ? stage.htlc.cltv_expiry.value : 0;
    stage.transaction.inputs.push_back(
        {.previous = {txid, index}, .sequence = parameters.format == Format::anchors ? 1u : 0u});
    stage.transaction.outputs.push_back(
        {.value = stage.value - secondStageFee(stage.htlc.direction, feerate, parameters.format),
         .script_pubkey = bitcoin::payToWitnessScriptHash(stage.output_witness_script)});
    return stage;
}

} // namespace

std::vector<SecondStage> secondStages(const ChannelParameters& parameters, const CommitmentTx& commitment,
                                      bitcoin::FeeratePerKw feerate) {
    const bitcoin::Txid txid = commitment.transaction.txid();
    std::vector<SecondStage> stages;
    for (const std::uint32_t index : commitment.htlcOutputs())
        stages.push_back(secondStageOf(parameters, commitment, feerate, txid, index));
    return stages;
}

std::uint8_t counterSignatureFlags(Format format) {
    return format == Format::anchors
               ? static_cast<std::uint8_t>(bitcoin::sighash_single | bitcoin::sighash_anyone_can_pay)
               : bitcoin::sighash_all;
}

keys::SpendToSign spendOf(const SecondStage& stage) {
    return {.transaction = stage.transaction,
            .input = 0,
            .script_code = stage.witness_script,
            .value = stage.value};
}

bool verifyHtlcSignature(const ChannelParameters& parameters, const CommitmentTx& commitment,
                         const SecondStage& stage, const crypto::Signature& signature) {
    const crypto::Hash32 digest = bitcoin::segwitSighash(
        stage.transaction, 0, stage.witness_script, stage.value, counterSignatureFlags(parameters.format));
    return crypto::verify(digest, signature, commitment.keys.other_htlc_pubkey);
}

bitcoin::Witness secondStageWitness(const SecondStage& stage, Format format,
                                    const crypto::Signature& owner_signature,
                                    const crypto::Signature& other_signature,
                                    const std::optional<Preimage>& preimage) {
    const bool success = stage.htlc.direction == HtlcDirection::received;
    check(success == preimage.has_value(), "HTLC-success has a preimage, HTLC-timeout has none");
    return {Bytes{}, witnessSignature(other_signature, counterSignatureFlags(format)),
            witnessSignature(owner_signature, bitcoin::sighash_all), preimage ? toBytes(*preimage) : Bytes{},
            stage.witness_script.bytes};
}

} // namespace duplex::lightning::commitment
