#include "core/lightning/invoice/amount_text.h"
#include "core/lightning/invoice/fields.h"

#include "core/bitcoin/primitives/bech32.h"

namespace duplex::lightning::invoice {

namespace {

void append(Words& words, Field type, const Words& value) {
    words.push_back(static_cast<std::uint8_t>(type));
    words.push_back(static_cast<std::uint8_t>(value.size() >> 5));
    words.push_back(static_cast<std::uint8_t>(value.size() & 31));
    words.insert(words.end(), value.begin(), value.end());
}

std::optional<SignInvoiceError> faultOf(const Invoice& invoice) {
    if (invoice.description.has_value() == invoice.description_hash.has_value())
        return SignInvoiceError::no_description;
    if (invoice.description && invoice.description->size() > longest_description)
        return SignInvoiceError::description_too_long;
    if (invoice.payment_metadata && invoice.payment_metadata->size() > longest_metadata)
        return SignInvoiceError::metadata_too_long;
    for (const RouteHint& hint : invoice.route_hints)
        if (hint.empty() || hint.size() > most_hops_in_hint) return SignInvoiceError::hint_too_long;
    if (invoice.route_hints.size() > most_route_hints) return SignInvoiceError::hint_too_long;
    return std::nullopt;
}

/// Timestamp and fields, each once, numbers that are the default left out.
Words fieldsOf(const Invoice& invoice) {
    const Invoice defaults;
    Words words = wordsOf(static_cast<std::uint64_t>(secondsOf(invoice.timestamp)), 7);
    append(words, Field::payment_secret, wordsOfBytes(invoice.payment_secret));
    append(words, Field::payment_hash, wordsOfBytes(invoice.payment_hash));
    if (invoice.description) append(words, Field::description, wordsOfBytes(viewOf(*invoice.description)));
    if (invoice.description_hash)
        append(words, Field::description_hash, wordsOfBytes(*invoice.description_hash));
    if (invoice.payment_metadata)
        append(words, Field::payment_metadata, wordsOfBytes(*invoice.payment_metadata));
    if (invoice.expiry != defaults.expiry)
        append(words, Field::expiry, wordsOf(static_cast<std::uint64_t>(invoice.expiry.count())));
    if (invoice.min_final_cltv_expiry_delta != defaults.min_final_cltv_expiry_delta)
        append(words, Field::min_final_cltv, wordsOf(invoice.min_final_cltv_expiry_delta.value));
    for (const bitcoin::Script& script : invoice.fallbacks)
        if (const auto fallback = wordsOfFallback(script)) append(words, Field::fallback, *fallback);
    for (const RouteHint& hint : invoice.route_hints)
        append(words, Field::route_hint, wordsOfRouteHint(hint));
    if (!invoice.features.bits().empty()) append(words, Field::features, wordsOfFeatures(invoice.features));
    return words;
}

} // namespace

std::expected<std::string, SignInvoiceError> signInvoice(const Invoice& invoice,
                                                         const bitcoin::NetworkParameters& parameters,
                                                         const crypto::PrivateKey& node_key) {
    if (const auto fault = faultOf(invoice)) return std::unexpected(*fault);
    std::string prefix(parameters.invoice_prefix);
    if (invoice.amount) prefix += amountText(*invoice.amount);
    Words words = fieldsOf(invoice);
    const auto signature = crypto::signRecoverable(invoiceDigest(prefix, words), node_key);
    const Words signature_words =
        wordsOfBytes(concat({signature.signature, ByteView(&signature.recovery_id, 1)}));
    words.insert(words.end(), signature_words.begin(), signature_words.end());
    return bitcoin::encodeBech32(prefix, words, bitcoin::Bech32Variant::bech32);
}

} // namespace duplex::lightning::invoice
