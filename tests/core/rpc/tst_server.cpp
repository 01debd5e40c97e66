#include "core/rpc/server.h"
#include "tests/core/rpc/fake_session.h"
#include "tests/support/test_main.h"

#include <QDir>
#include <QFile>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace duplex;
using namespace duplex::rpc;

namespace {
/// JSON written with single quotes: moc does not read raw strings.
std::string q(std::string text) {
    std::ranges::replace(text, '\'', '"');
    return text;
}

} // namespace

class ServerTest : public QObject {
    Q_OBJECT

    struct Fixture {
        QTemporaryDir dir;
        test::FakeSession session;
        Server server{&session,
                      {.network = &bitcoin::parametersOf(bitcoin::Network::regtest), .started_at = 1}};
        std::string path = dir.path().toStdString();

        bool open(Server::Stale stale = Server::Stale::remove) {
            return server.listen(path, stale).has_value();
        }
        std::unique_ptr<QLocalSocket> connected() {
            auto socket = std::make_unique<QLocalSocket>();
            socket->connectToServer(QString::fromStdString(server.socketPath()));
            return QTest::qWaitFor([&] { return socket->state() == QLocalSocket::ConnectedState; })
                       ? std::move(socket)
                       : nullptr;
        }
    };

    static std::string line(QLocalSocket& socket) {
        if (!QTest::qWaitFor(
                [&] { return socket.canReadLine() || socket.state() != QLocalSocket::ConnectedState; }))
            return "nothing came";
        return socket.readLine().trimmed().toStdString();
    }
    static std::string ask(QLocalSocket& socket, const std::string& text) {
        socket.write(QByteArray::fromStdString(text + "\n"));
        return line(socket);
    }
    static unsigned modeOf(const std::string& path) {
        struct stat status{};
        return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 07777U;
    }

private slots:
    void call_oneLine_isAnsweredOnOneLine() {
        Fixture fixture;
        QVERIFY(fixture.open());
        fixture.session.reply = [](const api::Request&) { return api::Answer(api::Text{"00ab"}); };
        const auto socket = fixture.connected();
        QVERIFY(socket);
        QCOMPARE(ask(*socket, q("{'jsonrpc':'2.0','id':7,'method':'getblockhash','params':[5]}")),
                 q("{'jsonrpc':'2.0','result':'00ab','id':7}"));
        QCOMPARE(std::get<api::GetBlockHash>(fixture.session.requests.at(0)).height, std::int64_t{5});
    }

    void calls_pipelined_areAllAnswered() {
        Fixture fixture;
        QVERIFY(fixture.open());
        fixture.session.reply = [](const api::Request& request) {
            return api::Answer(api::Text{std::to_string(std::get<api::GetBlockHash>(request).height)});
        };
        const auto socket = fixture.connected();
        QByteArray all;
        for (int i = 0; i < 1000; ++i)
            all += QByteArray::fromStdString(fmt::format(
                "{{\"jsonrpc\":\"2.0\",\"id\":{0},\"method\":\"getblockhash\",\"params\":[{0}]}}\n", i));
        socket->write(all);
        for (int i = 0; i < 1000; ++i)
            QCOMPARE(line(*socket), q(fmt::format("{{'jsonrpc':'2.0','result':'{0}','id':{0}}}", i)));
    }

    void faults_inALine_areAnsweredAndTheNextIsRead() {
        Fixture fixture;
        QVERIFY(fixture.open());
        const auto socket = fixture.connected();
        QVERIFY(ask(*socket, "{").find("-32700") != std::string::npos);
        QVERIFY(ask(*socket, "[]").find("-32600") != std::string::npos);
        QVERIFY(ask(*socket, q("{'id':1,'method':'uptime'}")).find("-32600") != std::string::npos);
        QVERIFY(ask(*socket, q("{'jsonrpc':'2.0','id':1,'method':5}")).find("-32600") != std::string::npos);
        QVERIFY(ask(*socket, q("{'jsonrpc':'2.0','id':1,'method':'nosuch'}")).find("-32601") !=
                std::string::npos);
        QVERIFY(ask(*socket, std::string(100, '[')).find("64 levels") != std::string::npos);
        QVERIFY(ask(*socket, q("{'jsonrpc':'2.0','id':'x','method':'uptime'}")).ends_with(q("'id':'x'}")));
    }

    void line_tooLong_endsTheConnection() {
        Fixture fixture;
        QVERIFY(fixture.open());
        const auto socket = fixture.connected();
        socket->write(QByteArray(5 << 20, ' '));
        QVERIFY(line(*socket).find("4 MiB") != std::string::npos);
        QTRY_VERIFY(socket->state() != QLocalSocket::ConnectedState);
        QTRY_COMPARE(fixture.server.connections(), 0);
    }

    void connections_over32_areRefusedWithASentence() {
        Fixture fixture;
        QVERIFY(fixture.open());
        std::vector<std::unique_ptr<QLocalSocket>> sockets;
        for (int i = 0; i < most_connections; ++i) sockets.push_back(fixture.connected());
        QTRY_COMPARE(fixture.server.connections(), most_connections);
        const auto extra = fixture.connected();
        QVERIFY(line(*extra).find("Too many connections") != std::string::npos);
        sockets.pop_back();
        QTRY_COMPARE(fixture.server.connections(), most_connections - 1);
        QVERIFY(ask(*fixture.connected(), q("{'jsonrpc':'2.0','id':1,'method':'uptime'}")).find("result") !=
                std::string::npos);
    }

