#pragma once

#include "core/base/bytes.h"

#include <compare>
#include <cstring>
#include <functional>

namespace duplex {

/// N bytes that name something. The tag keeps kinds apart: a Txid is not a BlockHash.
template <typename Tag, std::size_t N = 32>
struct TaggedBytes {
    ByteArray<N> bytes{};

    static constexpr std::size_t size = N;
    bool isZero() const { return bytes == ByteArray<N>{}; }
    /// In the order in which the bytes stand.
    std::string hex() const { return toHex(bytes); }
    static std::optional<TaggedBytes> fromHex(std::string_view text) {
        const auto found = arrayFromHex<N>(text);
        return found ? std::optional<TaggedBytes>{TaggedBytes{*found}} : std::nullopt;
    }
    /// Reversed, as Bitcoin shows txids and block hashes.
    std::string reversedHex() const { return toHex(reversed(bytes)); }
    static std::optional<TaggedBytes> fromReversedHex(std::string_view text) {
        const auto found = arrayFromHex<N>(text);
        return found ? std::optional<TaggedBytes>{TaggedBytes{reversed(*found)}} : std::nullopt;
    }
    operator ByteView() const { return bytes; }
    friend auto operator<=>(const TaggedBytes&, const TaggedBytes&) = default;
};

/// A number with a meaning: a BlockHeight is not a count. Compared, never mixed; arithmetic is written out on
/// `value`.
template <typename Tag, typename T>
struct TaggedNumber {
    T value{};
    friend auto operator<=>(const TaggedNumber&, const TaggedNumber&) = default;
};

} // namespace duplex

/// Only for bytes that are hashes already or for keys that we choose; tables keyed by what a peer
/// chooses use std::map or a keyed hash (threats 74).
template <typename Tag, std::size_t N>
struct std::hash<duplex::TaggedBytes<Tag, N>> {
    std::size_t operator()(const duplex::TaggedBytes<Tag, N>& value) const {
        static_assert(N >= sizeof(std::size_t));
        std::size_t result = 0;
        std::memcpy(&result, value.bytes.data(), sizeof result);
        return result;
    }
};
