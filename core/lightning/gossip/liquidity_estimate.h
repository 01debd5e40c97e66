#pragma once

#include "core/base/time.h"
#include "core/lightning/primitives/milli_satoshi.h"
#include "core/lightning/primitives/short_channel_id.h"

#include <map>
#include <optional>

namespace duplex::lightning::gossip {

/// One direction of a channel: 0 is from the node with the lesser id (BOLT 7, channel_update direction bit).
struct DirectedChannel {
    ShortChannelId short_channel_id;
    int direction = 0;
    friend auto operator<=>(const DirectedChannel&, const DirectedChannel&) = default;
};

/// Between these lies what a direction can carry, as far as our own attempts tell.
struct LiquidityBounds {
    MilliSatoshi lower;
    MilliSatoshi upper;
    friend bool operator==(const LiquidityBounds&, const LiquidityBounds&) = default;
};

/// What our payments taught about channels of others; old knowledge fades with a half-life of 6 hours.
class LiquidityEstimate {
public:
    static constexpr std::size_t most_channels = 20'000;

    /// It did not carry this much.
    void failed(DirectedChannel channel, MilliSatoshi amount, UnixTime now);
    /// It carried, or could have carried, this much.
    void passed(DirectedChannel channel, MilliSatoshi amount, UnixTime now);
    /// A payment went through for good: so much moved to the other side.
    void moved(DirectedChannel channel, MilliSatoshi amount, UnixTime now);
    /// Within 0 and `capacity`.
    LiquidityBounds bounds(DirectedChannel channel, MilliSatoshi capacity, UnixTime now) const;
    std::size_t size() const { return m_known.size(); }

private:
    struct Known {
        MilliSatoshi lower;                // 0: unknown
        std::optional<MilliSatoshi> upper; // nothing: unknown
        UnixTime lower_at{};
        UnixTime upper_at{};
    };
    Known& entry(DirectedChannel channel, UnixTime now);
    std::map<DirectedChannel, Known> m_known;
};

} // namespace duplex::lightning::gossip
