#include "tests/support/test_main.h"

#include "core/engine/log.h"

#include <QFile>
#include <QTemporaryDir>

using namespace duplex;
using engine::Log;

class TestLog : public QObject {
    Q_OBJECT

private slots:
    void excludedTopic_isSilent_untilIncludedAgain() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("duplex.log").toStdString();
        auto log = Log::open(path, "info");
        QVERIFY(log.has_value());
        (*log)->info(api::LogTopic::net, "one");
        (*log)->exclude(api::LogTopic::net);
        QVERIFY(!(*log)->isIncluded(api::LogTopic::net) && (*log)->isIncluded(api::LogTopic::chain));
        (*log)->info(api::LogTopic::net, "two");
        (*log)->info(api::LogTopic::chain, "three");
        (*log)->include(api::LogTopic::net);
        (*log)->info(api::LogTopic::net, "four");
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.contains("net: one\n") && text.contains("chain: three\n") &&
                text.contains("net: four\n"));
        QVERIFY(!text.contains("two"));
    }

    void level_unknown_isNamed() {
        QTemporaryDir dir;
        const auto log = Log::open(dir.filePath("duplex.log").toStdString(), "loud");
        QVERIFY(!log.has_value() && log.error().find("loud") != std::string::npos);
    }
};

DUPLEX_TEST(TestLog)
#include "tst_log.moc"
