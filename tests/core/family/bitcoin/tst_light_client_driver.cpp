#include "tests/support/silent_chain_listener.h"
#include "tests/support/test_main.h"

#include "core/base/check.h"
#include "core/base/variant.h"
#include "core/family/bitcoin/light_client_driver.h"
#include "core/io/entropy.h"
#include "core/io/tcp_server.h"
#include "core/io/timers.h"
#include "core/sandbox/practice_chain.h"

#include <QTemporaryDir>

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

constexpr int patience_ms = 30'000; // on a busy machine

/// A peer that answers the handshake, wants transactions and serves nothing.
struct UselessPeer : QObject {
    io::TcpServer server;
    io::Endpoint endpoint;
    int ended = 0;

    UselessPeer() {
        const auto listening = server.listen({"127.0.0.1", 0});
        check(listening.has_value(), "a port of the loopback is free");
        endpoint = *listening;
        connect(&server, &io::TcpServer::accepted, this, [this](io::TcpConnection* connection) {
            using namespace duplex::bitcoin::wire;
            const auto& network = duplex::bitcoin::parametersOf(duplex::bitcoin::Network::sandbox);
            auto peer = std::make_shared<Peer>(PeerSettings{.magic = network.magic,
                                                            .role = Role::inbound,
                                                            .services = Services{},
                                                            .relay = Relay::yes,
                                                            .nonce = io::randomU64()});
            connection->setParent(this);
            const auto step = [this, peer, connection](const PeerEvent& event) {
                for (const PeerAction& action :
                     peer->step(event, {.ticks = io::now(), .time = io::calendarNow()}))
                    std::visit(overloaded{[&](const SendBytes& send) { connection->write(send.bytes); },
                                          [&](const Disconnect&) { connection->close(); },
                                          [](const auto&) {}},
                               action);
            };
            connect(connection, &io::TcpConnection::received, this,
                    [step](const Bytes& bytes) { step(BytesReceived{.bytes = bytes}); });
            connect(connection, &io::TcpConnection::closed, this, [this] { ++ended; });
            step(Connected{});
        });
    }
};

/// The driver alone on the practice chain, nobody's wallet open.
struct Room {
    QTemporaryDir dir;
    sandbox::PracticeChain chain;
    std::unique_ptr<ChainStore> store;
    std::unique_ptr<TurnKeeper> turns;
    std::unique_ptr<LightClientDriver> driver;

    explicit Room(std::uint32_t blocks, std::optional<io::Endpoint> peer = std::nullopt) {
        const auto endpoint = chain.start({.interval = Ticks{0}, .first_blocks = blocks});
        check(endpoint.has_value(), "the practice chain listens");
        auto opened = ChainStore::open(dir.path().toStdString());
        check(opened.has_value(), "a chain store opens in a new folder");
        store = std::move(*opened);
        turns = std::make_unique<TurnKeeper>(store->database(), [](const store::WriteError&) {});
        Options options;
        options.network = duplex::bitcoin::Network::sandbox;
        options.data_directory = dir.path().toStdString();
        options.connect = {peer.value_or(*endpoint)};
        driver = std::make_unique<LightClientDriver>(options, *store, *turns,
                                                     test::silentChainListener([](const std::string&) {}));
        driver->scan({.complete = std::nullopt, .birthday = {50'000'000}, .scripts = {}, .outpoints = {}});
    }
    bool synced() {
        return QTest::qWaitFor(
            [&] {
                const light::SyncStage stage = driver->sync().stage();
                return driver->sync().chain().height() == chain.ledger().height() &&
                       stage != light::SyncStage::no_peers && stage != light::SyncStage::headers;
            },
            patience_ms);
    }
    void wantFees() {
        driver->wantFees();
        turns->end();
    }
    std::vector<std::uint32_t> seen() const {
        std::vector<std::uint32_t> heights;
        for (const light::BlockFee& fee : driver->fees().seen()) heights.push_back(fee.height.value);
        return heights;
    }
};

using Heights = std::vector<std::uint32_t>;

} // namespace

class TestLightClientDriver : public QObject {
    Q_OBJECT

private slots:
    // bitcoin.md 4: the last six blocks are fetched when somebody asks what a payment costs, and not before.
    void askedForFees_fetchesTheLastSixBlocks_onceATip() {
        Room room(20);
        room.wantFees(); // nobody to ask yet, and nothing comes of it later
        room.driver->connectToPeers();
        room.turns->end();
        QVERIFY(room.synced());
        QCOMPARE(room.seen(), Heights{});
        room.wantFees();
        room.wantFees();
        QTRY_COMPARE_WITH_TIMEOUT(room.seen(), (Heights{15, 16, 17, 18, 19, 20}), patience_ms);
        room.chain.mine(2);
        QVERIFY(room.synced());
        room.wantFees();
        QTRY_COMPARE_WITH_TIMEOUT(room.seen(), (Heights{15, 16, 17, 18, 19, 20, 21, 22}), patience_ms);
    }

    // Another wallet's scan begins: what was asked for before is answered all the same.
    void blockAskedFor_isAnsweredThoughAnotherScanBegins() {
        Room room(20);
        room.driver->connectToPeers();
        room.turns->end();
        QVERIFY(room.synced());
        std::vector<std::uint32_t> answers;
        room.driver->fetchBlock(room.driver->sync().chain().hashAt(7), [&](const auto& block) {
            answers.push_back(block ? (*block)->height->value : 0);
        });
        room.driver->scan(
            {.complete = std::nullopt, .birthday = {50'000'000}, .scripts = {}, .outpoints = {}});
        room.turns->end();
        QTRY_COMPARE_WITH_TIMEOUT(answers, Heights{7}, patience_ms);
    }

    // Its connection goes in the middle of its own handshake; nobody counts it as one who takes payments.
    void uselessPeer_isDropped_andTakesNothing() {
        UselessPeer peer;
        Room room(3, peer.endpoint);
        room.driver->connectToPeers();
        room.turns->end();
        QTRY_VERIFY_WITH_TIMEOUT(peer.ended > 0, patience_ms);
        QCOMPARE(room.driver->takers(), 0);
        QCOMPARE(room.driver->connectedPeers(), 0);
    }
};

DUPLEX_TEST(TestLightClientDriver)
#include "tst_light_client_driver.moc"
