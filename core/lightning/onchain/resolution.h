#pragma once

#include "core/lightning/onchain/claim_bumping.h"

#include <map>
#include <variant>

namespace duplex::lightning::onchain {

/// Our commitment as stored: with all the peer's signatures.
struct LocalCommitment {
    CommitmentNumber number;
    CommitmentSpec spec;
    crypto::PublicKey per_commitment_point;
    crypto::Signature remote_signature;
    std::vector<crypto::Signature> remote_htlc_signatures; // in the order of outputs
    friend bool operator==(const LocalCommitment&, const LocalCommitment&) = default;
};
struct RemoteCommitment {
    CommitmentNumber number;
    CommitmentSpec spec;
    crypto::PublicKey per_commitment_point;
    friend bool operator==(const RemoteCommitment&, const RemoteCommitment&) = default;
};

enum class LocalClose : std::uint8_t {
    forbidden, // stale, suspected stale, or not wanted: our commitment must not leave (R5)
    wanted     // the channel was failed: our commitment is to be broadcast
};

/// What the channel's row knows. Absent parts (a restore from the seed or a backup) leave what can still be
/// done.
struct ClosedChannelFacts {
    ChannelParameters parameters;
    std::optional<LocalCommitment> local;
    std::optional<RemoteCommitment> remote_current;
    std::optional<RemoteCommitment> remote_next; // signed by us, theirs before it not yet revoked
    keys::ReceivedSecrets secrets;
    std::vector<RevokedCommitment> revoked;   // at least that of the number seen; others do no harm
    std::vector<bitcoin::Txid> mutual_closes; // every one that we signed
    LocalClose local_close = LocalClose::forbidden;
};

struct ConfirmedTransaction {
    Transaction transaction;
    BlockHeight height;
    friend bool operator==(const ConfirmedTransaction&, const ConfirmedTransaction&) = default;
};

/// What the chain shows, as of one block. A reorganisation is another set of facts: nothing is remembered
/// here.
struct ChainFacts {
    BlockHeight verified_height;                    // irrevocable conclusions (R11)
    BlockHeight tip_height;                         // deadlines: the higher of header tip and verified height
    std::vector<ConfirmedTransaction> transactions; // all seen on the watched scripts, in any order
    std::vector<Transaction> unconfirmed;           // commitments of the peer that were seen relayed
    /// May be shown on chain: those of payments in Claiming, and of no others (threats 62).
    std::map<PaymentHash, Preimage> releasable_preimages;
    /// Known for HTLCs that we offered (the peer fulfilled them already).
    std::map<PaymentHash, Preimage> known_preimages;
    FeeFacts fees;
    Script payout; // of the wallet; the same as long as a claim lives, so that a repeated claim is identical
    std::vector<WalletCoin> coins;
    std::vector<ClaimAttempt> attempts;
    std::set<OutPoint> contested;
};

// What spends the funding output.
struct Unspent {
    friend bool operator==(const Unspent&, const Unspent&) = default;
};
struct MutualClose {
    friend bool operator==(const MutualClose&, const MutualClose&) = default;
};
struct OurCommitment {
    friend bool operator==(const OurCommitment&, const OurCommitment&) = default;
};
struct TheirCurrentCommitment {
    friend bool operator==(const TheirCurrentCommitment&, const TheirCurrentCommitment&) = default;
};
struct TheirNextCommitment {
    friend bool operator==(const TheirNextCommitment&, const TheirNextCommitment&) = default;
};
struct TheirRevokedCommitment {
    CommitmentNumber number;
    friend bool operator==(const TheirRevokedCommitment&, const TheirRevokedCommitment&) = default;
};
/// We are stale, or know nothing of the state (restore).
struct TheirFutureCommitment {
    CommitmentNumber number;
    friend bool operator==(const TheirFutureCommitment&, const TheirFutureCommitment&) = default;
};
struct UnknownSpend {
    friend bool operator==(const UnknownSpend&, const UnknownSpend&) = default;
};
using FundingSpend =
    std::variant<Unspent, MutualClose, OurCommitment, TheirCurrentCommitment, TheirNextCommitment,
                 TheirRevokedCommitment, TheirFutureCommitment, UnknownSpend>;
FundingSpend classify(const ClosedChannelFacts& facts, const Transaction& spend);

struct HtlcFulfilled {
    Preimage preimage;
    friend bool operator==(const HtlcFulfilled&, const HtlcFulfilled&) = default;
};
struct HtlcFailed {
    friend bool operator==(const HtlcFailed&, const HtlcFailed&) = default;
};
struct HtlcOutcome {
    HtlcId htlc;
    PaymentHash payment_hash;
    std::variant<HtlcFulfilled, HtlcFailed> result; // HtlcFailed is irrevocable; a preimage is used at once
    friend bool operator==(const HtlcOutcome&, const HtlcOutcome&) = default;
};

enum class Alarm : std::uint8_t {
    peer_cheated,        // a revoked commitment is in the chain: penalties are on their way
    we_are_stale,        // a commitment from the future: only to_remote can be saved
    unknown_spend,       // key compromised or bug
    no_coins_for_fee,    // a claim waits for a confirmed coin of the wallet
    htlc_signature_lost, // the row has not the peer's signature for an HTLC output of ours
    claim_uneconomic,    // an output costs more than it brings at present fees
    output_given_up      // and did so for two weeks: it is left where it is
};
std::string_view textOf(Alarm alarm);

struct WatchedOutput {
    OutPoint outpoint;
    Script script; // BIP 158 filters hold the script of what is spent
    friend auto operator<=>(const WatchedOutput&, const WatchedOutput&) = default;
};

struct Resolution {
    FundingSpend funding_spend;
    std::optional<BlockHeight> spent_at;
    /// Our commitment, unsigned, while it is to be (re)broadcast: see signLocalClose.
    std::optional<Transaction> local_commitment;
    std::vector<Claim> claims; // due now; broadcast again each block until confirmed
    std::vector<WatchedOutput> watch;
    std::vector<HtlcOutcome> outcomes;
    std::set<HtlcId> taken_back;   // their outputs came to us without a preimage, or were given up
    std::set<HtlcId> second_stage; // of these: taken by our HTLC transactions, not swept
    std::map<PaymentHash, Preimage> preimages_seen; // in any witness: to be stored first (R4)
    std::set<Alarm> alarms;
    bool all_resolved = false;              // nothing of ours is left to claim
    bool irrevocable = false;               // and the last step has 6 confirmations
    std::optional<BlockHeight> last_height; // of the last step; the channel is archived 4,032 blocks after it
};

/// All that is due now, computed from scratch: call it on each block and on each learned preimage.
Resolution resolve(const ClosedChannelFacts& facts, const ChainFacts& chain);

/// Our commitment with both signatures.
std::expected<Transaction, keys::SignerRefusal> signLocalClose(const ClosedChannelFacts& facts,
                                                               const keys::ChannelSigner& signer,
                                                               const keys::SignerCounters& counters);

inline constexpr std::uint32_t irrevocable_depth = 6;
inline constexpr std::uint32_t archive_after_blocks = 4032;
/// A due output whose fee is above its worth for so long does not keep its channel open any more (threats
/// 65).
inline constexpr std::uint32_t give_up_after_blocks = 2016;
/// 1 for a transaction in the tip.
inline std::uint32_t depthOf(BlockHeight height, BlockHeight tip) {
    return tip.value < height.value ? 0 : tip.value - height.value + 1;
}

} // namespace duplex::lightning::onchain