    void asker_gone_itsCallsAreCancelled() {
        Fixture fixture;
        QVERIFY(fixture.open());
        auto socket = fixture.connected();
        socket->write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"waitinvoice\",\"params\":[\"a\"]}\n");
        QTRY_COMPARE(fixture.session.requests.size(), std::size_t{1});
        socket.reset();
        QTRY_COMPARE(fixture.session.cancelled.size(), std::size_t{1});
        fixture.session.answerNow(fixture.session.cancelled.at(0),
                                  api::Answer(api::InvoiceInfo{})); // too late: ignored
    }

    void notify_topics_bringsOnlyThose() {
        Fixture fixture;
        QVERIFY(fixture.open());
        const auto socket = fixture.connected();
        QCOMPARE(ask(*socket, q("{'jsonrpc':'2.0','id':1,'method':'notify','params':[['block']]}")),
                 q("{'jsonrpc':'2.0','result':['block'],'id':1}"));
        emit fixture.session.notified({.topic = api::Notification::Topic::payment, .id = "p"});
        emit fixture.session.notified(
            {.topic = api::Notification::Topic::block, .id = "b", .state = "connected", .height = 4});
        QCOMPARE(
            line(*socket),
            std::string(
                q("{'jsonrpc':'2.0','method':'block','params':{'id':'b','state':'connected','height':4}}")));
        QVERIFY(
            ask(*socket, q("{'jsonrpc':'2.0','id':2,'method':'notify','params':[['weather']]}")).find("-8") !=
            std::string::npos);
    }

    void threat104_socket_isLocalAndForTheOwnerOnly() {
        Fixture fixture;
        const mode_t mask = ::umask(0);
        const bool open = fixture.open();
        ::umask(mask);
        QVERIFY(open);
        QCOMPARE(fixture.server.socketPath(), fixture.path + "/duplex.sock");
        QCOMPARE(modeOf(fixture.server.socketPath()), 0600U);
        // No TCP listener of this process: none of its open sockets is in the kernel's tables of listeners.
        std::vector<std::string> inodes;
        for (int descriptor = 0; descriptor < 256; ++descriptor) {
            struct stat status{};
            if (::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode))
                inodes.push_back(std::to_string(status.st_ino));
        }
        for (const char* table : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
            QFile file(table);
            if (!file.open(QIODevice::ReadOnly)) continue;
            for (const QByteArray& row : file.readAll().split('\n'))
                for (const std::string& inode : inodes) QVERIFY(!row.contains((" " + inode + " ").c_str()));
        }
    }

    void threat104_folderOpenToOthers_isRefusedWithTheFix() {
        Fixture fixture;
        ::chmod(fixture.path.c_str(), 0755);
        const auto opened = fixture.server.listen(fixture.path, Server::Stale::remove);
        QVERIFY(!opened.has_value());
        QVERIFY(opened.error().find("chmod 700") != std::string::npos);
    }

    void threat117_staleSocket_isRemovedOnlyByTheLockHolder() {
        Fixture fixture;
        QFile left_over(QString::fromStdString(fixture.path + "/duplex.sock"));
        QVERIFY(left_over.open(QIODevice::WriteOnly));
        left_over.close();
        QVERIFY(!fixture.open(Server::Stale::keep));
        QVERIFY(left_over.exists());
        QVERIFY(fixture.open(Server::Stale::remove));
    }

    void longPath_socket_liesInTheRuntimeFolder() {
        Fixture fixture;
        fixture.path += "/" + std::string(60, 'd') + "/" + std::string(60, 'e');
        QVERIFY(QDir().mkpath(QString::fromStdString(fixture.path)));
        ::chmod(fixture.path.c_str(), 0700);
        QVERIFY(fixture.open());
        QFile holder(QString::fromStdString(fixture.path + "/duplex.sock.path"));
        QVERIFY(holder.open(QIODevice::ReadOnly));
        QCOMPARE(holder.readAll().toStdString(), fixture.server.socketPath());
        QVERIFY(fixture.server.socketPath().size() <= 100);
        QVERIFY(fixture.connected());
    }

    void threat96_secretsInACall_reachNoOutput() {
        // Every message handler of this process sees what is logged while a secret passes through.
        static QByteArray logged;
        logged.clear();
        const auto old = qInstallMessageHandler(
            [](QtMsgType, const QMessageLogContext&, const QString& text) { logged += text.toUtf8(); });
        Fixture fixture;
        bool answered = fixture.open();
        const auto socket = fixture.connected();
        for (const std::string& text :
             {q("{'jsonrpc':'2.0','id':1,'method':'walletpassphrase','params':['hunter2hunter2']}"),
              q("{'jsonrpc':'2.0','id':2,'method':'walletpassphrase','params':{'passphrase':['hunter2hunter2'"
                "]}}"),
              q("{'jsonrpc':'2.0','id':3,'method':'walletpassphrase','params':['hunter2hunter2','soon']}")}) {
            const std::string answer = ask(*socket, text);
            answered = answered && answer.find("error") != std::string::npos &&
                       answer.find("hunter2") == std::string::npos;
        }
        qInstallMessageHandler(old);
        QVERIFY(answered);
        QVERIFY(!logged.contains("hunter2"));
    }
};

DUPLEX_TEST(ServerTest)
#include "tst_server.moc"
