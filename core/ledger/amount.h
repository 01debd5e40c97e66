#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace duplex::ledger {

using Units = boost::multiprecision::uint256_t;

/// An amount of an asset in its smallest unit. Wide enough for every chain (wei); rooms of one chain keep
/// their own types.
struct Amount {
    Units units;
    static Amount of(std::int64_t value) { return {Units(value < 0 ? 0 : value)}; }
    friend bool operator==(const Amount&, const Amount&) = default;
};

/// Decimal digits of the smallest unit.
std::string decimalOf(const Amount& amount);
/// Digits only, at most 78; nothing above 2^256 - 1.
std::optional<Amount> amountFromDecimal(std::string_view text);

} // namespace duplex::ledger
