#include "core/bitcoin/primitives/link_amount.h"

namespace duplex::bitcoin {

std::optional<Satoshi> amountFromLink(std::string_view text) {
    constexpr int most_decimals = 8;
    constexpr std::size_t longest = 40;
    std::int64_t value = 0;
    std::optional<int> decimals; // none before the point
    bool any_digit = false;
    if (text.size() > longest) return std::nullopt;
    for (const char c : text) {
        if (c == '.' && !decimals) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9') return std::nullopt;
        any_digit = true;
        if (decimals == most_decimals) {
            if (c != '0') return std::nullopt;
            continue;
        }
        if (value > max_money.value) return std::nullopt;
        value = value * 10 + (c - '0');
        if (decimals) ++*decimals;
    }
    if (!any_digit) return std::nullopt;
    for (int i = decimals.value_or(0); i < most_decimals; ++i) {
        if (value > max_money.value) return std::nullopt;
        value *= 10;
    }
    return inMoneyRange({value}) ? std::optional(Satoshi{value}) : std::nullopt;
}

} // namespace duplex::bitcoin
