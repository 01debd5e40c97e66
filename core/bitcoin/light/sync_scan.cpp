#include "core/bitcoin/light/sync_machine.h"

namespace duplex::bitcoin::light {

// Heights above the verified one stand in a window of slots. Filters come in ranges from several peers in any
// order; each is checked against its agreed header and matched at once; a hit asks for its block; and slots
// leave the window at its lower end only, one after another.

namespace {

constexpr std::size_t widest_window = 4'000; // heights
constexpr std::size_t bytes_per_request = 4'000'000;
constexpr std::size_t fewest_per_request = 10;
constexpr std::uint32_t filters_kept = 2'016;
constexpr int most_connected_per_step = 5'000;
constexpr std::uint32_t heights_per_report = 200;

} // namespace

void Sync::Machine::fillWindow() {
    const Reached last = std::min(tipOfFilterHeaders(), Reached{m_chain.height()});
    Reached next = m_verified + 1;
    const bool whole = !m_window.empty() && Reached{m_window.begin()->first} == m_verified + 1 &&
                       m_window.rbegin()->first - m_window.begin()->first + 1 == m_window.size();
    if (whole) next = Reached{m_window.rbegin()->first} + 1; // else a rewind left a hole: look at each height
    // The lowest height comes in whatever is held: after a rewind the window may be full above it, and only
    // from its lower end it empties.
    for (; next <= last && next <= m_verified + Reached{widest_window} &&
           (m_window_bytes < m_most_window_bytes || next == m_verified + 1);
         ++next) {
        const auto height = static_cast<std::uint32_t>(next);
        if (m_window.contains(height)) continue;
        Slot& slot = m_window[height];
        if (m_disputed.contains(height) && !m_watch.empty()) {
            hitBlock(height, slot);
        } else if (m_watch.empty()) {
            slot.state = Slot::State::done; // nothing to look for
        } else if (const auto kept = m_recent.find(height); kept != m_recent.end()) {
            slot.filter = kept->second;
            m_window_bytes += slot.filter->bytes.size();
            match(height, slot);
            if (!m_window.contains(height)) return; // proven false: everything from here on is gone
        }
    }
}

void Sync::Machine::scheduleFilters(const Moment& now) {
    if (m_watch.empty()) return;
    fillWindow();
    for (auto& [id, peer] : m_peers) {
        if (!peer.serves_filters || !usable(peer) || peer.filters_ask || !peer.height) continue;
        const auto slot = std::find_if(m_window.begin(), m_window.end(), [](const auto& each) {
            return each.second.state == Slot::State::needs_filter;
        });
        if (slot == m_window.end()) return;
        if (peer.agree_to >= Reached{slot->first} && *peer.height >= slot->first)
            askFilters(id, peer, slot->first, now);
    }
}

void Sync::Machine::askFilters(PeerId id, PeerRecord& peer, std::uint32_t start, const Moment& now) {
    const std::size_t most =
        std::clamp<std::size_t>(bytes_per_request / std::max<std::size_t>(1, m_average_filter),
                                fewest_per_request, wire::most_filters);
    std::uint32_t stop = start;
    for (auto slot = m_window.find(start); slot != m_window.end(); ++slot) {
        const bool next = slot->first == start || slot->first == stop + 1;
        const bool reachable = Reached{slot->first} <= peer.agree_to && slot->first <= *peer.height;
        if (!next || !reachable || slot->second.state != Slot::State::needs_filter ||
            slot->first - start >= most)
            break;
        slot->second.state = Slot::State::asked;
        stop = slot->first;
    }
    peer.filters_ask =
        RangeAsk{.asked = now.ticks, .start = start, .stop = stop, .stop_hash = m_chain.hashAt(stop)};
    send(id, wire::GetCfilters{{start}, peer.filters_ask->stop_hash});
}

void Sync::Machine::freeRange(const RangeAsk& ask) {
    for (auto slot = m_window.lower_bound(ask.start); slot != m_window.end() && slot->first <= ask.stop;
         ++slot)
        if (slot->second.state == Slot::State::asked) slot->second.state = Slot::State::needs_filter;
}

void Sync::Machine::onCfilter(PeerId id, PeerRecord& peer, const wire::Cfilter& message) {
    if (m_dispute) onDisputedFilter(id, message);
    if (!find(id) || !peer.filters_ask) return;
    RangeAsk& ask = *peer.filters_ask;
    std::uint32_t height = ask.start + static_cast<std::uint32_t>(ask.received.size()); // they come in order
    if (height > ask.stop || m_chain.hashAt(height) != message.block) {
        const auto found = m_chain.heightOf(message.block);
        if (!found || found->value < ask.start || found->value > ask.stop) return;
        height = found->value;
    }
    if (Reached{height} > tipOfFilterHeaders()) return;
    const FilterHeader header = headerAfter(m_filter_headers.before(height), hashOf(message.filter));
    if (header != m_filter_headers.at(height)) {
        // Proof only against a peer which served this very hash.
        const bool proof = peer.agree_to >= Reached{height} && !peer.own_branch;
        return drop(id, DropReason::false_filter, proof ? Ban::yes : Ban::no);
    }
    if (!ask.received.insert(height).second) return;
    answered(peer);
    m_average_filter = (m_average_filter * 7 + message.filter.size()) / 8;
    if (ask.received.size() == ask.stop - ask.start + 1) peer.filters_ask.reset();
    const auto slot = m_window.find(height);
    if (slot == m_window.end() || slot->second.filter) return;
    if (slot->second.state != Slot::State::asked && slot->second.state != Slot::State::needs_filter) return;
    slot->second.filter = BlockFilter{message.filter};
    m_window_bytes += message.filter.size();
    match(height, slot->second);
}

void Sync::Machine::match(std::uint32_t height, Slot& slot) {
    const auto found = matchesAny(slot.filter->bytes, m_chain.hashAt(height), m_watch.query());
    if (!found) return oursIsFalse(height); // agreed by all, yet not a filter
    if (*found)
        hitBlock(height, slot);
    else
        slot.state = Slot::State::done;
}

void Sync::Machine::hitBlock(std::uint32_t height, Slot& slot) {
    slot.state = Slot::State::needs_block;
    Want part;
    part.for_scan = true;
    want(m_chain.hashAt(height), height, Moment{.ticks = m_now}, part);
}

/// Hands out what is done, in strict order; stops behind a block until it is applied.
void Sync::Machine::advance() {
    searchLate();
    for (int i = 0; i < most_connected_per_step && !m_waiting_apply; ++i) {
        if (m_verified >= std::min(tipOfFilterHeaders(), Reached{m_chain.height()})) break;
        auto next = m_window.find(static_cast<std::uint32_t>(m_verified + 1));
        if (next == m_window.end()) {
            fillWindow();
            next = m_window.find(static_cast<std::uint32_t>(m_verified + 1));
        }
        if (next == m_window.end() || next->second.state != Slot::State::done) break;
        connect(next->first, next->second);
        if (next->second.filter) {
            m_window_bytes -= next->second.filter->bytes.size();
            m_recent[next->first] = std::move(*next->second.filter);
        }
        m_verified = next->first;
        m_window.erase(next);
        if (m_recent.size() > filters_kept) m_recent.erase(m_recent.begin());
    }
    if (!m_waiting_apply) reportComplete();
}

void Sync::Machine::connect(std::uint32_t height, Slot& slot) {
    const BlockHash hash = m_chain.hashAt(height);
    const bool hit = slot.block.has_value();
    if (Reached{height} > m_connected) {
        m_actions.push_back(BlockConnected{{height}, hash, m_chain.at(height), std::move(slot.block)});
        m_connected = height;
    } else if (hit) {
        m_actions.push_back(BlockRescanned{{height}, hash, std::move(*slot.block)});
    }
    if (hit) m_waiting_apply = height;
}

CompleteTo Sync::Machine::completeTo() const {
    // Nothing of ours can stand in the genesis block: "nothing verified" reads the same as height 0.
    CompleteTo state{.height = {static_cast<std::uint32_t>(std::max<Reached>(0, m_verified))}};
    for (const auto& [id, peer] : m_peers) {
        if (!peer.serves_filters || !usable(peer) || !peer.height) continue;
        ++state.asked;
        if (peer.agree_to >= m_verified && !peer.own_branch) ++state.agreeing;
    }
    return state;
}

void Sync::Machine::reportComplete() {
    const CompleteTo state = completeTo();
    if (m_verified < 0 && !m_reported) return;
    if (Reached{state.height.value} > Reached{m_chain.height()} || m_reported == state) return;
    // In the middle of a scan not every height is worth a commit; what a crash loses is connected again.
    const auto next = m_window.find(static_cast<std::uint32_t>(m_verified + 1));
    const bool more = next != m_window.end() && next->second.state != Slot::State::needs_block;
    if (more && !m_report_due && m_reported && state.height >= m_reported->height &&
        state.height.value - m_reported->height.value < heights_per_report)
        return;
    m_reported = state;
    m_report_due = false;
    m_actions.push_back(state);
}

void Sync::Machine::rewindTo(Reached height) {
    m_verified = height;
    reportComplete();
}

void Sync::Machine::onWatchAdded(const WatchAdded& event) {
    if (!m_watch.add(event.scripts, event.outpoints)) return;
    // What was matched and not yet handed out is matched again for the new scripts.
    std::vector<std::uint32_t> again;
    for (auto& [height, slot] : m_window) {
        if (slot.state != Slot::State::done || slot.block) continue;
        slot.state = Slot::State::needs_filter;
        if (slot.filter) again.push_back(height);
    }
    for (const std::uint32_t height : again) {
        const auto slot = m_window.find(height);
        if (slot != m_window.end()) match(height, slot->second);
    }
    const Reached before = Reached{event.birth.value} - 1;
    m_birthday_floor = std::min(m_birthday_floor, before);
    if (before < m_verified) rewindTo(before);
}

} // namespace duplex::bitcoin::light
