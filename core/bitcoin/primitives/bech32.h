#pragma once

#include "core/base/bytes.h"

namespace duplex::bitcoin {

enum class Bech32Variant { bech32, bech32m };
struct Bech32Text {
    std::string prefix;              // lower case
    std::vector<std::uint8_t> words; // 5-bit groups, checksum removed
    Bech32Variant variant = Bech32Variant::bech32;
};
/// Nothing for mixed case, bytes outside 33..126, a bad checksum, or more than `longest` characters (90 for
/// addresses, 7089 for invoices).
std::optional<Bech32Text> decodeBech32(std::string_view text, std::size_t longest = 90);
std::string encodeBech32(std::string_view prefix, std::span<const std::uint8_t> words, Bech32Variant variant);
/// Regroups bits; on 5 -> 8 without padding a non-zero or over-long rest gives nothing.
std::optional<std::vector<std::uint8_t>> convertBits(std::span<const std::uint8_t> data, int from, int to,
                                                     bool pad);

} // namespace duplex::bitcoin
