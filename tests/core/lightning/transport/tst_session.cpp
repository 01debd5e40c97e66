#include "tests/support/lightning_vectors.h"

#include "core/lightning/transport/session.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::transport;

namespace {

SessionSettings settings(std::uint8_t chain = 1) {
    return {.chain_hash = {ByteArray<32>{chain}}, .features = ourInitFeatures()};
}

/// Two sessions and the pipe between them.
struct Pair {
    Session alice;
    Session bob;

    explicit Pair(const SessionSettings& a = settings(), const SessionSettings& b = settings())
        : alice(Session::initiate(a, test::privateKeyOf(1), test::privateKeyOf(2), bobId(), 0s)),
          bob(Session::respond(b, test::privateKeyOf(3), test::privateKeyOf(4), 0s)) {}
    static NodeId bobId() { return crypto::publicKey(test::privateKeyOf(3)); }
    static NodeId aliceId() { return crypto::publicKey(test::privateKeyOf(1)); }

    void pump(Ticks now) {
        for (;;) {
            const Bytes to_bob = alice.takeBytes();
            const Bytes to_alice = bob.takeBytes();
            if (to_bob.empty() && to_alice.empty()) return;
            if (!to_bob.empty()) bob.receive(to_bob, now);
            if (!to_alice.empty()) alice.receive(to_alice, now);
        }
    }
};

std::vector<SessionEvent> drain(Session& session) {
    std::vector<SessionEvent> events;
    while (auto event = session.next()) events.push_back(std::move(*event));
    return events;
}
std::optional<CloseReason> closeReason(Session& session) {
    for (const SessionEvent& event : drain(session))
        if (const auto* closed = std::get_if<Closed>(&event)) return closed->reason;
    return std::nullopt;
}

} // namespace

class TestSession : public QObject {
    Q_OBJECT

private slots:
    void handshakeAndInit_bothSidesReady() {
        Pair pair;
        pair.pump(0s);
        QVERIFY(pair.alice.isReady() && pair.bob.isReady());
        QVERIFY(drain(pair.alice) == (std::vector<SessionEvent>{PeerReady{.node_id = Pair::bobId(),
                                                                          .features = ourInitFeatures()}}));
        QVERIFY(drain(pair.bob) == (std::vector<SessionEvent>{PeerReady{.node_id = Pair::aliceId(),
                                                                        .features = ourInitFeatures()}}));
    }

    void messages_arriveInOrder_unknownOddDropped() {
        Pair pair;
        pair.pump(0s);
        drain(pair.bob);
        pair.alice.send(wire::UpdateFee{.feerate_per_kw = {253}});
        pair.alice.send(wire::UnknownMessage{.type = 40001});
        pair.alice.send(wire::UpdateFee{.feerate_per_kw = {254}});
        pair.pump(0s);
        QVERIFY(drain(pair.bob) ==
                (std::vector<SessionEvent>{wire::Message{wire::UpdateFee{.feerate_per_kw = {253}}},
                                           wire::Message{wire::UpdateFee{.feerate_per_kw = {254}}}}));
    }

    void bytesOneByOne_sameResult() {
        Pair pair;
        for (int round = 0; round < 4; ++round) {
            for (const std::uint8_t byte : pair.alice.takeBytes()) pair.bob.receive(ByteView(&byte, 1), 0s);
            for (const std::uint8_t byte : pair.bob.takeBytes()) pair.alice.receive(ByteView(&byte, 1), 0s);
        }
        QVERIFY(pair.alice.isReady() && pair.bob.isReady());
    }

    void wrongChain_closes() {
        Pair pair(settings(1), settings(2));
        pair.pump(0s);
        QCOMPARE(closeReason(pair.bob), std::optional(CloseReason::wrong_chain));
    }

    void unknownCompulsoryFeature_closes() {
        SessionSettings odd = settings();
        odd.features.must(Feature::dual_fund);
        Pair pair(odd, settings());
        pair.pump(0s);
        QCOMPARE(closeReason(pair.bob), std::optional(CloseReason::unknown_feature));
    }

