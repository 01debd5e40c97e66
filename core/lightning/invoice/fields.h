#pragma once

#include "core/lightning/invoice/bolt11.h"
#include "core/lightning/invoice/words.h"

namespace duplex::lightning::invoice {

/// Types of tagged fields: the place of their letter in the bech32 alphabet (BOLT 11, Tagged Fields).
enum class Field : std::uint8_t {
    payment_hash = 1,      // p
    route_hint = 3,        // r
    features = 5,          // 9
    expiry = 6,            // x
    fallback = 9,          // f
    description = 13,      // d
    payment_secret = 16,   // s
    payee = 19,            // n
    description_hash = 23, // h
    min_final_cltv = 24,   // c
    payment_metadata = 27, // m
};
inline constexpr std::size_t hash_words = 52;
inline constexpr std::size_t key_words = 53;

/// The script of a fallback address; nothing for an unknown version or length (skipped by readers).
std::optional<bitcoin::Script> fallbackOf(WordView words);
/// Nothing for a script that has no form in an invoice.
std::optional<Words> wordsOfFallback(const bitcoin::Script& script);

std::optional<RouteHint> routeHintOf(WordView words);
Words wordsOfRouteHint(const RouteHint& hint);

Features featuresOf(WordView words);
Words wordsOfFeatures(const Features& features);

/// SHA-256 of the prefix and the words, padded with zero bits: what is signed.
crypto::Hash32 invoiceDigest(std::string_view prefix, WordView words);

} // namespace duplex::lightning::invoice
