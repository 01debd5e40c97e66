#include "core/rpc/lightning_arguments.h"

#include "core/base/text.h"
#include "core/lightning/primitives/short_channel_id.h"

#include <charconv>
#include <fmt/core.h>

namespace duplex::rpc {

std::optional<std::int64_t> wholeNumber(std::string_view text) {
    std::int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || result.ec != std::errc{} || result.ptr != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

std::optional<std::int64_t> scaled(std::optional<std::int64_t> value, std::int64_t factor) {
    if (!value || *value > 2'100'000'000'000'000'000 / factor) return std::nullopt;
    return *value * factor;
}

std::optional<std::int64_t> millisatoshiOf(const Json& value, std::int64_t bare) {
    if (const auto number = value.integer()) return *number < 0 ? std::nullopt : scaled(number, bare);
    if (!value.string()) return std::nullopt;
    const std::string_view text = *value.string();
    const auto without = [&](std::size_t count) { return text.substr(0, text.size() - count); };
    if (text.ends_with("msat")) return scaled(wholeNumber(without(4)), 1);
    if (text.ends_with("sat")) return scaled(wholeNumber(without(3)), 1000);
    if (text.ends_with("btc")) {
        const auto amount = fixedPointOf(without(3), 11);
        return amount && *amount >= 0 ? scaled(amount, 1) : std::nullopt;
    }
    return scaled(wholeNumber(text), bare);
}

std::unexpected<api::Error> badAmount(std::string_view name) {
    return fail(
        Code::bad_params,
        fmt::format(
            "{}: should be a millisatoshi amount, as 1000, \"1000msat\", \"1sat\" or \"0.00000001btc\"",
            name));
}

std::string withoutScheme(std::string text) {
    constexpr std::string_view scheme = "lightning:";
    if (lowerCase(std::string_view(text).substr(0, scheme.size())) == scheme) text.erase(0, scheme.size());
    return text;
}

bool isNodeId(std::string_view text) {
    const auto bytes = fromHex(text);
    return bytes && bytes->size() == 33 && ((*bytes)[0] == 2 || (*bytes)[0] == 3);
}

std::expected<std::string, api::Error> nodeIdOf(const Arguments& arguments, std::string_view name) {
    std::string id = lowerCase(arguments.text(name));
    if (!id.empty() && !isNodeId(id))
        return fail(Code::bad_params,
                    fmt::format("{}: should be a node id, 66 hex digits that begin with 02 or 03", name));
    return id;
}

std::expected<std::string, api::Error> shortChannelIdOf(const Arguments& arguments) {
    std::string text = arguments.text("short_channel_id");
    if (!text.empty() && !lightning::shortChannelIdFromText(text))
        return fail(Code::bad_params, "short_channel_id: should be BLOCKxTRANSACTIONxOUTPUT, as 800000x12x0");
    return text;
}

} // namespace duplex::rpc
