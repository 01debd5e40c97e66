#include "tests/support/test_main.h"

#include "tests/support/action_names.h"
#include "tests/support/two_nodes.h"

using namespace duplex;
using namespace duplex::test;

namespace {

/// One move of a payment exchange under a fixed scheduler: deliver, sign, else settle. False at its end.
bool move(TwoNodes& nodes, bool fulfilled) {
    for (TestNode* node : {&nodes.a, &nodes.b})
        if (nodes.deliver(*node) || nodes.runScheduled(*node)) return true;
    for (TestNode* node : {&nodes.a, &nodes.b})
        if (!node->to_settle.empty()) {
            const std::uint64_t id = node->to_settle.begin()->first;
            fulfilled ? nodes.fulfill(*node, id) : nodes.fail(*node, id);
            return true;
        }
    return false;
}

/// Payments in both directions and a fee, crossing on the wire.
void begin(TwoNodes& nodes, const QString& direction) {
    nodes.openNormal();
    if (direction != "b to a") nodes.pay(nodes.a, {20'000'000});
    if (direction != "a to b") nodes.pay(nodes.b, {10'000'000});
    if (direction == "both") nodes.apply(nodes.a, ch::UpdateFee{.feerate = {700}});
}

int lengthOf(const QString& direction, bool fulfilled) {
    TwoNodes nodes;
    begin(nodes, direction);
    int moves = 0;
    while (move(nodes, fulfilled)) ++moves;
    return moves;
}

} // namespace

class TestReestablish : public QObject {
    Q_OBJECT

private slots:
    void threat39_cutAnywhere_bothAgreeAfterwards_data() {
        QTest::addColumn<QString>("direction");
        QTest::addColumn<bool>("fulfilled");
        QTest::addColumn<int>("cut");
        QTest::addColumn<int>("restart");
        for (const char* direction : {"a to b", "b to a", "both"})
            for (const bool fulfilled : {true, false}) {
                const int length = lengthOf(direction, fulfilled);
                for (int cut = 0; cut <= length; ++cut)
                    for (const int restart : {0, 1, 2})
                        QTest::addRow("%s, %s, cut after %d, restart %d", direction,
                                      fulfilled ? "fulfil" : "fail", cut, restart)
                            << QString(direction) << fulfilled << cut << restart;
            }
    }
    void threat39_cutAnywhere_bothAgreeAfterwards() {
        QFETCH(QString, direction);
        QFETCH(bool, fulfilled);
        QFETCH(int, cut);
        QFETCH(int, restart);
        TwoNodes nodes;
        begin(nodes, direction);
        for (int i = 0; i < cut; ++i) move(nodes, fulfilled);
        if (restart == 0) nodes.cut();
        if (restart == 1) nodes.restart(nodes.a);
        if (restart == 2) nodes.restart(nodes.b);
        nodes.connect();
        // A second loss while the first is being repaired.
        nodes.deliver(nodes.a);
        nodes.deliver(nodes.b);
        nodes.deliver(nodes.a);
        nodes.cut();
        try {
            nodes.drain();
        } catch (const RuleBroken& broken) {
            QFAIL(broken.what());
        }
        QVERIFY(ch::isUsable(nodes.a.channel));
    }

