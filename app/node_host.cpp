#include "app/node_host.h"

#include "app/data_paths.h"
#include "app/single_instance.h"
#include "core/engine/engine.h"
#include "core/io/entropy.h"
#include "core/rpc/server.h"
#include "core/sandbox/sandbox.h"

#include <optional>

namespace duplex::app {

// In the order of making; destroyed in reverse: no calls come any more, then the engine ends, then its
// practice world, and the folder is freed last.
struct NodeHost::Parts {
    std::optional<io::LockFile> lock;
    std::unique_ptr<sandbox::Sandbox> sandbox;
    std::unique_ptr<engine::Engine> engine;
    std::unique_ptr<rpc::Server> server;
};

NodeHost::NodeHost(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
NodeHost::~NodeHost() = default;

api::Session& NodeHost::session() {
    return *m_parts->engine;
}
std::string NodeHost::socketPath() const {
    return m_parts->server->socketPath();
}

std::expected<std::unique_ptr<NodeHost>, std::string> NodeHost::start(const Settings& settings) {
    if (!io::entropyIsHealthy())
        return std::unexpected(
            "The system's random source is broken: no key may be made here. Restart the machine.");
    if (auto made = prepareFolders(settings); !made) return std::unexpected(made.error());
    const std::string folder = networkDirectory(settings);
    auto parts = std::make_unique<Parts>();
    auto lock = claimFolder(folder);
    if (!lock) return std::unexpected(lock.error());
    parts->lock.emplace(std::move(*lock));

    engine::Options options{.network = settings.network,
                            .data_directory = folder,
                            .connect = settings.connect,
                            .add_nodes = settings.add_nodes,
                            .proxy = settings.proxy,
                            .lightning_listen = settings.lightning_listen,
                            .mainnet_lightning = settings.mainnet_lightning,
                            .wallet = settings.wallet,
                            .log_level = settings.log_level};
    if (settings.network == "sandbox") {
        auto started = sandbox::Sandbox::start(folder + "/practice");
        if (!started) return std::unexpected(started.error());
        parts->sandbox = std::move(*started);
        options.connect = {parts->sandbox->peerAddress()};
        options.proxy.clear(); // loopback only
        options.sandbox = [world = parts->sandbox.get()](const api::SandboxCommand& command,
                                                         std::function<void(api::Answer)> answered) {
            world->run(command, std::move(answered));
        };
    }
    auto engine = engine::Engine::start(std::move(options));
    if (!engine) return std::unexpected(engine.error());
    parts->engine = std::move(*engine);

    auto environment = rpc::environmentFor(settings.network, folder);
    if (!environment) return std::unexpected("There is no network '" + settings.network + "'.");
    parts->server = std::make_unique<rpc::Server>(parts->engine.get(), std::move(*environment));
    if (auto open = parts->server->listen(folder, rpc::Server::Stale::remove); !open)
        return std::unexpected(open.error());
    return std::unique_ptr<NodeHost>(new NodeHost(std::move(parts)));
}

} // namespace duplex::app
