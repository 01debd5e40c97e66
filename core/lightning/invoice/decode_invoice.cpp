#include "core/lightning/invoice/amount_text.h"
#include "core/lightning/invoice/fields.h"

#include "core/bitcoin/primitives/bech32.h"

namespace duplex::lightning::invoice {

namespace {

constexpr std::size_t longest_invoice = 7089;
constexpr std::size_t timestamp_words = 7;
constexpr std::size_t signature_words = 104;
/// Longer ones read as this: 100 years.
constexpr std::uint64_t longest_expiry_s = 100ULL * 365 * 86400;

using Fault = std::optional<InvoiceError>;

Features knownFeatures() {
    return ourInvoiceFeatures().may(Feature::payment_metadata);
}

/// "lnbc2500u": the letters before the amount must be our network's.
Fault readPrefix(std::string_view prefix, const bitcoin::NetworkParameters& parameters, Invoice& invoice) {
    if (!prefix.starts_with("ln")) return InvoiceError::not_an_invoice;
    const std::size_t digits = std::min(prefix.find_first_of("0123456789"), prefix.size());
    if (prefix.substr(0, digits) != parameters.invoice_prefix) return InvoiceError::wrong_network;
    if (digits == prefix.size()) return {};
    invoice.amount = amountFromText(prefix.substr(digits));
    return invoice.amount ? Fault{} : InvoiceError::bad_amount;
}

/// Fields that were seen, to refuse a second one.
struct Seen {
    bool payment_hash = false;
    bool payment_secret = false;
    std::optional<NodeId> payee;
};

Fault readHash(WordView words, ByteArray<32>& hash) {
    const auto bytes = bytesOf(words);
    if (!bytes) return InvoiceError::bad_field;
    hash = toArray<32>(*bytes);
    return {};
}

Fault readNumber(WordView words, std::uint64_t& number) {
    if (!words.empty() && words[0] == 0) return InvoiceError::not_minimal;
    const auto found = numberOf(words);
    if (!found) return InvoiceError::bad_field;
    number = *found;
    return {};
}

Fault readPayee(WordView words, Seen& seen) {
    const auto bytes = bytesOf(words);
    const auto key = bytes ? crypto::PublicKey::fromBytes(*bytes) : std::nullopt;
    if (!key) return InvoiceError::bad_field;
    if (seen.payee) return InvoiceError::repeated_field;
    seen.payee = *key;
    return {};
}

Fault readRouteHint(WordView words, Invoice& invoice) {
    const auto hint = routeHintOf(words);
    if (!hint) return InvoiceError::bad_field;
    if (invoice.route_hints.size() < most_route_hints && hint->size() <= most_hops_in_hint)
        invoice.route_hints.push_back(*hint);
    return {};
}

// BOLT 11, "Requirements", reader: unknown fields and hashes or keys of a wrong length are skipped.
Fault readField(std::uint8_t type, WordView words, Invoice& invoice, Seen& seen) {
    switch (static_cast<Field>(type)) {
    case Field::payment_hash:
        if (words.size() != hash_words) return {};
        if (std::exchange(seen.payment_hash, true)) return InvoiceError::repeated_field;
        return readHash(words, invoice.payment_hash.bytes);
    case Field::payment_secret:
        if (words.size() != hash_words) return {};
        if (std::exchange(seen.payment_secret, true)) return InvoiceError::repeated_field;
        return readHash(words, invoice.payment_secret.bytes);
    case Field::description_hash: {
        if (words.size() != hash_words) return {};
        if (invoice.description_hash) return InvoiceError::repeated_field;
        return readHash(words, invoice.description_hash.emplace());
    }
    case Field::payee:
        return words.size() == key_words ? readPayee(words, seen) : Fault{};
    case Field::description: {
        const auto bytes = bytesOf(words);
        if (!bytes) return InvoiceError::bad_field;
        if (invoice.description) return InvoiceError::repeated_field;
        invoice.description = duplex::textOf(ByteView(*bytes));
        return {};
    }
    case Field::expiry: {
        std::uint64_t seconds = 0;
        const Fault fault = readNumber(words, seconds);
        invoice.expiry = std::chrono::seconds(std::min(seconds, longest_expiry_s));
        return fault;
    }
    case Field::min_final_cltv: {
        std::uint64_t blocks = 0;
        if (const Fault fault = readNumber(words, blocks)) return fault;
        if (blocks > UINT32_MAX) return InvoiceError::bad_field;
        invoice.min_final_cltv_expiry_delta = {static_cast<std::uint32_t>(blocks)};
        return {};
    }
    case Field::fallback:
        if (const auto script = fallbackOf(words)) invoice.fallbacks.push_back(*script);
        return {};
    case Field::route_hint:
        return readRouteHint(words, invoice);
    case Field::payment_metadata: {
        const auto bytes = bytesOf(words);
        if (!bytes) return InvoiceError::bad_field;
        if (invoice.payment_metadata) return InvoiceError::repeated_field;
        invoice.payment_metadata = *bytes;
        return {};
    }
    case Field::features:
        if (!words.empty() && words[0] == 0) return InvoiceError::not_minimal;
        if (!invoice.features.bits().empty()) return InvoiceError::repeated_field;
        invoice.features = featuresOf(words);
        return {};
    }
    return {};
}

Fault readFields(WordView words, Invoice& invoice, Seen& seen) {
    while (!words.empty()) {
        if (words.size() < 3) return InvoiceError::bad_field;
        const std::size_t length = static_cast<std::size_t>(words[1]) << 5 | words[2];
        if (length > words.size() - 3) return InvoiceError::bad_field;
        if (const Fault fault = readField(words[0], words.subspan(3, length), invoice, seen)) return fault;
        words = words.subspan(3 + length);
    }
    if (!seen.payment_hash) return InvoiceError::no_payment_hash;
    if (!seen.payment_secret) return InvoiceError::no_payment_secret;
    if (invoice.description.has_value() == invoice.description_hash.has_value())
        return InvoiceError::no_description;
    if (invoice.features.firstUnknownCompulsory(knownFeatures())) return InvoiceError::unknown_feature;
    return {};
}

/// With `n`: a strict verify, low S. Without: the key comes out of the signature.
std::optional<NodeId> signerOf(const crypto::Hash32& digest, ByteView signature,
                               const std::optional<NodeId>& payee) {
    const crypto::RecoverableSignature recoverable{.signature = {toArray<64>(signature)},
                                                   .recovery_id = signature[64]};
    if (recoverable.recovery_id > 3) return std::nullopt;
    if (!payee) return crypto::recover(digest, recoverable);
    return crypto::verify(digest, recoverable.signature, *payee) ? payee : std::nullopt;
}

} // namespace

std::expected<Invoice, InvoiceError> decodeInvoice(std::string_view text,
                                                   const bitcoin::NetworkParameters& parameters) {
    if (text.size() > longest_invoice) return std::unexpected(InvoiceError::too_long);
    const auto bech32 = bitcoin::decodeBech32(text, longest_invoice);
    if (!bech32 || bech32->variant != bitcoin::Bech32Variant::bech32)
        return std::unexpected(InvoiceError::not_bech32);
    Invoice invoice;
    if (const Fault fault = readPrefix(bech32->prefix, parameters, invoice)) return std::unexpected(*fault);
    const WordView words(bech32->words);
    if (words.size() < timestamp_words + signature_words) return std::unexpected(InvoiceError::too_short);
    const WordView signed_words = words.first(words.size() - signature_words);
    invoice.timestamp = unixTime(static_cast<std::int64_t>(*numberOf(signed_words.first(timestamp_words))));
    Seen seen;
    if (const Fault fault = readFields(signed_words.subspan(timestamp_words), invoice, seen))
        return std::unexpected(*fault);
    const auto signature = bytesOf(words.last(signature_words));
    if (!signature) return std::unexpected(InvoiceError::bad_signature);
    const auto payee = signerOf(invoiceDigest(bech32->prefix, signed_words), *signature, seen.payee);
    if (!payee) return std::unexpected(InvoiceError::bad_signature);
    invoice.payee = *payee;
    return invoice;
}

std::optional<Bytes> derSignatureOf(std::string_view text) {
    const auto bech32 = bitcoin::decodeBech32(text, longest_invoice);
    if (!bech32 || bech32->words.size() < signature_words) return std::nullopt;
    const auto signature = bytesOf(WordView(bech32->words).last(signature_words));
    if (!signature) return std::nullopt;
    return crypto::derEncoded({toArray<64>(*signature)}); // the last byte is the recovery id
}

std::string_view textOf(InvoiceError error) {
    switch (error) {
    case InvoiceError::too_long:
        return "The invoice is longer than any invoice can be.";
    case InvoiceError::not_bech32:
        return "The invoice is damaged: copy it again, all of it.";
    case InvoiceError::not_an_invoice:
        return "This is not a Lightning invoice.";
    case InvoiceError::wrong_network:
        return "The invoice is for another network.";
    case InvoiceError::bad_amount:
        return "The amount in the invoice cannot be read.";
    case InvoiceError::too_short:
        return "The invoice is cut off.";
    case InvoiceError::bad_field:
    case InvoiceError::not_minimal:
        return "The invoice holds a field that cannot be read.";
    case InvoiceError::no_payment_hash:
        return "The invoice names no payment hash.";
    case InvoiceError::no_payment_secret:
        return "The invoice has no payment secret: ask for a new one.";
    case InvoiceError::no_description:
        return "The invoice must have exactly one description.";
    case InvoiceError::repeated_field:
        return "The invoice holds a field twice.";
    case InvoiceError::unknown_feature:
        return "The invoice demands a feature that is not known here.";
    case InvoiceError::bad_signature:
        return "The signature of the invoice is wrong.";
    }
    return "";
}

} // namespace duplex::lightning::invoice
