#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace duplex {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

/// Lower-case hexadecimal, two digits a byte, first byte first.
std::string toHex(ByteView bytes);

/// Bytes of a hexadecimal text (either case); nothing when a digit is wrong or the length is odd.
std::optional<Bytes> fromHex(std::string_view text);

/// As fromHex, for a text that must hold exactly N bytes.
template <std::size_t N>
std::optional<ByteArray<N>> arrayFromHex(std::string_view text) {
    const std::optional<Bytes> bytes = fromHex(text);
    if (!bytes || bytes->size() != N) return std::nullopt;
    ByteArray<N> result{};
    std::copy(bytes->begin(), bytes->end(), result.begin());
    return result;
}

/// The first N bytes of a view that the caller knows to hold at least N (checked).
template <std::size_t N>
ByteArray<N> toArray(ByteView bytes) {
    ByteArray<N> result{};
    for (std::size_t i = 0; i < N && i < bytes.size(); ++i) result[i] = bytes[i];
    return result;
}

inline Bytes toBytes(ByteView bytes) {
    return Bytes(bytes.begin(), bytes.end());
}
inline ByteView viewOf(std::string_view text) {
    return ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}
inline std::string textOf(ByteView bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

/// Bytes of all parts, one after another.
Bytes concat(std::initializer_list<ByteView> parts);

/// The same bytes in reverse order: txids and block hashes are shown reversed.
template <std::size_t N>
ByteArray<N> reversed(const ByteArray<N>& bytes) {
    ByteArray<N> result{};
    for (std::size_t i = 0; i < N; ++i) result[i] = bytes[N - 1 - i];
    return result;
}

/// Equality whose time depends on the lengths only. For secrets and authentication tags.
bool equalInConstantTime(ByteView a, ByteView b);

} // namespace duplex
