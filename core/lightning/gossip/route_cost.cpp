#include "core/lightning/gossip/route_cost.h"

#include <bit>

namespace duplex::lightning::gossip {

namespace {
/// Price of locking an amount for a block, in billionths (about 8 % a year).
constexpr std::int64_t time_price_billionths = 15;
constexpr std::int64_t base_penalty_msat = 500;
constexpr std::int64_t unverified_penalty_msat = 500;
/// Of each halving of the chance to get through.
constexpr std::int64_t halving_penalty_msat = 2'000;
constexpr std::int64_t halving_penalty_share = 1'000; // and a thousandth of the amount
constexpr std::int64_t hopeless_halvings = 20;

/// log2 in 64ths of one number.
std::int64_t log2In64ths(std::uint64_t value) {
    const int whole = 63 - std::countl_zero(value);
    const std::uint64_t fraction = whole >= 6 ? (value >> (whole - 6)) & 63 : (value << (6 - whole)) & 63;
    return static_cast<std::int64_t>(whole) * 64 + static_cast<std::int64_t>(fraction);
}
} // namespace

std::int64_t log2In64ths(std::uint64_t numerator, std::uint64_t denominator) {
    return log2In64ths(numerator) - log2In64ths(denominator);
}

std::int64_t hopPenalty(MilliSatoshi amount, std::uint16_t cltv_expiry_delta) {
    const __int128 time =
        static_cast<__int128>(amount.value) * cltv_expiry_delta * time_price_billionths / 1'000'000'000;
    return base_penalty_msat + amount.value / 131'072 + static_cast<std::int64_t>(time);
}

std::int64_t liquidityPenalty(MilliSatoshi amount, const LiquidityBounds& bounds, Verification verification) {
    const std::int64_t per_halving = halving_penalty_msat + amount.value / halving_penalty_share;
    const std::int64_t unverified = verification == Verification::signatures ? unverified_penalty_msat : 0;
    if (amount <= bounds.lower) return unverified;
    if (amount >= bounds.upper) return unverified + hopeless_halvings * per_halving;
    // The amount lies evenly between the bounds, as far as we know.
    const auto all = static_cast<std::uint64_t>((bounds.upper - bounds.lower).value);
    const auto left = static_cast<std::uint64_t>((bounds.upper - amount).value);
    const std::int64_t halvings_64 = std::min(log2In64ths(all, left), hopeless_halvings * 64);
    return unverified + static_cast<std::int64_t>(static_cast<__int128>(halvings_64) * per_halving / 64);
}

} // namespace duplex::lightning::gossip
