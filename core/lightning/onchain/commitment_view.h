#pragma once

#include "core/lightning/onchain/output_claims.h"

namespace duplex::lightning::onchain {

/// Blocks in which an expired HTLC of ours is to be taken back: until then a late preimage of the peer is
/// no worse than in time.
inline constexpr std::uint32_t timeout_window = 36;
/// Blocks of the race for an HTLC of the peer whose claim begins after its expiry: the peer may take it back
/// in any of them.
inline constexpr std::uint32_t race_window = 12;

/// When the first version of a claim on `outpoint` left; `tip` if none did yet.
BlockHeight begunAt(const std::vector<ClaimAttempt>& attempts, const OutPoint& outpoint, BlockHeight tip);

/// A claim's fixed part: the outpoint and what it spends.
ClaimInput inputFor(ClaimKind kind, const Transaction& transaction, const bitcoin::Txid& txid,
                    std::size_t index, const Script& witness_script, BlockHeight since);

/// Collects findings while the outputs of one commitment are walked through.
class FindingsBuilder {
public:
    FindingsBuilder(const ChainFacts& chain, const SpendIndex& spends, const CommitmentSeen& seen);

    const ChainFacts& chain() const { return m_chain; }
    const CommitmentSeen& seen() const { return m_seen; }
    const bitcoin::Txid& txid() const { return m_txid; }
    /// The next block can hold a transaction that waits for `height`.
    bool nextBlockReaches(std::uint64_t height) const {
        return m_chain.tip_height.value + std::uint64_t{1} >= height;
    }

    /// Watches an output of `transaction` and says what spends it; a spend moves last_height.
    std::optional<SpendIndex::Spend> spendOf(const Transaction& transaction, const bitcoin::Txid& txid,
                                             std::size_t index);
    std::optional<SpendIndex::Spend> spendOf(std::size_t index) {
        return spendOf(m_seen.transaction, m_txid, index);
    }
    /// Notes what a spend of an HTLC output means: a preimage, or the other way.
    void noteHtlcSpend(const SpendIndex::Spend& spend, const HtlcId& id, const PaymentHash& hash);
    /// Claims `input` from block `from` on; until it is spent or given up, something is open.
    void claimFrom(std::uint64_t from, ClaimInput input);
    /// The same for an HTLC that we offered, from its expiry on. Its window begins with the first version of
    /// the claim: blocks that were lost before (the program was off, the commitment came in late) would not
    /// come back for half of its value.
    void claimTimeout(CltvExpiry expiry, ClaimInput input);
    /// The same for an HTLC of the peer, with its preimage. Until its expiry it is ours alone. A claim that
    /// begins later is in a race from its first block on, which half of the value at once would not win back.
    void claimWithPreimage(CltvExpiry expiry, const Preimage& preimage, ClaimInput input);
    void leaveOpen() { m_findings.open = true; }
    void alarm(Alarm alarm) { m_findings.alarms.insert(alarm); }
    void show(const HtlcId& id) { m_findings.shown.insert(id); }
    void waitForSecondStage(const HtlcId& id) { m_findings.second_stage.insert(id); }
    /// The preimage that may be shown for `hash` on chain.
    std::optional<Preimage> releasable(const PaymentHash& hash) const;
    OutputFindings take() { return std::move(m_findings); }

private:
    const ChainFacts& m_chain;
    const SpendIndex& m_spends;
    const CommitmentSeen& m_seen;
    bitcoin::Txid m_txid;
    OutputFindings m_findings;
};

/// The output that an HTLC transaction, spending at input i, has at its own index i (SINGLE|ANYONECANPAY), if
/// it pays to `witness_script`: whatever inputs and outputs were added elsewhere.
std::optional<std::size_t> secondStageOutput(const SpendIndex::Spend& spend, const Script& witness_script);

/// The sweep of to_remote, where `transaction` has one for us.
void claimToRemote(FindingsBuilder& findings, const ChannelParameters& parameters, CommitmentNumber number);

} // namespace duplex::lightning::onchain
