#include "tests/support/test_main.h"

#include "core/lightning/channel/channel_codec.h"
#include "core/lightning/commitment/trimming.h"
#include "tests/support/action_names.h"
#include "tests/support/two_nodes.h"

using namespace duplex;
using namespace duplex::test;

namespace {

ch::Outcome with(const TestNode& node, const ch::Event& event) {
    return ch::advance(node.channel, event, node.context);
}
ch::MessageReceived got(ln::wire::Message message) {
    return {.message = std::move(message)};
}
constexpr const char* closes =
    "SendMessage:17 PublishTransaction ResolveOnChain Alarm StoreBackup BalanceChanged";

#define COMPARE_CLOSES(actions)                                                                              \
    QCOMPARE(QString::fromStdString(namesOf(actions)), QString::fromLatin1(closes))

/// b holds an irrevocable HTLC of a.
void withHtlc(TwoNodes& nodes, std::uint32_t expiry_delta = 500) {
    nodes.openNormal();
    QVERIFY(nodes.pay(nodes.a, {20'000'000}, expiry_delta));
    nodes.settleDown();
    QCOMPARE(nodes.b.to_settle.size(), std::size_t{1});
}

/// An HTLC of a's waits, the line is cut, and a week of blocks goes by.
void beAwayPastExpiry(TwoNodes& nodes) {
    withHtlc(nodes, 200);
    nodes.cut();
    nodes.a.context.height = nodes.a.context.header_tip = nodes.a.context.header_tip + 1000;
}

ln::wire::UpdateAddHtlc addMessage(const TestNode& to, std::int64_t msat, std::uint32_t expiry) {
    return {.channel_id = to.channel.id,
            .id = to.channel.commitments.next_remote_htlc_id,
            .amount_msat = {msat},
            .cltv_expiry = {expiry}};
}

} // namespace

class TestNormal : public QObject {
    Q_OBJECT

private slots:
    void wholePayment_everyStep_hasItsActions() {
        TwoNodes nodes;
        nodes.openNormal();
        TestNode &a = nodes.a, &b = nodes.b;
        nodes.pay(a, {20'000'000});
        COMPARE_ACTIONS(a.last_actions, "SendMessage:128 Reply BalanceChanged ScheduleSignCommitment");
        nodes.runScheduled(a);
        COMPARE_ACTIONS(a.last_actions, "SendMessage:132");
        nodes.deliver(b);
        COMPARE_ACTIONS(b.last_actions, "");
        nodes.deliver(b);
        COMPARE_ACTIONS(b.last_actions, "SendMessage:133 BalanceChanged ScheduleSignCommitment");
        nodes.runScheduled(b);
        nodes.deliver(a);
        COMPARE_ACTIONS(a.last_actions, "BalanceChanged");
        nodes.deliver(a);
        COMPARE_ACTIONS(a.last_actions, "SendMessage:133 BalanceChanged");
        nodes.deliver(b);
        COMPARE_ACTIONS(b.last_actions, "HtlcAddedIrrevocably BalanceChanged");
        nodes.fulfill(b, 0);
        COMPARE_ACTIONS(b.last_actions, "SendMessage:130 Reply ScheduleSignCommitment");
        nodes.deliver(a);
        COMPARE_ACTIONS(a.last_actions, "HtlcFulfilled");
        nodes.runScheduled(b);
        nodes.deliver(a);
        COMPARE_ACTIONS(a.last_actions, "SendMessage:133 BalanceChanged ScheduleSignCommitment");
        nodes.deliver(b);
        COMPARE_ACTIONS(b.last_actions, "BalanceChanged");
        nodes.runScheduled(a);
        nodes.deliver(b);
        COMPARE_ACTIONS(b.last_actions, "SendMessage:133 IncomingHtlcResolved BalanceChanged");
        nodes.deliver(a);
        COMPARE_ACTIONS(a.last_actions, "BalanceChanged");
        nodes.drain();
    }

