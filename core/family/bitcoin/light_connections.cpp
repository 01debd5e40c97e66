// The light client's connections: which peers, and what they bring.

#include "core/base/variant.h"
#include "core/family/bitcoin/light_connection.h"
#include "core/io/dns_seed.h"
#include "core/io/entropy.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::size_t wanted_connections = 8;
constexpr Ticks connect_timeout = 20s;
constexpr Ticks longest_pause = 120s;

} // namespace

void LightClientDriver::open(const io::Endpoint& endpoint, bool manual) {
    const light::PeerId id{m_next_peer++};
    const auto address = wire::nodeAddress(endpoint.host, endpoint.port);
    wire::PeerSettings settings{.magic = m_network.magic, .nonce = io::randomU64()};
    const auto listening = std::ranges::count_if(
        m_connections, [](const auto& entry) { return entry.second->announces == wire::Relay::yes; });
    settings.relay = listening < 2 && (wanted_connections > 1 && !m_connections.empty()) ? wire::Relay::yes
                                                                                         : wire::Relay::no;
    auto connection = std::unique_ptr<Connection>(
        new Connection{.id = id,
                       .endpoint = endpoint,
                       .manual = manual,
                       .announces = settings.relay,
                       .netgroup = address ? wire::netgroupOf(*address) : wire::Netgroup{id.value},
                       .socket = std::make_unique<io::TcpConnection>(),
                       .peer = wire::Peer(settings)});
    io::TcpConnection* socket = connection->socket.get();
    Connection* raw = connection.get();
    connect(socket, &io::TcpConnection::connected, this, [this, raw] {
        raw->connected_at = secondsOf(io::calendarNow());
        step(*raw, wire::Connected{});
        m_turns.end();
    });
    connect(socket, &io::TcpConnection::received, this, [this, raw](const Bytes& bytes) {
        raw->last_receive = secondsOf(io::calendarNow());
        const bool was_open = raw->peer.handshakeDone();
        const light::PeerId peer = raw->id;
        step(*raw, wire::BytesReceived{bytes});
        if (was_open && m_connections.contains(peer)) feed(light::PeerProgress{peer});
        m_turns.end();
    });
    connect(socket, &io::TcpConnection::closed, this, [this, id](io::CloseReason, const QString& detail) {
        const auto found = m_connections.find(id);
        if (found == m_connections.end() || m_ending) return;
        m_listener.log_net("peer " + io::toText(found->second->endpoint) +
                           " closed: " + detail.toStdString());
        closed(id);
        m_turns.end();
    });
    m_retry_at.erase(endpoint);
    if (address) m_addresses.noteTry(*address, io::calendarNow());
    m_connections[id] = std::move(connection);
    socket->connectTo(endpoint, connect_timeout, m_options.proxy);
}

void LightClientDriver::closed(light::PeerId peer) {
    auto node = m_connections.extract(peer);
    if (node.empty()) return;
    Connection& connection = *node.mapped();
    const bool was_open = connection.peer.handshakeDone() || connection.connected_at != 0;
    const int failures = was_open && connection.last_receive != 0 ? 1 : ++m_failures[connection.endpoint];
    if (connection.manual && !m_banned.contains(io::toText(connection.endpoint))) {
        m_retry_at[connection.endpoint] =
            io::now() + std::min<Ticks>(longest_pause, Ticks{500} * (1 << std::min(failures, 8)));
    }
    if (const auto address = wire::nodeAddress(connection.endpoint.host, connection.endpoint.port);
        address && !was_open) {
        m_addresses.noteFailure(*address, io::calendarNow());
    }
    if (connection.peer.handshakeDone()) m_listener.peer(io::toText(connection.endpoint), "disconnected");
    connection.socket.release()->deleteLater(); // we may be inside one of its signals
    feed(light::PeerDisconnected{peer});
    perform(m_broadcast.step(light::PeerDisconnected{peer}, moment()));
    m_fees.peerDisconnected(peer);
    m_listener.changed();
}

