#include "core/family/bitcoin/light_client_driver.h"

#include "core/base/variant.h"
#include "core/family/bitcoin/light_connection.h"
#include "core/io/entropy.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::size_t bodies_kept = 12;

crypto::SipHashKey freshKey() {
    return {io::randomU64(), io::randomU64()};
}

int wantedFilterPeers(const Options& options) {
    const int least = duplex::bitcoin::parametersOf(options.network).least_peers;
    return options.connect.empty() ? std::max(1, least) : 1;
}

} // namespace

LightClientDriver::LightClientDriver(const Options& options, ChainStore& store, TurnKeeper& turns,
                                     ChainListener listener)
    : m_options(options), m_network(duplex::bitcoin::parametersOf(options.network)), m_store(store),
      m_turns(turns), m_listener(std::move(listener)), m_broadcast(freshKey()), m_fees(options.network),
      m_addresses(freshKey()), m_finder(m_network, wantedFilterPeers(options)) {
    connect(&m_timer, &QTimer::timeout, this, [this] { tick(); });
}

LightClientDriver::~LightClientDriver() {
    m_ending = true;
    for (auto& [id, connection] : m_connections) connection->socket->abort();
}

light::Moment LightClientDriver::moment() const {
    return {io::now(), io::calendarNow()};
}

void LightClientDriver::scan(const ScanStart& start) {
    m_complete = {};
    m_sync = std::make_unique<light::Sync>(light::SyncStart{
        .network = m_options.network,
        .headers = m_store.headers(),
        .tip_work = m_store.tipWork(),
        .filter_headers = m_store.filterHeaders(),
        .complete = start.complete,
        .birthday = start.birthday,
        .disputed = {m_store.disputed().begin(), m_store.disputed().end()},
        .randomness = freshKey(),
        .wanted_filter_peers = wantedFilterPeers(m_options),
    });
    perform(m_sync->start(moment()));
    if (!start.scripts.empty()) {
        const std::uint32_t next = start.complete ? start.complete->value + 1 : start.birthday.value;
        feed(light::WatchAdded{start.scripts, start.outpoints, {next}});
    }
    for (auto& [id, connection] : m_connections) {
        if (connection->peer.handshakeDone()) {
            feed(light::PeerConnected{id, connection->peer.handshake(), connection->netgroup,
                                      connection->announces});
        }
    }
    // What was asked of the scan before is asked again: everybody gets an answer.
    std::vector<light::FetchBlock> asked;
    for (const auto& [request, fetch] : m_fetches) asked.push_back({{request}, fetch.hash});
    for (const light::FetchBlock& fetch : asked) feed(fetch);
    m_timer.start(1000);
}

void LightClientDriver::connectToPeers() {
    for (const io::Endpoint& endpoint : m_options.connect) m_retry_at[endpoint] = Ticks{0};
    for (const io::Endpoint& endpoint : m_options.add_nodes) m_retry_at[endpoint] = Ticks{0};
    keepConnections();
}

void LightClientDriver::watch(std::vector<duplex::bitcoin::Script> scripts,
                              std::vector<light::WatchedOutPoint> outpoints,
                              duplex::bitcoin::BlockHeight birth) {
    feed(light::WatchAdded{std::move(scripts), std::move(outpoints), birth});
}

void LightClientDriver::blockApplied(duplex::bitcoin::BlockHeight height) {
    feed(light::BlockApplied{height});
}

void LightClientDriver::announce(const duplex::bitcoin::Transaction& transaction,
                                 std::vector<duplex::bitcoin::Transaction> parents) {
    perform(m_broadcast.step(light::Announce{transaction, std::move(parents)}, moment()));
}

void LightClientDriver::withdraw(const duplex::bitcoin::Txid& txid) {
    perform(m_broadcast.step(light::Withdraw{txid}, moment()));
}

void LightClientDriver::fetchBlock(const duplex::bitcoin::BlockHash& hash, BlockAnswered answered) {
    for (const auto& body : m_bodies) {
        if (body->block.header.hash() == hash) {
            auto found = std::make_shared<FetchedBlock>(*body);
            found->height = m_sync->chain().heightOf(hash); // it may have left the chain since
            turn().after([answered = std::move(answered), found] { answered(found); });
            return;
        }
    }
    const std::uint64_t request = m_next_fetch++;
    m_fetches[request] = {hash, std::move(answered)};
    feed(light::FetchBlock{{request}, hash});
}

void LightClientDriver::wantFees() {
    if (!m_sync) return;
    const light::SyncStage stage = m_sync->stage();
    if (stage == light::SyncStage::no_peers || stage == light::SyncStage::headers) return; // an old tip
    const light::ChainTip tip = m_sync->chain().tip();
    for (const duplex::bitcoin::BlockHeight height : m_fees.toFetch(tip.height, tip.hash)) {
        fetchBlock(
            m_sync->chain().hashAt(height.value),
            [this](const std::expected<std::shared_ptr<const FetchedBlock>, light::FetchFailure>& got) {
                if (!got) m_fees.fetchFailed();
                m_listener.changed();
            });
    }
}

