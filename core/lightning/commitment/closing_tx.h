#pragma once

#include "core/lightning/commitment/commitment_tx.h"

namespace duplex::lightning::commitment {

/// What a legacy mutual close pays (BOLT 2, closing_signed; BOLT 3, closing transaction).
struct ClosingTerms {
    MilliSatoshi to_local;
    MilliSatoshi to_remote;
    bitcoin::Script local_script;
    bitcoin::Script remote_script;
    bitcoin::Satoshi fee;                                 // taken from the funder
    bitcoin::Satoshi local_dust_limit, remote_dust_limit; // below its limit an output is left out
    friend bool operator==(const ClosingTerms&, const ClosingTerms&) = default;
};

enum class ClosingError { not_conserved, funder_cannot_pay, no_output };

/// The output of the side that `omitted` names is left out, too (a node may drop its own).
std::expected<bitcoin::Transaction, ClosingError> buildClosing(const ChannelParameters& parameters,
                                                               const ClosingTerms& terms,
                                                               std::optional<Side> omitted = std::nullopt);

/// Which form of the close the peer's signature covers: each output judged by these terms, or both by one
/// side's limit (BOLT 3: the signer's); its own output present or dropped. Nothing when none verifies.
std::optional<bitcoin::Transaction> closingSignedBy(const ChannelParameters& parameters,
                                                    const ClosingTerms& terms,
                                                    const crypto::Signature& remote_signature);

/// For the signer. Views live as long as the arguments.
keys::SpendToSign closingSpend(const bitcoin::Transaction& closing, const bitcoin::Script& funding_script,
                               bitcoin::Satoshi capacity);

/// Weight of a close with both signatures and the outputs it has.
bitcoin::Weight closingWeight(const ClosingTerms& terms);

} // namespace duplex::lightning::commitment