void LightClientDriver::drop(light::PeerId peer) {
    const auto found = m_connections.find(peer);
    if (found == m_connections.end()) return;
    found->second->socket->disconnect(this);
    found->second->socket->close();
    closed(peer);
}

void LightClientDriver::step(Connection& connection, const wire::PeerEvent& event) {
    const light::PeerId id = connection.id;
    for (wire::PeerAction& action : connection.peer.step(event, moment())) {
        if (!m_connections.contains(id)) return; // dropped by an earlier action
        std::visit(
            overloaded{
                [&](wire::SendBytes& send) {
                    turn().after([this, id, bytes = std::move(send.bytes)] {
                        const auto found = m_connections.find(id);
                        if (found == m_connections.end()) return;
                        found->second->last_send = secondsOf(io::calendarNow());
                        found->second->socket->write(bytes);
                    });
                },
                [&](const wire::Disconnect& disconnect) {
                    m_listener.log_net("peer " + io::toText(connection.endpoint) +
                                       " dropped: " + std::string(wire::textOf(disconnect.reason)));
                    drop(id);
                },
                [&](const wire::HandshakeDone& done) { onHandshake(connection, done.handshake); },
                [&](const wire::MessageReceived& received) { onMessage(connection, received.message); },
            },
            action);
    }
}

void LightClientDriver::onHandshake(Connection& connection, const wire::Handshake& handshake) {
    m_failures.erase(connection.endpoint);
    if (auto address = wire::nodeAddress(connection.endpoint.host, connection.endpoint.port)) {
        address->services = handshake.services; // its own word counts more than hearsay
        m_addresses.noteSuccess(*address, io::calendarNow());
    }
    connection.allowance.since = io::now();
    m_listener.log_net("peer " + io::toText(connection.endpoint) + " connected");
    m_listener.peer(io::toText(connection.endpoint), "connected");
    const light::PeerId id = connection.id;
    const light::PeerConnected event{id, handshake, connection.netgroup, connection.announces};
    feed(event);
    if (!m_connections.contains(id)) return; // the sync had no use for it: the connection is gone
    perform(m_broadcast.step(event, moment()));
    m_fees.peerConnected(id, handshake);
    if (m_options.connect.empty() && m_addresses.size() < 200) {
        connection.allowance.grantAnswer();
        send(id, wire::GetAddr{});
    }
    m_listener.changed();
}

void LightClientDriver::takeAddresses(Connection& connection, std::vector<wire::NodeAddress> told) {
    told.resize(connection.allowance.take(told.size(), io::now()));
    m_addresses.add(told, connection.netgroup, io::calendarNow());
}

void LightClientDriver::onMessage(Connection& connection, const wire::Message& message) {
    const light::PeerId id = connection.id;
    if (const auto* filter = std::get_if<wire::FeeFilter>(&message))
        connection.min_feefilter = filter->sat_per_kvb;
    if (const auto* told = std::get_if<wire::Addr>(&message)) takeAddresses(connection, told->addresses);
    if (const auto* told = std::get_if<wire::AddrV2>(&message)) takeAddresses(connection, told->addresses);
    m_fees.peerMessage(id, message);
    const light::PeerMessage event{id, message};
    perform(m_broadcast.step(event, moment()));
    feed(event);
}

void LightClientDriver::send(light::PeerId peer, wire::Message message) {
    const auto found = m_connections.find(peer);
    if (found != m_connections.end()) step(*found->second, wire::Send{std::move(message)});
}

void LightClientDriver::keepConnections() {
    const Ticks now = io::now();
    std::vector<io::Endpoint> due;
    for (const auto& [endpoint, when] : m_retry_at) {
        if (when <= now) due.push_back(endpoint);
    }
    for (const io::Endpoint& endpoint : due) {
        m_retry_at.erase(endpoint);
        if (!m_banned.contains(io::toText(endpoint))) open(endpoint, true);
    }
    if (findsPeers()) findPeers();
}

