#include "core/ledger/amount.h"

#include <algorithm>

namespace duplex::ledger {

std::string decimalOf(const Amount& amount) {
    return amount.units.str();
}

std::optional<Amount> amountFromDecimal(std::string_view text) {
    if (text.empty() || text.size() > 78) return std::nullopt;
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    const boost::multiprecision::uint512_t wide(text);
    if (wide > boost::multiprecision::uint512_t((std::numeric_limits<Units>::max)())) return std::nullopt;
    return Amount{Units(wide)};
}

} // namespace duplex::ledger
