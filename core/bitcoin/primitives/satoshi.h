#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace duplex::bitcoin {

/// An amount in satoshi. Signed only so that differences have a type; a coin is 0 to max_money.
struct Satoshi {
    std::int64_t value = 0;

    friend auto operator<=>(const Satoshi&, const Satoshi&) = default;
    friend Satoshi operator+(Satoshi a, Satoshi b) { return {a.value + b.value}; }
    friend Satoshi operator-(Satoshi a, Satoshi b) { return {a.value - b.value}; }
    Satoshi& operator+=(Satoshi other) {
        value += other.value;
        return *this;
    }
    Satoshi& operator-=(Satoshi other) {
        value -= other.value;
        return *this;
    }
    Satoshi operator-() const { return {-value}; }
};

inline constexpr Satoshi max_money{21'000'000LL * 100'000'000LL};
inline constexpr bool inMoneyRange(Satoshi amount) {
    return amount.value >= 0 && amount.value <= max_money.value;
}
/// a + b, or nothing when either or the sum leaves 0..max_money: for amounts that a peer chose.
inline std::optional<Satoshi> checkedSum(Satoshi a, Satoshi b) {
    if (!inMoneyRange(a) || !inMoneyRange(b) || !inMoneyRange(a + b)) return std::nullopt;
    return a + b;
}

} // namespace duplex::bitcoin
