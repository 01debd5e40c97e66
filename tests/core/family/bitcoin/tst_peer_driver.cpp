#include "tests/support/lightning_vectors.h"
#include "tests/support/test_shell.h"

#include "core/family/bitcoin/peer_driver.h"

#include <QTcpSocket>

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

const io::Endpoint any_port{"127.0.0.1", 0};
constexpr int patience_ms = 20'000; // on a busy machine

/// One node's connections, and what its driver told of them in words.
struct Node {
    test::TestShell& shell;
    crypto::PrivateKey key;
    ln::NodeId id;
    std::vector<std::string> events; // "ready", "gone"
    std::vector<std::uint32_t> feerates;
    std::unique_ptr<PeerDriver> peers;
    io::Endpoint endpoint;

    Node(test::TestShell& in, std::uint8_t number)
        : shell(in), key(test::privateKeyOf(number)), id(crypto::publicKey(key)) {
        start();
        endpoint = *peers->listen(any_port);
    }
    void start() {
        peers = std::make_unique<PeerDriver>(
            shell.shell(), key,
            PeerEvents{.ready = [this](const LightningConnection&) { events.emplace_back("ready"); },
                       .message =
                           [this](const ln::NodeId&, const ln::wire::Message& message) {
                               if (const auto* fee = std::get_if<ln::wire::UpdateFee>(&message))
                                   feerates.push_back(static_cast<std::uint32_t>(fee->feerate_per_kw.value));
                           },
                       .gone = [this](const ln::NodeId&) { events.emplace_back("gone"); }});
    }
    bool connectedTo(const Node& other) const { return peers->find(other.id) != nullptr; }
    void say(const Node& other, std::int64_t feerate) {
        peers->send(other.id, ln::wire::UpdateFee{.feerate_per_kw = {feerate}});
    }
};

using Connected = std::optional<std::expected<LightningConnection, api::Error>>;

void dial(Node& from, const ln::NodeId& to, const io::Endpoint& endpoint, Connected& answer) {
    from.peers->connectTo(to, endpoint, [&answer](auto result) { answer = std::move(result); });
    from.shell.end();
}

bool join(Node& from, Node& to) {
    Connected answer;
    dial(from, to.id, to.endpoint, answer);
    return QTest::qWaitFor([&] { return answer.has_value() && to.connectedTo(from); }, patience_ms) &&
           *answer;
}

using Words = std::vector<std::string>;

} // namespace

class TestPeerDriver : public QObject {
    Q_OBJECT

private slots:
    // The topic `peer` of notify (interface.md, Transport).
    void connection_comesAndGoes_isNotified() {
        test::TestShell shell;
        Node alice(shell, 1);
        Node bob(shell, 2);
        const auto told = [&] {
            std::multiset<std::string> lines;
            for (const auto& one : shell.notified())
                if (one.topic == api::Notification::Topic::peer) lines.insert(one.id + " " + one.state);
            return lines;
        };
        QVERIFY(join(alice, bob));
        std::multiset<std::string> expected{alice.id.hex() + " connected", bob.id.hex() + " connected"};
        QCOMPARE(told(), expected);
        alice.peers->disconnect(bob.id);
        shell.end();
        expected.insert({alice.id.hex() + " disconnected", bob.id.hex() + " disconnected"});
        QTRY_COMPARE_WITH_TIMEOUT(told(), expected, patience_ms);
        // The wallet is closed: its driver goes with its connections.
        QVERIFY(join(alice, bob));
        bob.peers.reset();
        shell.end();
        const std::string last = alice.id.hex() + " disconnected";
        QCOMPARE(std::ranges::count(told(), last), 2);
    }

    void connect_bothReady_messagesPass() {
        test::TestShell shell;
        Node alice(shell, 1);
        Node bob(shell, 2);
        QVERIFY(join(alice, bob));
        const LightningConnection* seen = alice.peers->find(bob.id);
        QVERIFY(seen != nullptr && seen->outgoing && seen->endpoint == bob.endpoint);
        QVERIFY(seen->features == ln::ourInitFeatures());
        QVERIFY(!bob.peers->find(alice.id)->outgoing);
        alice.say(bob, 253);
        bob.say(alice, 500);
        QTRY_COMPARE_WITH_TIMEOUT(bob.feerates, std::vector<std::uint32_t>{253}, patience_ms);
        QTRY_COMPARE_WITH_TIMEOUT(alice.feerates, std::vector<std::uint32_t>{500}, patience_ms);

        Connected again; // answered at once by the connection that stands
        dial(alice, bob.id, {"127.0.0.1", 1}, again);
        QVERIFY(again && *again && (*again)->node_id == bob.id);
        QCOMPARE(alice.events, Words{"ready"});
    }

