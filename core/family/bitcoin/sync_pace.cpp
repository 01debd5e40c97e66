#include "core/family/bitcoin/sync_pace.h"

namespace duplex::family::bitcoin {

void SyncPace::note(const StageProgress& progress, Ticks now) {
    // Another stage has another pace; going back (a rescan, a reorganisation) begins anew.
    if (progress.stage != m_now.stage || progress.done < m_now.done) m_samples.clear();
    m_now = progress;
    m_samples.push_back({now, progress.done});
    while (m_samples.size() > 2 && m_samples.front().at < now - window) m_samples.pop_front();
}

std::optional<std::int64_t> SyncPace::secondsLeft() const {
    if (m_now.stage == light::SyncStage::no_peers || m_now.stage == light::SyncStage::synced)
        return std::nullopt;
    if (m_samples.size() < 2 || m_now.target <= m_now.done) return std::nullopt;
    const Ticks span = m_samples.back().at - m_samples.front().at;
    const std::int64_t counted = m_samples.back().done - m_samples.front().done;
    if (span < shortest_look || counted <= 0) return std::nullopt;
    // Heights have 32 bits and the window is short, so nothing overflows.
    const std::int64_t milliseconds = (m_now.target - m_now.done) * span.count() / counted;
    return std::max<std::int64_t>(1, (milliseconds + 999) / 1000);
}

} // namespace duplex::family::bitcoin
