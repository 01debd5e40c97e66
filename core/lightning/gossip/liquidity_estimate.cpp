#include "core/lightning/gossip/liquidity_estimate.h"

#include <algorithm>

namespace duplex::lightning::gossip {

namespace {
constexpr std::int64_t half_life_s = 6 * 3600;

/// value * 2^(-age / 6 h), the part of a half-life interpolated linearly; integers only.
MilliSatoshi faded(MilliSatoshi value, UnixTime since, UnixTime now) {
    const std::int64_t age = std::max<std::int64_t>(0, secondsOf(now) - secondsOf(since));
    const std::int64_t halvings = age / half_life_s;
    if (halvings >= 62) return {0};
    const std::int64_t base = value.value >> halvings;
    const std::int64_t part = age % half_life_s;
    return {base - static_cast<std::int64_t>(static_cast<__int128>(base) * part / (2 * half_life_s))};
}
} // namespace

LiquidityEstimate::Known& LiquidityEstimate::entry(DirectedChannel channel, UnixTime now) {
    if (m_known.size() >= most_channels && !m_known.contains(channel)) {
        // The oldest knowledge makes room: it says least.
        const auto oldest =
            std::min_element(m_known.begin(), m_known.end(), [](const auto& a, const auto& b) {
                return std::max(a.second.lower_at, a.second.upper_at) <
                       std::max(b.second.lower_at, b.second.upper_at);
            });
        m_known.erase(oldest);
    }
    return m_known.try_emplace(channel, Known{.lower = {}, .upper = {}, .lower_at = now, .upper_at = now})
        .first->second;
}

void LiquidityEstimate::failed(DirectedChannel channel, MilliSatoshi amount, UnixTime now) {
    Known& known = entry(channel, now);
    known.upper = amount;
    known.upper_at = now;
    if (known.lower >= amount) known.lower = {0};
}

void LiquidityEstimate::passed(DirectedChannel channel, MilliSatoshi amount, UnixTime now) {
    Known& known = entry(channel, now);
    if (faded(known.lower, known.lower_at, now) < amount) {
        known.lower = amount;
        known.lower_at = now;
    }
    if (known.upper && *known.upper <= amount) known.upper.reset();
}

void LiquidityEstimate::moved(DirectedChannel channel, MilliSatoshi amount, UnixTime now) {
    Known& out = entry(channel, now);
    out.lower = {std::max<std::int64_t>(0, out.lower.value - amount.value)};
    if (out.upper) out.upper = MilliSatoshi{std::max<std::int64_t>(0, out.upper->value - amount.value)};
    passed({channel.short_channel_id, 1 - channel.direction}, amount, now);
}

LiquidityBounds LiquidityEstimate::bounds(DirectedChannel channel, MilliSatoshi capacity,
                                          UnixTime now) const {
    const auto found = m_known.find(channel);
    if (found == m_known.end()) return {.lower = {0}, .upper = capacity};
    const Known& known = found->second;
    LiquidityBounds bounds{.lower = std::min(faded(known.lower, known.lower_at, now), capacity),
                           .upper = capacity};
    if (known.upper && *known.upper < capacity)
        bounds.upper = capacity - faded(capacity - *known.upper, known.upper_at, now);
    bounds.lower = std::min(bounds.lower, bounds.upper);
    return bounds;
}

} // namespace duplex::lightning::gossip