    void missingDependency_closes() {
        SessionSettings odd = settings();
        odd.features.may(Feature::simple_close);
        SessionSettings incomplete{.chain_hash = odd.chain_hash,
                                   .features = Features{}.may(Feature::simple_close)};
        Pair good(odd, settings());
        good.pump(0s);
        QVERIFY(good.bob.isReady());
        Pair pair(incomplete, settings());
        pair.pump(0s);
        QCOMPARE(closeReason(pair.bob), std::optional(CloseReason::missing_dependency));
    }

    void wrongNodeId_handshakeFails_withoutReply() {
        Session alice = Session::initiate(settings(), test::privateKeyOf(1), test::privateKeyOf(2),
                                          crypto::publicKey(test::privateKeyOf(9)), 0s);
        Session bob = Session::respond(settings(), test::privateKeyOf(3), test::privateKeyOf(4), 0s);
        bob.receive(alice.takeBytes(), 0s);
        QVERIFY(bob.takeBytes().empty());
        QCOMPARE(closeReason(bob), std::optional(CloseReason::handshake_failed));
    }

    void changedByte_closesWithoutReply() {
        Pair pair;
        pair.pump(0s);
        drain(pair.bob);
        pair.alice.send(wire::Ping{.num_pong_bytes = 1});
        Bytes bytes = pair.alice.takeBytes();
        bytes[20] ^= 1;
        pair.bob.receive(bytes, 1s);
        QVERIFY(pair.bob.takeBytes().empty());
        QCOMPARE(closeReason(pair.bob), std::optional(CloseReason::bad_mac));
    }

    void unknownEvenMessage_closes() {
        Pair pair;
        pair.pump(0s);
        pair.alice.send(wire::UnknownMessage{.type = 40000});
        pair.pump(0s);
        QCOMPARE(closeReason(pair.bob), std::optional(CloseReason::bad_message));
    }

    void timers_handshakeInitIdle() {
        Pair pair;
        pair.alice.tick(9s);
        QVERIFY(!pair.alice.isClosed());
        QCOMPARE(pair.alice.nextDeadline(), std::optional<Ticks>(10s));
        pair.alice.tick(10s);
        QCOMPARE(closeReason(pair.alice), std::optional(CloseReason::handshake_timeout));

        Pair ready;
        ready.pump(0s);
        drain(ready.alice);
        ready.alice.tick(59s);
        QVERIFY(ready.alice.takeBytes().empty());
        ready.alice.tick(60s);
        QVERIFY(!ready.alice.takeBytes().empty()); // our ping
        ready.alice.tick(149s);
        QVERIFY(!ready.alice.isClosed());
        ready.alice.tick(150s);
        QCOMPARE(closeReason(ready.alice), std::optional(CloseReason::idle));
    }

    void pingAnswered_keepsAlive() {
        Pair pair;
        pair.pump(0s);
        pair.alice.tick(60s);
        pair.pump(60s);
        drain(pair.alice);
        QCOMPARE(pair.alice.nextDeadline(), std::optional<Ticks>(120s));
    }

