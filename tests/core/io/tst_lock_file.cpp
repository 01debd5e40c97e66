#include "core/io/lock_file.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace duplex::io;

class LockFileTest : public QObject {
    Q_OBJECT

private slots:
    void threat117_secondHolder_isRefusedAndToldWho() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("lock").toStdString();
        const auto first = LockFile::acquire(path);
        QVERIFY(first.has_value());
        const auto second = LockFile::acquire(path);
        QVERIFY(!second.has_value());
        QCOMPARE(second.error().holder_pid.value_or(0), std::int64_t{::getpid()});
        QVERIFY(second.error().message.find("Another Duplex") != std::string::npos);
    }

    void threat117_released_canBeHeldAgain() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("lock").toStdString();
        {
            QVERIFY(LockFile::acquire(path).has_value());
        }
        QVERIFY(LockFile::acquire(path).has_value());
    }

    void threat117_holderKilled_staleFileDoesNotHold() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("lock").toStdString();
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto lock = LockFile::acquire(path);
            const char answer = lock ? 'y' : 'n';
            if (::write(ready[1], &answer, 1) != 1) ::_exit(1);
            for (;;) ::pause();
        }
        char answer = 0;
        QCOMPARE(::read(ready[0], &answer, 1), ssize_t{1});
        QCOMPARE(answer, 'y');
        const auto while_held = LockFile::acquire(path);
        QVERIFY(!while_held.has_value());
        QCOMPARE(while_held.error().holder_pid.value_or(0), std::int64_t{child});
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        QVERIFY(QFile::exists(QString::fromStdString(path)));
        QVERIFY(LockFile::acquire(path).has_value());
        ::close(ready[0]);
        ::close(ready[1]);
    }

    void noFolder_acquire_saysSo() {
        QTemporaryDir dir;
        const auto lock = LockFile::acquire(dir.filePath("none/lock").toStdString());
        QVERIFY(!lock.has_value());
        QVERIFY(!lock.error().holder_pid.has_value());
    }
};

DUPLEX_TEST(LockFileTest)
#include "tst_lock_file.moc"
