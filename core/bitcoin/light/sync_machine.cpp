#include "core/bitcoin/light/sync_machine.h"

#include "core/base/check.h"

namespace duplex::bitcoin::light {

namespace {

constexpr Ticks progress_limit = 20s;
constexpr Ticks request_limit = 60s;
constexpr Ticks headers_limit = 120s; // and for each header that we lack:
constexpr std::int64_t headers_limit_each_ms = 10;
constexpr std::int64_t seconds_per_block = 600;
constexpr std::size_t slowest_bytes_per_second = 32 * 1024;
constexpr Ticks aside_time = 30s;
constexpr int most_doublings = 6;
constexpr Ticks need_peers_every = 30s;
constexpr std::int64_t stale_after = 120 * 60;
constexpr std::int64_t day = 24 * 60 * 60;
constexpr std::uint32_t fewest_blocks_a_day = 90;
constexpr int most_transactions_a_minute = 2'000;
constexpr std::size_t most_seen_transactions = 20'000;

} // namespace

std::string_view textOf(DropReason reason) {
    switch (reason) {
    case DropReason::bad_headers:
        return "sent headers that break the rules";
    case DropReason::bad_filter_headers:
        return "contradicts its own filter headers";
    case DropReason::false_filter:
        return "served a false filter";
    case DropReason::bad_block:
        return "served a broken block";
    case DropReason::unrequested:
        return "sends what nobody asked for";
    case DropReason::useless:
        return "serves neither filters nor blocks";
    case DropReason::too_many_disputes:
        return "differs from others about too many filters";
    }
    check(false, "every reason has a text");
    return {};
}

Sync::Machine::Machine(const SyncStart& start)
    : m_chain(parametersOf(start.network), start.headers, start.tip_work),
      m_filter_headers(start.filter_headers), m_randomness(start.randomness),
      m_wanted_filter_peers(start.wanted_filter_peers), m_birthday_floor(Reached{start.birthday.value} - 1),
      m_most_window_bytes(start.window_bytes) {
    m_verified = m_connected = start.complete ? Reached{start.complete->value} : m_birthday_floor;
    if (m_filter_headers.count() > m_chain.height() + 1) m_filter_headers.cutTo(m_chain.height() + 1);
    for (const BlockHeight height : start.disputed) m_disputed.insert(height.value);
}

SyncActions Sync::Machine::start(const Moment& now) {
    m_actions.clear();
    m_now = now.ticks;
    if (m_chain.height() == 0) m_actions.push_back(PersistHeaders{{0}, {m_chain.at(0)}, m_chain.tipWork()});
    m_actions.push_back(TipChanged{m_chain.tip()});
    m_actions.push_back(NeedPeers{});
    return std::move(m_actions);
}

SyncActions Sync::Machine::step(const SyncEvent& event, const Moment& now) {
    m_actions.clear();
    m_now = now.ticks;
    std::visit(overloaded{
                   [&](const PeerConnected& each) { onConnected(each, now); },
                   [&](const PeerMessage& each) { onMessage(each, now); },
                   [&](const PeerDisconnected& each) { onDisconnected(each.peer); },
                   [&](const PeerProgress& each) {
                       if (PeerRecord* peer = find(each.peer)) peer->last_progress = now.ticks;
                   },
                   [&](const TimerTick&) { onTick(now); },
                   [&](const WatchAdded& each) { onWatchAdded(each); },
                   [&](const BlockApplied& each) {
                       if (m_waiting_apply != each.height.value) return;
                       m_waiting_apply.reset();
                       if (m_late_search == each.height.value) m_actions.push_back(Disputed{each.height});
                       m_late_search.reset();
                   },
                   [&](const HeadersStored& each) { m_chain.confirmStored(each.view); },
                   [&](const FilterHeadersStored& each) { m_filter_headers.confirmStored(each.view); },
                   [&](const FetchBlock& each) {
                       Want part;
                       part.requests.push_back(each.request);
                       want(each.hash, std::nullopt, now, part);
                   },
               },
               event);
    // Progress alone changes nothing: no need to look at every queue for each packet.
    if (!std::holds_alternative<PeerProgress>(event)) work(now);
    return std::move(m_actions);
}

void Sync::Machine::work(const Moment& now) {
    scheduleHeaders(now);
    scheduleFilterHeaders(now);
    if (m_dispute) workOnDispute(now);
    advance();
    scheduleFilters(now);
    scheduleBlocks(now);
}

std::uint64_t Sync::Machine::random() {
    return crypto::sipHash(m_randomness, ByteWriter().u64le(++m_draws).view());
}

Sync::Machine::PeerRecord* Sync::Machine::find(PeerId id) {
    const auto found = m_peers.find(id);
    return found == m_peers.end() ? nullptr : &found->second;
}

void Sync::Machine::onConnected(const PeerConnected& event, const Moment& now) {
    using wire::Service;
    const wire::Services services = event.handshake.services;
    PeerRecord peer;
    peer.handshake = event.handshake;
    peer.netgroup = event.netgroup;
    peer.announces = event.announces;
    peer.serves_filters = services.has(Service::compact_filters);
    const bool witness = services.has(Service::witness);
    peer.serves_blocks =
        witness && (services.has(Service::network) || services.has(Service::network_limited));
    peer.limited = !services.has(Service::network);
    peer.last_progress = peer.next_headers = now.ticks;
    if (!peer.serves_filters && !peer.serves_blocks) {
        m_actions.push_back(DropPeer{event.peer, DropReason::useless, Ban::no});
        return;
    }
    m_peers.insert_or_assign(event.peer, std::move(peer));
    send(event.peer, wire::SendHeaders{});
}

void Sync::Machine::onMessage(const PeerMessage& event, const Moment& now) {
    PeerRecord* peer = find(event.peer);
    if (!peer) return;
    peer->last_progress = now.ticks;
    const PeerId id = event.peer;
    std::visit(overloaded{
                   [&](const wire::Headers& message) { onHeaders(id, *peer, message, now); },
                   [&](const wire::CfCheckpt& message) { onCfCheckpt(id, *peer, message, now); },
                   [&](const wire::CfHeaders& message) { onCfHeaders(id, *peer, message, now); },
                   [&](const wire::Cfilter& message) { onCfilter(id, *peer, message); },
                   [&](const wire::BlockBody& message) { onBlock(id, *peer, message, now); },
                   [&](const wire::NotFound& message) { onNotFound(id, message); },
                   [&](const wire::Inv& message) { onInv(id, *peer, message, now); },
                   [&](const wire::Tx& message) { onTransaction(*peer, message.transaction); },
                   // The connection's own messages, what only servers answer, and what others read.
                   [](const one_of<wire::Version, wire::Verack, wire::WtxidRelay, wire::SendAddrV2,
                                   wire::SendHeaders, wire::GetAddr, wire::Ping, wire::Pong, wire::GetHeaders,
                                   wire::GetCfCheckpt, wire::GetCfHeaders, wire::GetCfilters, wire::GetData,
                                   wire::FeeFilter, wire::Addr, wire::AddrV2> auto&) {},
               },
               event.message);
}

/// Only what this peer was asked for: where we said relay = 0 nobody is, and nobody can push transactions at
/// us faster than they are asked for.
void Sync::Machine::onTransaction(PeerRecord& peer, const Transaction& transaction) {
    const bool awaited = peer.transactions_awaited.erase(transaction.txid().bytes) > 0 ||
                         peer.transactions_awaited.erase(transaction.wtxid().bytes) > 0;
    if (awaited && m_watch.touches(transaction)) m_actions.push_back(TransactionSeen{transaction});
}

void Sync::Machine::onInv(PeerId id, PeerRecord& peer, const wire::Inv& inv, const Moment& now) {
    using wire::InventoryKind;
    wire::GetData ask;
    for (const wire::Inventory& entry : inv.entries) {
        if (entry.kind == InventoryKind::block || entry.kind == InventoryKind::witness_block) {
            if (!m_chain.heightOf(BlockHash{entry.hash})) peer.next_headers = now.ticks;
            continue;
        }
        const bool transaction = entry.kind == InventoryKind::tx || entry.kind == InventoryKind::wtx;
        if (!transaction || peer.announces == wire::Relay::no || m_watch.empty() || !m_headers_synced)
            continue;
        if (peer.transactions_asked >= most_transactions_a_minute) continue;
        if (m_seen_transactions.size() >= most_seen_transactions) m_seen_transactions.clear();
        if (!m_seen_transactions.insert(entry.hash).second) continue;
        ++peer.transactions_asked;
        if (peer.transactions_awaited.size() >= most_seen_transactions) peer.transactions_awaited.clear();
        peer.transactions_awaited.insert(entry.hash);
        // All that are announced are asked for: whoever looks on learns nothing about which are ours (threats
        // 21).
        ask.entries.push_back(
            {entry.kind == InventoryKind::wtx ? entry.kind : InventoryKind::witness_tx, entry.hash});
    }
    if (!ask.entries.empty()) send(id, std::move(ask));
}

void Sync::Machine::onDisconnected(PeerId id) {
    PeerRecord* peer = find(id);
    if (!peer) return;
    releaseRequests(id, *peer);
    m_peers.erase(id);
}

void Sync::Machine::drop(PeerId id, DropReason reason, Ban ban) {
    m_actions.push_back(DropPeer{id, reason, ban});
    onDisconnected(id); // nothing more of it counts, though the socket lives a moment longer
}

void Sync::Machine::setAside(PeerId id, PeerRecord& peer, const Moment& now) {
    releaseRequests(id, peer);
    // Longer each time: a peer that never answers must not hold up each new block.
    peer.aside_until = now.ticks + aside_time * (1 << std::min(peer.asides++, most_doublings));
}

void Sync::Machine::answered(PeerRecord& peer) {
    peer.aside_until.reset();
    peer.asides = 0;
    peer.unasked = 0;
}

void Sync::Machine::releaseRequests(PeerId id, PeerRecord& peer) {
    peer.headers_ask.reset();
    peer.pass.reset();
    peer.checkpoint_ask.reset();
    peer.compare_ask.reset();
    if (peer.filters_ask) freeRange(*peer.filters_ask);
    peer.filters_ask.reset();
    if (m_round) {
        m_round->answers.erase(id);
        if (m_round->answers.empty()) m_round.reset();
    }
    if (m_dispute) {
        for (Candidate& candidate : m_dispute->candidates) {
            candidate.peers.erase(id);
            if (candidate.asked == id) candidate.asked.reset();
        }
    }
    for (auto& [hash, want] : m_wants)
        if (want.asked == id) blockFailed(want, id);
    peer.blocks_asked = 0;
}

bool Sync::Machine::overdue(const PeerRecord& peer, Ticks asked, std::size_t expected,
                            const Moment& now) const {
    const auto whole = std::max(request_limit, Ticks(expected * 1000 / slowest_bytes_per_second));
    return now.ticks - asked > whole || now.ticks - std::max(asked, peer.last_progress) > progress_limit;
}

/// For two passes over all that the clock says is missing, at the speed below which a peer is too slow,
/// shared with the other one that is asked.
Ticks Sync::Machine::timeForHeaders(const Moment& now) const {
    const std::int64_t lacking =
        std::max<std::int64_t>(0, (secondsOf(now.time) - m_chain.tip().header.time) / seconds_per_block);
    return headers_limit + Ticks(lacking * headers_limit_each_ms);
}

/// Only two peers are asked for headers at first. One that brings some, and never comes to an end, has their
/// place for so long only while others wait.
bool Sync::Machine::holdsUpOthers(PeerId id, const PeerRecord& peer, const Moment& now) const {
    if (m_headers_synced || !peer.headers_ask || now.ticks <= peer.headers_until) return false;
    return std::ranges::any_of(m_peers, [&](const auto& each) {
        const PeerRecord& other = each.second;
        return each.first != id && usable(other) && !other.headers_ask && now.ticks >= other.next_headers;
    });
}

void Sync::Machine::checkTimeouts(const Moment& now) {
    constexpr std::size_t small = 100'000;
    constexpr std::size_t filters = 4'000'000;
    for (auto& [id, peer] : m_peers) {
        if (peer.aside_until && now.ticks >= *peer.aside_until) peer.aside_until.reset();
        bool late = peer.headers_ask && overdue(peer, peer.headers_ask->asked, 162'000, now);
        late |= holdsUpOthers(id, peer, now);
        late |= peer.checkpoint_ask && overdue(peer, peer.checkpoint_ask->asked, 320'000, now);
        late |= peer.compare_ask && overdue(peer, peer.compare_ask->asked, small, now);
        if (m_round) {
            const auto answer = m_round->answers.find(id);
            late |= answer != m_round->answers.end() && !answer->second.message &&
                    overdue(peer, answer->second.asked, small, now);
        }
        late |= peer.filters_ask && overdue(peer, peer.filters_ask->asked, filters, now);
        for (const auto& [hash, want] : m_wants)
            late |= want.asked == id && overdue(peer, want.asked_at, longest_block_weight, now);
        if (m_dispute)
            for (const Candidate& candidate : m_dispute->candidates)
                late |= candidate.asked == id && overdue(peer, candidate.asked_at, small, now);
        // Silence is no proof of anything: other peers are asked, this one stays connected (threats 8).
        if (late) setAside(id, peer, now);
    }
    if (m_round && m_round->complete()) resolveRound(now);
}

void Sync::Machine::onTick(const Moment& now) {
    m_report_due = true;
    checkTimeouts(now);
    checkStaleness(now);
    if (now.ticks - m_minute > 60s) {
        m_minute = now.ticks;
        for (auto& [id, peer] : m_peers) peer.transactions_asked = 0;
    }
    if (usableFilterPeers() < m_wanted_filter_peers || m_dispute) needPeers();
}

int Sync::Machine::usableFilterPeers() const {
    return static_cast<int>(std::count_if(m_peers.begin(), m_peers.end(), [&](const auto& each) {
        return each.second.serves_filters && usable(each.second);
    }));
}

void Sync::Machine::needPeers() {
    if (m_now < m_next_need) return;
    m_next_need = m_now + need_peers_every;
    m_actions.push_back(NeedPeers{usableFilterPeers()});
}

void Sync::Machine::checkStaleness(const Moment& now) {
    if (!m_chain.network().detects_stale_chain || !m_headers_synced) return;
    const std::int64_t time = secondsOf(now.time);
    Staleness state = Staleness::fresh;
    const std::uint32_t tip = m_chain.height();
    if (time - m_chain.tip().header.time > stale_after) {
        state = Staleness::no_block_for_two_hours;
    } else if (tip >= fewest_blocks_a_day && time - m_chain.timeAt(tip - fewest_blocks_a_day + 1) > day) {
        state = Staleness::few_blocks_in_a_day;
    }
    if (state == m_staleness) return;
    m_staleness = state;
    m_actions.push_back(StaleChain{state});
    if (state != Staleness::fresh) {
        for (auto& [id, peer] : m_peers) peer.next_headers = now.ticks;
        needPeers();
    }
}

SyncStage Sync::Machine::stage() const {
    if (m_peers.empty()) return SyncStage::no_peers;
    if (!m_headers_synced) return SyncStage::headers;
    if (tipOfFilterHeaders() < Reached{m_chain.height()}) return SyncStage::filter_headers;
    return m_verified < Reached{m_chain.height()} ? SyncStage::filters : SyncStage::synced;
}

std::vector<PeerState> Sync::Machine::peers() const {
    std::vector<PeerState> states;
    for (const auto& [id, peer] : m_peers) {
        states.push_back({.peer = id,
                          .height = peer.height ? std::optional(BlockHeight{*peer.height}) : std::nullopt,
                          .serves_filters = peer.serves_filters,
                          .set_aside = !usable(peer),
                          .filters_agree_to = asHeight(peer.agree_to)});
    }
    return states;
}

int Sync::Machine::netgroupsAtTip() const {
    std::set<wire::Netgroup> groups;
    for (const auto& [id, peer] : m_peers)
        if (peer.height == m_chain.height()) groups.insert(peer.netgroup);
    return static_cast<int>(groups.size());
}

std::optional<BlockHeight> Sync::Machine::lowestPeerHeight() const {
    std::optional<BlockHeight> lowest;
    for (const auto& [id, peer] : m_peers)
        if (peer.height && (!lowest || *peer.height < lowest->value)) lowest = BlockHeight{*peer.height};
    return lowest;
}

const BlockFilter* Sync::Machine::filterAt(BlockHeight height) const {
    const auto found = m_recent.find(height.value);
    return found == m_recent.end() ? nullptr : &found->second;
}

// The facade

Sync::Sync(const SyncStart& start) : m_machine(std::make_unique<Machine>(start)) {}
Sync::~Sync() = default;
Sync::Sync(Sync&&) noexcept = default;
SyncActions Sync::start(const Moment& now) {
    return m_machine->start(now);
}
SyncActions Sync::step(const SyncEvent& event, const Moment& now) {
    return m_machine->step(event, now);
}
const HeaderChain& Sync::chain() const {
    return m_machine->chain();
}
const FilterHeaderChain& Sync::filterHeaders() const {
    return m_machine->filterHeaders();
}
std::optional<BlockHeight> Sync::verifiedHeight() const {
    return m_machine->verified();
}
std::optional<BlockHeight> Sync::connectedHeight() const {
    return m_machine->connected();
}
bool Sync::isDisputed(BlockHeight height) const {
    return m_machine->isDisputed(height);
}
SyncStage Sync::stage() const {
    return m_machine->stage();
}
std::vector<PeerState> Sync::peers() const {
    return m_machine->peers();
}
int Sync::netgroupsAtTip() const {
    return m_machine->netgroupsAtTip();
}
std::optional<BlockHeight> Sync::lowestPeerHeight() const {
    return m_machine->lowestPeerHeight();
}
const BlockFilter* Sync::filterAt(BlockHeight height) const {
    return m_machine->filterAt(height);
}

} // namespace duplex::bitcoin::light
