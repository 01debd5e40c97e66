#pragma once

#include <chrono>
#include <cstdint>

namespace duplex {

/// Calendar time in whole seconds since 1970 (UTC): what blocks, invoices and history carry.
using UnixTime = std::chrono::sys_seconds;
inline std::int64_t secondsOf(UnixTime time) {
    return time.time_since_epoch().count();
}
inline UnixTime unixTime(std::int64_t seconds) {
    return UnixTime{std::chrono::seconds{seconds}};
}

/// Monotonic time since an arbitrary start: what timers and time-outs use, so that a clock change
/// fires none of them (threats 119). Pure rooms get it as an argument.
using Ticks = std::chrono::milliseconds;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""min;

} // namespace duplex
