#include "core/lightning/onchain/commitment_view.h"

namespace duplex::lightning::onchain {

namespace {

using commitment::CommitmentTx;
using commitment::HtlcDirection;
using commitment::OutputKind;
using commitment::SecondStage;

struct Walk {
    const LocalCommitment& local;
    const ChannelParameters& parameters;
    FindingsBuilder& findings;

    std::uint16_t delay() const { return parameters.local.to_self_delay; }

    ClaimInput delayed(ClaimKind kind, const Transaction& transaction, const bitcoin::Txid& txid,
                       std::size_t index, const Script& script, BlockHeight confirmed) const {
        ClaimInput input = inputFor(kind, transaction, txid, index, script, {confirmed.value + delay()});
        input.sequence = delay();
        input.number = local.number;
        return input;
    }

    void toLocal(std::size_t index, const Script& script) const {
        const CommitmentSeen& seen = findings.seen();
        if (findings.spendOf(index)) return;
        findings.claimFrom(
            std::uint64_t{seen.height.value} + delay(),
            delayed(ClaimKind::to_local, seen.transaction, findings.txid(), index, script, seen.height));
    }

    void secondStageOf(const SpendIndex::Spend& spend, const SecondStage& stage) const {
        const auto output = secondStageOutput(spend, stage.output_witness_script);
        if (!output) return; // the peer took it
        const Transaction& transaction = spend.by->transaction;
        const bitcoin::Txid txid = transaction.txid();
        if (findings.spendOf(transaction, txid, *output)) return;
        findings.waitForSecondStage(htlcIdOf(stage.htlc, commitment::Side::local));
        findings.claimFrom(std::uint64_t{spend.by->height.value} + delay(),
                           delayed(ClaimKind::second_stage, transaction, txid, *output,
                                   stage.output_witness_script, spend.by->height));
    }

    ClaimInput preSigned(ClaimKind kind, const SecondStage& stage, std::size_t position) const {
        const CommitmentSeen& seen = findings.seen();
        ClaimInput input = inputFor(kind, seen.transaction, findings.txid(), stage.output_index,
                                    stage.witness_script, seen.height);
        input.sequence = stage.transaction.inputs[0].sequence;
        input.locktime = stage.transaction.locktime;
        input.number = local.number;
        input.htlc = htlcIdOf(stage.htlc, commitment::Side::local);
        input.remote_signature = local.remote_htlc_signatures[position];
        input.paired_output = stage.transaction.outputs[0];
        return input;
    }

    void htlc(const SecondStage& stage, std::size_t position) const {
        const HtlcId id = htlcIdOf(stage.htlc, commitment::Side::local);
        findings.show(id);
        if (const auto spend = findings.spendOf(stage.output_index)) {
            findings.noteHtlcSpend(*spend, id, stage.htlc.payment_hash);
            return secondStageOf(*spend, stage);
        }
        const bool has_signature = position < local.remote_htlc_signatures.size();
        if (!has_signature) findings.alarm(Alarm::htlc_signature_lost);
        if (stage.htlc.direction == HtlcDirection::offered) {
            if (!has_signature) return findings.leaveOpen();
            return findings.claimTimeout(stage.htlc.cltv_expiry,
                                         preSigned(ClaimKind::htlc_timeout, stage, position));
        }
        const auto preimage = findings.releasable(stage.htlc.payment_hash);
        if (preimage && has_signature)
            return findings.claimWithPreimage(stage.htlc.cltv_expiry, *preimage,
                                              preSigned(ClaimKind::htlc_success, stage, position));
        // Without a preimage it is the peer's to take back; one may still be learned until it expires.
        if (findings.chain().verified_height.value < stage.htlc.cltv_expiry.value) findings.leaveOpen();
    }
};

} // namespace

OutputFindings localCommitmentClaims(const ClosedChannelFacts& facts, const ChainFacts& chain,
                                     const SpendIndex& spends, const CommitmentSeen& seen) {
    FindingsBuilder findings(chain, spends, seen);
    const LocalCommitment& local = *facts.local;
    const auto built =
        commitment::buildCommitment(facts.parameters, local.spec, local.number, local.per_commitment_point);
    if (!built) return findings.take(); // classify() built it: cannot happen
    const Walk walk{.local = local, .parameters = facts.parameters, .findings = findings};
    for (std::size_t i = 0; i < built->outputs.size(); ++i) {
        if (built->outputs[i].kind == OutputKind::to_owner) walk.toLocal(i, built->outputs[i].witness_script);
    }
    const auto stages = commitment::secondStages(facts.parameters, *built, local.spec.feerate);
    for (std::size_t i = 0; i < stages.size(); ++i) walk.htlc(stages[i], i);
    return findings.take();
}

} // namespace duplex::lightning::onchain