    void disconnect_bothLearnOfIt_whatWasSentArrives() {
        test::TestShell shell;
        Node alice(shell, 1);
        Node bob(shell, 2);
        QVERIFY(join(alice, bob));
        alice.say(bob, 300);
        alice.peers->disconnect(bob.id);
        shell.end();
        QCOMPARE(alice.events, (Words{"ready", "gone"}));
        QTRY_COMPARE_WITH_TIMEOUT(bob.events, (Words{"ready", "gone"}), patience_ms);
        QCOMPARE(bob.feerates, std::vector<std::uint32_t>{300});
        alice.say(bob, 301); // nobody is there: dropped
        QVERIFY(!alice.connectedTo(bob));
    }

    void newerConnection_replacesOlder_goneComesFirst() {
        test::TestShell shell;
        Node bob(shell, 2);
        Node alice(shell, 1);
        QVERIFY(join(alice, bob));
        Node again(shell, 1); // as after a crash that bob has not noticed
        QVERIFY(join(again, bob));
        QTRY_COMPARE_WITH_TIMEOUT(bob.events, (Words{"ready", "gone", "ready"}), patience_ms);
        QTRY_COMPARE_WITH_TIMEOUT(alice.events, (Words{"ready", "gone"}), patience_ms);
        bob.say(again, 400);
        QTRY_COMPARE_WITH_TIMEOUT(again.feerates, std::vector<std::uint32_t>{400}, patience_ms);
        QCOMPARE(bob.peers->connected().size(), std::size_t{1});
    }

    void bothDialAtOnce_oneConnectionStays() {
        test::TestShell shell;
        Node alice(shell, 1);
        Node bob(shell, 2);
        alice.peers->keep(bob.id, bob.endpoint);
        bob.peers->keep(alice.id, alice.endpoint);
        QTRY_VERIFY_WITH_TIMEOUT(alice.connectedTo(bob) && bob.connectedTo(alice), patience_ms);
        std::int64_t feerate = 1000;
        QTRY_VERIFY_WITH_TIMEOUT(
            [&] { // through whichever connection won
                alice.say(bob, ++feerate);
                bob.say(alice, feerate);
                return alice.feerates.size() > 3 && bob.feerates.size() > 3;
            }(),
            patience_ms);
        QCOMPARE(alice.peers->connected().size(), std::size_t{1});
        // Nobody closed the other's choice: at most one replacement, never a new start.
        QVERIFY(alice.events.size() <= 3 && bob.events.size() <= 3);
        QVERIFY(alice.peers->find(bob.id)->outgoing != bob.peers->find(alice.id)->outgoing);
    }

    void keptPeer_isDialledAgain_afterEachEnd() {
        test::TestShell shell;
        Node alice(shell, 1);
        Node bob(shell, 2);
        alice.peers->keep(bob.id, bob.endpoint);
        QTRY_VERIFY_WITH_TIMEOUT(bob.connectedTo(alice), patience_ms);
        bob.peers->disconnect(alice.id);
        shell.end();
        QTRY_COMPARE_WITH_TIMEOUT(alice.events, (Words{"ready", "gone", "ready"}), patience_ms);
        bob.peers.reset(); // its program ends
        QTRY_COMPARE_WITH_TIMEOUT(alice.events.size(), std::size_t{4}, patience_ms);
        bob.start();
        const auto listens = [&] { return bob.peers->listening() || bob.peers->listen(bob.endpoint); };
        QTRY_VERIFY_WITH_TIMEOUT(listens(), patience_ms); // on its port again
        QTRY_COMPARE_WITH_TIMEOUT(alice.events.size(), std::size_t{5}, patience_ms);
        alice.peers->forget(bob.id);
        bob.peers->disconnect(alice.id);
        shell.end();
        QTRY_COMPARE_WITH_TIMEOUT(alice.events.size(), std::size_t{6}, patience_ms);
        QVERIFY(!alice.connectedTo(bob));
    }

