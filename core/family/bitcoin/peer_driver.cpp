#include "core/family/bitcoin/peer_driver.h"

#include "core/base/variant.h"
#include "core/family/bitcoin/notify.h"
#include "core/io/entropy.h"

#include <QPointer>

namespace duplex::family::bitcoin {

namespace {

namespace transport = ln::transport;

constexpr Ticks connect_timeout = 20s;
constexpr Ticks first_pause = 500ms;
constexpr Ticks longest_pause = 120s;
constexpr Ticks brief_connection = 60s;
constexpr Ticks longest_ping = 30s;
/// Peers answer a ping a second at most (BOLT 1 lets them drop the others, and Duplex does): one that comes
/// sooner waits, instead of waiting for a pong that never comes.
constexpr Ticks between_pings = 1100ms;
constexpr std::uint16_t most_pong_bytes = 65'531; // BOLT 1: who asks for more gets no answer
/// Two that dial each other at once make two connections: within this time the rule of olderWins decides.
constexpr Ticks crossing_dials = 5s;
/// Handshakes of strangers in progress; past it an accepted socket is closed at once (threats 67).
constexpr std::size_t most_handshakes = 32;
/// A deadline of a session that is held back lies in the past: the timer still rests this long.
constexpr Ticks shortest_rest = 100ms;

/// Known to nobody and used for one connection only (BOLT 8).
crypto::PrivateKey ephemeralKey() {
    for (;;) {
        if (const auto key = crypto::PrivateKey::fromBytes(io::randomBytes<32>())) return *key;
    }
}

std::string nameOf(const ln::NodeId& node_id, const io::Endpoint& endpoint) {
    return node_id.hex() + "@" + io::toText(endpoint);
}

Ticks pauseAfter(int failures) {
    return std::min(longest_pause, first_pause * (1 << std::min(failures, 8)));
}

} // namespace

struct PeerDriver::Connection {
    struct OpenPing {
        std::uint64_t number = 0; // 0: not sent yet
        std::uint16_t length = 0;
        std::uint16_t pong_bytes = 0;
        Ticks due{};
        Ticks until{};
        std::chrono::microseconds sent{};
        std::function<void(std::optional<std::chrono::microseconds>)> answered;
    };

