#pragma once

#include "core/lightning/commitment/commitment_tx.h"

namespace duplex::lightning::commitment {

/// One HTLC output of a commitment and the transaction that its owner takes it with: HTLC-timeout for one it
/// offered, HTLC-success for one it received.
struct SecondStage {
    std::uint32_t output_index = 0; // in the commitment
    CommitmentHtlc htlc;
    bitcoin::Script witness_script;        // of the HTLC output
    bitcoin::Satoshi value;                // of the HTLC output
    bitcoin::Transaction transaction;      // unsigned, one input, one output
    bitcoin::Script output_witness_script; // of its output: as to_local
    friend bool operator==(const SecondStage&, const SecondStage&) = default;
};

/// In the order of the signatures in `commitment_signed`.
std::vector<SecondStage> secondStages(const ChannelParameters& parameters, const CommitmentTx& commitment,
                                      bitcoin::FeeratePerKw feerate);

/// The sighash flags of the other side's signature on an HTLC transaction.
std::uint8_t counterSignatureFlags(Format format);

/// For the signer. The views live as long as `stage`.
keys::SpendToSign spendOf(const SecondStage& stage);
/// Checks the peer's signature on an HTLC transaction of our commitment.
bool verifyHtlcSignature(const ChannelParameters& parameters, const CommitmentTx& commitment,
                         const SecondStage& stage, const crypto::Signature& signature);
/// Witness of the HTLC input: both signatures, then the preimage or an empty element.
bitcoin::Witness secondStageWitness(const SecondStage& stage, Format format,
                                    const crypto::Signature& owner_signature,
                                    const crypto::Signature& other_signature,
                                    const std::optional<Preimage>& preimage);

} // namespace duplex::lightning::commitment
