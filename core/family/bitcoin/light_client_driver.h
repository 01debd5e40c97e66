#pragma once

#include "core/api/reply.h"
#include "core/bitcoin/light/broadcast.h"
#include "core/bitcoin/light/fee_observer.h"
#include "core/bitcoin/light/peer_finder.h"
#include "core/bitcoin/wire/address_book.h"
#include "core/family/bitcoin/chain_store.h"
#include "core/family/bitcoin/options.h"
#include "core/io/tcp_connection.h"
#include "core/io/timers.h"

#include <QObject>
#include <QTimer>

namespace duplex::family::bitcoin {

/// What the light client tells the rest of the family. Called inside the turn, before its commit: whoever is
/// called adds rows to the turn and returns.
struct ChainListener {
    std::function<void(const light::BlockConnected&)> connected;
    std::function<void(const light::BlockRescanned&)> rescanned;
    std::function<void(const light::BlockDisconnected&)> disconnected;
    std::function<void(const light::CompleteTo&)> complete;
    std::function<void()> changed; // tip, stage or peers: publish anew
    std::function<void(const light::TransactionSeen&)> transaction_seen;
    std::function<void(const light::BroadcastProgress&)> broadcast_progress;
    std::function<void(const std::string& address, std::string_view state)> peer; // it came or went
    std::function<void(std::string)> failed;  // a chain file could not be written
    std::function<void(std::string)> log;     // what the chain's machines found
    std::function<void(std::string)> log_net; // connections
};

/// Where the scan begins: of the open wallet, or of nobody.
struct ScanStart {
    std::optional<duplex::bitcoin::BlockHeight> complete;
    duplex::bitcoin::BlockHeight birthday;
    std::vector<duplex::bitcoin::Script> scripts;
    std::vector<light::WatchedOutPoint> outpoints;
};

struct FetchedBlock {
    duplex::bitcoin::Block block;
    std::optional<duplex::bitcoin::BlockHeight> height;
};
using BlockAnswered =
    std::function<void(std::expected<std::shared_ptr<const FetchedBlock>, light::FetchFailure>)>;

/// Feeds sockets, timers and the store into the light client's machines and does what they ask for.
class LightClientDriver : public QObject {
public:
    LightClientDriver(const Options& options, ChainStore& store, TurnKeeper& turns, ChainListener listener);
    ~LightClientDriver() override;

    /// Begins, or begins anew with another wallet; connections stay.
    void scan(const ScanStart& start);
    void connectToPeers();
    void watch(std::vector<duplex::bitcoin::Script> scripts, std::vector<light::WatchedOutPoint> outpoints,
               duplex::bitcoin::BlockHeight birth);
    void blockApplied(duplex::bitcoin::BlockHeight height);

    void announce(const duplex::bitcoin::Transaction& transaction,
                  std::vector<duplex::bitcoin::Transaction> parents = {});
    void withdraw(const duplex::bitcoin::Txid& txid);
    std::optional<light::BroadcastState> broadcastState(const duplex::bitcoin::Txid& txid) const {
        return m_broadcast.stateOf(txid);
    }
    void fetchBlock(const duplex::bitcoin::BlockHash& hash, BlockAnswered answered);
    /// Somebody asks what a payment costs: fetches those of the last six blocks that were not seen, once a
    /// tip (bitcoin.md 4). Does not wait for them; the estimate stands when they have come.
    void wantFees();

    const light::Sync& sync() const { return *m_sync; }
    const light::FeeObserver& fees() const { return m_fees; }
    light::FeeObserver& fees() { return m_fees; }
    light::Staleness staleness() const { return m_staleness; }
    light::CompleteTo completeTo() const { return m_complete; }
    std::vector<api::PeerFacts> peers() const;
    int connectedPeers() const;
    /// Peers that a transaction announced now goes to.
    int takers() const { return m_broadcast.takers(); }
    int netgroups() const;
    /// The least feerate (sat/kvB) that a connected peer relays; nothing while none said.
    std::optional<std::int64_t> leastFeefilter() const;
    /// The median of the heights that the connected peers claimed when they came; -1 without one. Good for a
    /// picture of the progress only.
    std::int64_t claimedHeight() const;

    void addNode(const io::Endpoint& endpoint, bool keep);
    bool isAdded(const io::Endpoint& endpoint) const;
    bool removeNode(const io::Endpoint& endpoint);
    bool disconnectNode(const std::string& address, std::int64_t id);

private:
    struct Connection;

    void open(const io::Endpoint& endpoint, bool manual);
    void step(Connection& connection, const wire::PeerEvent& event);
    void onHandshake(Connection& connection, const wire::Handshake& handshake);
    void onMessage(Connection& connection, const wire::Message& message);
    void takeAddresses(Connection& connection, std::vector<wire::NodeAddress> told);
    void feed(const light::SyncEvent& event);
    void perform(light::SyncActions&& actions);
    void perform(light::BroadcastActions&& actions);
    void send(light::PeerId peer, wire::Message message);
    void drop(light::PeerId peer);
    void closed(light::PeerId peer);
    void tick();
    void keepConnections();
    bool findsPeers() const;
    void findPeers();
    void askSeed(const light::SeedName& seed);
    void replaceConnections();
    std::optional<wire::NodeAddress> pickAddress();
    std::vector<light::ConnectionFacts> connectionFacts() const;
    light::Moment moment() const;
    Turn& turn() { return m_turns.current(); }

    Options m_options;
    const duplex::bitcoin::NetworkParameters& m_network;
    ChainStore& m_store;
    TurnKeeper& m_turns;
    ChainListener m_listener;
    std::unique_ptr<light::Sync> m_sync;
    light::Broadcast m_broadcast;
    light::FeeObserver m_fees;
    wire::AddressBook m_addresses;
    light::PeerFinder m_finder;
    light::Staleness m_staleness = light::Staleness::fresh;
    light::CompleteTo m_complete;
    std::map<light::PeerId, std::unique_ptr<Connection>> m_connections;
    std::map<io::Endpoint, Ticks> m_retry_at;
    std::map<io::Endpoint, int> m_failures;
    std::set<std::string> m_banned; // hosts, for this run
    struct Fetch {
        duplex::bitcoin::BlockHash hash;
        BlockAnswered answered;
    };
    std::map<std::uint64_t, Fetch> m_fetches;
    std::vector<std::shared_ptr<const FetchedBlock>> m_bodies; // the last few, for the explorer
    std::uint64_t m_next_peer = 1;
    std::uint64_t m_next_fetch = 1;
    bool m_ending = false;
    QTimer m_timer;
};

} // namespace duplex::family::bitcoin