    std::uint64_t id = 0;
    io::Endpoint endpoint;
    std::optional<ln::NodeId> dialled; // nothing: it came to us
    std::unique_ptr<io::TcpConnection> socket;
    std::optional<transport::Session> session; // once TCP stands
    std::optional<LightningConnection> facts;  // once ready
    Ticks ready_at{};
    bool ended_by_us = false; // for what the peer sent, or because the user said so
    bool pump_queued = false;
    std::vector<ConnectAnswered> waiting;
    std::vector<OpenPing> pings;
    Ticks next_ping{}; // not before this
};

PeerDriver::PeerDriver(Shell& shell, const crypto::PrivateKey& node_key, PeerEvents events)
    : m_shell(shell), m_node_key(node_key), m_node_id(crypto::publicKey(node_key)),
      m_settings{.chain_hash = shell.network.genesis.hash(), .features = ln::ourInitFeatures()},
      m_events(std::move(events)), m_timer([this] { tick(); }) {
    connect(&m_server, &io::TcpServer::accepted, this, [this](io::TcpConnection* socket) { accept(socket); });
}

PeerDriver::~PeerDriver() {
    m_ending = true;
    m_server.close();
    for (const auto& [node_id, id] : m_ready) notify(node_id, "disconnected");
    for (auto& [id, connection] : m_connections) {
        connection->socket->disconnect(this);
        connection->socket->abort();
        for (const auto& answered : connection->waiting)
            answered(std::unexpected(connectError(ConnectFailure::peer_left, "the wallet was closed")));
        for (const auto& ping : connection->pings) ping.answered(std::nullopt);
    }
}

std::expected<io::Endpoint, std::string> PeerDriver::listen(const io::Endpoint& endpoint) {
    auto bound = m_server.listen(endpoint);
    if (bound) m_listening = *bound;
    return bound;
}

// --- who is there ---

PeerDriver::Connection* PeerDriver::at(std::uint64_t id) const {
    const auto found = m_connections.find(id);
    return found == m_connections.end() ? nullptr : found->second.get();
}

PeerDriver::Connection* PeerDriver::readyOf(const ln::NodeId& node_id) const {
    const auto found = m_ready.find(node_id);
    return found == m_ready.end() ? nullptr : at(found->second);
}

bool PeerDriver::isDialling(const ln::NodeId& node_id) const {
    return std::ranges::any_of(m_connections, [&](const auto& entry) {
        return entry.second->dialled == node_id && !entry.second->facts;
    });
}

const LightningConnection* PeerDriver::find(const ln::NodeId& node_id) const {
    const Connection* connection = readyOf(node_id);
    return connection == nullptr ? nullptr : &*connection->facts;
}

std::vector<LightningConnection> PeerDriver::connected() const {
    std::vector<LightningConnection> all;
    for (const auto& [node_id, id] : m_ready) all.push_back(*at(id)->facts);
    return all;
}

// --- connections come ---

void PeerDriver::connectTo(const ln::NodeId& node_id, const io::Endpoint& endpoint,
                           ConnectAnswered answered) {
    if (const Connection* ready = readyOf(node_id)) return answered(*ready->facts);
    if (node_id == m_node_id)
        return answered(std::unexpected(connectError(
            ConnectFailure::no_connection, "this is your own node's id. Give the id of another node.")));
    if (endpoint.host.empty() || endpoint.port == 0)
        return answered(std::unexpected(
            api::Error{400, "Not connected: no address of this node is known. Give it as ID@HOST:PORT."}));
    for (auto& [id, connection] : m_connections) {
        if (connection->dialled != node_id || connection->endpoint != endpoint) continue;
        connection->waiting.push_back(std::move(answered)); // that dial answers this request too
        return;
    }
    dial(node_id, endpoint, std::move(answered));
}

void PeerDriver::dial(const ln::NodeId& node_id, const io::Endpoint& endpoint, ConnectAnswered answered) {
    Connection& connection = adopt(std::make_unique<io::TcpConnection>(), endpoint);
    connection.dialled = node_id;
    if (answered) connection.waiting.push_back(std::move(answered));
    connect(connection.socket.get(), &io::TcpConnection::connected, this, [this, id = connection.id] {
        Connection* opened = at(id);
        if (opened == nullptr || stopped()) return;
        opened->session =
            transport::Session::initiate(m_settings, m_node_key, ephemeralKey(), *opened->dialled, io::now());
        flushAfter(id);
        endTurn();
    });
    connection.socket->connectTo(endpoint, connect_timeout, m_shell.options.proxy);
}

void PeerDriver::accept(io::TcpConnection* accepted) {
    std::unique_ptr<io::TcpConnection> socket(accepted);
    const auto handshakes = static_cast<std::size_t>(std::ranges::count_if(
        m_connections, [](const auto& entry) { return !entry.second->dialled && !entry.second->facts; }));
    if (stopped() || handshakes >= most_handshakes) return socket.release()->deleteLater();
    const io::Endpoint from = socket->peer();
    Connection& connection = adopt(std::move(socket), from);
    connection.session = transport::Session::respond(m_settings, m_node_key, ephemeralKey(), io::now());
    armTimer();
}

PeerDriver::Connection& PeerDriver::adopt(std::unique_ptr<io::TcpConnection> socket,
                                          const io::Endpoint& endpoint) {
    const std::uint64_t id = m_next++;
    auto connection = std::make_unique<Connection>();
    connection->id = id;
    connection->endpoint = endpoint;
    connection->socket = std::move(socket);
    connect(connection->socket.get(), &io::TcpConnection::received, this, [this, id](const Bytes& bytes) {
        Connection* receiving = at(id);
        if (receiving == nullptr || stopped()) return;
        receiving->session->receive(bytes, io::now());
        pump(id);
        endTurn();
    });
    connect(connection->socket.get(), &io::TcpConnection::closed, this,
            [this, id](io::CloseReason reason, const QString& detail) {
                if (m_ending) return;
                onClosed(id, reason, detail.toStdString());
                endTurn();
            });
    return *(m_connections[id] = std::move(connection));
}

void PeerDriver::keep(const ln::NodeId& node_id, const std::optional<io::Endpoint>& endpoint) {
    Kept& kept = m_kept[node_id];
    if (endpoint && kept.endpoint != endpoint) {
        kept = {.endpoint = endpoint, .failures = 0, .retry_at = io::now()};
        armTimer(); // dialled from the loop: not inside the turn of whoever asks
    }
}

void PeerDriver::forget(const ln::NodeId& node_id) {
    m_kept.erase(node_id);
}

void PeerDriver::dialKept(Ticks now) {
    for (auto& [node_id, kept] : m_kept) {
        if (!kept.endpoint || kept.retry_at > now || m_ready.contains(node_id) || isDialling(node_id))
            continue;
        dial(node_id, *kept.endpoint, {});
    }
}

// --- what sessions say ---

void PeerDriver::pump(std::uint64_t id) {
    for (std::size_t taken = 0; taken < most_events_a_turn; ++taken) {
        Connection* connection = at(id);
        if (connection == nullptr) return;
        const auto event = connection->session->next();
        if (!event) break;
        step(*connection, *event);
    }
    Connection* connection = at(id);
    if (connection == nullptr) return;
    flushAfter(id);
    if (connection->session->wantsToRead())
        connection->socket->resumeReading();
    else
        connection->socket->pauseReading();
    if (!connection->session->hasNext() || connection->pump_queued) return;
    connection->pump_queued = true;
    QMetaObject::invokeMethod(
        this,
        [this, id] {
            Connection* waiting = at(id);
            if (waiting == nullptr || stopped()) return;
            waiting->pump_queued = false;
            pump(id);
            endTurn();
        },
        Qt::QueuedConnection);
}

void PeerDriver::step(Connection& connection, const transport::SessionEvent& event) {
    std::visit(
        overloaded{
            [&](const transport::PeerReady& ready) { onReady(connection, ready); },
            [&](const ln::wire::Message& message) { m_events.message(connection.facts->node_id, message); },
            [&](const transport::PongReceived& pong) { onPong(connection, pong); },
            [&](const transport::Closed& closed) {
                drop(connection.id, Goodbye::send_rest, std::string(transport::textOf(closed.reason)));
            },
        },
        event);
}

/// Strangers who came to us are limited, whom we dialled not: somebody asked for it.
bool PeerDriver::mayStay(const Connection& connection, const ln::NodeId& node_id) const {
    if (node_id == m_node_id) return false;
    if (connection.dialled || m_kept.contains(node_id)) return true;
    const auto strangers = static_cast<std::size_t>(std::ranges::count_if(
        m_ready, [&](const auto& entry) { return entry.first != node_id && !m_kept.contains(entry.first); }));
    return strangers < most_strangers;
}

/// Normally the newer connection wins: the peer may have lost the older one without our seeing it. But when
/// both sides dialled at once, each would close the other's connection. Then the one that the lesser id
/// dialled stays, on both sides.
bool PeerDriver::olderWins(const Connection& older, const Connection& newer) const {
    if (older.dialled.has_value() == newer.dialled.has_value()) return false;
    if (io::now() - older.ready_at > crossing_dials) return false;
    return older.dialled.has_value() == (m_node_id < older.facts->node_id);
}

void PeerDriver::onReady(Connection& connection, const transport::PeerReady& ready) {
    if (!mayStay(connection, ready.node_id))
        return drop(connection.id, Goodbye::send_rest,
                    ready.node_id == m_node_id ? "it is this node itself"
                                               : "there are too many peers without a channel");
    if (Connection* older = readyOf(ready.node_id)) {
        if (olderWins(*older, connection)) {
            for (const auto& answered : std::exchange(connection.waiting, {})) answered(*older->facts);
            return drop(connection.id, Goodbye::send_rest, "the peer was connected already");
        }
        drop(older->id, Goodbye::send_rest, "a newer connection took its place");
    }
    connection.facts = LightningConnection{.node_id = ready.node_id,
                                           .features = ready.features,
                                           .endpoint = connection.endpoint,
                                           .outgoing = connection.dialled.has_value()};
    connection.ready_at = io::now();
    m_ready[ready.node_id] = connection.id;
    m_shell.outlet.log("lightning peer " + nameOf(ready.node_id, connection.endpoint) + " ready");

    // Who waits for another dial to this node is answered. A dial that the peer cannot have seen yet is given
    // up; any other goes on, because the peer may have decided for it (olderWins).
    std::vector<ConnectAnswered> waiting = std::exchange(connection.waiting, {});
    std::vector<std::uint64_t> needless;
    for (auto& [id, other] : m_connections) {
        if (other->dialled != ready.node_id || other->facts) continue;
        std::ranges::move(std::exchange(other->waiting, {}), std::back_inserter(waiting));
        if (!other->session) needless.push_back(id);
    }
    for (const std::uint64_t id : needless) drop(id, Goodbye::send_rest, "it was not needed");
    const LightningConnection facts = *connection.facts;
    notify(facts.node_id, "connected");
    m_events.ready(facts);
    for (const auto& answered : waiting) answered(facts);
}

void PeerDriver::onPong(Connection& connection, const transport::PongReceived& pong) {
    const auto open = std::ranges::find(connection.pings, pong.ping, &Connection::OpenPing::number);
    if (open == connection.pings.end()) return;
    const auto answered = std::move(open->answered);
    const auto round_trip = io::preciseNow() - open->sent;
    connection.pings.erase(open);
    answered(round_trip);
}

// --- connections go ---

void PeerDriver::onClosed(std::uint64_t id, io::CloseReason reason, const std::string& detail) {
    const Connection* connection = at(id);
    if (connection == nullptr) return;
    if (connection->session)
        drop(id, Goodbye::closed_already, detail.empty() ? "the peer closed it" : detail);
    else
        drop(id, Goodbye::closed_already, dialText(connection->endpoint, reason, detail),
             ConnectFailure::no_connection);
}

/// The connection is out of every list before anybody is told. A socket that has something to send lives on
/// alone until that is done.
void PeerDriver::drop(std::uint64_t id, Goodbye goodbye, const std::string& why, ConnectFailure failure) {
    const auto node = m_connections.extract(id);
    if (node.empty()) return;
    Connection& connection = *node.mapped();
    io::TcpConnection* socket = connection.socket.release();
    socket->disconnect(this);
    socket->setParent(this);
    if (goodbye == Goodbye::closed_already) {
        socket->deleteLater(); // we are inside its signal
    } else {
        connect(socket, &io::TcpConnection::closed, socket, &QObject::deleteLater);
        Bytes rest = connection.session ? connection.session->takeBytes() : Bytes{};
        m_shell.turn().after([socket = QPointer(socket), rest = std::move(rest)] {
            if (!socket) return;
            if (!rest.empty()) socket->write(rest);
            socket->close();
        });
    }
    const std::string who = connection.facts     ? nameOf(connection.facts->node_id, connection.endpoint)
                            : connection.dialled ? nameOf(*connection.dialled, connection.endpoint)
                                                 : io::toText(connection.endpoint);
    m_shell.outlet.log("lightning peer " + who + " gone: " + why);
    noteKept(connection);
    if (connection.facts) {
        m_ready.erase(connection.facts->node_id);
        notify(connection.facts->node_id, "disconnected");
        m_events.gone(connection.facts->node_id);
    }
    for (const auto& ping : connection.pings) ping.answered(std::nullopt);
    for (const auto& answered : connection.waiting) answered(std::unexpected(connectError(failure, why)));
}

void PeerDriver::notify(const ln::NodeId& node_id, std::string state) {
    tell(m_shell.turn(), m_shell.outlet,
         {.topic = api::Notification::Topic::peer, .id = node_id.hex(), .state = std::move(state)});
}

/// When a kept peer is dialled again, now that this connection or dial of it ended.
void PeerDriver::noteKept(const Connection& connection) {
    const auto& node_id = connection.facts ? std::optional(connection.facts->node_id) : connection.dialled;
    const auto kept = node_id ? m_kept.find(*node_id) : m_kept.end();
    if (kept == m_kept.end()) return;
    // One that we end soon after it began leads nowhere: what was refused comes again with the next.
    const bool brief = !connection.facts || io::now() - connection.ready_at < brief_connection;
    const bool failed = !connection.facts || (connection.ended_by_us && brief);
    int& failures = kept->second.failures;
    if (!failed) failures = 0;
    kept->second.retry_at = io::now() + pauseAfter(failed ? failures++ : 0);
}

// --- effects ---

void PeerDriver::send(const ln::NodeId& node_id, const ln::wire::Message& message) {
    Connection* connection = readyOf(node_id);
    if (connection == nullptr) return;
    connection->session->send(message);
    flush(connection->id);
}

void PeerDriver::disconnect(const ln::NodeId& node_id) {
    if (Connection* connection = readyOf(node_id)) {
        connection->ended_by_us = true;
        drop(connection->id, Goodbye::send_rest, "this side closed it");
    }
    armTimer();
}

void PeerDriver::ping(const ln::NodeId& node_id, std::uint16_t length, std::uint16_t pong_bytes,
                      std::function<void(std::optional<std::chrono::microseconds>)> answered) {
    Connection* connection = readyOf(node_id);
    if (connection == nullptr || pong_bytes > most_pong_bytes) return answered(std::nullopt);
    const Ticks due = std::max(io::now(), connection->next_ping);
    connection->next_ping = due + between_pings;
    connection->pings.push_back({.length = length,
                                 .pong_bytes = pong_bytes,
                                 .due = due,
                                 .until = due + longest_ping,
                                 .sent = {},
                                 .answered = std::move(answered)});
    sendPings(*connection);
    armTimer();
}

void PeerDriver::sendPings(Connection& connection) {
    for (Connection::OpenPing& ping : connection.pings) {
        if (ping.number != 0 || ping.due > io::now()) continue;
        const auto number = connection.session->ping(ping.pong_bytes, ping.length, io::now());
        if (!number) continue; // it closes: answered then
        ping.number = *number;
        ping.sent = io::preciseNow();
        m_shell.turn().after([self = QPointer<PeerDriver>(this), id = connection.id, number = *number] {
            Connection* open = self ? self->at(id) : nullptr;
            if (open == nullptr) return;
            // What the commit before it took is no part of the round trip.
            const auto sent = std::ranges::find(open->pings, number, &Connection::OpenPing::number);
            if (sent != open->pings.end()) sent->sent = io::preciseNow();
            self->flush(id);
        });
    }
}

void PeerDriver::flush(std::uint64_t id) {
    Connection* connection = at(id);
    if (connection == nullptr || !connection->session) return;
    const Bytes bytes = connection->session->takeBytes();
    if (!bytes.empty()) connection->socket->write(bytes);
}

void PeerDriver::flushAfter(std::uint64_t id) {
    m_shell.turn().after([self = QPointer<PeerDriver>(this), id] {
        if (self) self->flush(id);
    });
}

// --- time ---

void PeerDriver::tick() {
    if (stopped()) return;
    const Ticks now = io::now();
    std::vector<std::uint64_t> ids;
    for (const auto& [id, connection] : m_connections) ids.push_back(id);
    for (const std::uint64_t id : ids) {
        Connection* connection = at(id);
        if (connection == nullptr || !connection->session) continue;
        std::vector<Connection::OpenPing> late;
        std::erase_if(connection->pings, [&](Connection::OpenPing& ping) {
            if (ping.until > now) return false;
            late.push_back(std::move(ping));
            return true;
        });
        for (const auto& ping : late) ping.answered(std::nullopt);
        sendPings(*connection);
        connection->session->tick(now);
        pump(id);
    }
    dialKept(now);
    endTurn();
}

void PeerDriver::endTurn() {
    m_shell.turns.end();
    armTimer();
}

void PeerDriver::armTimer() {
    std::optional<Ticks> next;
    const auto consider = [&](std::optional<Ticks> when) {
        if (when && (!next || *when < *next)) next = when;
    };
    for (const auto& [id, connection] : m_connections) {
        if (!connection->session) continue;
        consider(connection->session->nextDeadline());
        for (const auto& ping : connection->pings) consider(ping.number == 0 ? ping.due : ping.until);
    }
    const Ticks rest = io::now() + shortest_rest;
    if (next) next = std::max(*next, rest);
    for (const auto& [node_id, kept] : m_kept) {
        if (kept.endpoint && !m_ready.contains(node_id) && !isDialling(node_id)) consider(kept.retry_at);
    }
    if (next)
        m_timer.armAt(*next);
    else
        m_timer.disarm();
}

} // namespace duplex::family::bitcoin
