#include "core/lightning/invoice/amount_text.h"

#include <charconv>
#include <fmt/core.h>

namespace duplex::lightning::invoice {

namespace {
struct Multiplier {
    char letter;
    std::int64_t msat; // of one unit
};
constexpr std::int64_t bitcoin_msat = 100'000'000'000;
constexpr Multiplier multipliers[] = {{'m', 100'000'000}, {'u', 100'000}, {'n', 100}};
} // namespace

std::string amountText(MilliSatoshi amount) {
    if (amount.value % bitcoin_msat == 0) return fmt::format("{}", amount.value / bitcoin_msat);
    for (const Multiplier& multiplier : multipliers)
        if (amount.value % multiplier.msat == 0)
            return fmt::format("{}{}", amount.value / multiplier.msat, multiplier.letter);
    return fmt::format("{}0p", amount.value); // a tenth of a millisatoshi each
}

std::optional<MilliSatoshi> amountFromText(std::string_view text) {
    std::uint64_t count = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (fault != std::errc{} || text[0] == '0') return std::nullopt;
    const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
    if (rest.size() > 1) return std::nullopt;
    if (rest == "p") {
        if (count % 10 != 0) return std::nullopt;
        return checkedMilliSatoshi(count / 10);
    }
    std::uint64_t unit = rest.empty() ? static_cast<std::uint64_t>(bitcoin_msat) : 0;
    for (const Multiplier& multiplier : multipliers)
        if (!rest.empty() && rest[0] == multiplier.letter) unit = static_cast<std::uint64_t>(multiplier.msat);
    if (unit == 0 || count > UINT64_MAX / unit) return std::nullopt;
    return checkedMilliSatoshi(count * unit);
}

} // namespace duplex::lightning::invoice
