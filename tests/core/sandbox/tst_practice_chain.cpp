#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/sandbox/practice_chain.h"
#include "tests/core/sandbox/light_client.h"
#include "tests/core/sandbox/practice_coins.h"
#endif

#include <QDir>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::sandbox;
using duplex::test::coinFor;
using duplex::test::HeldCoin;
using duplex::test::Holder;
using duplex::test::LightClient;
using duplex::test::spend;

namespace {

constexpr int patience_ms = 30'000;

const NetworkParameters& network() {
    return parametersOf(Network::sandbox);
}
const Holder& alice() {
    static const Holder holder("alice");
    return holder;
}
const Holder& bob() {
    static const Holder holder("bob");
    return holder;
}

/// A chain without a clock of its own, and a client that follows it.
struct Room {
    PracticeChain chain;
    std::unique_ptr<LightClient> client;

    explicit Room(std::uint32_t blocks = 120, const std::string& file = {}) {
        const auto endpoint = chain.start({.file = file, .interval = Ticks{0}, .first_blocks = blocks});
        if (!endpoint) qFatal("%s", endpoint.error().c_str());
        m_endpoint = *endpoint;
        client = open();
    }
    std::unique_ptr<LightClient> open() const { return std::make_unique<LightClient>(network(), m_endpoint); }
    bool synced() {
        return QTest::qWaitFor([&] { return client->syncedTo(chain.ledger().height()); }, patience_ms);
    }
    bool waitFor(const std::function<bool()>& done) { return QTest::qWaitFor(done, patience_ms); }

private:
    io::Endpoint m_endpoint;
};

template <typename T>
QByteArray bytesOf(const T& hash) {
    return QByteArray::fromStdString(hash.reversedHex());
}

} // namespace