    void commitmentSigned_invalid_forceCloses_data() {
        QTest::addColumn<int>("fault");
        QTest::newRow("commitment signature") << 0;
        QTest::newRow("htlc signature") << 1;
        QTest::newRow("count") << 2;
    }
    void commitmentSigned_invalid_forceCloses() {
        QFETCH(int, fault);
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.runScheduled(nodes.a);
        nodes.deliver(nodes.b);
        auto& message = std::get<ln::wire::CommitmentSigned>(nodes.b.inbox.front());
        if (fault == 0) message.signature.bytes[9] ^= 1;
        if (fault == 1) message.htlc_signature[0].bytes[9] ^= 1;
        if (fault == 2) message.htlc_signature.clear();
        nodes.deliver(nodes.b);
        COMPARE_CLOSES(nodes.b.last_actions);
    }

    void threat35_highSSignature_forceCloses() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.runScheduled(nodes.a);
        nodes.deliver(nodes.b);
        auto& signature = std::get<ln::wire::CommitmentSigned>(nodes.b.inbox.front()).signature;
        ByteArray<32> s{};
        std::copy(signature.bytes.begin() + 32, signature.bytes.end(), s.begin());
        const auto high = crypto::negated(*crypto::PrivateKey::fromBytes(s));
        std::copy(high.reveal().begin(), high.reveal().end(), signature.bytes.begin() + 32);
        nodes.deliver(nodes.b);
        COMPARE_CLOSES(nodes.b.last_actions);
    }

    void threat36_wrongPreimage_failsTheChannel() {
        TwoNodes nodes;
        withHtlc(nodes);
        const ln::wire::UpdateFulfillHtlc lie{.channel_id = nodes.a.channel.id, .id = 0};
        const auto outcome = with(nodes.a, got(lie));
        COMPARE_CLOSES(outcome.actions);
        // Our own payment layer is refused as well, and nothing changes.
        const auto own = with(nodes.b, ch::FulfillHtlc{.request = {1}, .id = 0});
        COMPARE_ACTIONS(own.actions, "Reply:error");
        QCOMPARE(own.next, nodes.b.channel);
    }

    void threat40_equalHtlcs_areSettledById() {
        TwoNodes nodes;
        nodes.openNormal();
        ln::Preimage preimage;
        preimage.bytes.fill(4);
        for (std::uint32_t i = 0; i < 6; ++i) {
            ch::NewHtlc htlc{.origin = {.part = i},
                             .amount = {5'000'000},
                             .payment_hash = ln::paymentHashOf(preimage),
                             .cltv_expiry = {nodes.a.context.tip() + 500}};
            nodes.a.payments[htlc.origin] = PaymentState::pending;
            nodes.apply(nodes.a, ch::AddHtlc{.request = {100 + i}, .htlc = htlc});
        }
        nodes.settleDown();
        for (const std::uint64_t id : {4, 1, 3})
            nodes.apply(nodes.b, ch::FulfillHtlc{.id = id, .preimage = preimage});
        for (const std::uint64_t id : {0, 5, 2}) nodes.apply(nodes.b, ch::FailHtlc{.id = id});
        nodes.settleDown();
        for (const auto& [origin, state] : nodes.a.payments)
            QCOMPARE(state, origin.part == 1 || origin.part == 3 || origin.part == 4 ? PaymentState::fulfilled
                                                                                     : PaymentState::failed);
        QCOMPARE(nodes.b.channel.commitments.local_balance, (ln::MilliSatoshi{300'000'000 + 15'000'000}));
    }

    void threat41_expiry_isBoundedOrFailsTheHtlcOnly_data() {
        using enum ch::HtlcAddedIrrevocably::MustFail;
        QTest::addColumn<qint64>("delta");
        QTest::addColumn<int>("must_fail");
        QTest::newRow("zero") << qint64{-1006} << int(expiry_too_soon);
        QTest::newRow("past") << qint64{-1} << int(expiry_too_soon);
        QTest::newRow("143 ahead") << qint64{143} << int(expiry_too_soon);
        QTest::newRow("144 ahead") << qint64{144} << int(no);
        QTest::newRow("2016 ahead") << qint64{2016} << int(no);
        QTest::newRow("2017 ahead") << qint64{2017} << int(expiry_too_far);
        QTest::newRow("years") << qint64{499'000'000 - 1006} << int(expiry_too_far);
    }
    void threat41_expiry_isBoundedOrFailsTheHtlcOnly() {
        QFETCH(qint64, delta);
        QFETCH(int, must_fail);
        TwoNodes nodes;
        nodes.openNormal();
        // A sender without our bounds: its own idea of the height lets it offer this expiry.
        nodes.pay(nodes.a, {20'000'000}, 500);
        const auto expiry = static_cast<std::uint32_t>(nodes.b.context.tip() + delta);
        nodes.a.channel.commitments.htlcs.back().cltv_expiry = {expiry};
        std::get<ln::wire::UpdateAddHtlc>(nodes.b.inbox.back()).cltv_expiry = {expiry};
        nodes.settleDown();
        QCOMPARE(int(nodes.b.to_settle.at(0).must_fail), must_fail);
        QVERIFY(ch::isUsable(nodes.b.channel));
    }
    void threat41_expiryInSeconds_isAProtocolError() {
        TwoNodes nodes;
        nodes.openNormal();
        const auto outcome = with(nodes.b, got(addMessage(nodes.b, 1'000'000, 500'000'000)));
        COMPARE_ACTIONS(outcome.actions, "SendMessage:1 DisconnectPeer");
        for (const std::uint32_t expiry : {0u, nodes.a.context.tip(), nodes.a.context.tip() + 2017})
            COMPARE_ACTIONS(
                with(nodes.a,
                     ch::AddHtlc{.request = {1}, .htlc = {.amount = {1'000'000}, .cltv_expiry = {expiry}}})
                    .actions,
                "Reply:error");
    }

    void threat42_updateFee_rolesAndBounds() {
        TwoNodes nodes;
        nodes.openNormal();
        const auto fee = [&](const TestNode& to, std::int64_t feerate) {
            return with(to,
                        got(ln::wire::UpdateFee{.channel_id = to.channel.id, .feerate_per_kw = {feerate}}));
        };
        COMPARE_ACTIONS(fee(nodes.b, 600).actions, "");
        COMPARE_ACTIONS(fee(nodes.a, 600).actions, "SendMessage:1 DisconnectPeer"); // the fundee does not pay
        COMPARE_ACTIONS(fee(nodes.b, 252).actions, "SendMessage:1 DisconnectPeer"); // nothing at risk
        COMPARE_CLOSES(fee(nodes.b, 6001).actions);                                 // 3 times our estimate
        COMPARE_ACTIONS(with(nodes.b, ch::UpdateFee{.request = {1}, .feerate = {600}}).actions,
                        "Reply:error");
        TwoNodes at_risk;
        withHtlc(at_risk);
        COMPARE_CLOSES(with(at_risk.b, got(ln::wire::UpdateFee{.channel_id = at_risk.b.channel.id,
                                                               .feerate_per_kw = {252}}))
                           .actions);
    }

    /// The line is cut after the turn: what comes in the same read builds on what was refused.
    void updateFee_refused_whatFollowsItIsIgnored() {
        TwoNodes nodes;
        nodes.openNormal();
        TestNode& b = nodes.b;
        nodes.apply(b, got(ln::wire::UpdateFee{.channel_id = b.channel.id, .feerate_per_kw = {252}}));
        COMPARE_ACTIONS(b.last_actions, "SendMessage:1 DisconnectPeer");
        nodes.apply(b, got(ln::wire::CommitmentSigned{.channel_id = b.channel.id}));
        COMPARE_ACTIONS(b.last_actions, "");
        QVERIFY(std::holds_alternative<ch::Normal>(b.channel.phase));
        nodes.cut();
        nodes.connect();
        nodes.settleDown();
        QVERIFY(nodes.pay(b, {20'000'000}));
        nodes.drain();
    }

    /// On main nothing is known before three full blocks were seen: 8,000 sat/kw may well be what blocks
    /// take.
    void updateFee_whileWeHaveNoEstimate_isBelieved() {
        TwoNodes nodes;
        nodes.openNormal();
        TestNode& b = nodes.b;
        const auto fee = [&](std::int64_t feerate) {
            return with(b, got(ln::wire::UpdateFee{.channel_id = b.channel.id, .feerate_per_kw = {feerate}}));
        };
        COMPARE_CLOSES(fee(8'000).actions);
        b.context.feerates.guessed = true;
        COMPARE_ACTIONS(fee(8'000).actions, "");
        COMPARE_ACTIONS(fee(25'000).actions, "");
        COMPARE_CLOSES(fee(25'001).actions);
        COMPARE_ACTIONS(fee(252).actions, "SendMessage:1 DisconnectPeer");
        nodes.a.context.policy.feerate_highest = {8'000};
        nodes.apply(nodes.a, ch::UpdateFee{.feerate = {8'000}});
        nodes.drain();
        QCOMPARE(b.channel.commitments.feerate.value, 8'000);
    }

    /// A flood costs neither memory nor, since each turn copies the channel, time; both ends go on equal.
    void updateFee_manyUnsigned_onlyTheLastIsKept() {
        TwoNodes nodes;
        nodes.openNormal();
        for (int i = 0; i < 1'000; ++i) {
            const ln::wire::UpdateFee message{.channel_id = nodes.b.channel.id,
                                              .feerate_per_kw = {600 + i % 7}};
            nodes.apply(nodes.b, got(message));
        }
        nodes.apply(nodes.a, ch::UpdateFee{.feerate = {700}});
        nodes.apply(nodes.a, ch::UpdateFee{.feerate = {800}});
        while (nodes.deliver(nodes.b)) {
        }
        QCOMPARE(nodes.b.channel.commitments.fee_updates.size(), std::size_t{1});
        nodes.settleDown();
        QVERIFY(ch::isUsable(nodes.a.channel) && ch::isUsable(nodes.b.channel));
        QCOMPARE(nodes.b.channel.commitments.feerate.value, 800);
        nodes.drain();
        // One that is signed is not superseded: it stands in a commitment.
        nodes.apply(nodes.a, ch::UpdateFee{.feerate = {900}});
        nodes.deliver(nodes.b);
        nodes.runScheduled(nodes.a);
        nodes.deliver(nodes.b);
        nodes.apply(nodes.a, ch::UpdateFee{.feerate = {1'000}});
        nodes.deliver(nodes.b);
        QCOMPARE(nodes.b.channel.commitments.fee_updates.size(), std::size_t{2});
        nodes.settleDown();
        QCOMPARE(nodes.b.channel.commitments.feerate.value, 1'000);
        nodes.drain();
    }

    /// The same with a signature after each, and none of ours ever acknowledged, over many connections.
    void updateFee_signedAndNeverAcknowledged_doNotPileUp() {
        TwoNodes nodes;
        nodes.openNormal();
        const ch::Terms &of_a = nodes.a.channel.terms, &of_b = nodes.b.channel.terms;
        ch::Commitments a = nodes.a.channel.commitments, b = nodes.b.channel.commitments;
        const auto round = [&](std::int64_t feerate) {
            a = *ch::sendFee(of_a, a, {feerate}, nodes.a.context);
            b = *ch::receiveFee(of_b, b, {feerate}, nodes.b.context);
            const auto signed_by_a = ch::sendCommit(of_a, a, nodes.a.context);
            QVERIFY(signed_by_a.has_value());
            const auto revoked = ch::receiveCommit(of_b, b, signed_by_a->message, nodes.b.context);
            QVERIFY(revoked.has_value());
            b = revoked->next;
            const auto acknowledged = ch::receiveRevoke(signed_by_a->next, revoked->message);
            QVERIFY(acknowledged.has_value());
            a = acknowledged->next;
        };
        round(600);
        const auto signed_by_b = ch::sendCommit(of_b, b, nodes.b.context);
        QVERIFY(signed_by_b.has_value());
        b = signed_by_b->next;
        const auto held_back = ch::receiveCommit(of_a, a, signed_by_b->message, nodes.a.context);
        QVERIFY(held_back.has_value());
        a = held_back->next;
        std::size_t size = 0;
        ch::Channel row = nodes.b.channel;
        for (int i = 0; i < 1'000; ++i) {
            round(700 + i % 7);
            b = ch::dropUncommitted(b).next;
            QVERIFY(b.fee_updates.size() <= 3);
            row.commitments = b;
            const std::size_t now = ch::encodeChannel(row).size();
            if (i > 0) QCOMPARE(now, size);
            size = now;
        }
        // At last it answers: both have the last fee.
        const auto acknowledged = ch::receiveRevoke(b, held_back->message);
        QVERIFY(acknowledged.has_value());
        b = acknowledged->next;
        nodes.a.channel.commitments = a;
        nodes.b.channel.commitments = b;
        nodes.apply(nodes.b, ch::SignCommitment{});
        nodes.settleDown();
        nodes.drain();
        const std::int64_t last = 700 + 999 % 7;
        for (const TestNode* node : {&nodes.a, &nodes.b}) {
            QCOMPARE(node->channel.commitments.feerate.value, last);
            QVERIFY(node->channel.commitments.fee_updates.empty());
        }
    }

    void threat33_nearDust_builderEqualsChecker() {
        for (const std::int64_t msat : {545'999LL, 546'000LL, 546'001LL, 353'999LL, 354'000LL}) {
            TwoNodes nodes;
            nodes.b.context.policy.dust_limit = {354}; // each side trims by its own limit
            nodes.openNormal();
            for (int i = 0; i < 5; ++i) QVERIFY(nodes.pay(nodes.a, {msat}));
            nodes.settleDown(); // counts and signatures verify on both sides
            for (const TestNode* node : {&nodes.a, &nodes.b}) {
                const auto& terms = node->channel.terms;
                const auto spec = ch::specOf(node->channel.commitments, ch::View::local);
                const auto built =
                    ch::localCommitment(terms, node->channel.commitments, node->context.signer);
                const auto dust = terms.parameters.local.dust_limit;
                QCOMPARE(built.htlcOutputs().size(),
                         ln::commitment::untrimmedCount(spec, dust, ln::commitment::Format::anchors));
                QVERIFY(ln::commitment::conserves(terms.parameters, spec, built));
            }
            nodes.drain();
        }
    }

    void addHtlc_overALimit_isRejected() {
        TwoNodes nodes;
        nodes.openNormal();
        for (int i = 0; i < 30; ++i) QVERIFY(nodes.pay(nodes.a, {2'000'000}));
        QVERIFY(!nodes.pay(nodes.a, {2'000'000})); // slots
        TwoNodes rich;
        rich.openNormal();
        const auto balance = ch::balanceOf(rich.a.channel, rich.a.context);
        QVERIFY(!rich.pay(rich.a, balance.sendable + ln::MilliSatoshi{1}));
        QVERIFY(rich.pay(rich.a, balance.sendable));
        rich.drain();
        TwoNodes dusty;
        dusty.openNormal();
        int accepted = 0;
        for (int i = 0; i < 29; ++i) accepted += dusty.pay(dusty.a, {545'000'000 / 1000}) ? 1 : 0;
        QCOMPARE(accepted, 29); // 15,805 sat of dust are below 50,000
        TwoNodes small({.capacity = {200'000}, .pushed = {0}});
        small.openNormal();
        accepted = 0;
        for (int i = 0; i < 29; ++i) accepted += small.pay(small.a, {545'000}) ? 1 : 0;
        QCOMPARE(accepted, 18); // 5 % of the capacity
    }

    /// Each side keeps what the other one asks of it, to the millisatoshi; the same on both ends.
    void addHtlc_intoTheReserve_isRefusedOnBothEnds() {
        TwoNodes nodes;
        nodes.a.context.policy.reserve_percent = 2; // b keeps 20,000 sat and a 10,000
        nodes.openNormal();
        const ln::MilliSatoshi of_b{300'000'000 - 20'000'000};
        const ln::MilliSatoshi of_a{700'000'000 - 10'000'000 - 1'308'000}; // and the fee, with one HTLC
        for (TestNode* payer : {&nodes.a, &nodes.b}) {
            TestNode& payee = nodes.other(*payer);
            const std::int64_t most = (payer == &nodes.a ? of_a : of_b).value;
            COMPARE_ACTIONS(with(payee, got(addMessage(payee, most, 1500))).actions, "");
            COMPARE_ACTIONS(with(payee, got(addMessage(payee, most + 1, 1500))).actions,
                            "SendMessage:1 DisconnectPeer");
        }
        QVERIFY(!nodes.pay(nodes.b, of_b + ln::MilliSatoshi{1}));
        QVERIFY(nodes.pay(nodes.b, of_b));
        nodes.drain();
    }

    /// What is dust in the commitment of one side only counts there.
    void addHtlc_dustOfOneSideOnly_isLimited_data() {
        QTest::addColumn<bool>("ours");
        QTest::addColumn<bool>("settled");
        QTest::addColumn<int>("most");
        QTest::newRow("in the commitment of the payer") << true << true << 20; // 5 % of the capacity
        QTest::newRow("of the payer, all still on their way") << true << false << 20;
        QTest::newRow("in the commitment of the payee") << false << true << 19; // with the fee that a sets
        QTest::newRow("of the payee, all still on their way") << false << false << 19;
    }
    void addHtlc_dustOfOneSideOnly_isLimited() {
        QFETCH(bool, ours);
        QFETCH(bool, settled);
        QFETCH(int, most);
        TwoNodes nodes({.capacity = {200'000}, .pushed = {100'000'000}});
        nodes.b.context.policy.dust_limit = {354};
        nodes.openNormal();
        int accepted = 0;
        for (int i = 0; i < 29; ++i) {
            accepted += nodes.pay(ours ? nodes.a : nodes.b, {500'000}) ? 1 : 0;
            if (settled) nodes.settleDown();
        }
        QCOMPARE(accepted, most);
        nodes.drain();
    }

    /// What the window offers to send is taken, whatever else is still on its way.
    void sendable_withUpdatesOnTheirWay_isTaken() {
        for (const bool funder : {true, false}) {
            TwoNodes nodes;
            nodes.openNormal();
            TestNode& payer = funder ? nodes.a : nodes.b;
            nodes.apply(nodes.a, ch::UpdateFee{.feerate = {1'100}});
            for (int i = 0; i < 4; ++i) {
                QVERIFY(nodes.pay(nodes.a, {30'000'000}));
                QVERIFY(nodes.pay(nodes.b, {9'000'000}));
            }
            const ch::Channel& channel = payer.channel;
            const ln::MilliSatoshi most = ch::sendable(channel.terms, channel.commitments, payer.context);
            QVERIFY(most > ln::MilliSatoshi{100'000'000});
            QVERIFY(nodes.pay(payer, most));
            nodes.settleDown();
            nodes.drain();
        }
    }

    /// The fee that the opener must keep for our commitment is counted with our dust limit, not with its own.
    void updateAddHtlc_feeOfOurUntrimmedHtlcsNotAffordable_isRefused() {
        TwoNodes nodes({.capacity = {200'000}, .pushed = {194'000'000}});
        nodes.b.context.policy.dust_limit = {354};
        nodes.openNormal();
        // 6,000 sat less the reserve of 2,000; each HTLC takes its 500 sat and 86 of fee on top of 1,222.
        for (int i = 0; i < 4; ++i) {
            nodes.apply(nodes.b, got(addMessage(nodes.b, 500'000, 1500)));
            COMPARE_ACTIONS(nodes.b.last_actions, "");
        }
        nodes.apply(nodes.b, got(addMessage(nodes.b, 500'000, 1500)));
        COMPARE_ACTIONS(nodes.b.last_actions, "SendMessage:1 DisconnectPeer");
    }

    void updateAddHtlc_protocolFault_warnsAndDisconnects() {
        TwoNodes nodes;
        nodes.openNormal();
        auto wrong_id = addMessage(nodes.b, 1'000'000, 1500);
        wrong_id.id += 1;
        COMPARE_ACTIONS(with(nodes.b, got(wrong_id)).actions, "SendMessage:1 DisconnectPeer");
        COMPARE_ACTIONS(with(nodes.b, got(addMessage(nodes.b, 0, 1500))).actions,
                        "SendMessage:1 DisconnectPeer");
        COMPARE_ACTIONS(with(nodes.b, got(addMessage(nodes.b, 699'000'000, 1500))).actions,
                        "SendMessage:1 DisconnectPeer"); // above its reserve
        const ln::wire::UpdateFailHtlc unknown{.channel_id = nodes.b.channel.id, .id = 3};
        COMPARE_ACTIONS(with(nodes.b, got(unknown)).actions, "SendMessage:1 DisconnectPeer");
    }

    void revokeAndAck_wrongSecret_forceCloses() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.runScheduled(nodes.a);
        nodes.deliver(nodes.b);
        nodes.deliver(nodes.b);
        std::get<ln::wire::RevokeAndAck>(nodes.a.inbox.front()).per_commitment_secret[3] ^= 1;
        nodes.deliver(nodes.a);
        COMPARE_CLOSES(nodes.a.last_actions);
        TwoNodes idle;
        idle.openNormal();
        COMPARE_CLOSES(with(idle.a, got(ln::wire::RevokeAndAck{.channel_id = idle.a.channel.id})).actions);
    }

    /// The secret fits its point and yet does not derive the earlier ones: later they could not be derived
    /// from what we keep.
    void revokeAndAck_secretOfAnotherSeed_forceCloses() {
        TwoNodes nodes;
        withHtlc(nodes);
        TestNode &a = nodes.a, &b = nodes.b;
        QCOMPARE(a.channel.commitments.remote_number, std::uint64_t{1});
        const crypto::Secret<32> foreign(ByteArray<32>{9});
        a.channel.commitments.remote_point = *ln::keys::pointOf(foreign);
        nodes.pay(a, {20'000'000});
        nodes.runScheduled(a);
        nodes.deliver(b);
        nodes.deliver(b);
        std::get<ln::wire::RevokeAndAck>(a.inbox.front()).per_commitment_secret = foreign.reveal();
        nodes.deliver(a);
        COMPARE_CLOSES(a.last_actions);
    }

    void blockHeight_offeredHtlcExpired_forceClosesThreeBlocksLater() {
        TwoNodes nodes;
        withHtlc(nodes, 200);
        nodes.a.context.now += Ticks{120'000};
        nodes.b.context.now += Ticks{120'000};
        nodes.addBlocks(202);
        QVERIFY(std::holds_alternative<ch::Normal>(nodes.a.channel.phase));
        nodes.a.context.header_tip += 1; // R11: the header is enough for a deadline
        nodes.apply(nodes.a, ch::BlockHeight{});
        COMPARE_CLOSES(nodes.a.last_actions);
    }

    /// After days without power the peer gets its minute to fail what expired meanwhile (lightning.md 5),
    /// three times at most.
    void restart_longAfterExpiry_givesThePeerAMinute() {
        TwoNodes nodes;
        beAwayPastExpiry(nodes);
        TestNode& a = nodes.a;
        a.context.now += Ticks{10'000'000};
        nodes.apply(a, ch::Restored{});
        nodes.apply(a, ch::BlockHeight{});
        QVERIFY(std::holds_alternative<ch::Normal>(a.channel.phase));
        nodes.connect();
        nodes.deliver(a);
        a.context.now += Ticks{59'999};
        nodes.apply(a, ch::Tick{});
        QVERIFY(std::holds_alternative<ch::Normal>(a.channel.phase));
        a.context.now += Ticks{1};
        nodes.apply(a, ch::Tick{});
        COMPARE_CLOSES(a.last_actions);
    }
    void reconnections_withAnExpiredHtlc_doNotPutTheCloseOffForEver() {
        TwoNodes nodes;
        beAwayPastExpiry(nodes);
        TestNode& a = nodes.a;
        int reconnections = 0;
        while (std::holds_alternative<ch::Normal>(a.channel.phase) && reconnections < 10) {
            nodes.apply(a, ch::Connected{});
            a.context.now += Ticks{59'000};
            nodes.apply(a, ch::Tick{});
            nodes.apply(a, ch::Disconnected{});
            ++reconnections;
            a.context.now += Ticks{500};
            nodes.apply(a, ch::BlockHeight{});
        }
        QCOMPARE(reconnections, 4);
    }

    void blockHeight_fulfilledIncomingNearExpiry_forceCloses72Before() {
        TwoNodes nodes;
        withHtlc(nodes, 200);
        nodes.fulfill(nodes.b, 0);
        nodes.cut();
        nodes.addBlocks(127);
        QVERIFY(std::holds_alternative<ch::Normal>(nodes.b.channel.phase));
        nodes.addBlocks(1);
        COMPARE_ACTIONS(nodes.b.last_actions,
                        "PublishTransaction ResolveOnChain Alarm StoreBackup BalanceChanged");
    }

    void tick_unansweredSignature_pingsThenDisconnectsNeverCloses() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.runScheduled(nodes.a);
        nodes.a.context.now += Ticks{30'000};
        nodes.apply(nodes.a, ch::Tick{});
        COMPARE_ACTIONS(nodes.a.last_actions, "PingPeer");
        nodes.a.context.now += Ticks{30'000};
        nodes.apply(nodes.a, ch::Tick{});
        COMPARE_ACTIONS(nodes.a.last_actions, "DisconnectPeer");
        QVERIFY(ch::isEstablished(nodes.a.channel));
    }

    void error_internalOfLnd_closesAtTheThirdOfADay() {
        TwoNodes nodes;
        nodes.openNormal();
        const ch::MessageReceived error =
            got(ln::wire::Error{.channel_id = nodes.a.channel.id, .data = toBytes(viewOf("internal error"))});
        for (int i = 0; i < 4; ++i) { // two a day
            nodes.apply(nodes.a, error);
            COMPARE_ACTIONS(nodes.a.last_actions, "DisconnectPeer");
            if (i == 1) nodes.a.context.now += std::chrono::hours(24) + Ticks{1};
        }
        nodes.apply(nodes.a, error);
        COMPARE_ACTIONS(nodes.a.last_actions,
                        "PublishTransaction ResolveOnChain Alarm StoreBackup BalanceChanged");
    }

    void disconnect_unsignedAdd_failsItUncommitted() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.apply(nodes.a, ch::Disconnected{});
        COMPARE_ACTIONS(nodes.a.last_actions, "HtlcFailed BalanceChanged");
        const auto* failed = firstOf<ch::HtlcFailed>(nodes.a.last_actions);
        QVERIFY(std::holds_alternative<ch::NotCommitted>(failed->cause));
        QCOMPARE(nodes.a.channel.commitments.next_local_htlc_id, std::uint64_t{0});
    }

    void threat112_restartWithHtlcs_asksAgainAndKeepsAnswers() {
        TwoNodes nodes;
        withHtlc(nodes);
        nodes.restart(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions, "WatchOutput HtlcAddedIrrevocably");
        nodes.fulfill(nodes.b, 0); // offline: kept, sent after the reestablishment
        COMPARE_ACTIONS(nodes.b.last_actions, "Reply");
        nodes.restart(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions, "WatchOutput");
        nodes.drain();
        QCOMPARE(nodes.a.payments.begin()->second, PaymentState::fulfilled);
    }

    void threat114_failedWrite_releasesNothing() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.a.fail_next_write = true;
        nodes.runScheduled(nodes.a); // the signature cannot be stored
        for (const auto& message : nodes.b.inbox)
            QVERIFY(!std::holds_alternative<ln::wire::CommitmentSigned>(message));
        QVERIFY(ch::isEstablished(nodes.a.channel));
        nodes.drain();
    }
};

DUPLEX_TEST(TestNormal)
#include "tst_normal.moc"
