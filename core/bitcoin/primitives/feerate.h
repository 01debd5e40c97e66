#pragma once

#include "core/bitcoin/primitives/satoshi.h"

namespace duplex::bitcoin {

struct Weight {
    std::int64_t value = 0; // weight units (BIP 141)
    friend auto operator<=>(const Weight&, const Weight&) = default;
    friend Weight operator+(Weight a, Weight b) { return {a.value + b.value}; }
    std::int64_t virtualSize() const { return (value + 3) / 4; }
};

/// Satoshi per 1,000 weight units, Lightning's and our own unit everywhere inside. 250 = 1 sat/vB.
struct FeeratePerKw {
    std::int64_t value = 0;
    friend auto operator<=>(const FeeratePerKw&, const FeeratePerKw&) = default;
    /// Fee rounded down, as BOLT 3 computes commitment fees.
    Satoshi feeFloor(Weight weight) const { return {value * weight.value / 1000}; }
    /// Fee rounded up: what a transaction of ours pays so that it is not below the rate.
    Satoshi feeCeil(Weight weight) const { return {(value * weight.value + 999) / 1000}; }
    static FeeratePerKw fromSatPerKvb(std::int64_t sat_per_kvb) { return {(sat_per_kvb + 3) / 4}; }
    std::int64_t satPerKvb() const { return value * 4; }
};

/// The least a commitment may pay so that it never rounds below 1 sat/vB (BOLT 2).
inline constexpr FeeratePerKw feerate_floor{253};

} // namespace duplex::bitcoin
