#include "core/io/tcp_connection.h"
#include "core/io/tcp_server.h"
#include "tests/support/test_main.h"

#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace duplex;
using namespace duplex::io;

class TcpConnectionTest : public QObject {
    Q_OBJECT

    struct Pair {
        TcpServer server;
        TcpConnection client;
        std::unique_ptr<TcpConnection> accepted;
        Bytes at_client, at_server;
        std::optional<CloseReason> client_closed, server_closed;

        Pair() {
            QObject::connect(&server, &TcpServer::accepted, &server, [this](TcpConnection* connection) {
                accepted.reset(connection);
                QObject::connect(connection, &TcpConnection::received, &server, [this](const Bytes& bytes) {
                    at_server.insert(at_server.end(), bytes.begin(), bytes.end());
                });
                QObject::connect(connection, &TcpConnection::closed, &server,
                                 [this](CloseReason reason) { server_closed = reason; });
            });
            QObject::connect(&client, &TcpConnection::received, &server, [this](const Bytes& bytes) {
                at_client.insert(at_client.end(), bytes.begin(), bytes.end());
            });
            QObject::connect(&client, &TcpConnection::closed, &server,
                             [this](CloseReason reason) { client_closed = reason; });
        }
        bool open() {
            const auto endpoint = server.listen({.host = "127.0.0.1", .port = 0});
            if (!endpoint) return false;
            client.connectTo(*endpoint, 5s);
            return QTest::qWaitFor([this] { return client.isOpen() && accepted; });
        }
    };

private slots:
    void connected_bytesBothWays_arriveInOrder() {
        Pair pair;
        QVERIFY(pair.open());
        Bytes sent(300'000);
        for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
        QVERIFY(pair.client.write(sent) == Written::queued);
        QVERIFY(pair.accepted->write(viewOf("hello")) == Written::queued);
        QTRY_COMPARE(pair.at_server.size(), sent.size());
        QVERIFY(pair.at_server == sent);
        QTRY_COMPARE(textOf(pair.at_client), std::string("hello"));
        QTRY_COMPARE(pair.client.bytesSent(), std::uint64_t{300'000});
        QVERIFY(isLoopback(pair.accepted->peer()));
    }

    void close_queuedBytes_areSentFirst() {
        Pair pair;
        QVERIFY(pair.open());
        pair.client.write(Bytes(2'000'000, 0x55));
        pair.client.close();
        QVERIFY(pair.client.write(viewOf("x")) == Written::refused);
        QTRY_VERIFY(pair.server_closed.has_value());
        QCOMPARE(pair.at_server.size(), std::size_t{2'000'000});
        QVERIFY(pair.server_closed == CloseReason::remote);
        QTRY_VERIFY(pair.client_closed == CloseReason::local);
    }

    void peerDoesNotRead_queueLimit_closesConnection() {
        Pair pair;
        QVERIFY(pair.open());
        pair.accepted->pauseReading();
        const Bytes part(1 << 20, 0xaa);
        Written last = Written::queued;
        for (int i = 0; i < 64 && last == Written::queued; ++i) last = pair.client.write(part);
        QVERIFY(last == Written::refused);
        QVERIFY(!pair.client_closed.has_value()); // never from inside write()
        QTRY_VERIFY(pair.client_closed == CloseReason::queue_full);
    }

    void pausedReading_resumed_deliversAll() {
        Pair pair;
        QVERIFY(pair.open());
        pair.accepted->pauseReading();
        pair.client.write(Bytes(3 << 20, 0x11));
        QTest::qWait(50);
        QVERIFY(pair.at_server.empty());
        pair.accepted->resumeReading();
        QTRY_COMPARE(pair.at_server.size(), std::size_t{3 << 20});
    }

    void nobodyListens_connect_isRefused() {
        TcpServer server;
        const auto endpoint = server.listen({.host = "127.0.0.1", .port = 0});
        QVERIFY(endpoint.has_value());
        server.close();
        TcpConnection client;
        QSignalSpy closed(&client, &TcpConnection::closed);
        std::optional<CloseReason> reason;
        connect(&client, &TcpConnection::closed, this, [&](CloseReason why) { reason = why; });
        client.connectTo(*endpoint, 5s);
        QTRY_VERIFY(reason == CloseReason::refused);
        QCOMPARE(closed.count(), 1);
    }

    void abort_whileOpen_closesOnce() {
        Pair pair;
        QVERIFY(pair.open());
        pair.client.abort();
        pair.client.abort();
        pair.client.close();
        QTRY_VERIFY(pair.client_closed == CloseReason::local);
        QTRY_VERIFY(pair.server_closed.has_value());
    }

    void endpoints_texts_parse_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("result");
        QTest::newRow("name and port") << "seed.example:8333" << "seed.example:8333";
        QTest::newRow("default port") << "10.0.0.1" << "10.0.0.1:18444";
        QTest::newRow("a word with a port") << "tor:9050" << "tor:9050";
        QTest::newRow("a word alone is a slip") << "foo" << "";
        QTest::newRow("localhost") << "localhost" << "localhost:18444";
        QTest::newRow("v6 in brackets") << "[::1]:9735" << "[::1]:9735";
        QTest::newRow("v6 bare") << "2001:db8::1" << "[2001:db8::1]:18444";
        QTest::newRow("port 0") << "a:0" << "";
        QTest::newRow("v6 bare, ends like port 0") << "2001:db8::0" << "[2001:db8::0]:18444";
        QTest::newRow("port too large") << "a:65536" << "";
        QTest::newRow("no host") << ":5" << "";
        QTest::newRow("no bracket") << "[::1" << "";
        QTest::newRow("space") << "a b:5" << "";
    }
    void endpoints_texts_parse() {
        QFETCH(QString, text);
        QFETCH(QString, result);
        const auto endpoint = parseEndpoint(text.toStdString(), 18444);
        QCOMPARE(endpoint ? QString::fromStdString(toText(*endpoint)) : QString(), result);
        if (endpoint) QCOMPARE(parseListenEndpoint(text.toStdString(), 18444), endpoint);
    }

    void listenEndpoint_mayAskForAnyPort() {
        QCOMPARE(parseListenEndpoint("127.0.0.1:0", 9735), (Endpoint{.host = "127.0.0.1", .port = 0}));
        QCOMPARE(parseListenEndpoint("[::1]:0", 9735), (Endpoint{.host = "::1", .port = 0}));
        QVERIFY(!parseListenEndpoint(":0", 9735));
        QVERIFY(!parseListenEndpoint("a b:0", 9735));
    }
};

DUPLEX_TEST(TcpConnectionTest)
#include "tst_tcp_connection.moc"