/// Not where the user names all peers, nor on a network that nobody else is on.
bool LightClientDriver::findsPeers() const {
    return m_options.connect.empty() && !(m_network.filter_seeds.empty() && m_network.dns_seeds.empty());
}

void LightClientDriver::findPeers() {
    for (const light::SeedName& seed : m_finder.seedsDue(io::now(), m_addresses.size(), connectionFacts()))
        askSeed(seed);
    while (m_connections.size() < wanted_connections) {
        const auto picked = pickAddress();
        if (!picked) return;
        open({wire::hostOf(*picked), picked->port}, false);
    }
}

void LightClientDriver::askSeed(const light::SeedName& seed) {
    if (m_options.proxy) { // no look-ups of our own: the proxy resolves the name to one of its nodes
        if (m_connections.size() < wanted_connections) open({seed.name, m_network.default_port}, false);
        return;
    }
    io::lookUpSeed(this, seed.name, m_network.default_port,
                   [this, seed](const std::vector<io::Endpoint>& found) {
                       std::vector<wire::NodeAddress> addresses;
                       for (const io::Endpoint& endpoint : found) {
                           auto address = wire::nodeAddress(endpoint.host, endpoint.port);
                           if (!address) continue;
                           address->services = seed.services;
                           addresses.push_back(std::move(*address));
                       }
                       m_addresses.add(addresses, wire::Netgroup{m_next_fetch++}, io::calendarNow());
                       if (const auto plain = m_finder.seedAnswered(seed, addresses.size(), io::now()))
                           askSeed(*plain);
                   });
}

/// An address outside the netgroups that we are connected to, those with filters first.
std::optional<wire::NodeAddress> LightClientDriver::pickAddress() {
    std::vector<wire::Netgroup> taken;
    for (const auto& [id, connection] : m_connections) taken.push_back(connection->netgroup);
    constexpr wire::Services filters{static_cast<std::uint64_t>(wire::Service::compact_filters)};
    while (const auto picked = m_addresses.pick(io::randomU64(), taken, io::calendarNow(), filters)) {
        const io::Endpoint endpoint{wire::hostOf(*picked), picked->port};
        if (!m_banned.contains(io::toText(endpoint))) return picked;
        m_addresses.noteFailure(*picked, io::calendarNow());
    }
    return std::nullopt;
}

/// Gives up connections that do not help for addresses that may.
void LightClientDriver::replaceConnections() {
    if (!findsPeers()) return;
    for (const light::PeerId peer : m_finder.toReplace(connectionFacts(), wanted_connections)) {
        const auto better = pickAddress();
        const auto useless = m_connections.find(peer);
        if (!better || !light::PeerFinder::mayServeFilters(*better) || useless == m_connections.end()) return;
        m_listener.log_net("peer " + io::toText(useless->second->endpoint) +
                           " closed: more filter peers are wanted");
        drop(peer);
        open({wire::hostOf(*better), better->port}, false);
    }
}

std::vector<light::ConnectionFacts> LightClientDriver::connectionFacts() const {
    std::map<light::PeerId, bool> set_aside;
    if (m_sync) {
        for (const light::PeerState& state : m_sync->peers()) set_aside[state.peer] = state.set_aside;
    }
    std::vector<light::ConnectionFacts> facts;
    for (const auto& [id, connection] : m_connections) {
        light::ConnectionFacts each{.peer = id, .chosen_by_user = connection->manual};
        each.established = connection->peer.handshakeDone();
        if (each.established)
            each.serves_filters = connection->peer.handshake().services.has(wire::Service::compact_filters);
        if (const auto state = set_aside.find(id); state != set_aside.end()) each.set_aside = state->second;
        facts.push_back(each);
    }
    return facts;
}

// --- what people ask ---