    // What was refused comes again with the next connection: each waits twice as long as the one before.
    void keptPeer_thatIsRefusedEachTime_isDialledEverLess() {
        test::TestShell shell;
        Node alice(shell, 1);
        Node bob(shell, 2);
        alice.peers->keep(bob.id, bob.endpoint);
        const auto refused = [&](std::size_t times) {
            if (alice.connectedTo(bob)) alice.peers->disconnect(bob.id);
            shell.end();
            return alice.events.size() >= 2 * times;
        };
        QTRY_VERIFY_WITH_TIMEOUT(refused(1), patience_ms);
        const Ticks first = io::now();
        QTRY_VERIFY_WITH_TIMEOUT(refused(4), patience_ms);
        QVERIFY(io::now() - first >= 500ms + 1000ms + 2000ms);
    }

    void connectErrors_sayWhatToDo() {
        test::TestShell shell;
        Node alice(shell, 1);
        Node bob(shell, 2);
        Connected answer;
        dial(alice, bob.id, {}, answer);
        QVERIFY(answer && !*answer);
        QCOMPARE(answer->error().code, 400);
        dial(alice, alice.id, alice.endpoint, answer);
        QCOMPARE(answer->error().code, 401);
        QVERIFY(answer->error().message.find("your own") != std::string::npos);

        QTcpSocket held; // a port that is taken, and where nobody listens
        QVERIFY(held.bind(QHostAddress::LocalHost));
        const io::Endpoint nobody{.host = "127.0.0.1", .port = held.localPort()};
        answer.reset();
        dial(alice, bob.id, nobody, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer, patience_ms);
        QCOMPARE(answer->error().code, 401);
        QVERIFY(answer->error().message.find("nobody listens") != std::string::npos);

        shell.options().proxy = nobody;
        answer.reset();
        dial(alice, bob.id, bob.endpoint, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer, patience_ms);
        QCOMPARE(answer->error().code, 401);
        QVERIFY(answer->error().message.find("proxy") != std::string::npos);
        shell.options().proxy.reset();

        answer.reset(); // somebody else answers there
        dial(alice, crypto::publicKey(test::privateKeyOf(9)), bob.endpoint, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer, patience_ms);
        QCOMPARE(answer->error().code, 402);
        QVERIFY(alice.events.empty() && bob.events.empty());
    }

    void driverEnds_openRequestsAreAnswered() {
        test::TestShell shell;
        Node alice(shell, 1);
        io::TcpServer silent; // accepts, says nothing
        const io::Endpoint endpoint = *silent.listen(any_port);
        QSignalSpy accepted(&silent, &io::TcpServer::accepted);
        Connected answer;
        dial(alice, crypto::publicKey(test::privateKeyOf(9)), endpoint, answer);
        QTRY_COMPARE_WITH_TIMEOUT(accepted.count(), 1, patience_ms);
        std::unique_ptr<io::TcpConnection> held(accepted[0][0].value<io::TcpConnection*>());
        alice.peers.reset();
        QVERIFY(answer && !*answer);
        QCOMPARE(answer->error().code, 402);
    }

