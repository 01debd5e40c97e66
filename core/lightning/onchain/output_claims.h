#pragma once

#include "core/lightning/onchain/resolution.h"

namespace duplex::lightning::onchain {

/// The transactions seen, by what they spend.
class SpendIndex {
public:
    explicit SpendIndex(const ChainFacts& chain);
    struct Spend {
        const ConfirmedTransaction* by = nullptr;
        std::size_t input = 0;
        const bitcoin::Witness& witness() const { return by->transaction.inputs[input].witness; }
    };
    std::optional<Spend> of(const OutPoint& outpoint) const;

private:
    std::map<OutPoint, Spend> m_spends;
};

/// The preimage of `hash` if any element of the witness is it.
std::optional<Preimage> preimageIn(const bitcoin::Witness& witness, const PaymentHash& hash);

/// What the outputs of a commitment ask for, before fees.
struct OutputFindings {
    std::vector<ClaimInput> due;
    std::vector<WatchedOutput> watch;
    std::map<PaymentHash, Preimage> preimages_seen;
    /// HTLCs with an output here that is spent by their preimage.
    std::set<HtlcId> taken;
    /// HTLCs with an output here that is spent, not by a preimage: at this height.
    std::map<HtlcId, BlockHeight> timed_out;
    /// HTLCs with an output here.
    std::set<HtlcId> shown;
    /// HTLCs that our HTLC transaction took, until what it paid is swept.
    std::set<HtlcId> second_stage;
    std::set<Alarm> alarms;
    bool open = false;       // something of ours is not resolved, apart from what is due
    BlockHeight last_height; // of the last step seen
};

struct CommitmentSeen {
    const Transaction& transaction;
    BlockHeight height;
};

/// Outputs of our commitment and of its second stage (lightning.md 6, "ours").
OutputFindings localCommitmentClaims(const ClosedChannelFacts& facts, const ChainFacts& chain,
                                     const SpendIndex& spends, const CommitmentSeen& seen);
/// Outputs of the peer's current or next commitment.
OutputFindings remoteCommitmentClaims(const ClosedChannelFacts& facts, const RemoteCommitment& remote,
                                      const ChainFacts& chain, const SpendIndex& spends,
                                      const CommitmentSeen& seen);
/// to_remote alone: a commitment from the future, or an unknown one.
OutputFindings toRemoteClaims(const ClosedChannelFacts& facts, const ChainFacts& chain,
                              const SpendIndex& spends, const CommitmentSeen& seen, CommitmentNumber number);
/// Everything on a revoked commitment and its second stage.
OutputFindings penaltyClaims(const ClosedChannelFacts& facts, const ChainFacts& chain,
                             const SpendIndex& spends, const CommitmentSeen& seen, CommitmentNumber number);

/// Groups that share a transaction: penalties until 18 blocks before the earliest expiry, else only equal
/// kind, locktime and deadline.
std::vector<std::vector<ClaimInput>> grouped(std::vector<ClaimInput> due, BlockHeight now);

} // namespace duplex::lightning::onchain
