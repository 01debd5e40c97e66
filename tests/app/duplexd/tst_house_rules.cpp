#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/bitcoin/keys/extended_key.h"
#include "core/bitcoin/keys/mnemonic.h"
#endif
#include "tests/app/node_program.h"

#include <QDirIterator>
#include <QElapsedTimer>
#include <QLocalSocket>
#include <QTcpSocket>

#include <csignal>
#include <random>
#include <set>
#include <sys/stat.h>

using namespace duplex;
using duplex::test::CliResult;
using duplex::test::NodeProgram;
using duplex::test::satoshi;

namespace {

const QString somebody = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

std::vector<QString> filesIn(const QString& folder) {
    std::vector<QString> files;
    QDirIterator each(folder, QDir::Files | QDir::System | QDir::Hidden, QDirIterator::Subdirectories);
    while (each.hasNext()) files.push_back(each.next());
    return files;
}

/// Everything that gives the wallet away: the words, what they stand for, and the keys on the way to its
/// addresses.
std::vector<QByteArray> secretsOf(const QByteArray& words) {
    namespace keys = bitcoin::keys;
    const auto mnemonic = keys::Mnemonic::fromWords(keys::NormalizedText::fromNfkd(words.toStdString()));
    const auto master = keys::ExtendedPrivateKey::fromSeed(mnemonic->seed().reveal());
    std::vector<QByteArray> secrets = {words};
    const auto add = [&](ByteView bytes) {
        const QByteArray raw(reinterpret_cast<const char*>(bytes.data()),
                             static_cast<qsizetype>(bytes.size()));
        secrets.push_back(raw);
        secrets.push_back(raw.toHex());
    };
    add(mnemonic->entropy().reveal());
    add(mnemonic->seed().reveal());
    for (const char* path : {"m", "m/84'", "m/84'/1'", "m/84'/1'/0'", "m/84'/1'/0'/0", "m/84'/1'/0'/0/0",
                             "m/84'/1'/0'/0/1", "m/84'/1'/0'/1/0", "m/86'/1'/0'"}) {
        const auto parsed = keys::DerivationPath::parse(path);
        const auto key = parsed ? master->derived(*parsed) : std::nullopt;
        if (!key) return {};
        add(key->key().reveal());
        add(key->chainCode().reveal());
    }
    return secrets;
}

/// Local TCP ports that listen now, over IPv4 and IPv6.
std::set<quint16> listeningPorts() {
    std::set<quint16> ports;
    for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly)) continue;
        for (const QByteArray& line : file.readAll().split('\n').mid(1)) {
            const QList<QByteArray> fields = line.simplified().split(' ');
            if (fields.size() < 4 || fields[3] != "0A") continue; // LISTEN
            ports.insert(fields[1].mid(fields[1].lastIndexOf(':') + 1).toUShort(nullptr, 16));
        }
    }
    return ports;
}