    void ping_givesTheRoundTrip() {
        test::TestShell shell;
        Node alice(shell, 1);
        Node bob(shell, 2);
        using RoundTrip = std::optional<std::chrono::microseconds>;
        std::vector<RoundTrip> answers;
        const auto answered = [&](RoundTrip time) { answers.push_back(time); };
        alice.peers->ping(bob.id, 128, 128, answered); // not connected
        QCOMPARE(answers, (std::vector<RoundTrip>{std::nullopt}));
        QVERIFY(join(alice, bob));
        alice.peers->ping(bob.id, 128, 65'532, answered); // asks for no answer
        QCOMPARE(answers.size(), std::size_t{2});
        const auto begun = io::preciseNow();
        alice.peers->ping(bob.id, 128, 1000, answered);
        shell.end();
        QTRY_COMPARE_WITH_TIMEOUT(answers.size(), std::size_t{3}, patience_ms);
        QVERIFY(answers[2] && answers[2]->count() > 0 && *answers[2] <= io::preciseNow() - begun);
        alice.peers->ping(bob.id, 128, 1000, answered);
        alice.peers->disconnect(bob.id);
        shell.end();
        QCOMPARE(answers.size(), std::size_t{4});
        QVERIFY(!answers[3]);
    }

    // Peers answer one ping a second (ours too): the second one waits for its turn, not for a pong in vain.
    void ping_severalAtOnce_areAllAnswered() {
        test::TestShell shell;
        Node alice(shell, 1);
        Node bob(shell, 2);
        QVERIFY(join(alice, bob));
        std::vector<std::optional<std::chrono::microseconds>> answers;
        for (int i = 0; i < 3; ++i)
            alice.peers->ping(bob.id, 128, 128, [&](auto time) { answers.push_back(time); });
        shell.end();
        QTRY_COMPARE_WITH_TIMEOUT(answers.size(), std::size_t{3}, patience_ms);
        for (const auto& time : answers) QVERIFY(time && *time < 1s); // the wait is no part of the round trip
    }

    void ping_onLoopback_isMeasuredInMicroseconds() {
        int uneven = 0;               // figures that no millisecond clock gives
        for (int i = 0; i < 4; ++i) { // a peer answers one ping now and then only
            test::TestShell shell;
            Node alice(shell, 1);
            Node bob(shell, 2);
            QVERIFY(join(alice, bob));
            std::optional<std::chrono::microseconds> time;
            alice.peers->ping(bob.id, 16, 16, [&](auto round_trip) { time = round_trip; });
            shell.end();
            QTRY_VERIFY_WITH_TIMEOUT(time, patience_ms);
            uneven += time->count() % 1000 != 0 ? 1 : 0;
        }
        QVERIFY(uneven > 0);
    }

    // threats 67: a peer that sends a lot is read in portions, with a commit in between; nothing is lost.
    void threat67_flood_isTakenInPortions_inOrder() {
        test::TestShell shell;
        Node alice(shell, 1);
        std::size_t seen = 0;
        std::size_t released = 0;
        std::size_t largest = 0;
        bool in_order = true;
        PeerDriver bob(shell.shell(), test::privateKeyOf(2),
                       {.ready = [](const auto&) {},
                        .message =
                            [&](const ln::NodeId&, const ln::wire::Message& message) {
                                const auto& fee = std::get<ln::wire::UpdateFee>(message);
                                in_order &= fee.feerate_per_kw.value == static_cast<std::int64_t>(300 + seen);
                                ++seen;
                                shell.shell().turn().after([&] {
                                    largest = std::max(largest, seen - released);
                                    released = seen;
                                });
                            },
                        .gone = [](const auto&) {}});
        const io::Endpoint endpoint = *bob.listen(any_port);
        const ln::NodeId id = crypto::publicKey(test::privateKeyOf(2));
        Connected answer;
        dial(alice, id, endpoint, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer && *answer, patience_ms);
        constexpr std::size_t sent = 2000;
        for (std::size_t i = 0; i < sent; ++i)
            alice.peers->send(id,
                              ln::wire::UpdateFee{.feerate_per_kw = {static_cast<std::int64_t>(300 + i)}});
        QTRY_COMPARE_WITH_TIMEOUT(seen, sent, patience_ms);
        QVERIFY(in_order);
        QVERIFY(largest <= PeerDriver::most_events_a_turn);
        QVERIFY(alice.peers->find(id) != nullptr);
    }

    // threats 67: eight strangers at most, but a channel partner always gets in.
    void threat67_strangers_areLimited_partnersAreNot() {
        test::TestShell shell;
        Node bob(shell, 2);
        std::vector<std::unique_ptr<Node>> strangers;
        for (std::uint8_t i = 0; i < PeerDriver::most_strangers; ++i) {
            strangers.push_back(std::make_unique<Node>(shell, static_cast<std::uint8_t>(10 + i)));
            QVERIFY(join(*strangers.back(), bob));
        }
        Node late(shell, 30);
        Connected answer;
        dial(late, bob.id, bob.endpoint, answer);
        QTRY_COMPARE_WITH_TIMEOUT(late.events, (Words{"ready", "gone"}), patience_ms);
        QVERIFY(!bob.connectedTo(late));
        bob.peers->keep(late.id, std::nullopt);
        QVERIFY(join(late, bob));
        QCOMPARE(bob.peers->connected().size(), PeerDriver::most_strangers + 1);
    }
};

DUPLEX_TEST(TestPeerDriver)
#include "tst_peer_driver.moc"
