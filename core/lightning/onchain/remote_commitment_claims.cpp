#include "core/lightning/onchain/commitment_view.h"

namespace duplex::lightning::onchain {

namespace {

using commitment::HtlcDirection;

void claimHtlc(FindingsBuilder& findings, const RemoteCommitment& remote, const CommitmentHtlc& htlc,
               std::size_t index, const Script& witness_script) {
    const CommitmentSeen& seen = findings.seen();
    const HtlcId id = htlcIdOf(htlc, commitment::Side::remote);
    const std::uint32_t cltv = htlc.cltv_expiry.value;
    findings.show(id);
    if (const auto spend = findings.spendOf(index))
        return findings.noteHtlcSpend(*spend, id, htlc.payment_hash);

    const bool ours = id.direction == HtlcDirection::offered;
    ClaimInput input = inputFor(ours ? ClaimKind::remote_htlc_timeout : ClaimKind::remote_htlc_preimage,
                                seen.transaction, findings.txid(), index, witness_script, seen.height);
    input.sequence = 1;
    input.htlc = id;
    input.number = remote.number;
    input.per_commitment_point = remote.per_commitment_point;
    if (ours) {
        input.locktime = cltv;
        return findings.claimTimeout(htlc.cltv_expiry, std::move(input));
    }
    if (const auto preimage = findings.releasable(htlc.payment_hash))
        return findings.claimWithPreimage(htlc.cltv_expiry, *preimage, std::move(input));
    if (findings.chain().verified_height.value < cltv) findings.leaveOpen();
}

} // namespace

OutputFindings remoteCommitmentClaims(const ClosedChannelFacts& facts, const RemoteCommitment& remote,
                                      const ChainFacts& chain, const SpendIndex& spends,
                                      const CommitmentSeen& seen) {
    FindingsBuilder findings(chain, spends, seen);
    const auto built = commitment::buildCommitment(facts.parameters, remote.spec, remote.number,
                                                   remote.per_commitment_point);
    if (!built) return findings.take(); // classify() built it: cannot happen
    claimToRemote(findings, facts.parameters, remote.number);
    for (const std::uint32_t index : built->htlcOutputs())
        claimHtlc(findings, remote, *built->outputs[index].htlc, index, built->outputs[index].witness_script);
    return findings.take();
}

OutputFindings toRemoteClaims(const ClosedChannelFacts& facts, const ChainFacts& chain,
                              const SpendIndex& spends, const CommitmentSeen& seen, CommitmentNumber number) {
    FindingsBuilder findings(chain, spends, seen);
    claimToRemote(findings, facts.parameters, number);
    return findings.take();
}

} // namespace duplex::lightning::onchain