class TestPracticeChain : public QObject {
    Q_OBJECT

private slots:
    void lightClient_syncsHeadersFiltersAndItsBlocks() {
        Room room(1'250); // over a filter checkpoint
        room.client->watch({alice().script});
        QVERIFY(room.synced());
        QVERIFY(room.client->sync().chain().tip().hash == room.chain.ledger().at(1'250).hash);
        QVERIFY(!room.client->all<wire::CfHeaders>().empty());
        QVERIFY(!room.client->all<wire::Cfilter>().empty());
        QVERIFY(room.client->hits.empty());
        QVERIFY(room.client->peer().handshake().services.has(wire::Service::compact_filters));

        QVERIFY(room.chain.fund(alice().script, {70'000}));
        QVERIFY(room.waitFor(
            [&] { return !room.client->all<wire::Inv>().empty(); })); // relayed before it is mined
        room.chain.mine(1);
        QVERIFY(room.synced());
        QCOMPARE(room.client->hits.size(), std::size_t{1});
        QCOMPARE(coinFor(room.client->hits.at(1'251).transactions[1], alice().script).value.value, 70'000);
        QVERIFY(room.client->dropped.empty());
    }

    void reorganisation_isFollowedToTheLongerBranch() {
        Room room;
        room.client->watch({alice().script});
        QVERIFY(room.synced());
        QVERIFY(room.chain.fund(alice().script, {70'000}));
        room.chain.mine(3);
        QVERIFY(room.synced());
        QVERIFY(room.client->hits.contains(121));
        const BlockHash old_block = room.chain.ledger().at(121).hash;
        const auto hashes = room.chain.reorganise(3);
        QVERIFY(hashes);
        QCOMPARE(hashes->size(), std::size_t{4});
        QVERIFY(room.synced());
        QCOMPARE(room.client->left, (std::vector<std::uint32_t>{123, 122, 121}));
        QVERIFY(room.client->hits.contains(121));
        QVERIFY(room.client->hits.at(121).header.hash() != old_block);
        QVERIFY(room.client->dropped.empty());
    }

    void transaction_sentByAPeer_isTakenRelayedAndMined() {
        Room room;
        QVERIFY(room.synced());
        const auto txid = room.chain.fund(alice().script, {500'000});
        QVERIFY(txid);
        const HeldCoin coin =
            coinFor(*room.chain.ledger().inMempool(*Txid::fromReversedHex(*txid)), alice().script);
        room.chain.mine(1);
        const Transaction payment = spend(alice(), {coin}, bob().script, {500});
        const auto listener = room.open();
        QVERIFY(room.waitFor([&] { return listener->ready(); }));

        const wire::Inventory entry{.kind = wire::InventoryKind::wtx, .hash = payment.wtxid().bytes};
        room.client->send(wire::Inv{.entries = {entry}});
        QVERIFY(room.waitFor([&] { return !room.client->all<wire::GetData>().empty(); }));
        QVERIFY(room.client->all<wire::GetData>().back().entries.front() == entry);
        room.client->send(wire::Tx{payment});
        QVERIFY(room.waitFor([&] {
            const auto heard = listener->all<wire::Inv>();
            return std::ranges::any_of(heard,
                                       [&](const wire::Inv& inv) { return inv.entries.front() == entry; });
        }));
        listener->send(wire::GetData{.entries = {entry}});
        QVERIFY(room.waitFor([&] { return !listener->all<wire::Tx>().empty(); }));
        QVERIFY(listener->all<wire::Tx>().back().transaction == payment);
        room.chain.mine(1);
        QVERIFY(room.chain.ledger().at(122).block.transactions[1] == payment);
    }

    void transaction_faulty_isNotRelayed() {
        Room room;
        QVERIFY(room.synced());
        const auto txid = room.chain.fund(alice().script, {500'000});
        const HeldCoin coin =
            coinFor(*room.chain.ledger().inMempool(*Txid::fromReversedHex(*txid)), alice().script);
        room.chain.mine(1);
        const Transaction stolen = spend(bob(), {coin}, bob().script, {600});
        room.client->send(wire::Tx{stolen});
        const Transaction good = spend(alice(), {coin}, bob().script, {500});
        room.client->send(wire::Tx{good}); // comes after it on the same connection
        QVERIFY(room.waitFor([&] { return room.chain.ledger().inMempool(good.txid()) != nullptr; }));
        QVERIFY(!room.chain.ledger().inMempool(stolen.txid()));
        QVERIFY(!room.client->closed); // a refused transaction is no reason to hang up
    }

    void getdata_ofUnknown_answersNotFound() {
        Room room;
        QVERIFY(room.synced());
        const wire::Inventory block{.kind = wire::InventoryKind::witness_block,
                                    .hash = crypto::sha256(Bytes{1})};
        const wire::Inventory transaction{.kind = wire::InventoryKind::wtx, .hash = crypto::sha256(Bytes{2})};
        room.client->send(wire::GetData{.entries = {block, transaction}});
        QVERIFY(room.waitFor([&] { return !room.client->all<wire::NotFound>().empty(); }));
        QCOMPARE(room.client->all<wire::NotFound>().back().entries,
                 (std::vector<wire::Inventory>{block, transaction}));
    }

    void filterRequest_tooWideOrUnknown_endsTheConnection_data() {
        QTest::addColumn<int>("what");
        QTest::newRow("filters over 1,000") << 0;
        QTest::newRow("filter headers over 2,000") << 1;
        QTest::newRow("unknown stop block") << 2;
        QTest::newRow("start above stop") << 3;
    }
    void filterRequest_tooWideOrUnknown_endsTheConnection() {
        QFETCH(int, what);
        Room room(2'100);
        QVERIFY(room.waitFor([&] { return room.client->ready(); }));
        const BlockHash tip = room.chain.ledger().at(2'100).hash;
        switch (what) {
        case 0:
            room.client->send(wire::GetCfilters{.start = {1}, .stop = tip});
            break;
        case 1:
            room.client->send(wire::GetCfHeaders{.start = {1}, .stop = tip});
            break;
        case 2:
            room.client->send(wire::GetCfilters{.start = {1}, .stop = {crypto::sha256(Bytes{1})}});
            break;
        default:
            room.client->send(wire::GetCfHeaders{.start = {50}, .stop = room.chain.ledger().at(40).hash});
        }
        QVERIFY(room.waitFor([&] { return room.client->closed; }));
        QVERIFY(room.waitFor([&] { return room.chain.peers() == 0; }));
    }

    void otherNetworksPeer_isDropped() {
        Room room;
        const auto endpoint = io::Endpoint{.host = "127.0.0.1", .port = room.chain.endpoint().port};
        LightClient stranger(parametersOf(Network::main), endpoint);
        QVERIFY(room.waitFor([&] { return stranger.closed; }));
        QVERIFY(!stranger.ready());
    }

    void restart_fromFile_goesOnFromTheSameTip() {
        QTemporaryDir dir;
        const std::string file = dir.filePath("blocks").toStdString();
        QByteArray tip;
        {
            Room room(120, file);
            QVERIFY(room.chain.fund(alice().script, {70'000}));
            room.chain.mine(4);
            QVERIFY(room.chain.reorganise(2));
            tip = bytesOf(room.chain.ledger().at(room.chain.ledger().height()).hash);
            QCOMPARE(room.chain.ledger().height(), 125U);
        }
        {
            Room room(120, file);
            QCOMPARE(room.chain.ledger().height(), 125U);
            QCOMPARE(bytesOf(room.chain.ledger().at(125).hash), tip);
            room.client->watch({alice().script});
            QVERIFY(room.synced());
            QCOMPARE(room.client->hits.size(), std::size_t{1});
            room.chain.mine(1);
        }
        // A torn end, as a kill leaves it, costs the torn block only.
        QFile torn(QString::fromStdString(file));
        QVERIFY(torn.resize(torn.size() - 10));
        Room room(120, file);
        QCOMPARE(room.chain.ledger().height(), 125U);
        QCOMPARE(bytesOf(room.chain.ledger().at(125).hash), tip);
        room.chain.mine(2);
        QVERIFY(room.synced());
    }

    void restart_afterTornEnd_keepsWhatIsMinedLater() {
        QTemporaryDir dir;
        const std::string file = dir.filePath("blocks").toStdString();
        {
            Room room(120, file);
        }
        QFile torn(QString::fromStdString(file));
        QVERIFY(torn.resize(torn.size() - 10));
        {
            Room room(120, file);
            QCOMPARE(room.chain.ledger().height(), 119U);
            room.chain.mine(3);
        }
        const Room room(120, file);
        QCOMPARE(room.chain.ledger().height(), 122U);
    }
};

DUPLEX_TEST(TestPracticeChain)
#include "tst_practice_chain.moc"
