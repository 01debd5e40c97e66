#pragma once

#include "core/lightning/commitment/scripts.h"
#include "core/lightning/keys/channel_signer.h"

namespace duplex::lightning::commitment {

enum class OutputKind : std::uint8_t { to_owner, to_other, owner_anchor, other_anchor, htlc };

/// What an output of a commitment is.
struct CommitmentOutput {
    OutputKind kind = OutputKind::to_owner;
    bitcoin::Script witness_script;     // empty only for the legacy P2WPKH to_remote
    std::optional<CommitmentHtlc> htlc; // set exactly for OutputKind::htlc
    friend bool operator==(const CommitmentOutput&, const CommitmentOutput&) = default;
};

/// A commitment transaction, unsigned, with the meaning of each output.
struct CommitmentTx {
    Side owner = Side::local;
    CommitmentNumber number;
    keys::CommitmentKeys keys;
    bitcoin::Transaction transaction;
    std::vector<CommitmentOutput> outputs; // as many as, and in the order of, transaction.outputs
    bitcoin::Satoshi fee;                  // capacity less all outputs
    /// Indices of HTLC outputs, rising: the order of signatures in `commitment_signed`.
    std::vector<std::uint32_t> htlcOutputs() const;
    friend bool operator==(const CommitmentTx&, const CommitmentTx&) = default;
};

enum class BuildError {
    not_conserved,         // R6: balances and HTLCs are not the capacity, or a term is negative
    no_key,                // the point gives no key
    no_output,             // everything is trimmed: no transaction
    number_too_large,      // above 48 bits
    outputs_above_capacity // the funder has not even the anchors' 660 sat
};
std::string_view textOf(BuildError error);

/// BOLT 3. Where the funder cannot pay the whole fee its output is 0 and the fee what there is (appendix C);
/// whether that is allowed is the channel machine's rule, by `funderCost`.
std::expected<CommitmentTx, BuildError> buildCommitment(const ChannelParameters& parameters,
                                                        const CommitmentSpec& spec, CommitmentNumber number,
                                                        const crypto::PublicKey& per_commitment_point);

/// R6 on the transaction: outputs + trimmed amounts + fees = capacity, recomputed from the outputs' meaning.
bool conserves(const ChannelParameters& parameters, const CommitmentSpec& spec,
               const CommitmentTx& commitment);

/// For the signer: the funding input. The views live as long as `commitment` and `funding_script`.
keys::SpendToSign fundingSpend(const CommitmentTx& commitment, const bitcoin::Script& funding_script,
                               bitcoin::Satoshi capacity);
/// The hash that both funding signatures of a commitment cover.
crypto::Hash32 commitmentDigest(const ChannelParameters& parameters, const CommitmentTx& commitment);
/// Checks the peer's signature on our commitment (low S, exact transaction).
bool verifyCommitmentSignature(const ChannelParameters& parameters, const CommitmentTx& commitment,
                               const crypto::Signature& signature);
/// Any transaction that spends the funding output at input 0 (commitment, close) with both signatures in
/// place.
bitcoin::Transaction withFundingSignatures(const ChannelParameters& parameters,
                                           const bitcoin::Transaction& transaction,
                                           const crypto::Signature& local_signature,
                                           const crypto::Signature& remote_signature);

/// BOLT 3's 48-bit mask: by the payment basepoints of opener and accepter.
std::uint64_t obscuringFactor(const ChannelParameters& parameters);
/// The number in a commitment's locktime and sequence; nothing when it has not the shape of one.
std::optional<CommitmentNumber> commitmentNumberOf(const ChannelParameters& parameters,
                                                   const bitcoin::Transaction& transaction);

} // namespace duplex::lightning::commitment
