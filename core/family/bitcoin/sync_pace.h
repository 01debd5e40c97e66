#pragma once

#include "core/base/time.h"
#include "core/bitcoin/light/sync.h"

#include <deque>
#include <optional>

namespace duplex::family::bitcoin {

namespace light = duplex::bitcoin::light;

/// How far the stage of the sync that runs now has counted, and towards what.
struct StageProgress {
    light::SyncStage stage = light::SyncStage::no_peers;
    std::int64_t done = 0;
    std::int64_t target = 0;
};

/// What the running stage still takes, from its own pace over the last half minute.
class SyncPace {
public:
    static constexpr Ticks window = 30s;
    static constexpr Ticks shortest_look = 3s; // a pace seen for less says nothing

    /// With each turn of the clock.
    void note(const StageProgress& progress, Ticks now);
    /// At least one second; nothing before a pace is known, without progress, and when all is done.
    std::optional<std::int64_t> secondsLeft() const;

private:
    struct Sample {
        Ticks at{};
        std::int64_t done = 0;
    };
    StageProgress m_now;
    std::deque<Sample> m_samples;
};

} // namespace duplex::family::bitcoin
