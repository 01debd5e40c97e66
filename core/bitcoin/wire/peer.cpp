#include "core/bitcoin/wire/peer.h"

#include "core/base/check.h"

namespace duplex::bitcoin::wire {

namespace {

constexpr Ticks handshake_limit = 60s;
constexpr Ticks silence_limit = 20s;
constexpr Ticks ping_after = 60s;
constexpr std::int32_t oldest_version = 70001; // knows the relay flag (BIP 37)
constexpr std::int32_t wtxid_version = 70016;  // BIP 339

} // namespace

std::string_view textOf(DisconnectReason reason) {
    switch (reason) {
    case DisconnectReason::frame_fault:
        return "sent bytes that are no message";
    case DisconnectReason::undecodable:
        return "sent a malformed message";
    case DisconnectReason::protocol:
        return "broke the handshake";
    case DisconnectReason::ourselves:
        return "is this program itself";
    case DisconnectReason::obsolete:
        return "speaks an old version";
    case DisconnectReason::handshake_timeout:
        return "did not finish the handshake";
    case DisconnectReason::silent:
        return "does not answer";
    }
    check(false, "every reason has a text");
    return {};
}

PeerActions Peer::step(const PeerEvent& event, const Moment& now) {
    PeerActions actions;
    if (m_phase == Phase::ended) return actions;
    std::visit(overloaded{
                   [&](const Connected&) { onConnected(now, actions); },
                   [&](const BytesReceived& received) { onBytes(received.bytes, now, actions); },
                   [&](const Tick&) { onTick(now, actions); },
                   [&](const Send& each) {
                       if (m_phase == Phase::open)
                           send(each.message, actions);
                       else
                           m_waiting.push_back(each.message);
                   },
               },
               event);
    return actions;
}

void Peer::onConnected(const Moment& now, PeerActions& actions) {
    m_phase = Phase::handshake;
    m_opened = m_last_byte = now.ticks;
    if (m_settings.role == Role::outbound) sendVersion(now, actions);
}

void Peer::onBytes(ByteView bytes, const Moment& now, PeerActions& actions) {
    if (m_phase == Phase::closed) return;
    m_last_byte = now.ticks;
    const FrameParser::Received received = m_parser.receive(bytes);
    for (const Frame& frame : received.frames) {
        if (m_phase == Phase::ended) return;
        onFrame(frame, now, actions);
    }
    if (received.fault && m_phase != Phase::ended) end(DisconnectReason::frame_fault, actions);
}

void Peer::onFrame(const Frame& frame, const Moment& now, PeerActions& actions) {
    auto message = decodePayload(frame.command, frame.payload);
    if (!message) {
        if (message.error() != CodecFault::unknown_filter_type) end(DisconnectReason::undecodable, actions);
    } else if (m_phase == Phase::handshake) {
        onHandshakeMessage(*message, now, actions);
    } else {
        onOpenMessage(std::move(*message), now, actions);
    }
}

void Peer::onHandshakeMessage(const Message& message, const Moment& now, PeerActions& actions) {
    if (const auto* version = std::get_if<Version>(&message)) return onVersion(*version, now, actions);
    if (!m_version_seen) {
        if (std::holds_alternative<Verack>(message)) end(DisconnectReason::protocol, actions);
        return; // Core, too, leaves aside what comes before the handshake
    }
    if (std::holds_alternative<WtxidRelay>(message)) m_handshake.wtxid_relay = true;
    if (std::holds_alternative<SendAddrV2>(message)) m_handshake.addr_v2 = true;
    if (std::holds_alternative<Verack>(message)) {
        m_verack_seen = true;
        openIfDone(actions);
    }
}

void Peer::onVersion(const Version& version, const Moment& now, PeerActions& actions) {
    if (m_version_seen) return end(DisconnectReason::protocol, actions);
    if (version.nonce == m_settings.nonce && version.nonce != 0)
        return end(DisconnectReason::ourselves, actions);
    if (version.version < oldest_version) return end(DisconnectReason::obsolete, actions);
    m_version_seen = true;
    m_handshake = {.version = version.version,
                   .services = version.services,
                   .user_agent = version.user_agent,
                   .start_height = version.start_height,
                   .relay = version.relay};
    if (m_settings.role == Role::inbound) sendVersion(now, actions);
    if (version.version >= wtxid_version) {
        send(WtxidRelay{}, actions);
        send(SendAddrV2{}, actions);
    }
    send(Verack{}, actions); // nothing else before both veracks: btcd closes on any other known message
}

void Peer::openIfDone(PeerActions& actions) {
    m_phase = Phase::open;
    actions.push_back(HandshakeDone{m_handshake});
    for (const Message& message : m_waiting) send(message, actions);
    m_waiting.clear();
}

void Peer::onOpenMessage(Message message, const Moment& now, PeerActions& actions) {
    if (const auto* ping = std::get_if<Ping>(&message)) {
        send(Pong{ping->nonce}, actions);
    } else if (const auto* pong = std::get_if<Pong>(&message)) {
        if (!m_ping_nonce || pong->nonce != *m_ping_nonce) return;
        m_ping_nonce.reset();
        m_ping_time = now.ticks - m_ping_sent;
    } else if (std::holds_alternative<Version>(message)) {
        end(DisconnectReason::protocol, actions);
    } else if (!std::holds_alternative<Verack>(message) && !std::holds_alternative<WtxidRelay>(message) &&
               !std::holds_alternative<SendAddrV2>(message)) {
        actions.push_back(MessageReceived{std::move(message)});
    }
}

void Peer::onTick(const Moment& now, PeerActions& actions) {
    if (m_phase == Phase::handshake) {
        if (now.ticks - m_opened > handshake_limit || now.ticks - m_last_byte > silence_limit)
            end(DisconnectReason::handshake_timeout, actions);
    } else if (m_phase == Phase::open) {
        const Ticks silent = now.ticks - m_last_byte;
        if (m_ping_nonce && silent > silence_limit && now.ticks - m_ping_sent > silence_limit) {
            end(DisconnectReason::silent, actions);
        } else if (!m_ping_nonce && silent >= ping_after) {
            m_ping_nonce = m_settings.nonce + ++m_pings;
            m_ping_sent = now.ticks;
            send(Ping{*m_ping_nonce}, actions);
        }
    }
}

void Peer::send(const Message& message, PeerActions& actions) const {
    actions.push_back(SendBytes{encodeFrame(m_settings.magic, message)});
}

void Peer::sendVersion(const Moment& now, PeerActions& actions) const {
    send(Version{.services = m_settings.services,
                 .time = secondsOf(now.time),
                 .nonce = m_settings.nonce,
                 .user_agent = m_settings.user_agent,
                 .start_height = m_settings.start_height,
                 .relay = m_settings.relay},
         actions);
}

void Peer::end(DisconnectReason reason, PeerActions& actions) {
    m_phase = Phase::ended;
    actions.push_back(Disconnect{reason});
}

} // namespace duplex::bitcoin::wire
