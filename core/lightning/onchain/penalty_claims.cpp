#include "core/lightning/onchain/commitment_view.h"

namespace duplex::lightning::onchain {

namespace {

/// What is known of one revoked commitment: its keys, and by script what its outputs are.
struct Revoked {
    CommitmentNumber number;
    crypto::Secret<32> secret;
    keys::CommitmentKeys keys;
    std::uint16_t their_delay = 0;
    Script delayed_script; // of to_local and of all second-stage outputs
    struct Htlc {
        CommitmentHtlc htlc;
        Script witness_script;
    };
    std::map<Script, std::vector<Htlc>> htlcs; // by scriptPubKey; several where hash and direction are equal
};

std::optional<Revoked> revokedAt(const ClosedChannelFacts& facts, CommitmentNumber number) {
    const auto secret = facts.secrets.secretOf(number);
    const auto point = secret ? keys::pointOf(*secret) : std::nullopt;
    if (!point) return std::nullopt;
    const auto keys = keys::commitmentKeys(facts.parameters.remote.keys, facts.parameters.local.keys, *point);
    if (!keys) return std::nullopt;
    Revoked revoked{.number = number,
                    .secret = *secret,
                    .keys = *keys,
                    .their_delay = facts.parameters.remote.to_self_delay};
    revoked.delayed_script =
        commitment::toLocalScript(keys->revocation_pubkey, revoked.their_delay, keys->owner_delayed_pubkey);
    for (const RevokedCommitment& stored : facts.revoked) {
        if (stored.number != number || stored.funding != facts.parameters.funding) continue;
        for (const CommitmentHtlc& htlc : stored.htlcs) {
            Script script = commitment::htlcScript(*keys, htlc, facts.parameters.format);
            revoked.htlcs[bitcoin::payToWitnessScriptHash(script)].push_back({htlc, script});
        }
    }
    return revoked;
}

struct Walk {
    const Revoked& revoked;
    FindingsBuilder& findings;

    void punish(ClaimKind kind, const Transaction& transaction, const bitcoin::Txid& txid, std::size_t index,
                const Script& witness_script, BlockHeight confirmed) const {
        ClaimInput input = inputFor(kind, transaction, txid, index, witness_script, confirmed);
        input.sequence = 0xfffffffd;
        input.number = revoked.number;
        input.revealed_secret = revoked.secret;
        input.revocation_pubkey = revoked.keys.revocation_pubkey;
        input.deadline = BlockHeight{confirmed.value + revoked.their_delay};
        findings.claimFrom(0, std::move(input));
    }

    void toLocal(std::size_t index) const {
        const CommitmentSeen& seen = findings.seen();
        if (findings.spendOf(index)) return;
        punish(ClaimKind::penalty_to_local, seen.transaction, findings.txid(), index, revoked.delayed_script,
               seen.height);
    }

    void htlc(std::size_t index, const std::vector<Revoked::Htlc>& candidates) const {
        const CommitmentSeen& seen = findings.seen();
        const auto spend = findings.spendOf(index);
        for (const Revoked::Htlc& candidate : candidates) {
            const HtlcId id = htlcIdOf(candidate.htlc, commitment::Side::remote);
            findings.show(id);
            if (spend) findings.noteHtlcSpend(*spend, id, candidate.htlc.payment_hash);
        }
        if (!spend)
            return punish(ClaimKind::penalty_htlc, seen.transaction, findings.txid(), index,
                          candidates.front().witness_script, seen.height);
        const auto output = secondStageOutput(*spend, revoked.delayed_script);
        if (!output) return; // our penalty took it
        const Transaction& transaction = spend->by->transaction;
        const bitcoin::Txid txid = transaction.txid();
        if (findings.spendOf(transaction, txid, *output)) return;
        punish(ClaimKind::penalty_to_local, transaction, txid, *output, revoked.delayed_script,
               spend->by->height);
    }
};

} // namespace

OutputFindings penaltyClaims(const ClosedChannelFacts& facts, const ChainFacts& chain,
                             const SpendIndex& spends, const CommitmentSeen& seen, CommitmentNumber number) {
    FindingsBuilder findings(chain, spends, seen);
    findings.alarm(Alarm::peer_cheated);
    claimToRemote(findings, facts.parameters, number);
    const auto revoked = revokedAt(facts, number);
    if (!revoked) return findings.take();
    const Walk walk{.revoked = *revoked, .findings = findings};
    const Script to_local = bitcoin::payToWitnessScriptHash(revoked->delayed_script);
    for (std::size_t i = 0; i < seen.transaction.outputs.size(); ++i) {
        const Script& script = seen.transaction.outputs[i].script_pubkey;
        if (script == to_local)
            walk.toLocal(i);
        else if (const auto found = revoked->htlcs.find(script); found != revoked->htlcs.end())
            walk.htlc(i, found->second);
    }
    return findings.take();
}

} // namespace duplex::lightning::onchain
