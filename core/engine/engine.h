#pragma once

#include "core/api/session.h"

#include <QThread>

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace duplex::engine {

/// What app/ passes from the command line and the configuration file.
struct Options {
    std::string network = "main";
    std::string data_directory;       // the network's own folder (DIR/<network>), locked by the caller
    std::vector<std::string> connect; // HOST:PORT
    std::vector<std::string> add_nodes;
    std::string proxy;
    std::string lightning_listen;
    bool mainnet_lightning = false; // the user's explicit opt-in
    std::string wallet;
    std::string log_level = "info";
    bool use_keyring = true;       // tests keep keys in 0600 files
    bool cheap_stretching = false; // tests through this library only: no program sets it
    /// Answers SandboxCommand on the core thread; absent on every network but the sandbox.
    std::function<void(const api::SandboxCommand&, std::function<void(api::Answer)>)> sandbox;
};

class Core;

/// The node: one core thread that owns the families, and the session by which a window or the RPC server
/// talks to it. Construct, use and destroy it on one thread (the GUI's or main's).
class Engine : public api::Session {
    Q_OBJECT

public:
    /// Starts the core thread, or says what is wrong and what to do.
    static std::expected<std::unique_ptr<Engine>, std::string> start(Options options);
    /// Stops cleanly: open transactions end, sockets close, the thread joins.
    ~Engine() override;

    api::RequestId ask(api::Request request) override;
    void cancel(api::RequestId id) override;

private:
    Engine();

    std::unique_ptr<QThread> m_thread;
    Core* m_core = nullptr; // lives on the thread
    api::RequestId m_next_request = 1;
};

} // namespace duplex::engine
