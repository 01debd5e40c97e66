#include "tests/support/test_main.h"

#include "core/store/database.h"
#include "tests/support/failing_vfs.h"
#include "tests/support/power_cut_vfs.h"

#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

using namespace duplex;
using namespace duplex::store;

namespace {

Changes change(int number) {
    Changes changes;
    const Bytes key = {static_cast<std::uint8_t>(number)};
    changes.put(Table::coins, key, Bytes(40, static_cast<std::uint8_t>(number)));
    changes.put(Table::meta, viewOf("last"), key);
    return changes;
}

/// Fills 25 pages, so that a few dozen commits reach a checkpoint.
Changes largeChange(int number) {
    Changes changes = change(number);
    changes.put(Table::history, Bytes{static_cast<std::uint8_t>(number)},
                Bytes(100'000, static_cast<std::uint8_t>(number)));
    return changes;
}

/// Commits until the power goes off; how many receipts there were.
int commitUntilPowerIsCut(int cut_at) {
    constexpr int commits = 45;
    test::powerOnNewDisk();
    auto database = Database::open("wallet.sqlite", {.vfs = test::powerCutVfs()});
    if (!database) return -1;
    test::cutPowerAt(cut_at);
    for (int i = 1; i <= commits; ++i)
        if (!(*database)->commit(largeChange(i))) return i - 1;
    return commits;
}

std::string pathIn(const QTemporaryDir& dir, const char* name = "wallet.sqlite") {
    return dir.filePath(name).toStdString();
}

} // namespace

class TestDatabase : public QObject {
    Q_OBJECT

private slots:
    void commit_thenReopen_givesRowsBack() {
        QTemporaryDir dir;
        {
            auto database = Database::open(pathIn(dir));
            QVERIFY(database.has_value());
            QCOMPARE((*database)->commit(change(1))->number(), std::uint64_t{1});
            Changes erase;
            erase.erase(Table::coins, Bytes{1});
            erase.put(Table::history, Bytes{1, 2}, Bytes{});
            QCOMPARE((*database)->commit(erase)->number(), std::uint64_t{2});
        }
        auto database = Database::open(pathIn(dir));
        QVERIFY(database.has_value());
        QVERIFY(!(*database)->read(Table::coins, Bytes{1}));
        QCOMPARE(*(*database)->read(Table::meta, viewOf("last")), Bytes{1});
        QCOMPARE(*(*database)->read(Table::history, Bytes({1, 2})), Bytes{});
    }

    // Machines that touch a row twice in one turn rely on it.
    void commit_laterChangeOfARow_wins() {
        QTemporaryDir dir;
        auto database = Database::open(pathIn(dir));
        Changes changes;
        changes.put(Table::coins, Bytes{1}, Bytes{1});
        changes.put(Table::coins, Bytes{1}, Bytes{2});
        changes.put(Table::coins, Bytes{2}, Bytes{1});
        changes.erase(Table::coins, Bytes{2});
        changes.erase(Table::coins, Bytes{3});
        changes.put(Table::coins, Bytes{3}, Bytes{3});
        QVERIFY((*database)->commit(changes).has_value());
        QCOMPARE((*database)->read(Table::coins, Bytes{1}), std::optional(Bytes{2}));
        QVERIFY(!(*database)->read(Table::coins, Bytes{2}));
        QCOMPARE((*database)->read(Table::coins, Bytes{3}), std::optional(Bytes{3}));
    }

    void scan_prefix_givesOnlyItsRowsInOrder() {
        QTemporaryDir dir;
        auto database = Database::open(pathIn(dir));
        Changes changes;
        for (const Bytes& key : {Bytes{1}, Bytes{1, 0}, Bytes{1, 255}, Bytes{2}, Bytes{255, 255}})
            changes.put(Table::activity, key, key);
        QVERIFY((*database)->commit(changes).has_value());
        const auto rows = (*database)->scan(Table::activity, Bytes{1}, Order::descending);
        QCOMPARE(rows.size(), std::size_t{3});
        QCOMPARE(rows.front().key, Bytes({1, 255}));
        QCOMPARE((*database)->scan(Table::activity, Bytes{255, 255}).size(), std::size_t{1});
        QCOMPARE((*database)->scan(Table::activity, {}, Order::ascending, 2).size(), std::size_t{2});
        QCOMPARE((*database)->count(Table::activity), std::size_t{5});
    }

    // threats 113: write-ahead logging with anything less than full sync is refused, and what was committed
    // survives kill -9.
    void threat113_settings_areFullSync() {
        QTemporaryDir dir;
        auto database = Database::open(pathIn(dir));
        QVERIFY(database.has_value());
        const auto memory = Database::open(":memory:");
        QVERIFY(!memory.has_value());
        QCOMPARE(memory.error().kind, OpenError::Kind::unsafe_settings);
    }

    void threat112_threat113_killed_keepsEveryCommit() {
        QTemporaryDir dir;
        const std::string path = pathIn(dir);
        int pipe_ends[2];
        QVERIFY(::pipe(pipe_ends) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto database = Database::open(path);
            for (int i = 1; i < 100; ++i) {
                if (!database.has_value() || !(*database)->commit(change(i))) ::_exit(1);
                const char done = static_cast<char>(i);
                if (::write(pipe_ends[1], &done, 1) != 1) ::_exit(1);
            }
            ::_exit(0);
        }
        char last = 0;
        for (int i = 0; i < 20; ++i) QVERIFY(::read(pipe_ends[0], &last, 1) == 1);
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        ::close(pipe_ends[1]);
        while (::read(pipe_ends[0], &last, 1) == 1) {
        }
        ::close(pipe_ends[0]);
        auto database = Database::open(path);
        QVERIFY(database.has_value());
        QVERIFY((*database)->read(Table::meta, viewOf("last"))->front() >= static_cast<std::uint8_t>(last));
        for (int i = 1; i <= last; ++i)
            QVERIFY((*database)->read(Table::coins, Bytes{static_cast<std::uint8_t>(i)}));
    }

    // threats 113: the power goes off at any write or sync, also in the middle of a checkpoint. The disk then
    // holds any sectors of what was not synced, torn and reordered. Every commit that gave a receipt is
    // there, whole, and at most the one that was under way.
    void threat113_powerCutAnywhere_keepsEveryReceipt() {
        const std::uint32_t seed = std::random_device{}();
        fmt::print("seed {}\n", seed);
        std::mt19937 random(seed);
        QCOMPARE(commitUntilPowerIsCut(0), 45);
        const int all = test::diskOperations();
        QVERIFY(all > 2000);
        for (int round = 0; round < 50; ++round) {
            const int cut_at = 1 + static_cast<int>(random() % static_cast<std::uint32_t>(all));
            const std::string what = fmt::format("seed {}, round {}, cut at {}", seed, round, cut_at);
            const int receipts = commitUntilPowerIsCut(cut_at);
            QVERIFY(receipts >= 0);
            test::powerBackOn(random());
            auto database = Database::open("wallet.sqlite", {.vfs = test::powerCutVfs()});
            QVERIFY2(database.has_value(), what.c_str());
            const auto last = (*database)->read(Table::meta, viewOf("last"));
            const int stored = last ? last->front() : 0;
            QVERIFY2(stored == receipts || stored == receipts + 1, what.c_str());
            QCOMPARE((*database)->count(Table::history), static_cast<std::size_t>(stored));
            for (int i = 1; i <= stored; ++i)
                QVERIFY2((*database)->read(Table::history, Bytes{static_cast<std::uint8_t>(i)}) ==
                             Bytes(100'000, static_cast<std::uint8_t>(i)),
                         what.c_str());
        }
    }

    // threats 114: for every n, the n-th write or sync fails. Then no commit after it gives a receipt, and
    // what the file holds on reopening is exactly the commits that gave one (or one more, whose answer was
    // lost).
    void threat114_nthWriteFails_forAllN() {
        bool failed_somewhere = true;
        int tried = 0;
        for (int n = 1; failed_somewhere; ++n) {
            QTemporaryDir dir;
            const std::string path = pathIn(dir);
            QVERIFY(Database::open(path).has_value());
            int receipts = 0;
            {
                test::failAtWrite(0);
                auto database = Database::open(path, {.vfs = test::failingVfs()});
                QVERIFY(database.has_value());
                test::failAtWrite(n);
                failed_somewhere = false;
                for (int i = 1; i <= 8; ++i) {
                    const auto receipt = (*database)->commit(change(i));
                    if (receipt) {
                        QVERIFY(!failed_somewhere);
                        receipts = i;
                    } else {
                        failed_somewhere = true;
                        QVERIFY((*database)->failed());
                    }
                }
            }
            test::failAtWrite(0);
            auto database = Database::open(path);
            QVERIFY(database.has_value());
            const auto last = (*database)->read(Table::meta, viewOf("last"));
            const int stored = last ? last->front() : 0;
            QVERIFY2(stored == receipts || stored == receipts + 1, qPrintable(QString::number(n)));
            QCOMPARE((*database)->count(Table::coins), static_cast<std::size_t>(stored));
            tried = n;
        }
        QVERIFY(tried > 8);
    }

    // threats 84, 114: a row that cannot be read is not a row that is not there. Nothing is stored, and so
    // nothing done, on the ground of it.
    void threat114_rowThatCannotBeRead_stopsEverything() {
        const Bytes large(12'000'000, 7); // more than SQLite keeps in memory
        const auto fails = [&](auto read) {
            QTemporaryDir dir;
            auto database = Database::open(pathIn(dir), {.vfs = test::failingVfs()});
            if (!database) return false;
            Changes changes = change(1);
            changes.put(Table::requests, viewOf("paid"), large);
            if (!(*database)->commit(changes) || (*database)->failed()) return false;
            test::failReads(true);
            read(**database);
            test::failReads(false);
            return (*database)->failed() && !(*database)->commit(change(2)).has_value();
        };
        QVERIFY(fails([](const Database& each) { (void)each.read(Table::requests, viewOf("paid")); }));
        QVERIFY(fails([](const Database& each) { (void)each.scan(Table::requests); }));
        QVERIFY(!fails([](const Database&) {}));
    }

    void open_twice_isRefused() {
        QTemporaryDir dir;
        auto first = Database::open(pathIn(dir));
        QVERIFY(first.has_value());
        const auto second = Database::open(pathIn(dir));
        QVERIFY(!second.has_value());
        QCOMPARE(second.error().kind, OpenError::Kind::in_use);
    }

    void open_newerSchema_isRefusedAndUnchanged() {
        QTemporaryDir dir;
        QVERIFY(Database::open(pathIn(dir)).has_value());
        sqlite3* handle = nullptr;
        QCOMPARE(sqlite3_open(pathIn(dir).c_str(), &handle), SQLITE_OK);
        sqlite3_exec(handle, "PRAGMA user_version=99", nullptr, nullptr, nullptr);
        sqlite3_close(handle);
        const auto database = Database::open(pathIn(dir));
        QVERIFY(!database.has_value());
        QCOMPARE(database.error().kind, OpenError::Kind::newer_schema);
    }

    void open_foreignFile_isRefusedAndKept() {
        QTemporaryDir dir;
        QFile file(dir.filePath("wallet.sqlite"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray text =
            QByteArray("not a database at all, but long enough to have a header").repeated(40);
        file.write(text);
        file.close();
        const auto database = Database::open(pathIn(dir));
        QVERIFY(!database.has_value());
        QCOMPARE(database.error().kind, OpenError::Kind::not_a_database);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), text);
    }

    void open_damagedPages_isRefusedAndKept() {
        QTemporaryDir dir;
        QVERIFY((*Database::open(pathIn(dir)))->commit(change(1)).has_value());
        QFile file(dir.filePath("wallet.sqlite"));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray bytes = file.readAll();
        for (qsizetype page = 4096; page < bytes.size(); page += 4096) // the first holds the schema
            bytes.replace(page, 8, QByteArray(8, '\xff'));
        QVERIFY(file.seek(0) && file.write(bytes) == bytes.size());
        file.close();
        const auto database = Database::open(pathIn(dir));
        QVERIFY(!database.has_value());
        QCOMPARE(database.error().kind, OpenError::Kind::damaged);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll() == bytes);
    }

    void copyTo_givesAnOpenableCopy() {
        QTemporaryDir dir;
        auto database = Database::open(pathIn(dir));
        QVERIFY((*database)->commit(change(7)).has_value());
        QVERIFY((*database)->copyTo(pathIn(dir, "copy.sqlite")).has_value());
        auto copy = Database::open(pathIn(dir, "copy.sqlite"), {.must_exist = true});
        QVERIFY(copy.has_value());
        QCOMPARE(*(*copy)->read(Table::meta, viewOf("last")), Bytes{7});
    }
};

DUPLEX_TEST(TestDatabase)
#include "tst_database.moc"
