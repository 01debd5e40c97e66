#include "core/lightning/transport/session.h"

#include "core/base/variant.h"

namespace duplex::lightning::transport {

namespace {
constexpr Ticks handshake_limit = 10s;
constexpr Ticks init_limit = 10s;
constexpr Ticks idle_before_ping = 60s;
constexpr Ticks idle_after_ping = 90s;
constexpr Ticks between_pongs = 1s;
constexpr std::size_t most_open_pings = 8;
constexpr Ticks ping_forgotten = 60s; // a pong that late answers nothing any more
constexpr std::size_t most_waiting_messages = 50;
constexpr std::size_t most_waiting_bytes = 1 << 20;
/// Pings over the rate, unknown odd messages and undecodable gossip: so many a minute are ignored, more end
/// the session (threats 72).
constexpr Ticks ignore_window = 60s;
constexpr std::size_t most_ignored = 1000;
constexpr std::uint16_t no_pong_from = 65532;

bool lacksDependency(const Features& features) {
    const auto needs = [&](Feature feature, Feature dependency) {
        return features.has(feature) && !features.has(dependency);
    };
    return needs(Feature::gossip_queries_ex, Feature::gossip_queries) ||
           needs(Feature::zeroconf, Feature::scid_alias) ||
           needs(Feature::simple_close, Feature::shutdown_anysegwit);
}
} // namespace

std::string_view textOf(CloseReason reason) {
    switch (reason) {
    case CloseReason::handshake_failed:
        return "the encrypted handshake failed (is the node id right?)";
    case CloseReason::handshake_timeout:
        return "the peer did not finish the handshake in 10 s";
    case CloseReason::bad_mac:
        return "a message was damaged on its way";
    case CloseReason::init_timeout:
        return "the peer did not introduce itself in 10 s";
    case CloseReason::init_not_first:
        return "the peer did not introduce itself first";
    case CloseReason::unknown_feature:
        return "the peer demands a feature that is not known here";
    case CloseReason::missing_dependency:
        return "the peer's features contradict each other";
    case CloseReason::wrong_chain:
        return "the peer is on another network";
    case CloseReason::bad_message:
        return "the peer sent a message that cannot be read";
    case CloseReason::idle:
        return "the peer does not answer";
    case CloseReason::flooding:
        return "the peer sends too much";
    }
    return "";
}

Session::Session(const SessionSettings& settings, Stage stage, Ticks now)
    : m_settings(settings), m_stage(stage), m_stage_since(now), m_last_received(now), m_window_start(now) {}

Session Session::initiate(const SessionSettings& settings, const crypto::PrivateKey& node_key,
                          const crypto::PrivateKey& ephemeral, const NodeId& peer, Ticks now) {
    Session session(settings, Stage::act_two, now);
    session.m_peer = peer;
    session.m_initiator.emplace(node_key, ephemeral, peer);
    session.m_out = toBytes(session.m_initiator->actOne());
    return session;
}

Session Session::respond(const SessionSettings& settings, const crypto::PrivateKey& node_key,
                         const crypto::PrivateKey& ephemeral, Ticks now) {
    Session session(settings, Stage::act_one, now);
    session.m_responder.emplace(node_key, ephemeral);
    return session;
}

void Session::receive(ByteView bytes, Ticks now) {
    if (isClosed()) return;
    // The shell stops reading when asked to; what one read can still bring stays under this.
    if (m_in.size() + bytes.size() > 2 * most_waiting_bytes) return close(CloseReason::flooding);
    m_in.insert(m_in.end(), bytes.begin(), bytes.end());
    m_last_received = now;
    m_ping_sent.reset();
    process(now);
}

void Session::process(Ticks now) {
    while (m_stage == Stage::act_one || m_stage == Stage::act_two || m_stage == Stage::act_three)
        if (!handshakeStep(now)) return;
    while ((m_stage == Stage::init || m_stage == Stage::ready) && wantsToRead())
        if (!messageStep(now)) return;
}

bool Session::handshakeStep(Ticks now) {
    const std::size_t size = m_stage == Stage::act_three ? act_three_size : act_one_size;
    if (m_in.size() < size) return false;
    const Bytes act(m_in.begin(), m_in.begin() + static_cast<std::ptrdiff_t>(size));
    m_in.erase(m_in.begin(), m_in.begin() + static_cast<std::ptrdiff_t>(size));
    if (m_stage == Stage::act_one) {
        const auto act_two = m_responder->actOne(toArray<act_one_size>(act));
        if (!act_two) return close(CloseReason::handshake_failed), false;
        m_out.insert(m_out.end(), act_two->begin(), act_two->end());
        m_stage = Stage::act_three;
    } else if (m_stage == Stage::act_two) {
        const auto finished = m_initiator->actTwo(toArray<act_two_size>(act));
        if (!finished) return close(CloseReason::handshake_failed), false;
        m_out.insert(m_out.end(), finished->act_three.begin(), finished->act_three.end());
        opened(finished->keys, now);
    } else {
        const auto finished = m_responder->actThree(toArray<act_three_size>(act));
        if (!finished) return close(CloseReason::handshake_failed), false;
        m_peer = finished->initiator;
        opened(finished->keys, now);
    }
    return true;
}

void Session::opened(const SessionKeys& keys, Ticks now) {
    m_send.emplace(keys.send, keys.chaining_key);
    m_receive.emplace(keys.receive, keys.chaining_key);
    m_initiator.reset();
    m_responder.reset();
    m_stage = Stage::init;
    m_stage_since = now;
    sendNow(wire::Init{.features = m_settings.features, .networks = {{m_settings.chain_hash}}});
}

bool Session::messageStep(Ticks now) {
    const auto message = m_receive->next(m_in);
    if (!message) return close(CloseReason::bad_mac), false;
    if (!*message) return false;
    onMessage(**message, now);
    return !isClosed();
}

void Session::onMessage(ByteView bytes, Ticks now) {
    auto message = wire::decode(bytes);
    if (!message) {
        if (m_stage == Stage::ready && wire::isGossip(message.error().type)) return countIgnored(now);
        if (m_stage == Stage::ready) sendNow(wire::Warning{.data = toBytes(viewOf("unreadable message"))});
        return close(CloseReason::bad_message);
    }
    if (m_stage == Stage::init) {
        if (const auto* init = std::get_if<wire::Init>(&*message)) return onInit(*init);
        return close(CloseReason::init_not_first);
    }
    if (const auto* ping = std::get_if<wire::Ping>(&*message)) return onPing(*ping, now);
    if (const auto* pong = std::get_if<wire::Pong>(&*message)) return onPong(*pong, now);
    if (std::holds_alternative<wire::UnknownMessage>(*message)) return countIgnored(now);
    if (std::holds_alternative<wire::Init>(*message)) return close(CloseReason::bad_message);
    m_events.emplace_back(std::move(*message));
    m_event_sizes.push_back(bytes.size());
    m_inbox_bytes += bytes.size();
}

// BOLT 1, "The init Message", receiver.
void Session::onInit(const wire::Init& init) {
    const Features features = init.globalfeatures.unionWith(init.features);
    if (features.firstUnknownCompulsory(m_settings.features)) return close(CloseReason::unknown_feature);
    if (lacksDependency(features)) return close(CloseReason::missing_dependency);
    if (init.networks && std::find(init.networks->begin(), init.networks->end(), m_settings.chain_hash) ==
                             init.networks->end())
        return close(CloseReason::wrong_chain);
    m_stage = Stage::ready;
    m_events.emplace_back(PeerReady{.node_id = *m_peer, .features = features});
    m_event_sizes.push_back(0);
}

void Session::onPing(const wire::Ping& ping, Ticks now) {
    if (m_last_pong && now - *m_last_pong < between_pongs) return countIgnored(now);
    if (ping.num_pong_bytes >= no_pong_from) return;
    m_last_pong = now;
    sendNow(wire::Pong{.byteslen = ping.num_pong_bytes});
}

std::optional<std::uint64_t> Session::ping(std::uint16_t num_pong_bytes, std::uint16_t byteslen, Ticks now) {
    if (!isReady() || num_pong_bytes >= no_pong_from) return std::nullopt;
    const OpenPing ping{.number = m_next_ping++, .num_pong_bytes = num_pong_bytes, .sent = now};
    sendPing(ping, byteslen);
    return ping.number;
}

void Session::sendPing(const OpenPing& ping, std::uint16_t byteslen) {
    std::erase_if(m_open_pings,
                  [&](const OpenPing& open) { return ping.sent - open.sent >= ping_forgotten; });
    if (m_open_pings.size() == most_open_pings) m_open_pings.pop_front();
    m_open_pings.push_back(ping);
    if (!m_ping_sent) m_ping_sent = ping.sent; // any answer shows that the peer lives
    sendNow(wire::Ping{.num_pong_bytes = ping.num_pong_bytes, .byteslen = byteslen});
}

// BOLT 1, "The ping and pong Messages": a pong is as long as its ping asked. Peers may leave out answers to
// pings that come fast, so the length names the ping better than the order does.
void Session::onPong(const wire::Pong& pong, Ticks now) {
    const auto open = std::ranges::find_if(
        m_open_pings, [&](const OpenPing& each) { return each.num_pong_bytes == pong.byteslen; });
    if (open == m_open_pings.end()) return countIgnored(now);
    if (open->number != 0) {
        m_events.emplace_back(PongReceived{.ping = open->number, .round_trip = now - open->sent});
        m_event_sizes.push_back(0);
    }
    m_open_pings.erase(open);
}

void Session::countIgnored(Ticks now) {
    if (now - m_window_start >= ignore_window) {
        m_window_start = now;
        m_ignored_in_window = 0;
    }
    if (++m_ignored_in_window > most_ignored) close(CloseReason::flooding);
}

void Session::tick(Ticks now) {
    switch (m_stage) {
    case Stage::act_one:
    case Stage::act_two:
    case Stage::act_three:
        if (now - m_stage_since >= handshake_limit) close(CloseReason::handshake_timeout);
        return;
    case Stage::init:
        if (now - m_stage_since >= init_limit) close(CloseReason::init_timeout);
        return;
    case Stage::ready:
        if (!wantsToRead()) return; // we are the ones who do not read
        if (m_ping_sent && now - *m_ping_sent >= idle_after_ping) return close(CloseReason::idle);
        if (!m_ping_sent && now - m_last_received >= idle_before_ping)
            sendPing({.number = 0, .num_pong_bytes = 2, .sent = now}, 2);
        return;
    case Stage::closed:
        return;
    }
}

std::optional<Ticks> Session::nextDeadline() const {
    switch (m_stage) {
    case Stage::act_one:
    case Stage::act_two:
    case Stage::act_three:
        return m_stage_since + handshake_limit;
    case Stage::init:
        return m_stage_since + init_limit;
    case Stage::ready:
        return m_ping_sent ? *m_ping_sent + idle_after_ping : m_last_received + idle_before_ping;
    case Stage::closed:
        return std::nullopt;
    }
    return std::nullopt;
}

void Session::send(const wire::Message& message) {
    if (isReady()) sendNow(message);
}

void Session::sendNow(const wire::Message& message) {
    const Bytes sealed = m_send->seal(wire::encode(message));
    m_out.insert(m_out.end(), sealed.begin(), sealed.end());
}

Bytes Session::takeBytes() {
    return std::exchange(m_out, {});
}

std::optional<SessionEvent> Session::next() {
    if (m_events.empty()) return std::nullopt;
    SessionEvent event = std::move(m_events.front());
    m_events.pop_front();
    m_inbox_bytes -= m_event_sizes.front();
    m_event_sizes.pop_front();
    if (!isClosed()) process(m_last_received); // room again: what waits undecrypted
    return event;
}

bool Session::wantsToRead() const {
    return m_events.size() < most_waiting_messages && m_inbox_bytes < most_waiting_bytes;
}

void Session::close(CloseReason reason) {
    if (isClosed()) return;
    m_stage = Stage::closed;
    m_in.clear();
    m_events.emplace_back(Closed{reason});
    m_event_sizes.push_back(0);
}

} // namespace duplex::lightning::transport
