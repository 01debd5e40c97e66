#pragma once

#include "core/api/reply.h"
#include "core/api/request.h"

#include <QThread>

#include <expected>
#include <functional>
#include <memory>
#include <string>

namespace duplex::sandbox {

struct World;

/// The practice world of --network=sandbox: the block maker and the counterparty node, on a thread of their
/// own, reached by the user's node over loopback sockets only. Kept in a folder, so that it survives a
/// restart.
class Sandbox {
public:
    static std::expected<std::unique_ptr<Sandbox>, std::string> start(const std::string& directory);
    ~Sandbox();

    /// HOST:PORT of the block maker, for --connect.
    std::string peerAddress() const { return m_peer_address; }
    /// Runs a command in the practice world and answers on the thread that asked, which must have an event
    /// loop.
    using Answered = std::function<void(api::Answer)>;
    void run(const api::SandboxCommand& command, Answered answered);

private:
    Sandbox() = default;

    QThread m_thread;
    World* m_world = nullptr; // lives on the thread
    std::string m_peer_address;
};

} // namespace duplex::sandbox