std::vector<api::PeerFacts> LightClientDriver::peers() const {
    std::vector<api::PeerFacts> facts;
    std::map<light::PeerId, light::PeerState> states;
    if (m_sync) {
        for (const light::PeerState& state : m_sync->peers()) states[state.peer] = state;
    }
    for (const auto& [id, connection] : m_connections) {
        if (!connection->peer.handshakeDone()) continue;
        const wire::Handshake& handshake = connection->peer.handshake();
        const auto ping = connection->peer.pingTime();
        const auto state = states.find(id);
        facts.push_back(
            {.id = static_cast<std::int64_t>(id.value),
             .address = io::toText(connection->endpoint),
             .services = handshake.services.bits,
             .version = handshake.version,
             .user_agent = handshake.user_agent,
             .connected_at = connection->connected_at,
             .last_send = connection->last_send,
             .last_receive = connection->last_receive,
             .bytes_sent = connection->socket->bytesSent(),
             .bytes_received = connection->socket->bytesReceived(),
             .starting_height = handshake.start_height,
             .synced_headers = state != states.end() && state->second.height ? state->second.height->value
                                                                             : std::int64_t{-1},
             .ping_us = ping ? ping->count() * 1000 : -1,
             .least_ping_us =
                 ping ? std::min(*ping, connection->least_ping.value_or(*ping)).count() * 1000 : -1,
             .min_feefilter_sat_per_kvb = connection->min_feefilter,
             .inbound = false,
             .relays_transactions = handshake.relay == wire::Relay::yes,
             .connection_type = connection->manual ? "manual" : "outbound-full-relay"});
    }
    return facts;
}

int LightClientDriver::connectedPeers() const {
    return static_cast<int>(std::ranges::count_if(
        m_connections, [](const auto& entry) { return entry.second->peer.handshakeDone(); }));
}

int LightClientDriver::netgroups() const {
    std::set<wire::Netgroup> groups;
    for (const auto& [id, connection] : m_connections) {
        if (connection->peer.handshakeDone()) groups.insert(connection->netgroup);
    }
    return static_cast<int>(groups.size());
}

std::optional<std::int64_t> LightClientDriver::leastFeefilter() const {
    std::optional<std::int64_t> least;
    for (const auto& [id, connection] : m_connections) {
        if (connection->min_feefilter >= 0)
            least = std::min(least.value_or(connection->min_feefilter), connection->min_feefilter);
    }
    return least;
}

std::int64_t LightClientDriver::claimedHeight() const {
    std::vector<std::int64_t> claims;
    for (const auto& [id, connection] : m_connections) {
        if (connection->peer.handshakeDone()) claims.push_back(connection->peer.handshake().start_height);
    }
    if (claims.empty()) return -1;
    const auto middle = claims.begin() + static_cast<std::ptrdiff_t>(claims.size() / 2);
    std::ranges::nth_element(claims, middle);
    return *middle;
}

void LightClientDriver::addNode(const io::Endpoint& endpoint, bool keep) {
    m_banned.erase(io::toText(endpoint));
    if (keep) {
        m_retry_at[endpoint] = Ticks{0};
        keepConnections();
    } else {
        open(endpoint, false);
    }
}

/// One that is tried again and again: due, waiting for its turn, or connected.
bool LightClientDriver::isAdded(const io::Endpoint& endpoint) const {
    return m_retry_at.contains(endpoint) || std::ranges::any_of(m_connections, [&](const auto& entry) {
               return entry.second->manual && entry.second->endpoint == endpoint;
           });
}

bool LightClientDriver::removeNode(const io::Endpoint& endpoint) {
    bool found = m_retry_at.erase(endpoint) > 0;
    for (auto& [id, connection] : m_connections) {
        if (connection->endpoint == endpoint && connection->manual) {
            connection->manual = false;
            found = true;
        }
    }
    return found;
}

bool LightClientDriver::disconnectNode(const std::string& address, std::int64_t id) {
    for (const auto& [peer, connection] : m_connections) {
        if ((!address.empty() && io::toText(connection->endpoint) == address) ||
            (address.empty() && static_cast<std::int64_t>(peer.value) == id)) {
            drop(light::PeerId{peer});
            return true;
        }
    }
    return false;
}
} // namespace duplex::family::bitcoin
