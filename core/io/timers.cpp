#include "core/io/timers.h"

#include <algorithm>

namespace duplex::io {

Ticks now() {
    return std::chrono::duration_cast<Ticks>(std::chrono::steady_clock::now().time_since_epoch());
}

std::chrono::microseconds preciseNow() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
}

UnixTime calendarNow() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

SingleShot::SingleShot(std::function<void()> callback, QObject* parent)
    : QObject(parent), m_callback(std::move(callback)) {
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (now() < m_due) return armAt(m_due); // the loop's clock may round down
        m_callback();
    });
}

void SingleShot::armAt(Ticks when) {
    constexpr Ticks longest{24 * 3600 * 1000}; // re-armed when it fires early
    m_due = when;
    m_timer.start(std::clamp(when - now(), Ticks{0}, longest));
}

void SingleShot::armIn(Ticks delay) {
    armAt(now() + delay);
}

void SingleShot::disarm() {
    m_timer.stop();
}

} // namespace duplex::io
