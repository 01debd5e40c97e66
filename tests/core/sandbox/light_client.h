#pragma once

#include "core/bitcoin/light/sync.h"
#include "core/bitcoin/wire/peer.h"
#include "core/io/tcp_connection.h"
#include "core/io/timers.h"

#include <QTimer>

#include <memory>

namespace duplex::test {

/// A light client over one real socket: connection, peer machine and sync machine, storing in memory. It
/// knows nothing of who serves it.
class LightClient {
public:
    LightClient(const bitcoin::NetworkParameters& network, const io::Endpoint& server);

    void watch(const std::vector<bitcoin::Script>& scripts);
    void send(bitcoin::wire::Message message) { step(bitcoin::wire::Send{std::move(message)}); }
    bool ready() const { return m_peer.handshakeDone(); }
    bool syncedTo(std::uint32_t height) const {
        return m_complete && m_complete->height.value == height &&
               m_sync.stage() == bitcoin::light::SyncStage::synced;
    }

    const bitcoin::light::Sync& sync() const { return m_sync; }
    const bitcoin::wire::Peer& peer() const { return m_peer; }
    bool closed = false;
    std::map<std::uint32_t, bitcoin::Block> hits; // by height, as now connected
    std::vector<std::uint32_t> left;              // BlockDisconnected
    std::vector<bitcoin::wire::Message> answers;  // everything received
    std::vector<bitcoin::light::DropPeer> dropped;

    template <typename T>
    std::vector<T> all() const {
        std::vector<T> found;
        for (const auto& message : answers)
            if (const auto* one = std::get_if<T>(&message)) found.push_back(*one);
        return found;
    }

private:
    bitcoin::wire::Moment moment() const { return {.ticks = io::now(), .time = io::calendarNow()}; }
    void step(const bitcoin::wire::PeerEvent& event);
    void feed(const bitcoin::light::SyncEvent& event);
    void perform(const bitcoin::light::SyncActions& actions);

    Bytes m_headers;
    Bytes m_filter_headers;
    bitcoin::wire::Peer m_peer;
    bitcoin::light::Sync m_sync;
    std::optional<bitcoin::light::CompleteTo> m_complete;
    io::TcpConnection m_connection;
    QTimer m_tick;
};

} // namespace duplex::test