void LightClientDriver::feed(const light::SyncEvent& event) {
    if (m_sync) perform(m_sync->step(event, moment()));
}

void LightClientDriver::perform(light::BroadcastActions&& actions) {
    for (light::BroadcastAction& action : actions) {
        std::visit(
            overloaded{
                [&](light::SendTo& to) { send(to.peer, std::move(to.message)); },
                [&](const light::BroadcastProgress& progress) { m_listener.broadcast_progress(progress); },
            },
            action);
    }
}

void LightClientDriver::perform(light::SyncActions&& actions) {
    const auto current = [this]() -> Turn& { return turn(); };
    const auto failed = [this](const std::string& why) { m_listener.failed(why); };
    const auto headers_stored = [this] { feed(light::HeadersStored{m_store.headers()}); };
    const auto filters_stored = [this] { feed(light::FilterHeadersStored{m_store.filterHeaders()}); };
    for (light::SyncAction& action : actions) {
        std::visit(
            overloaded{
                [&](light::SendTo& to) { send(to.peer, std::move(to.message)); },
                [&](const light::DropPeer& dropped) {
                    const auto found = m_connections.find(dropped.peer);
                    if (found == m_connections.end()) return;
                    m_listener.log_net("peer " + io::toText(found->second->endpoint) +
                                       " dropped: " + std::string(light::textOf(dropped.reason)));
                    if (dropped.ban == light::Ban::yes) m_banned.insert(io::toText(found->second->endpoint));
                    drop(dropped.peer);
                },
                [&](const light::PersistHeaders& persist) {
                    m_store.persist(persist, current, headers_stored, failed);
                },
                [&](const light::PersistReorganisation& persist) {
                    m_fees.forgetAbove(persist.fork);
                    m_store.persist(persist, current, headers_stored, failed);
                },
                [&](const light::PersistFilterHeaders& persist) {
                    m_store.persist(persist, current, filters_stored, failed);
                },
                [&](const light::BlockConnected& connected) {
                    if (connected.block) m_fees.blockSeen(*connected.block, connected.height, io::now());
                    m_listener.connected(connected);
                    perform(m_broadcast.step(light::NextBlock{}, moment()));
                },
                [&](const light::BlockRescanned& rescanned) { m_listener.rescanned(rescanned); },
                [&](const light::BlockDisconnected& disconnected) { m_listener.disconnected(disconnected); },
                [&](const light::CompleteTo& complete) {
                    m_complete = complete;
                    m_listener.complete(complete);
                },
                [&](const light::Disputed& disputed) { m_store.persist(disputed, current); },
                [&](const light::TipChanged&) { m_listener.changed(); },
                [&](const light::TransactionSeen& seen) { m_listener.transaction_seen(seen); },
                [&](light::BlockFetched& fetched) {
                    auto node = m_fetches.extract(fetched.request.value);
                    if (fetched.height) m_fees.blockSeen(fetched.block, *fetched.height, io::now());
                    auto body = std::make_shared<const FetchedBlock>(
                        FetchedBlock{std::move(fetched.block), fetched.height});
                    m_bodies.push_back(body);
                    if (m_bodies.size() > bodies_kept) m_bodies.erase(m_bodies.begin());
                    if (!node.empty())
                        turn().after(
                            [answered = std::move(node.mapped().answered), body] { answered(body); });
                },
                [&](const light::BlockFetchFailed& fetch) {
                    auto node = m_fetches.extract(fetch.request.value);
                    if (node.empty()) return;
                    turn().after([answered = std::move(node.mapped().answered), why = fetch.why] {
                        answered(std::unexpected(why));
                    });
                },
                [&](const light::StaleChain& stale) {
                    m_staleness = stale.state;
                    m_listener.changed();
                },
                [&](const light::CheckClock&) {
                    m_listener.log("several peers are over two hours ahead: check this computer's clock");
                },
                [&](const light::BlockMissing& missing) {
                    m_listener.log("block " + missing.hash.reversedHex() + " could not be had from any peer");
                },
                [&](const light::NeedPeers&) {
                    replaceConnections();
                    keepConnections();
                },
            },
            action);
    }
}

void LightClientDriver::tick() {
    std::vector<light::PeerId> ids;
    for (const auto& [id, connection] : m_connections) {
        if (connection->connected_at != 0) ids.push_back(id);
    }
    for (const light::PeerId id : ids) {
        const auto found = m_connections.find(id);
        if (found == m_connections.end()) continue;
        if (const auto ping = found->second->peer.pingTime())
            found->second->least_ping = std::min(found->second->least_ping.value_or(*ping), *ping);
        step(*found->second, wire::Tick{});
    }
    feed(light::TimerTick{});
    perform(m_broadcast.step(std::monostate{}, moment()));
    keepConnections();
    m_turns.end();
}

} // namespace duplex::family::bitcoin
