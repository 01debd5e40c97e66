#include "core/lightning/onchain/commitment_view.h"

namespace duplex::lightning::onchain {

ClaimInput inputFor(ClaimKind kind, const Transaction& transaction, const bitcoin::Txid& txid,
                    std::size_t index, const Script& witness_script, BlockHeight since) {
    return {.kind = kind,
            .outpoint = {txid, static_cast<std::uint32_t>(index)},
            .spent = transaction.outputs[index],
            .witness_script = witness_script,
            .claimable_since = since};
}

BlockHeight begunAt(const std::vector<ClaimAttempt>& attempts, const OutPoint& outpoint, BlockHeight tip) {
    BlockHeight begun = tip;
    for (const ClaimAttempt& attempt : attempts) {
        if (std::ranges::find(attempt.inputs, outpoint) != attempt.inputs.end())
            begun = std::min(begun, attempt.started);
    }
    return begun;
}

FindingsBuilder::FindingsBuilder(const ChainFacts& chain, const SpendIndex& spends,
                                 const CommitmentSeen& seen)
    : m_chain(chain), m_spends(spends), m_seen(seen), m_txid(seen.transaction.txid()) {
    m_findings.last_height = seen.height;
}

std::optional<SpendIndex::Spend> FindingsBuilder::spendOf(const Transaction& transaction,
                                                          const bitcoin::Txid& txid, std::size_t index) {
    const OutPoint outpoint{txid, static_cast<std::uint32_t>(index)};
    m_findings.watch.push_back({.outpoint = outpoint, .script = transaction.outputs[index].script_pubkey});
    const auto spend = m_spends.of(outpoint);
    if (spend) m_findings.last_height = std::max(m_findings.last_height, spend->by->height);
    return spend;
}

void FindingsBuilder::noteHtlcSpend(const SpendIndex::Spend& spend, const HtlcId& id,
                                    const PaymentHash& hash) {
    if (const auto preimage = preimageIn(spend.witness(), hash)) {
        m_findings.preimages_seen[hash] = *preimage;
        m_findings.taken.insert(id);
    } else {
        m_findings.timed_out[id] = spend.by->height;
    }
}

void FindingsBuilder::claimFrom(std::uint64_t from, ClaimInput input) {
    if (nextBlockReaches(from))
        m_findings.due.push_back(std::move(input));
    else
        m_findings.open = true;
}

void FindingsBuilder::claimTimeout(CltvExpiry expiry, ClaimInput input) {
    input.claimable_since = {std::max(expiry.value, m_seen.height.value)};
    input.begun = begunAt(m_chain.attempts, input.outpoint, m_chain.tip_height);
    input.deadline = BlockHeight{std::max(input.claimable_since, *input.begun).value + timeout_window};
    claimFrom(std::uint64_t{expiry.value} + 1, std::move(input));
}

void FindingsBuilder::claimWithPreimage(CltvExpiry expiry, const Preimage& preimage, ClaimInput input) {
    input.preimage = preimage;
    input.deadline = BlockHeight{expiry.value};
    const BlockHeight begun = begunAt(m_chain.attempts, input.outpoint, m_chain.tip_height);
    if (begun.value >= expiry.value) {
        input.begun = begun;
        input.deadline = BlockHeight{begun.value + race_window};
    }
    claimFrom(std::uint64_t{m_seen.height.value} + 1, std::move(input));
}

std::optional<Preimage> FindingsBuilder::releasable(const PaymentHash& hash) const {
    const auto found = m_chain.releasable_preimages.find(hash);
    if (found == m_chain.releasable_preimages.end() || paymentHashOf(found->second) != hash)
        return std::nullopt;
    return found->second;
}

std::optional<std::size_t> secondStageOutput(const SpendIndex::Spend& spend, const Script& witness_script) {
    const auto& outputs = spend.by->transaction.outputs;
    if (spend.input >= outputs.size() ||
        outputs[spend.input].script_pubkey != bitcoin::payToWitnessScriptHash(witness_script))
        return std::nullopt;
    return spend.input;
}

void claimToRemote(FindingsBuilder& findings, const ChannelParameters& parameters, CommitmentNumber number) {
    const Script witness_script = commitment::toRemoteScript(parameters.local.keys.payment_basepoint);
    const Script script = bitcoin::payToWitnessScriptHash(witness_script);
    const CommitmentSeen& seen = findings.seen();
    for (std::size_t i = 0; i < seen.transaction.outputs.size(); ++i) {
        if (seen.transaction.outputs[i].script_pubkey != script || findings.spendOf(i)) continue;
        ClaimInput input =
            inputFor(ClaimKind::to_remote, seen.transaction, findings.txid(), i, witness_script, seen.height);
        input.sequence = 1;
        input.number = number;
        findings.claimFrom(seen.height.value + std::uint64_t{1}, std::move(input));
    }
}

} // namespace duplex::lightning::onchain
