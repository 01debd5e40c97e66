#pragma once

#include "core/bitcoin/primitives/satoshi.h"

namespace duplex::lightning {

/// An amount in thousandths of a satoshi, Lightning's unit. Never negative in a commitment.
struct MilliSatoshi {
    std::int64_t value = 0;

    friend auto operator<=>(const MilliSatoshi&, const MilliSatoshi&) = default;
    friend MilliSatoshi operator+(MilliSatoshi a, MilliSatoshi b) { return {a.value + b.value}; }
    friend MilliSatoshi operator-(MilliSatoshi a, MilliSatoshi b) { return {a.value - b.value}; }
    MilliSatoshi& operator+=(MilliSatoshi other) {
        value += other.value;
        return *this;
    }
    MilliSatoshi& operator-=(MilliSatoshi other) {
        value -= other.value;
        return *this;
    }
    /// Rounded down: what an output holds (BOLT 3).
    bitcoin::Satoshi satoshiFloor() const { return {value / 1000}; }
    static MilliSatoshi fromSatoshi(bitcoin::Satoshi amount) { return {amount.value * 1000}; }
};

/// From a peer's u64: nothing above 21 million BTC, so that sums of a few stay inside 64 bits.
inline std::optional<MilliSatoshi> checkedMilliSatoshi(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(bitcoin::max_money.value) * 1000) return std::nullopt;
    return MilliSatoshi{static_cast<std::int64_t>(value)};
}

} // namespace duplex::lightning
