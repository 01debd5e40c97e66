#pragma once

#include "core/base/time.h"

#include <QObject>
#include <QTimer>

#include <functional>

namespace duplex::io {

/// Monotonic time since an arbitrary start of this process (threats 119).
Ticks now();
/// The same clock, fine enough for round trips.
std::chrono::microseconds preciseNow();

/// Calendar time. Only for what is shown, stored as a date or written into headers' checks.
UnixTime calendarNow();

/// One wake-up that can be moved: what a driver arms with the earliest time its machines asked for.
/// Never fires early; fires once an arming.
class SingleShot : public QObject {
    Q_OBJECT
public:
    explicit SingleShot(std::function<void()> callback, QObject* parent = nullptr);
    /// Arms for a point of now()'s time; replaces an earlier arming. A past time fires from the next turn of
    /// the loop.
    void armAt(Ticks when);
    void armIn(Ticks delay);
    void disarm();
    bool isArmed() const { return m_timer.isActive(); }

private:
    QTimer m_timer;
    Ticks m_due{0};
    std::function<void()> m_callback;
};

} // namespace duplex::io
