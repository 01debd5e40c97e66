#pragma once

#include "core/bitcoin/primitives/block.h"
#include "core/lightning/commitment/htlc_tx.h"
#include "core/lightning/onchain/revoked_commitment.h"

namespace duplex::lightning::onchain {

using bitcoin::BlockHeight;
using bitcoin::FeeratePerKw;
using bitcoin::Satoshi;
using bitcoin::Script;
using bitcoin::Transaction;
using bitcoin::TxOut;

/// How an input of a claim is spent: one for each row of lightning.md 6.
enum class ClaimKind : std::uint8_t {
    to_local,             // our commitment, after the delay
    second_stage,         // output of our HTLC transaction, after the delay
    htlc_timeout,         // our commitment, HTLC we offered: pre-signed by the peer
    htlc_success,         // our commitment, HTLC they offered: pre-signed by the peer
    to_remote,            // any commitment of theirs
    remote_htlc_timeout,  // their commitment, HTLC we offered
    remote_htlc_preimage, // their commitment, HTLC they offered
    penalty_to_local,     // their revoked commitment, or the output of its HTLC transactions
    penalty_htlc,         // HTLC output of their revoked commitment
    anchor                // our anchor, spent by a child that pays for its parent
};
std::string_view textOf(ClaimKind kind);
inline bool isPenalty(ClaimKind kind) {
    return kind == ClaimKind::penalty_to_local || kind == ClaimKind::penalty_htlc;
}
/// Pre-signed by the peer with SINGLE|ANYONECANPAY: input i belongs to output i.
inline bool isPaired(ClaimKind kind) {
    return kind == ClaimKind::htlc_timeout || kind == ClaimKind::htlc_success;
}

/// One output that is claimed, with all that its witness needs but our signature.
struct ClaimInput {
    ClaimKind kind = ClaimKind::to_local;
    OutPoint outpoint;
    TxOut spent;
    Script witness_script;
    std::uint32_t sequence = 0;
    std::uint32_t locktime = 0;                        // that the transaction must have for this input
    std::optional<HtlcId> htlc;                        // whose output this is
    std::optional<BlockHeight> deadline;               // must be in by
    BlockHeight claimable_since;                       // when it is given up is counted from here
    std::optional<BlockHeight> begun;                  // where the fee curve starts, if not there
    CommitmentNumber number;                           // of the commitment
    crypto::PublicKey per_commitment_point;            // of the commitment's owner
    crypto::Secret<32> revealed_secret;                // penalties only
    crypto::PublicKey revocation_pubkey;               // penalty_htlc only
    std::optional<Preimage> preimage;                  // success and preimage claims only
    std::optional<crypto::Signature> remote_signature; // htlc_timeout, htlc_success only
    std::optional<TxOut> paired_output;                // htlc_timeout, htlc_success only
    friend bool operator==(const ClaimInput&, const ClaimInput&) = default;
};

/// A confirmed coin of the wallet that may pay fees. `witness_weight`: of its signed input (108 for P2WPKH,
/// 66 for a Taproot key spend).
struct WalletCoin {
    OutPoint outpoint;
    TxOut spent;
    bitcoin::Weight witness_weight;
    friend bool operator==(const WalletCoin&, const WalletCoin&) = default;
};

/// A transaction to broadcast, unsigned: first `inputs` in order, then `wallet_inputs`, which the wallet
/// signs.
struct Claim {
    Transaction transaction;
    std::vector<ClaimInput> inputs;
    std::vector<WalletCoin> wallet_inputs;
    std::optional<Transaction> parent; // anchor child: unsigned commitment that is to be announced with it
    std::optional<BlockHeight> deadline;
    BlockHeight started; // where its fee curve began
    Satoshi fee;
    FeeratePerKw feerate; // of the package where there is a parent
    friend bool operator==(const Claim&, const Claim&) = default;
};

/// Signs all inputs but the wallet's. Our signatures are SIGHASH_ALL, so they do not change when the wallet
/// adds its witnesses.
std::expected<Transaction, keys::SignerRefusal>
signClaim(const Claim& claim, const keys::ChannelSigner& signer, const keys::SignerCounters& counters);
/// The witness of an input with `signature` (DER and flags) in our place.
bitcoin::Witness claimWitness(const ClaimInput& input, const Bytes& signature);

/// What is kept of the last version of a claim that left, so that no later one pays less (one row a claim; a
/// newer version replaces those with which it shares an input).
struct ClaimAttempt {
    std::vector<OutPoint> inputs;        // without the wallet's
    std::vector<OutPoint> wallet_inputs; // reserved while the attempt lives
    Satoshi fee;
    FeeratePerKw feerate;
    BlockHeight started;
    BlockHeight last_built;
    friend bool operator==(const ClaimAttempt&, const ClaimAttempt&) = default;
};
ClaimAttempt attemptOf(const Claim& claim, BlockHeight now);
Bytes encoded(const ClaimAttempt& attempt);
std::expected<ClaimAttempt, StoredFormError> decodeClaimAttempt(ByteView bytes);

} // namespace duplex::lightning::onchain
