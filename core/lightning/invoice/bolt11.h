#pragma once

#include "core/base/time.h"
#include "core/bitcoin/primitives/network.h"
#include "core/crypto/ecdsa.h"
#include "core/lightning/primitives/channel_id.h"
#include "core/lightning/primitives/cltv.h"
#include "core/lightning/primitives/features.h"
#include "core/lightning/primitives/milli_satoshi.h"
#include "core/lightning/primitives/short_channel_id.h"

#include <expected>

namespace duplex::lightning::invoice {

/// One hop of a way to a payee whose channels are not announced (BOLT 11, `r`).
struct RouteHintHop {
    NodeId node_id;
    ShortChannelId short_channel_id;
    std::uint32_t fee_base_msat = 0;
    std::uint32_t fee_proportional_millionths = 0;
    CltvDelta cltv_expiry_delta;
    friend bool operator==(const RouteHintHop&, const RouteHintHop&) = default;
};
using RouteHint = std::vector<RouteHintHop>;

/// Threats 89: what of the hints is kept.
inline constexpr std::size_t most_route_hints = 10;
inline constexpr std::size_t most_hops_in_hint = 5;
/// 1,023 words of 5 bits.
inline constexpr std::size_t longest_description = 639;
inline constexpr std::size_t longest_metadata = 639;

/// A BOLT 11 invoice. Texts in it are foreign: plain, sanitised where shown.
struct Invoice {
    std::optional<MilliSatoshi> amount; // nothing: the payer chooses
    UnixTime timestamp{};
    PaymentHash payment_hash;
    PaymentSecret payment_secret;
    std::optional<std::string> description; // exactly one of these two
    std::optional<crypto::Hash32> description_hash;
    std::chrono::seconds expiry{3600};
    CltvDelta min_final_cltv_expiry_delta{18};
    std::vector<bitcoin::Script> fallbacks;
    std::vector<RouteHint> route_hints;
    std::optional<Bytes> payment_metadata;
    Features features;
    NodeId payee; // recovered from the signature, or verified against it

    UnixTime expiresAt() const { return timestamp + expiry; }
    friend bool operator==(const Invoice&, const Invoice&) = default;
};

enum class InvoiceError {
    too_long,
    not_bech32, // checksum, mixed case, foreign characters
    not_an_invoice,
    wrong_network,
    bad_amount,
    too_short,
    bad_field, // a known field that cannot be read
    not_minimal,
    no_payment_hash,
    no_payment_secret,
    no_description,
    repeated_field,
    unknown_feature,
    bad_signature,
};
/// What was wrong, for people.
std::string_view textOf(InvoiceError error);

/// Bytes first, then text (threats 75): any input gives a value or an error.
std::expected<Invoice, InvoiceError> decodeInvoice(std::string_view text,
                                                   const bitcoin::NetworkParameters& parameters);

enum class SignInvoiceError { no_description, description_too_long, metadata_too_long, hint_too_long };
/// The signature that stands at the end of an invoice's text, in DER; it is not checked here.
std::optional<Bytes> derSignatureOf(std::string_view text);

/// The text of an invoice, signed. `payee` is not written: payers recover it from the signature.
std::expected<std::string, SignInvoiceError> signInvoice(const Invoice& invoice,
                                                         const bitcoin::NetworkParameters& parameters,
                                                         const crypto::PrivateKey& node_key);

} // namespace duplex::lightning::invoice