    void askedPing_givesItsRoundTrip_evenBesideTheOwnOne() {
        Pair pair;
        QCOMPARE(pair.alice.ping(10, 4, 0s), std::nullopt); // not ready yet
        pair.pump(0s);
        drain(pair.alice);
        QCOMPARE(pair.alice.ping(65'532, 4, 5s), std::nullopt); // no pong would come
        const auto ping = pair.alice.ping(10, 4, 5s);
        pair.bob.receive(pair.alice.takeBytes(), 6s);
        pair.alice.receive(pair.bob.takeBytes(), 8s);
        QVERIFY(drain(pair.alice) ==
                (std::vector<SessionEvent>{PongReceived{.ping = *ping, .round_trip = 3s}}));

        pair.alice.tick(100s); // its own ping is on the way
        const auto second = pair.alice.ping(3, 4, 101s);
        QVERIFY(second && second != ping);
        pair.bob.receive(pair.alice.takeBytes(), 101s); // bob answers the first of two that come at once
        pair.alice.receive(pair.bob.takeBytes(), 102s);
        QVERIFY(drain(pair.alice).empty());
        const auto third = pair.alice.ping(4, 4, 104s);
        pair.bob.receive(pair.alice.takeBytes(), 104s);
        pair.alice.receive(pair.bob.takeBytes(), 105s);
        QVERIFY(drain(pair.alice) ==
                (std::vector<SessionEvent>{PongReceived{.ping = *third, .round_trip = 1s}}));
        QCOMPARE(pair.alice.nextDeadline(), std::optional<Ticks>(165s));
    }

    void askedPing_withoutAnswer_endsTheSessionAsTheOwnOne() {
        Pair pair;
        pair.pump(0s);
        drain(pair.alice);
        QVERIFY(pair.alice.ping(10, 4, 5s));
        pair.alice.tick(94s);
        QVERIFY(!pair.alice.isClosed());
        pair.alice.tick(95s);
        QCOMPARE(closeReason(pair.alice), std::optional(CloseReason::idle));
    }

    void threat72_pongsNobodyAskedFor_floodEnds() {
        Pair pair;
        pair.pump(0s);
        drain(pair.bob);
        for (int i = 0; i < 1100; ++i) pair.alice.send(wire::Pong{.byteslen = 1});
        pair.bob.receive(pair.alice.takeBytes(), 2s);
        QCOMPARE(closeReason(pair.bob), std::optional(CloseReason::flooding));
    }

    void threat72_pingFlood_oneAnswerASecond_thenDisconnect() {
        Pair pair;
        pair.pump(0s);
        drain(pair.bob);
        for (int i = 0; i < 5; ++i) pair.alice.send(wire::Ping{.num_pong_bytes = 1});
        pair.bob.receive(pair.alice.takeBytes(), 2s);
        QCOMPARE(pair.bob.takeBytes().size(), std::size_t{18 + 5 + 16}); // one pong
        for (int i = 0; i < 1100; ++i) pair.alice.send(wire::Ping{.num_pong_bytes = 1});
        pair.bob.receive(pair.alice.takeBytes(), 2s);
        QCOMPARE(closeReason(pair.bob), std::optional(CloseReason::flooding));
    }

    void threat67_inboxFull_stopsReading_losesNothing() {
        Pair pair;
        pair.pump(0s);
        drain(pair.bob);
        for (int i = 0; i < 120; ++i) pair.alice.send(wire::UpdateFee{.feerate_per_kw = {300 + i}});
        pair.bob.receive(pair.alice.takeBytes(), 1s);
        QVERIFY(!pair.bob.wantsToRead());
        const auto events = drain(pair.bob);
        QCOMPARE(events.size(), std::size_t{120});
        QVERIFY(events.back() == SessionEvent(wire::Message{wire::UpdateFee{.feerate_per_kw = {419}}}));
        QVERIFY(pair.bob.wantsToRead());
    }

    void firstMessageNotInit_closes() {
        // A peer that speaks the transport but sends a ping first.
        NoiseInitiator noise(test::privateKeyOf(1), test::privateKeyOf(2), Pair::bobId());
        Session bob = Session::respond(settings(), test::privateKeyOf(3), test::privateKeyOf(4), 0s);
        bob.receive(noise.actOne(), 0s);
        const auto finished = noise.actTwo(toArray<50>(bob.takeBytes()));
        QVERIFY(finished);
        SendStream stream(finished->keys.send, finished->keys.chaining_key);
        bob.receive(finished->act_three, 0s);
        bob.receive(stream.seal(wire::encode(wire::Ping{})), 0s);
        QCOMPARE(closeReason(bob), std::optional(CloseReason::init_not_first));
    }

    void threat10_badGossip_isIgnored_badChannelMessage_closes() {
        NoiseInitiator noise(test::privateKeyOf(1), test::privateKeyOf(2), Pair::bobId());
        Session bob = Session::respond(settings(), test::privateKeyOf(3), test::privateKeyOf(4), 0s);
        bob.receive(noise.actOne(), 0s);
        const auto finished = noise.actTwo(toArray<50>(bob.takeBytes()));
        SendStream stream(finished->keys.send, finished->keys.chaining_key);
        bob.receive(finished->act_three, 0s);
        bob.receive(stream.seal(wire::encode(wire::Init{})), 0s);
        QVERIFY(bob.isReady()); // no networks record is accepted
        bob.receive(stream.seal(*fromHex("0102abcd")), 0s);
        QVERIFY(bob.isReady());
        bob.receive(stream.seal(*fromHex("0080abcd")), 0s);
        QCOMPARE(closeReason(bob), std::optional(CloseReason::bad_message));
    }
};

DUPLEX_TEST(TestSession)
#include "tst_session.moc"
