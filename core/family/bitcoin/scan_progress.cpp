#include "core/family/bitcoin/scan_progress.h"

#include <algorithm>

namespace duplex::family::bitcoin {

using duplex::bitcoin::BlockHeight;

namespace {

constexpr std::size_t seen_blocks_kept = 144;

BlockHeight below(BlockHeight height) {
    return {height.value == 0 ? 0 : height.value - 1};
}

} // namespace

ScanProgress::ScanProgress(BlockHeight birthday, BlockHeight complete_to, BlockHeight verified_to,
                           std::optional<Rescan> rescan, std::deque<SeenBlock> seen)
    : m_birthday(birthday), m_complete_to(complete_to), m_verified_to(std::max(verified_to, complete_to)),
      m_rescan(rescan), m_seen(std::move(seen)) {}

void ScanProgress::bornAt(BlockHeight birthday) {
    m_birthday = birthday;
    m_complete_to = m_verified_to = knowsBirthday() ? below(birthday) : BlockHeight{};
}

void ScanProgress::connected(const SeenBlock& block) {
    // A search that begins anew passes what was seen; a block that left was taken out when it did.
    if (!m_seen.empty() && m_seen.back().height >= block.height) return;
    m_seen.push_back(block);
    if (m_seen.size() > seen_blocks_kept) m_seen.pop_front();
}

void ScanProgress::completeTo(BlockHeight height) {
    // Down: a filter was false, or something older is searched. An end of the rescan must not pass over that.
    if (m_rescan && height < m_complete_to) m_rescan->complete_to = std::min(m_rescan->complete_to, height);
    m_complete_to = height;
    m_verified_to = std::max(m_verified_to, height);
    dropFinishedRescan();
}

void ScanProgress::disconnectedFrom(BlockHeight height) {
    while (!m_seen.empty() && m_seen.back().height >= height) m_seen.pop_back();
    for (BlockHeight* each : {&m_complete_to, &m_verified_to}) *each = std::min(*each, below(height));
    if (m_rescan) m_rescan->complete_to = std::min(m_rescan->complete_to, below(height));
    dropFinishedRescan();
}

bool ScanProgress::leaveBranch(const std::function<bool(const SeenBlock&)>& stands) {
    // After a crash before the report that a block was verified, its rows go with those above it.
    while (!m_seen.empty() && m_seen.back().height > m_verified_to) m_seen.pop_back();
    if (m_seen.empty() || stands(m_seen.back())) return false;
    while (!m_seen.empty() && !stands(m_seen.back())) m_seen.pop_back();
    // Where none of them stands the branch was left further down than is remembered.
    disconnectedFrom(m_seen.empty() ? m_birthday : BlockHeight{m_seen.back().height.value + 1});
    return true;
}

void ScanProgress::beginRescan(BlockHeight from) {
    if (!m_rescan) m_rescan = {.birthday = m_birthday, .complete_to = m_complete_to};
    m_birthday = std::min(from, m_birthday);
    m_complete_to = std::min(below(from), m_complete_to);
    dropFinishedRescan();
}

bool ScanProgress::abortRescan() {
    if (!m_rescan) return false;
    m_birthday = m_rescan->birthday;
    m_complete_to = m_rescan->complete_to;
    m_rescan.reset();
    return true;
}

void ScanProgress::searchFrom(BlockHeight height) {
    m_complete_to = std::min(m_complete_to, below(height));
    // An end of the rescan before its time must not pass over what is new.
    if (m_rescan) m_rescan->complete_to = std::min(m_rescan->complete_to, below(height));
    dropFinishedRescan();
}

void ScanProgress::dropFinishedRescan() {
    if (m_rescan && m_complete_to >= m_rescan->complete_to) m_rescan.reset();
}

} // namespace duplex::family::bitcoin
