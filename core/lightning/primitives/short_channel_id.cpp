#include "core/lightning/primitives/short_channel_id.h"

#include <charconv>
#include <fmt/core.h>

namespace duplex::lightning {

std::string textOf(ShortChannelId id) {
    return fmt::format("{}x{}x{}", id.block(), id.transaction(), id.output());
}

std::optional<ShortChannelId> shortChannelIdFromText(std::string_view text) {
    const std::uint32_t limits[3] = {0xffffff, 0xffffff, 0xffff};
    std::uint32_t parts[3] = {};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (int i = 0; i < 3; ++i) {
        const auto [next, fault] = std::from_chars(at, end, parts[i]);
        if (fault != std::errc{} || parts[i] > limits[i]) return std::nullopt;
        at = next;
        if (i == 2) break;
        if (at == end || *at != 'x') return std::nullopt;
        ++at;
    }
    if (at != end) return std::nullopt;
    return ShortChannelId::of(parts[0], parts[1], static_cast<std::uint16_t>(parts[2]));
}

} // namespace duplex::lightning
