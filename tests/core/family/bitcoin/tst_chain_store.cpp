#include "tests/support/test_main.h"

#include "core/family/bitcoin/chain_store.h"

#include <QTemporaryDir>

using namespace duplex;
using namespace duplex::family::bitcoin;
using duplex::bitcoin::BlockHeader;
using duplex::bitcoin::BlockHeight;

namespace {

/// Headers that link; nobody checks their work here.
std::vector<BlockHeader> linked(std::size_t count, const BlockHeader& onto, std::uint32_t nonce) {
    std::vector<BlockHeader> headers;
    duplex::bitcoin::BlockHash previous = onto.hash();
    for (std::size_t i = 0; i < count; ++i) {
        headers.push_back({.version = 4, .previous = previous, .nonce = nonce});
        previous = headers.back().hash();
    }
    return headers;
}

/// The chain's files in a folder, with a turn around them.
struct Room {
    explicit Room(const QTemporaryDir& dir) : store(*ChainStore::open(dir.path().toStdString())) {}

    std::set<BlockHeight> disputed() const { return store->disputed(); }
    std::function<Turn&()> turn() {
        return [this]() -> Turn& { return turns.current(); };
    }

    std::unique_ptr<ChainStore> store;
    TurnKeeper turns{store->database(), [](const store::WriteError&) { qFatal("a write failed"); }};
    std::function<void(std::string)> failed = [](const std::string& why) { qFatal("%s", why.c_str()); };
};

} // namespace

class TestChainStore : public QObject {
    Q_OBJECT

private slots:
    // A height is disputed as long as its block stands, and its filter: others may have no liar.
    void disputed_isTakenBackWithItsBlock() {
        QTemporaryDir dir;
        const std::vector<BlockHeader> headers = linked(12, {}, 1);
        {
            Room room(dir);
            room.store->persist(light::PersistHeaders{{0}, headers, {}}, room.turn(), [] {}, room.failed);
            room.turns.end();
            for (const std::uint32_t height : {5U, 6U, 7U, 11U})
                room.store->persist(light::Disputed{{height}}, room.turn());
            room.turns.end();
            QCOMPARE(room.disputed().size(), std::size_t{4});
        }
        const std::set<BlockHeight> left = {{5}, {6}};
        {
            Room room(dir);
            QCOMPARE(room.disputed().size(), std::size_t{4}); // they outlive a restart
            const std::vector<BlockHeader> others = linked(6, headers[6], 2);
            room.store->persist(
                light::PersistReorganisation{{6}, {headers.begin() + 7, headers.end()}, others, {}},
                room.turn(), [] {}, room.failed);
            room.turns.end();
            QVERIFY(room.disputed() == left);
        }
        QVERIFY(Room(dir).disputed() == left);
    }

    // Two messages in one read: what joins a branch that is not written yet waits for it.
    void whatJoinsABranch_inTheSameTurn_comesAfterIt() {
        QTemporaryDir dir;
        const std::vector<BlockHeader> headers = linked(12, {}, 1);
        const std::vector<BlockHeader> others = linked(6, headers[6], 2);
        {
            Room room(dir);
            room.store->persist(light::PersistHeaders{{0}, headers, {}}, room.turn(), [] {}, room.failed);
            room.store->persist(
                light::PersistFilterHeaders{{0}, std::vector<wire::FilterHeader>(10)}, room.turn(), [] {},
                room.failed);
            room.turns.end();
            room.store->persist(
                light::PersistReorganisation{{6}, {headers.begin() + 7, headers.end()}, others, {}},
                room.turn(), [] {}, room.failed);
            room.store->persist(
                light::PersistHeaders{{13}, linked(2, others.back(), 3), {}}, room.turn(), [] {},
                room.failed);
            room.store->persist(light::PersistFilterHeaders{{5}, {}}, room.turn(), [] {}, room.failed);
            for (const std::uint32_t from : {5U, 7U})
                room.store->persist(
                    light::PersistFilterHeaders{{from}, std::vector<wire::FilterHeader>(2)}, room.turn(),
                    [] {}, room.failed);
            room.turns.end();
            QCOMPARE(room.store->headers().count(), 15U);
            QCOMPARE(room.store->filterHeaders().count(), 9U);
        }
        const Room again(dir);
        QCOMPARE(again.store->headers().count(), 15U);
        QCOMPARE(again.store->filterHeaders().count(), 9U);
    }

    void disputed_isTakenBackWithItsFilter() {
        QTemporaryDir dir;
        {
            Room room(dir);
            const std::vector<BlockHeader> headers = linked(10, {}, 1);
            room.store->persist(light::PersistHeaders{{0}, headers, {}}, room.turn(), [] {}, room.failed);
            room.turns.end();
            room.store->persist(
                light::PersistFilterHeaders{{0}, std::vector<wire::FilterHeader>(10)}, room.turn(), [] {},
                room.failed);
            for (const std::uint32_t height : {3U, 8U})
                room.store->persist(light::Disputed{{height}}, room.turn());
            room.turns.end();
            room.store->persist(light::PersistFilterHeaders{{8}, {}}, room.turn(), [] {}, room.failed);
            room.turns.end();
            QVERIFY(room.disputed() == std::set<BlockHeight>{BlockHeight{3}});
        }
        QVERIFY(Room(dir).disputed() == std::set<BlockHeight>{BlockHeight{3}});
    }
};

DUPLEX_TEST(TestChainStore)
#include "tst_chain_store.moc"
