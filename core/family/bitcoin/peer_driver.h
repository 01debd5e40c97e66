#pragma once

#include "core/family/bitcoin/shell.h"
#include "core/io/tcp_server.h"
#include "core/lightning/transport/session.h"

namespace duplex::family::bitcoin {

/// A Lightning connection that is ready: both `init`s passed.
struct LightningConnection {
    ln::NodeId node_id;
    ln::Features features;
    io::Endpoint endpoint; // as we dialled it, or where it came from
    bool outgoing = true;
};

/// Called inside a turn, before its commit.
struct PeerEvents {
    std::function<void(const LightningConnection&)> ready;
    std::function<void(const ln::NodeId&, const ln::wire::Message&)> message;
    std::function<void(const ln::NodeId&)> gone; // once for each `ready`
};

/// Lightning's sockets: dials, listens, keeps the connections of channel partners, one connection a peer (the
/// newer replaces the older). Each connection is a transport::Session fed with bytes and time.
class PeerDriver : public QObject {
public:
    static constexpr std::size_t most_strangers = 8; // peers without a channel (lightning.md 4.2)

    PeerDriver(Shell& shell, const crypto::PrivateKey& node_key, PeerEvents events);
    ~PeerDriver() override;

    /// The bound endpoint, or what is wrong.
    std::expected<io::Endpoint, std::string> listen(const io::Endpoint& endpoint);
    std::optional<io::Endpoint> listening() const;

    /// Answers once: ready (at once when it is connected already), or why not (codes 400-402).
    using ConnectAnswered = std::function<void(std::expected<LightningConnection, api::Error>)>;
    void connectTo(const ln::NodeId& node_id, const io::Endpoint& endpoint, ConnectAnswered answered);
    /// A channel partner: dials it whenever it is not connected, with growing pauses (0.5 s to 2 min; at once
    /// after a connection that had been ready). Without an endpoint it is only exempt from `most_strangers`.
    void keep(const ln::NodeId& node_id, const std::optional<io::Endpoint>& endpoint);
    void forget(const ln::NodeId& node_id);

    /// Effects, called with the turn stored (Turn::after). Dropped when the peer is not connected.
    void send(const ln::NodeId& node_id, const ln::wire::Message& message);
    /// Sends what is queued, then closes; a kept peer is dialled again.
    void disconnect(const ln::NodeId& node_id);
    /// Time to the pong, or nothing when it is not connected or does not answer within 30 s.
    void ping(const ln::NodeId& node_id, std::uint16_t length, std::uint16_t pong_bytes,
              std::function<void(std::optional<Ticks>)> answered);

    const LightningConnection* find(const ln::NodeId& node_id) const;
    std::vector<LightningConnection> connected() const;

private:
    struct Connection;
    struct Kept;

    void adopt(std::unique_ptr<io::TcpConnection> socket, ln::transport::Session session,
               const io::Endpoint& endpoint, bool outgoing);
    void pump(Connection& connection);
    void closed(std::uint64_t id);
    void tick();

    Shell& m_shell;
    crypto::PrivateKey m_node_key;
    PeerEvents m_events;
    io::TcpServer m_server;
    std::optional<io::Endpoint> m_listening;
    std::map<std::uint64_t, std::unique_ptr<Connection>> m_connections;
    std::map<ln::NodeId, std::uint64_t> m_ready;
    std::map<ln::NodeId, Kept> m_kept;
    std::uint64_t m_next = 1;
    bool m_ending = false;
    QTimer m_timer;
};

} // namespace duplex::family::bitcoin
