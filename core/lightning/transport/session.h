#pragma once

#include "core/base/time.h"
#include "core/lightning/transport/cipher_stream.h"
#include "core/lightning/transport/noise_handshake.h"
#include "core/lightning/wire/message.h"

#include <deque>

namespace duplex::lightning::transport {

/// Why a session ended. Nothing is answered to a failed handshake or a wrong tag (BOLT 8).
enum class CloseReason {
    handshake_failed,
    handshake_timeout,
    bad_mac,
    init_timeout,
    init_not_first,
    unknown_feature,    // an even feature that we do not know
    missing_dependency, // a feature without one that it needs (BOLT 9)
    wrong_chain,
    bad_message, // undecodable, or of an unknown even type
    idle,        // no answer to a ping
    flooding,    // pings or ignored messages beyond all need
};
std::string_view textOf(CloseReason reason);

/// What the peer said of itself: the session is usable from here on.
struct PeerReady {
    NodeId node_id;
    Features features; // globalfeatures and features together
    friend bool operator==(const PeerReady&, const PeerReady&) = default;
};
/// The answer to a ping that the shell asked for.
struct PongReceived {
    std::uint64_t ping = 0; // what ping() returned
    Ticks round_trip{};
    friend bool operator==(const PongReceived&, const PongReceived&) = default;
};
struct Closed {
    CloseReason reason = CloseReason::idle;
    friend bool operator==(const Closed&, const Closed&) = default;
};
/// In the order in which they came. PeerReady is first, Closed is last. Init, ping, pong and unknown odd
/// messages are dealt with inside and never come out as messages.
using SessionEvent = std::variant<PeerReady, wire::Message, PongReceived, Closed>;

struct SessionSettings {
    bitcoin::BlockHash chain_hash;
    Features features; // what we send; also what we know
};

/// One connection with a peer, as a pure machine: bytes and time in, bytes and events out
/// (lightning.md 4.1, 4.2). The shell feeds received bytes, writes takeBytes() after every call, and drains
/// next().
class Session {
public:
    /// `ephemeral` is fresh randomness. takeBytes() holds act one at once.
    static Session initiate(const SessionSettings& settings, const crypto::PrivateKey& node_key,
                            const crypto::PrivateKey& ephemeral, const NodeId& peer, Ticks now);
    static Session respond(const SessionSettings& settings, const crypto::PrivateKey& node_key,
                           const crypto::PrivateKey& ephemeral, Ticks now);

    void receive(ByteView bytes, Ticks now);
    /// Fires what is due: handshake and init time-outs, our ping, the end of an idle peer.
    void tick(Ticks now);
    /// When tick() has something to do next; nothing once closed.
    std::optional<Ticks> nextDeadline() const;

    /// Only after PeerReady and before Closed (ignored otherwise: the peer went away meanwhile).
    void send(const wire::Message& message);
    /// A ping beside the session's own. Its number, for PongReceived; nothing when no pong can come: the
    /// session is not ready, or so many pong bytes mean "do not answer" (BOLT 1).
    std::optional<std::uint64_t> ping(std::uint16_t num_pong_bytes, std::uint16_t byteslen, Ticks now);
    /// Bytes to write to the connection, oldest first.
    Bytes takeBytes();
    std::optional<SessionEvent> next();
    bool hasNext() const { return !m_events.empty(); }

    /// False while 50 messages or 1 MiB wait in next(): the shell stops reading from the connection.
    bool wantsToRead() const;
    bool isReady() const { return m_stage == Stage::ready; }
    bool isClosed() const { return m_stage == Stage::closed; }
    /// Known from the start as initiator, from act three on as responder.
    const std::optional<NodeId>& peer() const { return m_peer; }

private:
    enum class Stage { act_one, act_two, act_three, init, ready, closed };
    struct OpenPing {
        std::uint64_t number = 0; // 0: the session's own
        std::uint16_t num_pong_bytes = 0;
        Ticks sent{};
    };

    Session(const SessionSettings& settings, Stage stage, Ticks now);
    void process(Ticks now);
    bool handshakeStep(Ticks now);
    void opened(const SessionKeys& keys, Ticks now);
    bool messageStep(Ticks now);
    void onMessage(ByteView bytes, Ticks now);
    void onInit(const wire::Init& init);
    void onPing(const wire::Ping& ping, Ticks now);
    void onPong(const wire::Pong& pong, Ticks now);
    void sendPing(const OpenPing& ping, std::uint16_t byteslen);
    void countIgnored(Ticks now);
    void sendNow(const wire::Message& message);
    void close(CloseReason reason);

    SessionSettings m_settings;
    Stage m_stage;
    std::optional<NodeId> m_peer;
    std::optional<NoiseInitiator> m_initiator;
    std::optional<NoiseResponder> m_responder;
    std::optional<SendStream> m_send;
    std::optional<ReceiveStream> m_receive;
    Bytes m_in;
    Bytes m_out;
    std::deque<SessionEvent> m_events;
    std::deque<std::size_t> m_event_sizes;
    std::size_t m_inbox_bytes = 0;
    Ticks m_stage_since;
    Ticks m_last_received;
    std::optional<Ticks> m_ping_sent;
    std::deque<OpenPing> m_open_pings; // oldest first
    std::uint64_t m_next_ping = 1;
    std::optional<Ticks> m_last_pong;
    Ticks m_window_start;
    std::size_t m_ignored_in_window = 0;
};

} // namespace duplex::lightning::transport
