#include "tests/support/test_main.h"

#include "core/family/bitcoin/turn.h"
#include "tests/support/failing_vfs.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

class TestTurn : public QObject {
    Q_OBJECT

private slots:
    void end_runsEffectsInOrderAfterTheCommit() {
        QTemporaryDir dir;
        auto chain = store::Database::open(dir.filePath("chain").toStdString());
        auto wallet = store::Database::open(dir.filePath("wallet").toStdString());
        TurnKeeper keeper(**chain, [](const store::WriteError&) { QFAIL("no write fails"); });
        keeper.setWallet(wallet->get());
        std::string order;
        keeper.current().after([&] {
            QVERIFY((*wallet)->read(store::Table::meta, viewOf("a")));
            order += "1";
            keeper.current().wallet().put(store::Table::meta, viewOf("b"), Bytes{2});
            keeper.current().after([&] {
                QVERIFY((*wallet)->read(store::Table::meta, viewOf("b")));
                order += "3";
            });
            keeper.end();
        });
        keeper.current().after([&] { order += "2"; });
        keeper.current().wallet().put(store::Table::meta, viewOf("a"), Bytes{1});
        keeper.end();
        QCOMPARE(order, std::string("123"));
    }

    // threats 114: when the disk fails, no effect of that turn or of a later one gets out.
    void threat114_failedCommit_releasesNothing() {
        QTemporaryDir dir;
        auto chain = store::Database::open(dir.filePath("chain").toStdString());
        const std::string path = dir.filePath("wallet").toStdString();
        QVERIFY(store::Database::open(path).has_value());
        test::failAtWrite(0);
        auto wallet = store::Database::open(path, {.vfs = test::failingVfs()});
        QVERIFY(wallet.has_value());
        int told = 0;
        TurnKeeper keeper(**chain, [&](const store::WriteError&) { ++told; });
        keeper.setWallet(wallet->get());
        test::failAtWrite(1);
        keeper.current().wallet().put(store::Table::meta, viewOf("a"), Bytes{1});
        keeper.current().after([] { QFAIL("an effect got out before its commit"); });
        keeper.end();
        QCOMPARE(told, 1);
        QVERIFY(keeper.frozen());
        test::failAtWrite(0);
        keeper.current().after([] { QFAIL("an effect got out of a frozen keeper"); });
        keeper.end();
        QCOMPARE(told, 1);
    }

    // A file of the chain cannot be written: nothing more is stored or let out, as after a failed commit.
    void threat114_frozenForAnotherReason_commitsNothing() {
        QTemporaryDir dir;
        auto chain = store::Database::open(dir.filePath("chain").toStdString());
        TurnKeeper keeper(**chain, [](const store::WriteError&) {});
        int effects = 0;
        keeper.current().after([&] {
            ++effects;
            keeper.freeze(); // in the middle of a turn's effects
            keeper.current().chain().put(store::Table::meta, viewOf("a"), Bytes{1});
            keeper.current().after([&] { ++effects; });
        });
        keeper.end();
        keeper.end();
        QVERIFY(keeper.frozen());
        QCOMPARE(effects, 1);
        QVERIFY(!(*chain)->read(store::Table::meta, viewOf("a")));
    }
};

DUPLEX_TEST(TestTurn)
#include "tst_turn.moc"
