#include "core/io/dns_seed.h"
#include "core/io/entropy.h"
#include "core/io/process_hardening.h"
#include "core/io/system_keyring.h"
#include "core/io/timers.h"
#include "core/io/worker_pool.h"
#include "tests/support/test_main.h"

#include <QTest>
#include <QThread>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace duplex;
using namespace duplex::io;

class TimersTest : public QObject {
    Q_OBJECT

private slots:
    void armed_due_firesOnceAndNotEarly() {
        int fired = 0;
        Ticks at{0};
        SingleShot shot([&] {
            ++fired;
            at = now();
        });
        const Ticks due = now() + 30ms;
        shot.armAt(due);
        QTRY_COMPARE(fired, 1);
        QVERIFY(at >= due);
        QTest::qWait(40);
        QCOMPARE(fired, 1);
    }

    void armedAgain_earlierArming_isReplaced() {
        int fired = 0;
        SingleShot shot([&] { ++fired; });
        shot.armIn(10min);
        shot.armAt(now() - 5s);
        QTRY_COMPARE(fired, 1);
        shot.armIn(1ms);
        shot.disarm();
        QTest::qWait(20);
        QCOMPARE(fired, 1);
    }

    void work_result_comesBackOnThisThread() {
        WorkerPool pool(2);
        int sum = 0;
        int done = 0;
        for (int i = 1; i <= 20; ++i)
            pool.run([i] { return std::pair{i * i, QThread::currentThread()}; },
                     [&](std::pair<int, QThread*> result) {
                         QVERIFY(result.second != QThread::currentThread());
                         sum += result.first;
                         ++done;
                     });
        QTRY_COMPARE(done, 20);
        QCOMPARE(sum, 2870);
    }

    void poolDestroyed_queuedResults_areDropped() {
        bool called = false;
        {
            WorkerPool pool(1);
            pool.run([] { return 1; }, [&](int) { called = true; });
        }
        QTest::qWait(10);
        QVERIFY(!called);
    }

    void entropy_draws_areHealthyAndDiffer() {
        QVERIFY(entropyIsHealthy());
        QVERIFY(randomBytes<32>() != randomBytes<32>());
        QVERIFY(randomU64() != randomU64());
    }

    void seed_localhost_isFound() {
        std::optional<std::vector<Endpoint>> found;
        lookUpSeed(this, "localhost", 8333,
                   [&](const std::vector<Endpoint>& endpoints) { found = endpoints; });
        QTRY_VERIFY(found.has_value());
        for (const Endpoint& endpoint : *found) QVERIFY(isLoopback(endpoint));
    }

    void threat96_hardenedProcess_leavesNoCoreAndIsNotDumpable() {
        const pid_t child = ::fork();
        if (child == 0) {
            hardenProcess();
            struct rlimit limit{};
            ::getrlimit(RLIMIT_CORE, &limit);
            const mode_t mask = ::umask(0);
            ::_exit(limit.rlim_cur == 0 && limit.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE) == 0 && mask == 077
                        ? 0
                        : 1);
        }
        int status = -1;
        ::waitpid(child, &status, 0);
        QVERIFY(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }

    void keyringAbsent_read_saysSoOnce() {
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"); // as on a machine without a desktop
        int answers = 0;
        std::optional<KeyringError> error;
        readKeyring(this, "duplex-test-entry", [&](const std::expected<Bytes, KeyringError>& value) {
            ++answers;
            if (!value) error = value.error();
        });
        QTRY_COMPARE_WITH_TIMEOUT(answers, 1, 25'000);
        QVERIFY(error == KeyringError::absent);
    }
};

DUPLEX_TEST(TimersTest)
#include "tst_timers.moc"