/// What a port answers to a web page's request that tries to call a method.
QByteArray answerToWebPage(quint16 port) {
    QTcpSocket socket;
    socket.connectToHost("127.0.0.1", port);
    if (!socket.waitForConnected(2'000)) return {};
    const QByteArray body = R"({"jsonrpc":"2.0","id":1,"method":"getblockcount"})";
    socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://example.com\r\nContent-Length: " +
                 QByteArray::number(body.size()) + "\r\n\r\n" + body + "\n");
    QByteArray answer;
    while (socket.waitForReadyRead(1'000)) answer += socket.readAll();
    return answer;
}

} // namespace

/// What the programs promise about files, sockets, secrets and their own end.
class TestHouseRules : public QObject {
    Q_OBJECT

private slots:
    // threats 96: after a run that used every secret, none stands in a file that it left or a line that it
    // wrote.
    void threat96_fullRun_leavesNoSecretInFilesOrOutput() {
        NodeProgram node;
        QVERIFY(node.start({"--log-level=trace"}));
        const QByteArray passphrase = "a very private passphrase";
        const QByteArray second = "another private passphrase";
        const CliResult created = node.call({"-stdinpass", "createwallet", "safe"}, passphrase + "\n");
        const QByteArray words = created.object()["mnemonic"].toString().toUtf8();
        QVERIFY(!words.isEmpty());
        QVERIFY(node.fund(1'000'000));
        QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "600"}, passphrase + "\n").status, 0);
        QCOMPARE(node.call({"sendtoaddress", somebody, "0.001"}).status, 0);
        QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "600"}, "a mistyped passphrase\n").code(), -14);
        QCOMPARE(node.call({"-stdinpass", "exportmnemonic"}, passphrase + "\n").status, 0);
        QCOMPARE(
            node.call({"-stdinpass", "walletpassphrasechange"}, passphrase + "\n" + second + "\n").status, 0);
        QCOMPARE(node.call({"unloadwallet"}).status, 0);
        const CliResult open = node.call({"createwallet", "open"}); // its key lies in a file of its own
        const QByteArray open_words = open.object()["mnemonic"].toString().toUtf8();
        QVERIFY(node.fund(1'000'000));
        QCOMPARE(node.call({"sendtoaddress", somebody, "0.001"}).status, 0);
        QCOMPARE(node.call({"stop"}).status, 0);
        QCOMPARE(node.waitForEnd(), 0);

        std::vector<QByteArray> secrets = {passphrase, second, "a mistyped passphrase"};
        for (const QByteArray& each : {words, open_words}) {
            const std::vector<QByteArray> more = secretsOf(each);
            QVERIFY(more.size() > 20);
            secrets.insert(secrets.end(), more.begin(), more.end());
        }
        const std::vector<QString> files = filesIn(node.folder());
        QVERIFY(files.size() > 10);
        for (const QByteArray& secret : secrets) QVERIFY(!node.written().contains(secret));
        for (const QString& path : files) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray content = file.readAll();
            for (const QByteArray& secret : secrets) QVERIFY2(!content.contains(secret), qPrintable(path));
        }
    }

    // threats 97: nobody else can read what it writes, whatever the shell's mask; wider folders are refused.
    void threat97_filesAndFolders_belongToTheUserAlone() {
        NodeProgram node;
        const mode_t mask = ::umask(0);
        const bool started = node.start();
        ::umask(mask);
        QVERIFY(started);
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        QVERIFY(node.fund(1'000'000));
        constexpr auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther |
                                QFile::WriteOther | QFile::ExeOther;
        QDirIterator each(node.networkFolder(),
                          QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot,
                          QDirIterator::Subdirectories);
        int seen = 0;
        for (; each.hasNext(); ++seen) {
            const QString path = each.next();
            QVERIFY2((QFile::permissions(path) & others) == 0, qPrintable(path));
        }
        QVERIFY(seen > 12);
        node.signal(SIGTERM);
        QCOMPARE(node.waitForEnd(), 0);

        QVERIFY(QFile::setPermissions(node.networkFolder(), QFile::permissions(node.networkFolder()) |
                                                                QFile::ReadOther | QFile::ExeOther));
        QVERIFY(!node.start());
        QCOMPARE(node.waitForEnd(), 1);
        QVERIFY(node.written().contains("chmod 700"));
    }

    // threats 104: the node is called over its own user's socket and nothing else.
    void threat104_rpc_isALocalSocketAndNoTcpPort() {
        const std::set<quint16> before = listeningPorts();
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        QVERIFY((QFile::permissions(node.socket()) &
                 (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther)) == 0);
        int tried = 0;
        for (const quint16 port : listeningPorts()) {
            if (before.contains(port)) continue;
            ++tried; // the practice world's, and what other tests of this machine opened meanwhile
            QVERIFY(!answerToWebPage(port).contains("jsonrpc"));
        }
        QVERIFY(tried >= 1);
        // Should a web page's request ever come through the socket, its head is not obeyed.
        QLocalSocket socket;
        socket.connectToServer(node.socket());
        QVERIFY(socket.waitForConnected(10'000));
        socket.write("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QVERIFY(socket.waitForReadyRead(10'000));
        QVERIFY(socket.readAll().contains("-32700"));
    }

    // threats 112: killed at any moment, every send that was answered is kept once, and none is made twice.
    void threat112_killedWhileSending_keepsEverySendOnce() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        for (int i = 0; i < 4; ++i) QVERIFY(node.fund(10'000'000));
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        std::map<QString, QByteArray> answered; // request id -> txid
        int next = 0;
        for (int round = 0; round < 8; ++round) {
            // Sends run beside the kill: what was answered is known, what was not may be there or not.
            std::vector<std::unique_ptr<QProcess>> running;
            std::vector<QString> ids;
            for (int i = 0; i < 4; ++i) {
                ids.push_back("r" + QString::number(next++));
                running.push_back(std::make_unique<QProcess>());
                running.back()->start(NodeProgram::binary("duplex-cli"),
                                      {"--network=sandbox", "--datadir=" + node.folder(), "-named",
                                       "sendtoaddress", "address=" + somebody, "amount=0.0001",
                                       "request_id=" + ids.back()});
            }
            QElapsedTimer clock;
            clock.start();
            const qint64 moment = std::uniform_int_distribution<int>(0, 300)(random);
            QVERIFY(QTest::qWaitFor([&] { return clock.elapsed() >= moment; }, 5'000));
            node.kill();
            for (std::size_t i = 0; i < running.size(); ++i) {
                QVERIFY(running[i]->state() == QProcess::NotRunning || running[i]->waitForFinished(60'000));
                const QByteArray txid = running[i]->readAllStandardOutput().trimmed();
                if (running[i]->exitCode() == 0) answered[ids[i]] = txid;
            }
            QVERIFY(node.start());
            // Asked again, each is made now or was made before: once in the end.
            for (const QString& id : ids) {
                const CliResult again = node.call(
                    {"-named", "sendtoaddress", "address=" + somebody, "amount=0.0001", "request_id=" + id});
                QCOMPARE(again.status, 0);
                if (answered.contains(id)) QCOMPARE(again.text(), answered[id]);
                answered[id] = again.text();
            }
        }
        QVERIFY(node.mine());
        std::set<QByteArray> txids;
        for (const auto& [id, txid] : answered) txids.insert(txid);
        QCOMPARE(txids.size(), std::size_t{32});
        qint64 fees = 0;
        qint64 sends = 0;
        const QJsonArray list = node.call({"listtransactions", "*", "1000"}).array();
        for (const QJsonValue& entry : list) {
            if (entry["category"].toString() != "send") continue;
            ++sends;
            fees -= satoshi(entry["fee"]);
            QVERIFY(txids.contains(entry["txid"].toString().toUtf8()));
        }
        QCOMPARE(sends, 32);
        QTRY_COMPARE_WITH_TIMEOUT(node.trusted(), 40'000'000 - 32 * 10'000 - fees, 60'000);
    }

    // threats 117: a second program on the same folder is refused and told about the first, which goes on.
    void threat117_secondInstance_isRefused() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        const CliResult second =
            NodeProgram::run("duplexd", {"--network=sandbox", "--datadir=" + node.folder()});
        QCOMPARE(second.status, 1);
        QVERIFY(second.errors.contains(QByteArray::number(node.processId())));
        QVERIFY(second.errors.contains("stop"));
        QCOMPARE(node.call({"getnewaddress"}).status, 0);
        // The lock and the socket of a killed one are no obstacle.
        node.kill();
        QVERIFY(QFile::exists(node.networkFolder() + "/lock"));
        QVERIFY(QFile::exists(node.socket()));
        QCOMPARE(node.call({"getblockcount"}).status, 2);
        QVERIFY(node.start());
        QCOMPARE(node.call({"getnewaddress"}).status, 0);
    }

    void cli_exitStatus_saysWhoFailed() {
        NodeProgram node;
        QCOMPARE(node.call({"getblockcount"}).status, 2);
        QVERIFY(node.call({"getblockcount"}).errors.contains("duplexd"));
        QVERIFY(node.start());
        QCOMPARE(node.call({"getblockcount"}).status, 0);
        const CliResult unknown = node.call({"nosuchmethod"});
        QCOMPARE(unknown.status, 1);
        QCOMPARE(unknown.code(), -32601);
        QVERIFY(unknown.errors.startsWith("error: "));
        QCOMPARE(node.call({"getblockhash", "x"}).status, 1);
        QCOMPARE(node.call({"getblockhash", "-1"}).code(), -8);
        QCOMPARE(node.call({}).status, 1);
        QCOMPARE(node.call({"--help"}).status, 0);
        QCOMPARE(node.call({"--nosuch=1", "getblockcount"}).status, 1);
        QCOMPARE(node.call({"-named", "getblockhash", "height=0"}).text(),
                 node.call({"getblockhash", "0"}).text());
    }

    void restart_afterKill_goesOnWithTheSameChain() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        QVERIFY(node.fund(3'000'000));
        const qint64 height = node.height();
        const QByteArray hash = node.call({"getblockhash", QString::number(height)}).text();
        node.kill();
        QVERIFY(node.start());
        QTRY_VERIFY_WITH_TIMEOUT(node.height() >= height, 60'000);
        QCOMPARE(node.call({"getblockhash", QString::number(height)}).text(), hash);
        QCOMPARE(node.trusted(), 3'000'000);
    }
};

DUPLEX_TEST(TestHouseRules)
#include "tst_house_rules.moc"
