#pragma once

#include "core/family/bitcoin/connect_failure.h"
#include "core/family/bitcoin/shell.h"
#include "core/io/tcp_server.h"
#include "core/io/timers.h"
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
    /// Messages of one peer in one turn: the others, and the disk, come in between.
    static constexpr std::size_t most_events_a_turn = 25;

    PeerDriver(Shell& shell, const crypto::PrivateKey& node_key, PeerEvents events);
    /// Answers what still waits for an answer; says `gone` of nobody.
    ~PeerDriver() override;

    /// The bound endpoint, or what is wrong.
    std::expected<io::Endpoint, std::string> listen(const io::Endpoint& endpoint);
    std::optional<io::Endpoint> listening() const { return m_listening; }

    /// Answers once, inside a turn: ready (at once when it is connected already), or why not (ConnectFailure)
    /// and what to do.
    using ConnectAnswered = std::function<void(std::expected<LightningConnection, api::Error>)>;
    void connectTo(const ln::NodeId& node_id, const io::Endpoint& endpoint, ConnectAnswered answered);
    /// A channel partner: dials it whenever it is not connected, with growing pauses (0.5 s to 2 min, from
    /// the start again after a connection that was ready). Without an endpoint it is only exempt from
    /// `most_strangers`.
    void keep(const ln::NodeId& node_id, const std::optional<io::Endpoint>& endpoint);
    /// No channel partner any more; a connection that stands stays.
    void forget(const ln::NodeId& node_id);

    /// Effects, called with the turn stored (Turn::after). Dropped when the peer is not connected.
    void send(const ln::NodeId& node_id, const ln::wire::Message& message);
    /// Sends what is queued, then closes; a kept peer is dialled again.
    void disconnect(const ln::NodeId& node_id);
    /// Time from the socket to the pong, or nothing when it is not connected or does not answer within 30 s.
    /// Several in a row are sent a second apart, since peers answer no more. Answers once, inside a turn.
    void ping(const ln::NodeId& node_id, std::uint16_t length, std::uint16_t pong_bytes,
              std::function<void(std::optional<std::chrono::microseconds>)> answered);

    /// Nothing unless the peer is ready. Valid until the loop goes on.
    const LightningConnection* find(const ln::NodeId& node_id) const;
    std::vector<LightningConnection> connected() const;

private:
    struct Connection;
    struct Kept {
        std::optional<io::Endpoint> endpoint;
        int failures = 0; // since the last connection that was good for something
        Ticks retry_at{};
    };
    enum class Goodbye : std::uint8_t { send_rest, closed_already };

    void dial(const ln::NodeId& node_id, const io::Endpoint& endpoint, ConnectAnswered answered);
    void dialKept(Ticks now);
    void accept(io::TcpConnection* socket);
    Connection& adopt(std::unique_ptr<io::TcpConnection> socket, const io::Endpoint& endpoint);
    void pump(std::uint64_t id);
    void step(Connection& connection, const ln::transport::SessionEvent& event);
    void onReady(Connection& connection, const ln::transport::PeerReady& ready);
    bool mayStay(const Connection& connection, const ln::NodeId& node_id) const;
    bool olderWins(const Connection& older, const Connection& newer) const;
    void onPong(Connection& connection, const ln::transport::PongReceived& pong);
    void onClosed(std::uint64_t id, io::CloseReason reason, const std::string& detail);
    void sendPings(Connection& connection);
    void flush(std::uint64_t id);
    void flushAfter(std::uint64_t id);
    void drop(std::uint64_t id, Goodbye goodbye, const std::string& why,
              ConnectFailure failure = ConnectFailure::peer_left);
    void noteKept(const Connection& connection);
    void notify(const ln::NodeId& node_id, std::string state);
    void tick();
    void endTurn();
    void armTimer();
    Connection* at(std::uint64_t id) const;
    Connection* readyOf(const ln::NodeId& node_id) const;
    bool isDialling(const ln::NodeId& node_id) const;
    bool stopped() const { return m_ending || m_shell.turns.frozen(); }

    Shell& m_shell;
    crypto::PrivateKey m_node_key;
    ln::NodeId m_node_id;
    ln::transport::SessionSettings m_settings;
    PeerEvents m_events;
    io::TcpServer m_server;
    std::optional<io::Endpoint> m_listening;
    std::map<std::uint64_t, std::unique_ptr<Connection>> m_connections;
    std::map<ln::NodeId, std::uint64_t> m_ready;
    std::map<ln::NodeId, Kept> m_kept;
    std::uint64_t m_next = 1;
    bool m_ending = false;
    io::SingleShot m_timer;
};

} // namespace duplex::family::bitcoin