    void reestablish_revocationThenSignatureLost_resendsInThatOrder() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.runScheduled(nodes.a);
        nodes.deliver(nodes.b); // add
        nodes.deliver(nodes.b); // commitment_signed, answered by revoke_and_ack
        nodes.runScheduled(nodes.b);
        nodes.cut();
        nodes.connect();
        nodes.deliver(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions, "SendMessage:133 SendMessage:132 ChannelUsable BalanceChanged");
    }

    void reestablish_signatureThenRevocationLost_resendsInThatOrder() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.pay(nodes.b, {10'000'000});
        nodes.runScheduled(nodes.a);
        nodes.runScheduled(nodes.b); // b signs before it hears of a's
        nodes.deliver(nodes.b);
        nodes.deliver(nodes.b); // and then revokes
        nodes.cut();
        nodes.connect();
        nodes.deliver(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions,
                        "SendMessage:128 SendMessage:132 SendMessage:133 ChannelUsable BalanceChanged");
    }

    void reestablish_bothNew_resendsChannelReady() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.cut();
        nodes.connect();
        nodes.deliver(nodes.a);
        COMPARE_ACTIONS(nodes.a.last_actions, "SendMessage:36 ChannelUsable BalanceChanged");
    }

    /// Two fees in one signature: the HTLC between them could be paid at the first only, and comes after it
    /// again.
    void reestablish_severalFeesInOneSignature_keepTheirPlaces() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.apply(nodes.a, ch::UpdateFee{.feerate = {2'400}});
        nodes.drain();
        nodes.apply(nodes.a, ch::UpdateFee{.feerate = {300}});
        const auto most = ch::sendable(nodes.a.channel.terms, nodes.a.channel.commitments, nodes.a.context);
        QVERIFY(nodes.pay(nodes.a, most));
        nodes.apply(nodes.a, ch::UpdateFee{.feerate = {500}});
        nodes.runScheduled(nodes.a);
        nodes.cut();
        nodes.connect();
        nodes.deliver(nodes.a);
        COMPARE_ACTIONS(nodes.a.last_actions,
                        "SendMessage:134 SendMessage:128 SendMessage:134 SendMessage:132 "
                        "ChannelUsable BalanceChanged");
        nodes.settleDown();
        QVERIFY(ch::isUsable(nodes.a.channel) && ch::isUsable(nodes.b.channel));
        nodes.drain();
        QCOMPARE(nodes.b.channel.commitments.feerate.value, 500);
        QVERIFY(nodes.b.channel.commitments.fee_updates.empty());
    }

    void messages_beforeReestablish_areHeldUpToTen() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.cut();
        nodes.connect();
        const ch::MessageReceived fee{
            .message = ln::wire::UpdateFee{.channel_id = nodes.b.channel.id, .feerate_per_kw = {600}}};
        for (int i = 0; i < 10; ++i) {
            nodes.apply(nodes.b, fee);
            COMPARE_ACTIONS(nodes.b.last_actions, "");
        }
        nodes.apply(nodes.b, fee);
        COMPARE_ACTIONS(nodes.b.last_actions, "SendMessage:1 DisconnectPeer");
    }

    /// Every relation of the peer's two counters to ours, with the right, a wrong and a zero secret.
    void threat37_countersAndSecret_everyRelation_data() {
        QTest::addColumn<int>("commitment");
        QTest::addColumn<int>("revocation");
        QTest::addColumn<int>("secret");
        for (int commitment = -2; commitment <= 2; ++commitment)
            for (int revocation = -2; revocation <= 2; ++revocation)
                for (int secret = 0; secret < 3; ++secret)
                    QTest::addRow("commitment %+d, revocation %+d, secret %s", commitment, revocation,
                                  secret == 0 ? "right" : (secret == 1 ? "wrong" : "zero"))
                        << commitment << revocation << secret;
        QTest::newRow("commitment zero") << -1000 << 0 << 0;
    }
    void threat37_countersAndSecret_everyRelation() {
        QFETCH(int, commitment);
        QFETCH(int, revocation);
        QFETCH(int, secret);
        TwoNodes nodes;
        nodes.openNormal();
        for (int i = 0; i < 3; ++i) {
            nodes.pay(nodes.a, {20'000'000});
            nodes.drain();
        }
        nodes.cut();
        nodes.connect();
        TestNode& node = nodes.a;
        auto& message = std::get<ln::wire::ChannelReestablish>(node.inbox.front());
        const ch::Commitments& ours = node.channel.commitments;
        message.next_commitment_number =
            commitment == -1000 ? 0 : message.next_commitment_number + commitment;
        message.next_revocation_number += revocation;
        // Any secret of ours, released or not, as a peer with the newer state would have it.
        const auto seed = ln::keys::LightningRoot(Bytes(64, 11)).channelSecrets(node.channel.nonce);
        message.your_last_per_commitment_secret =
            ln::keys::perCommitmentSecret(seed.commitment_seed, {message.next_revocation_number - 1})
                .reveal();
        if (secret == 1) message.your_last_per_commitment_secret[5] ^= 1;
        if (secret == 2) message.your_last_per_commitment_secret = {};
        const std::uint64_t revoked = message.next_revocation_number;
        nodes.deliver(node);

        const bool closed_by_us = std::holds_alternative<ch::Closing>(node.channel.phase) &&
                                  firstOf<ch::PublishTransaction>(node.last_actions);
        if (revoked > ours.local_number && secret == 0) { // proven: never broadcast
            COMPARE_ACTIONS(node.last_actions,
                            "SendMessage:17 Alarm ResolveOnChain StoreBackup BalanceChanged");
            QCOMPARE(node.channel.standing, ch::Standing::stale);
            nodes.apply(node, ch::ForceCloseRequested{.request = {1}});
            COMPARE_ACTIONS(node.last_actions, "Reply:error");
            nodes.restart(node);
            QVERIFY(!firstOf<ch::PublishTransaction>(node.last_actions));
        } else if (revoked > ours.local_number || secret != 0 || commitment > 0 || commitment == -1000) {
            QVERIFY(closed_by_us); // a lie, or numbers of no honest peer
            QCOMPARE(node.channel.standing, ch::Standing::in_sync);
        } else if (commitment < 0 || revocation < -1) {
            COMPARE_ACTIONS(node.last_actions, "Alarm"); // the peer lost state: wait for its error
            QCOMPARE(node.channel.standing, ch::Standing::peer_behind);
            nodes.apply(node, ch::MessageReceived{.message = ln::wire::Error{.channel_id = node.channel.id}});
            QVERIFY(firstOf<ch::PublishTransaction>(node.last_actions));
        } else {
            QCOMPARE(node.channel.link, ch::Link::online);
            QCOMPARE(sent<ln::wire::RevokeAndAck>(node.last_actions) != nullptr, revocation == -1);
        }
    }

    void staleState_connectsAgain_sendsZeroNumbersAndError() {
        TwoNodes nodes;
        nodes.openNormal();
        const Bytes old = nodes.a.stored;
        const auto counters = nodes.a.stored_counters;
        for (int i = 0; i < 3; ++i) {
            nodes.pay(nodes.a, {20'000'000});
            nodes.drain();
        }
        nodes.a.stored = old; // the folder of last week
        nodes.a.stored_counters = counters;
        nodes.restart(nodes.a);
        nodes.connect();
        nodes.deliver(nodes.a);
        QCOMPARE(nodes.a.channel.standing, ch::Standing::stale);
        QVERIFY(nodes.a.published.size() <= 2); // the funding only
        nodes.cut();
        nodes.apply(nodes.a, ch::Connected{});
        const auto* again = sent<ln::wire::ChannelReestablish>(nodes.a.last_actions);
        QVERIFY(again && again->next_commitment_number == 0 && again->next_revocation_number == 0);
    }
};

DUPLEX_TEST(TestReestablish)
#include "tst_reestablish.moc"
