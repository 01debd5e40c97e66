#include "core/bitcoin/light/sync_machine.h"

namespace duplex::bitcoin::light {

namespace {

constexpr int most_header_sources = 2; // while far behind: two at a time, so two first passes (threats 1)
constexpr Ticks poll_behind = 30s;     // a peer that showed no block: again after this
constexpr Ticks poll_always = 10min;
constexpr Ticks poll_future = 5min;
constexpr int most_unconnected = 10;
constexpr int most_low_work = 30; // messages in low_work_span; while others are fetched from we ask 20 times
constexpr Ticks low_work_span = 10min;

/// Blocks just found rather than an answer: a few headers that do not go on from where the pass stands.
/// (BIP 130; a node may announce up to eight at once.)
bool isAnnouncement(const wire::Headers& message, const FirstPass& pass) {
    constexpr std::size_t most_announced = 8;
    return !message.headers.empty() && message.headers.size() <= most_announced &&
           message.headers.front().previous != pass.lastHash();
}

} // namespace

void Sync::Machine::scheduleHeaders(const Moment& now) {
    int active = 0;
    for (const auto& [id, peer] : m_peers) active += peer.headers_ask ? 1 : 0;
    for (auto& [id, peer] : m_peers) {
        if (peer.headers_ask || !usable(peer) || now.ticks < peer.next_headers) continue;
        if (!m_headers_synced && active >= most_header_sources) return;
        ++active;
        peer.headers_until = now.ticks + timeForHeaders(now);
        // From one below the tip, so that a peer which has our tip answers with it and not with silence.
        const std::uint32_t from = m_chain.height() == 0 ? 0 : m_chain.height() - 1;
        askHeaders(id, peer, m_chain.locatorFrom(from), from, now);
    }
}

void Sync::Machine::askHeaders(PeerId id, PeerRecord& peer, std::vector<BlockHash> locator,
                               std::uint32_t from, const Moment& now) {
    peer.headers_ask = HeadersAsk{now.ticks, from};
    peer.next_headers = now.ticks + poll_always;
    send(id, wire::GetHeaders{std::move(locator), {}});
}

void Sync::Machine::onHeaders(PeerId id, PeerRecord& peer, const wire::Headers& message, const Moment& now) {
    const auto ask = peer.headers_ask;
    peer.headers_ask.reset();
    // Told to send headers, a peer announces a new block with one, also while it answers about older ones.
    if (peer.pass && ask && isAnnouncement(message, *peer.pass)) {
        peer.headers_ask = ask; // the answer is still to come
        return;
    }
    if (peer.pass) return onPassHeaders(id, peer, message, now);
    if (message.headers.empty()) {
        if (ask) onEmptyHeaders(id, peer, *ask, now);
        return;
    }
    onOutcome(id, peer, m_chain.accept(message.headers, now.time), message, now);
}

/// A peer that is behind us finds its tip in our locator and has nothing to add; ask from further down until
/// it shows where it is. One in initial download, or below the minimum work, never does.
void Sync::Machine::onEmptyHeaders(PeerId id, PeerRecord& peer, const HeadersAsk& ask, const Moment& now) {
    if (ask.from == 0) {
        peer.height = 0;
        peer.next_headers = now.ticks + poll_behind;
        headersDone(peer, now);
        return;
    }
    const std::uint32_t back = std::max<std::uint32_t>(10, (m_chain.height() - ask.from) * 10);
    const std::uint32_t from = m_chain.height() > back ? m_chain.height() - back : 0;
    askHeaders(id, peer, m_chain.locatorFrom(from), from, now);
}

/// The peer has no more headers for now.
void Sync::Machine::headersDone(PeerRecord& peer, const Moment& now) {
    const bool enough = m_chain.tipWork() >= Work::fromBigEndian(m_chain.network().minimum_work);
    const bool behind = !peer.height || *peer.height < m_chain.height();
    if (enough && !behind) m_headers_synced = true;
    if (behind) peer.next_headers = std::min(peer.next_headers, now.ticks + poll_behind);
}

void Sync::Machine::startPass(PeerId id, PeerRecord& peer, const HeadersLowWork& low,
                              const wire::Headers& message, const Moment& now) {
    int passes = 0;
    for (const auto& [other, record] : m_peers) passes += record.pass ? 1 : 0;
    if (passes >= most_header_sources) {
        peer.next_headers = now.ticks + poll_behind;
        return;
    }
    peer.pass = std::make_unique<FirstPass>(m_chain, low.parent);
    const auto first =
        std::find_if(message.headers.begin(), message.headers.end(),
                     [&](const BlockHeader& header) { return header.previous == low.parent_hash; });
    // Where the message began on a side branch, the pass begins at its fork: fetch from there.
    if (first == message.headers.end() ||
        (first != message.headers.begin() && message.headers.size() == wire::most_headers))
        return askHeaders(id, peer, m_chain.locatorFrom(low.parent.value), low.parent.value, now);
    onPassHeaders(id, peer, {{first, message.headers.end()}}, now);
}

void Sync::Machine::onPassHeaders(PeerId id, PeerRecord& peer, const wire::Headers& message,
                                  const Moment& now) {
    FirstPass& pass = *peer.pass;
    const std::uint32_t parent = pass.parent().value;
    const auto more = [&] {
        std::vector<BlockHash> locator = m_chain.locatorFrom(parent);
        locator.insert(locator.begin(), pass.lastHash());
        if (locator.size() > 100) locator.resize(100);
        askHeaders(id, peer, std::move(locator), parent, now);
    };
    if (!pass.inSecondPass()) {
        const auto seen = pass.look(message.headers, m_chain);
        if (!seen) return drop(id, DropReason::bad_headers, Ban::yes);
        if (std::holds_alternative<FirstPass::GaveUp>(*seen)) {
            peer.pass.reset();
            return;
        }
        return more();
    }
    auto released = pass.lookAgain(message.headers);
    if (!released) return drop(id, DropReason::bad_headers, Ban::yes);
    const bool finished = pass.finished();
    const bool stuck = message.headers.size() < wire::most_headers && !finished;
    if (finished || stuck) peer.pass.reset();
    if (!released->empty()) {
        const wire::Headers part{std::move(*released)};
        HeadersOutcome outcome = m_chain.accept(part.headers, now.time, WorkProof::shown);
        const bool refused = std::holds_alternative<HeadersRefused>(outcome.what);
        onOutcome(id, peer, std::move(outcome), part, now);
        if (refused) return; // the peer is gone
    }
    if (!finished && !stuck && !peer.headers_ask) {
        std::vector<BlockHash> locator = m_chain.locatorFrom(m_chain.height());
        locator.insert(locator.begin(), pass.lastHash());
        askHeaders(id, peer, std::move(locator), parent, now);
    }
    if (finished && !peer.headers_ask) peer.next_headers = now.ticks;
}

void Sync::Machine::onOutcome(PeerId id, PeerRecord& peer, HeadersOutcome outcome,
                              const wire::Headers& message, const Moment& now) {
    const bool full = message.headers.size() == wire::most_headers;
    const auto goOn = [&] {
        if (outcome.not_yet_valid) return noteFutureHeaders(peer, now);
        if (peer.pass) return; // the pass asks by itself
        if (!full) return headersDone(peer, now);
        std::vector<BlockHash> locator = m_chain.locatorFrom(m_chain.height());
        locator.insert(locator.begin(), message.headers.back().hash());
        askHeaders(id, peer, std::move(locator), m_chain.height(), now);
    };
    std::visit(overloaded{
                   [&](const HeadersKnown& known) {
                       const auto before = peer.height;
                       if (known.on_main) peer.height = std::max(peer.height.value_or(0), known.last.value);
                       // What we know, again: it leads nowhere, and others wait for its place.
                       if (full && known.on_main && peer.height == before) return headersDone(peer, now);
                       goOn();
                   },
                   [&](HeadersAppended& grown) {
                       peer.height = m_chain.height();
                       m_actions.push_back(
                           PersistHeaders{grown.from, std::move(grown.headers), m_chain.tipWork()});
                       m_actions.push_back(TipChanged{m_chain.tip()});
                       goOn();
                   },
                   [&](const HeadersReorganised& change) {
                       onReorganised(id, change);
                       goOn();
                   },
                   [&](const HeadersOnSideBranch& side) {
                       peer.height = side.fork.value;
                       goOn();
                   },
                   [&](const HeadersLowWork& low) {
                       if (tooMuchLowWork(peer, now)) return drop(id, DropReason::unrequested, Ban::no);
                       if (!peer.pass) startPass(id, peer, low, message, now);
                   },
                   [&](const HeadersUnconnected&) {
                       if (++peer.unconnected > most_unconnected)
                           return drop(id, DropReason::unrequested, Ban::no);
                       peer.next_headers = now.ticks;
                   },
                   [&](const HeadersRefused&) { drop(id, DropReason::bad_headers, Ban::yes); },
               },
               outcome.what);
}

/// Headers of least difficulty on an old fork cost their maker next to nothing, and no rule forbids them: one
/// who sends them without end is let go, not banned (threats 1).
bool Sync::Machine::tooMuchLowWork(PeerRecord& peer, const Moment& now) {
    if (now.ticks - peer.low_work_since > low_work_span) {
        peer.low_work_since = now.ticks;
        peer.low_work = 0;
    }
    return ++peer.low_work > most_low_work;
}

void Sync::Machine::noteFutureHeaders(PeerRecord& peer, const Moment& now) {
    peer.future_headers = true;
    peer.next_headers = now.ticks + poll_future;
    std::set<wire::Netgroup> groups;
    for (const auto& [id, each] : m_peers)
        if (each.future_headers) groups.insert(each.netgroup);
    if (groups.size() < 2 || m_clock_reported) return;
    m_clock_reported = true;
    m_actions.push_back(CheckClock{});
}

/// Filter headers from this height on, and what was found out about them: their blocks left, or they are
/// false.
void Sync::Machine::forgetFiltersFrom(std::uint32_t height) {
    if (m_filter_headers.count() > height) {
        m_filter_headers.cutTo(height);
        m_actions.push_back(PersistFilterHeaders{{height}, {}});
    }
    m_disputed.erase(m_disputed.lower_bound(height), m_disputed.end()); // as the store does with this cut
    m_settled.erase(m_settled.lower_bound(height), m_settled.end());
    m_recent.erase(m_recent.lower_bound(height), m_recent.end());
    m_late_searches.erase(m_late_searches.lower_bound(height), m_late_searches.end());
    if (m_late_search && *m_late_search >= height)
        m_late_search.reset(); // searched, but not disputed any more
    if (m_dispute && m_dispute->height >= height) m_dispute.reset();
}

/// Everything above the fork belonged to the branch that was left.
void Sync::Machine::onReorganised(PeerId id, const HeadersReorganised& change) {
    const std::uint32_t fork = change.fork.value;
    m_actions.push_back(PersistReorganisation{change.fork, change.left, change.headers, m_chain.tipWork()});
    const Reached kept = std::max(Reached{fork}, m_birthday_floor);
    for (Reached height = m_connected; height > kept; --height) {
        const auto above = static_cast<std::size_t>(height - Reached{fork});
        if (above > change.left.size()) continue; // never connected: above the old tip
        m_actions.push_back(
            BlockDisconnected{{static_cast<std::uint32_t>(height)}, change.left[above - 1].hash()});
    }
    // A scan that is still below the fork connected nothing above it, but an earlier one may have.
    if (m_connected <= Reached{fork} || kept > Reached{fork})
        m_actions.push_back(BlockDisconnected{{fork + 1}, change.left.front().hash()});
    m_connected = std::min(m_connected, kept);
    forgetFiltersFrom(fork + 1);
    if (m_waiting_apply && *m_waiting_apply > fork) m_waiting_apply.reset();
    if (m_round && m_round->stop > fork) m_round.reset();
    for (auto& [other, peer] : m_peers) {
        if (peer.height) peer.height = other == id ? m_chain.height() : std::min(*peer.height, fork);
        if (peer.agree_to > Reached{fork} && peer.own_branch) {
            peer.own_branch.reset(); // what it said at the fork is not remembered: compare it anew
            peer.agree_to = -1;
        }
        peer.agree_to = std::min(peer.agree_to, Reached{fork});
        peer.checkpoint_ask.reset();
        peer.checkpoints_known = false;
        peer.checkpoints.clear();
        peer.compare_ask.reset();
        if (peer.filters_ask && peer.filters_ask->stop > fork) {
            freeRange(*peer.filters_ask); // below the fork they are still wanted
            peer.filters_ask.reset();
        }
        if (other != id) peer.next_headers = Ticks{};
    }
    for (auto& [hash, want] : m_wants)
        if (want.height && *want.height > fork) want.for_scan = want.for_dispute = false;
    m_window.erase(m_window.upper_bound(fork), m_window.end());
    m_window_bytes = 0;
    for (const auto& [height, slot] : m_window) m_window_bytes += slot.filter ? slot.filter->bytes.size() : 0;
    if (m_verified > Reached{fork}) m_verified = kept;
    reportComplete();
    m_actions.push_back(TipChanged{m_chain.tip()});
    for (auto& [other, peer] : m_peers)
        if (other == id) peer.height = m_chain.height();
}

} // namespace duplex::bitcoin::light
