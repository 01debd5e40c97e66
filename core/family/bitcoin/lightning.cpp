#include "core/family/bitcoin/lightning.h"

namespace duplex::family::bitcoin {

namespace {

constexpr Ticks listen_again_after = 2s;

} // namespace

Lightning::Lightning(Shell with) : shell(std::move(with)), channels(shell), lost(shell) {}
Lightning::~Lightning() = default;

std::expected<void, std::string> Lightning::begin(ByteView bip39_seed) {
    if (isUp()) return {};
    const ln::keys::LightningRoot root(bip39_seed);
    const auto master = duplex::bitcoin::keys::ExtendedPrivateKey::fromSeed(bip39_seed);
    if (!master) return std::unexpected("No keys can be derived from this seed. Restore another wallet.");
    const crypto::PrivateKey node_key = root.nodeKey();
    node_id = crypto::publicKey(node_key);
    peers = std::make_unique<PeerDriver>(
        shell, node_key,
        PeerEvents{.ready =
                       [this](const LightningConnection& connection) {
                           gossip->peerReady(connection.node_id, connection.features);
                           channels.peerReady(connection);
                           lost.peerReady(connection);
                           shell.changed();
                       },
                   .message =
                       [this](const ln::NodeId& from, const ln::wire::Message& message) {
                           gossip->message(from, message, [this] { return channels.all(); });
                           if (!lost.message(from, message)) channels.message(from, message);
                       },
                   .gone =
                       [this](const ln::NodeId& node) {
                           gossip->peerGone(node);
                           channels.peerGone(node);
                           shell.changed();
                       }});
    gossip = std::make_unique<GossipDriver>(
        shell, node_key,
        [this](const ln::NodeId& to, ln::wire::Message message) {
            shell.turn().after([this, to, message = std::move(message)] { peers->send(to, message); });
        },
        [this](const ln::NodeId& from) { shell.turn().after([this, from] { peers->disconnect(from); }); });
    payments = std::make_unique<PaymentDriver>(shell, root, channels, *gossip);
    if (const auto loaded = payments->load(); !loaded) return loaded;
    PaymentHooks hooks = payments->hooks();
    hooks.usable = [this, inner = std::move(hooks.usable)](const ln::ChannelId& id) {
        const auto all = channels.all();
        if (const auto found = all.find(id); found != all.end()) gossip->channelUsable(*found->second);
        inner(id);
    };
    channels.begin(root, *master, *peers, std::move(hooks));
    payments->resume();
    lost.begin(root, *peers);
    listen();
    return {};
}

// Channels are kept by dialling, too, so a port that somebody else holds just now ends nothing.
void Lightning::listen() {
    if (!shell.options.lightning_listen || peers->listening()) return;
    if (m_listen_again && io::now() < *m_listen_again) return;
    m_listen_again = io::now() + listen_again_after;
    const auto bound = peers->listen(*shell.options.lightning_listen);
    const std::string before = std::exchange(listen_problem, bound ? std::string() : bound.error());
    if (before == listen_problem) return;
    shell.outlet.log(bound ? "connections are taken now" : listen_problem);
    shell.changed();
}

void Lightning::tick() {
    channels.tick();
    if (!isUp()) return;
    listen();
    lost.tick();
    gossip->tick();
    payments->tick();
}

} // namespace duplex::family::bitcoin
