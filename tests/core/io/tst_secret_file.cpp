#include "core/io/secret_file.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace duplex;
using namespace duplex::io;

class SecretFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;
    std::string path(const char* name) const { return m_dir.filePath(name).toStdString(); }
    static unsigned modeOf(const std::string& path) {
        struct stat status{};
        return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
    }

private slots:
    void threat97_writtenFile_isForTheOwnerOnly() {
        const mode_t old = ::umask(0);
        const auto written = writeSecretFile(path("seed"), viewOf("words"), Overwrite::refuse);
        ::umask(old);
        QVERIFY(written.has_value());
        QCOMPARE(modeOf(path("seed")), 0600U);
        QCOMPARE(textOf(readSecretFile(path("seed")).value()), std::string("words"));
    }

    void threat97_fileOthersCanRead_isRefusedWithTheFix() {
        QVERIFY(writeSecretFile(path("wide"), viewOf("x"), Overwrite::refuse).has_value());
        ::chmod(path("wide").c_str(), 0640);
        const auto read = readSecretFile(path("wide"));
        QVERIFY(!read.has_value());
        QVERIFY(read.error().kind == FileProblem::Kind::too_wide);
        QVERIFY(read.error().message.find("chmod 600") != std::string::npos);
        QVERIFY(!checkPrivateFile(path("wide")).has_value());
        QVERIFY(narrowModes(path("wide")).has_value());
        QVERIFY(readSecretFile(path("wide")).has_value());
    }

    void threat97_newFolders_areForTheOwnerOnly() {
        const mode_t old = ::umask(0);
        const auto made = makePrivateFolder(path("a/b"));
        ::umask(old);
        QVERIFY(made.has_value());
        QCOMPARE(modeOf(path("a")), 0700U);
        QCOMPARE(modeOf(path("a/b")), 0700U);
        QVERIFY(makePrivateFolder(path("a/b")).has_value());
    }

    void threat97_folderOthersCanEnter_isRefusedWithTheFix() {
        QVERIFY(makePrivateFolder(path("open")).has_value());
        ::chmod(path("open").c_str(), 0755);
        const auto again = makePrivateFolder(path("open"));
        QVERIFY(!again.has_value());
        QVERIFY(again.error().message.find("chmod 700") != std::string::npos);
    }

    void existingName_refuse_keepsTheOldContent() {
        QVERIFY(writeSecretFile(path("kept"), viewOf("old"), Overwrite::refuse).has_value());
        const auto again = writeSecretFile(path("kept"), viewOf("new"), Overwrite::refuse);
        QVERIFY(again.error().kind == FileProblem::Kind::exists);
        QCOMPARE(textOf(readSecretFile(path("kept")).value()), std::string("old"));
        QVERIFY(writeSecretFile(path("kept"), viewOf("new"), Overwrite::replace).has_value());
        QCOMPARE(textOf(readSecretFile(path("kept")).value()), std::string("new"));
        QCOMPARE(modeOf(path("kept")), 0600U);
    }

    void removed_nameAndContentAreGone() {
        QVERIFY(writeSecretFile(path("key"), viewOf("secret"), Overwrite::refuse).has_value());
        QCOMPARE(::link(path("key").c_str(), path("other name").c_str()), 0);
        QVERIFY(removeSecretFile(path("key")).has_value());
        QVERIFY(readSecretFile(path("key")).error().kind == FileProblem::Kind::missing);
        QCOMPARE(toHex(readSecretFile(path("other name")).value()), toHex(Bytes(6)));
        QVERIFY(removeSecretFile(path("key")).has_value());
    }

    void read_missingOrLarge_saysWhich() {
        QVERIFY(readSecretFile(path("none")).error().kind == FileProblem::Kind::missing);
        QVERIFY(writeSecretFile(path("large"), Bytes(100), Overwrite::refuse).has_value());
        QVERIFY(readSecretFile(path("large"), 99).error().kind == FileProblem::Kind::too_large);
        QVERIFY(readSecretFile(path("large"), 100).has_value());
    }
};

DUPLEX_TEST(SecretFileTest)
#include "tst_secret_file.moc"
