#pragma once

#include "core/base/time.h"
#include "core/bitcoin/wire/frame.h"

#include <deque>

namespace duplex::bitcoin::wire {

/// Who called: outbound speaks `version` first, inbound answers (the serving side: tests and the practice
/// chain).
enum class Role { outbound, inbound };

struct PeerSettings {
    Magic magic{};
    Role role = Role::outbound;
    Services services{
        static_cast<std::uint64_t>(Service::witness)}; // what we claim; a light client: NODE_WITNESS only
    std::string user_agent = "/Duplex:0.1.0/";
    std::int32_t start_height = 0;
    Relay relay = Relay::no; // yes on the two connections that are kept for the echo
    std::uint64_t nonce = 0; // random, new for each connection
};

/// Both clocks at the moment of an event.
struct Moment {
    Ticks ticks{};
    UnixTime time{};
};

/// What the peer said in its half of the handshake.
struct Handshake {
    std::int32_t version = 0;
    Services services;
    std::string user_agent;
    std::int32_t start_height = 0;
    Relay relay = Relay::yes; // it wants our transactions
    bool wtxid_relay = false; // it announces and takes MSG_WTX (BIP 339)
    bool addr_v2 = false;
    friend bool operator==(const Handshake&, const Handshake&) = default;
};

// Events. None survives a crash: connections end with the process.
/// The socket is open.
struct Connected {};
struct BytesReceived {
    ByteView bytes; // read before step() returns
};
/// At least once in five seconds.
struct Tick {};
/// A message to send; held back until the handshake is done.
struct Send {
    Message message;
};
using PeerEvent = std::variant<Connected, BytesReceived, Tick, Send>;

enum class DisconnectReason {
    frame_fault,       // wrong magic, size over the limit of its type, checksum
    undecodable,       // a payload that breaks its format
    protocol,          // a handshake message out of order or twice
    ourselves,         // our own nonce came back
    obsolete,          // a version before 70001
    handshake_timeout, // no verack within 60 s, or 20 s without a byte
    silent             // no byte for 20 s after our ping
};
std::string_view textOf(DisconnectReason reason);

// Actions, in the order in which they have to be done.
struct SendBytes {
    Bytes bytes;
    friend bool operator==(const SendBytes&, const SendBytes&) = default;
};
/// Close the socket; nothing follows.
struct Disconnect {
    DisconnectReason reason = DisconnectReason::protocol;
    friend bool operator==(const Disconnect&, const Disconnect&) = default;
};
/// Once, when both veracks have passed.
struct HandshakeDone {
    Handshake handshake;
    friend bool operator==(const HandshakeDone&, const HandshakeDone&) = default;
};
/// Any message after the handshake but ping, pong and the handshake's own.
struct MessageReceived {
    Message message;
    friend bool operator==(const MessageReceived&, const MessageReceived&) = default;
};
using PeerAction = std::variant<SendBytes, Disconnect, HandshakeDone, MessageReceived>;
using PeerActions = std::vector<PeerAction>;

/// One connection as a state machine: frames, handshake, ping and silence. Knows nothing of chains.
class Peer {
public:
    explicit Peer(PeerSettings settings) : m_settings(std::move(settings)), m_parser(m_settings.magic) {}

    PeerActions step(const PeerEvent& event, const Moment& now);

    bool handshakeDone() const { return m_phase == Phase::open; }
    bool ended() const { return m_phase == Phase::ended; }
    /// What the peer said; meaningful after HandshakeDone.
    const Handshake& handshake() const { return m_handshake; }
    /// When the last byte came.
    Ticks lastByte() const { return m_last_byte; }
    /// Round trip of the last answered ping.
    std::optional<Ticks> pingTime() const { return m_ping_time; }

private:
    enum class Phase { closed, handshake, open, ended };

    void onConnected(const Moment& now, PeerActions& actions);
    void onBytes(ByteView bytes, const Moment& now, PeerActions& actions);
    void onTick(const Moment& now, PeerActions& actions);
    void onFrame(const Frame& frame, const Moment& now, PeerActions& actions);
    void onHandshakeMessage(const Message& message, const Moment& now, PeerActions& actions);
    void onVersion(const Version& version, const Moment& now, PeerActions& actions);
    void onOpenMessage(Message message, const Moment& now, PeerActions& actions);
    void openIfDone(PeerActions& actions);
    void send(const Message& message, PeerActions& actions) const;
    void sendVersion(const Moment& now, PeerActions& actions) const;
    void end(DisconnectReason reason, PeerActions& actions);

    PeerSettings m_settings;
    FrameParser m_parser;
    Phase m_phase = Phase::closed;
    Handshake m_handshake;
    bool m_version_seen = false;
    bool m_verack_seen = false;
    std::vector<Message> m_waiting; // sent before the handshake was done
    Ticks m_opened{};
    Ticks m_last_byte{};
    std::optional<std::uint64_t> m_ping_nonce;
    Ticks m_ping_sent{};
    std::optional<Ticks> m_ping_time;
    std::uint64_t m_pings = 0;
};

} // namespace duplex::bitcoin::wire
