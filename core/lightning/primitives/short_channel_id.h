#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace duplex::lightning {

/// Where a funding output stands: block, transaction in it, output (BOLT 7); or an alias of the same form.
struct ShortChannelId {
    std::uint64_t value = 0;
    static ShortChannelId of(std::uint32_t block, std::uint32_t transaction, std::uint16_t output) {
        return {static_cast<std::uint64_t>(block) << 40 |
                static_cast<std::uint64_t>(transaction & 0xffffff) << 16 | output};
    }
    std::uint32_t block() const { return static_cast<std::uint32_t>(value >> 40); }
    std::uint32_t transaction() const { return static_cast<std::uint32_t>(value >> 16 & 0xffffff); }
    std::uint16_t output() const { return static_cast<std::uint16_t>(value); }
    friend auto operator<=>(const ShortChannelId&, const ShortChannelId&) = default;
};
/// "539268x845x1"
std::string textOf(ShortChannelId id);
std::optional<ShortChannelId> shortChannelIdFromText(std::string_view text);

} // namespace duplex::lightning
