#include "tests/support/test_main.h"

#include "tests/support/action_names.h"
#include "tests/support/two_nodes.h"

using namespace duplex;
using namespace duplex::test;

namespace {

ch::OpenRequested request() {
    ch::OpenRequested event{.request = {5}, .funding_amount = {1'000'000}, .alias = {77}};
    event.temporary_channel_id.bytes.fill(9);
    return event;
}

/// Both ends up to the named moment.
void openUntil(TwoNodes& nodes, int messages) {
    if (messages == 0) return;
    nodes.apply(nodes.a, request());
    if (messages == 1) return;
    nodes.deliver(nodes.b);
    if (messages == 2) return;
    nodes.apply(nodes.b, ch::AcceptDecision{.answer = ch::AcceptDecision::Answer::accept, .alias = {88}});
    if (messages == 3) return;
    nodes.deliver(nodes.a);
    if (messages == 4) return;
    const auto* build = firstOf<ch::BuildFundingTransaction>(nodes.a.last_actions);
    bitcoin::TxIn input{.witness = {Bytes(71, 1), Bytes(33, 2)}};
    nodes.funding = {.inputs = {input},
                     .outputs = {{.value = build->amount, .script_pubkey = build->script}}};
    nodes.apply(nodes.a, ch::FundingTransactionSigned{.transaction = nodes.funding});
    if (messages == 5) return;
    nodes.deliver(nodes.b);
    if (messages == 6) return;
    nodes.deliver(nodes.a);
}

ch::FundingConfirmed confirmed(const TwoNodes& nodes, std::uint32_t depth) {
    const auto& parameters = nodes.a.channel.terms.parameters;
    return {.outpoint = parameters.funding,
            .output = nodes.funding.outputs[0],
            .height = 1001,
            .depth = depth,
            .scid = ln::ShortChannelId::of(1001, 1, 0)};
}

ch::MessageReceived got(const ln::wire::Message& message) {
    return {.message = message};
}
ln::wire::ChannelReady readyOf(const TestNode& node) {
    return {.channel_id = node.channel.id,
            .second_per_commitment_point = node.context.signer.pointAt({1}),
            .alias = ln::ShortChannelId{77}};
}
ln::wire::Shutdown shutdownOf(const TestNode& node) {
    return {.channel_id = node.channel.id, .scriptpubkey = node.context.payout_script};
}

/// The opener, as if it were ready and had never sent a shutdown, adds an HTLC until it is irrevocable.
void addOverANewConnection(TwoNodes& nodes) {
    TestNode &thief = nodes.a, &victim = nodes.b;
    nodes.apply(victim, ch::Disconnected{});
    nodes.apply(victim, ch::Connected{});
    nodes.apply(thief, confirmed(nodes, 6));
    thief.inbox.clear();
    nodes.apply(thief, got(readyOf(victim)));
    nodes.apply(victim, got(ln::wire::ChannelReestablish{.channel_id = victim.channel.id,
                                                         .next_commitment_number = 1,
                                                         .my_current_per_commitment_point =
                                                             thief.context.signer.pointAt({0})}));
    victim.inbox.clear();
    thief.inbox.clear();
    nodes.pay(thief, {20'000'000});
    nodes.runScheduled(thief);
    nodes.deliver(victim); // update_add_htlc
    nodes.deliver(victim); // commitment_signed; revoke_and_ack goes back
    nodes.runScheduled(victim);
    while (!thief.inbox.empty() && !std::holds_alternative<ln::wire::RevokeAndAck>(thief.inbox.front()))
        thief.inbox.pop_front();
    nodes.deliver(thief);
    nodes.deliver(thief);  // commitment_signed
    nodes.deliver(victim); // revoke_and_ack
}

template <typename P>
bool isIn(const TestNode& node) {
    return std::holds_alternative<P>(node.channel.phase);
}

} // namespace

class TestOpening : public QObject {
    Q_OBJECT

private slots:
    void wholeOpening_everyStep_hasItsActions() {
        TwoNodes nodes;
        nodes.apply(nodes.a, request());
        COMPARE_ACTIONS(nodes.a.last_actions, "ReserveCoins SendMessage:32");
        nodes.deliver(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions, "AcceptanceNeeded");
        nodes.apply(nodes.b, ch::AcceptDecision{.answer = ch::AcceptDecision::Answer::accept, .alias = {88}});
        COMPARE_ACTIONS(nodes.b.last_actions, "SendMessage:33");
        nodes.deliver(nodes.a);
        COMPARE_ACTIONS(nodes.a.last_actions, "BuildFundingTransaction");
        const auto build = *firstOf<ch::BuildFundingTransaction>(nodes.a.last_actions);
        bitcoin::TxIn input{.witness = {Bytes(71, 1), Bytes(33, 2)}};
        nodes.funding = {.inputs = {input},
                         .outputs = {{.value = build.amount, .script_pubkey = build.script}}};
        nodes.apply(nodes.a, ch::FundingTransactionSigned{.transaction = nodes.funding});
        COMPARE_ACTIONS(nodes.a.last_actions, "ChannelIdAssigned SendMessage:34");
        QVERIFY(nodes.a.stored.empty()); // nothing durable, nothing published
        nodes.deliver(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions,
                        "ChannelIdAssigned WatchOutput StoreBackup SendMessage:35 BalanceChanged");
        nodes.deliver(nodes.a);
        COMPARE_ACTIONS(nodes.a.last_actions,
                        "WatchOutput StoreBackup PublishTransaction Reply BalanceChanged");
        QVERIFY(!nodes.a.stored.empty() && !nodes.b.stored.empty());
        nodes.apply(nodes.a, confirmed(nodes, 6));
        COMPARE_ACTIONS(nodes.a.last_actions, "SendMessage:36");
        nodes.apply(nodes.b, confirmed(nodes, 6));
        nodes.deliver(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions, "ChannelUsable BalanceChanged");
        nodes.deliver(nodes.a);
        QVERIFY(ch::isUsable(nodes.a.channel) && ch::isUsable(nodes.b.channel));
        QCOMPARE(nodes.a.channel.remote_alias, std::optional(ln::ShortChannelId{88}));
    }

    void fundingSigned_badSignature_releasesAndForgets() {
        TwoNodes nodes;
        openUntil(nodes, 6);
        auto& message = std::get<ln::wire::FundingSigned>(nodes.a.inbox.front());
        message.signature.bytes[40] ^= 1;
        nodes.deliver(nodes.a);
        COMPARE_ACTIONS(nodes.a.last_actions, "SendMessage:17 ReleaseCoins Reply:error ForgetChannel");
        QVERIFY(nodes.a.published.empty());
    }

    void disconnect_beforeFundingSigned_bothForget_afterIt_bothKeep() {
        TwoNodes early;
        openUntil(early, 5);
        early.cut();
        QVERIFY(early.a.forgotten && early.b.forgotten);
        TwoNodes late;
        openUntil(late, 7);
        late.cut();
        QVERIFY(isIn<ch::AwaitingFunding>(late.a) && isIn<ch::AwaitingFunding>(late.b));
        late.restart(late.a);
        COMPARE_ACTIONS(late.a.last_actions, "PublishTransaction WatchOutput");
    }

    void fundingTransaction_legacyInput_isRefused() {
        TwoNodes nodes;
        openUntil(nodes, 4);
        const auto build = *firstOf<ch::BuildFundingTransaction>(nodes.a.last_actions);
        bitcoin::TxIn input{.script_sig = {Bytes(70, 1)}};
        const bitcoin::Transaction tx{.inputs = {input},
                                      .outputs = {{.value = build.amount, .script_pubkey = build.script}}};
        nodes.apply(nodes.a, ch::FundingTransactionSigned{.transaction = tx});
        COMPARE_ACTIONS(nodes.a.last_actions, "SendMessage:17 ReleaseCoins Reply:error ForgetChannel");
    }

    void tick_afterDeadline_failsTheOpening() {
        TwoNodes nodes;
        openUntil(nodes, 1);
        nodes.a.context.now += Ticks{60'000};
        nodes.apply(nodes.a, ch::Tick{});
        COMPARE_ACTIONS(nodes.a.last_actions, "SendMessage:17 ReleaseCoins Reply:error ForgetChannel");
    }

    void threat22_fakeFunding_isNeverReady_data() {
        QTest::addColumn<int>("what");
        QTest::newRow("wrong amount") << 0;
        QTest::newRow("wrong script") << 1;
        QTest::newRow("wrong index") << 2;
    }
    void threat22_fakeFunding_isNeverReady() {
        QFETCH(int, what);
        TwoNodes nodes;
        openUntil(nodes, 7);
        auto event = confirmed(nodes, 6);
        if (what == 0) event.output.value.value -= 1;
        if (what == 1) event.output.script_pubkey.bytes.back() ^= 1;
        if (what == 2) event.outpoint.index += 1;
        nodes.apply(nodes.b, event);
        COMPARE_ACTIONS(nodes.b.last_actions, "SendMessage:17 Alarm ForgetChannel BalanceChanged");
        QVERIFY(isIn<ch::Closed>(nodes.b));
    }

    void threat24_idInUse_failsTheNewOne() {
        TwoNodes temporary;
        openUntil(temporary, 1);
        temporary.b.context.channel_ids_in_use.insert(request().temporary_channel_id);
        temporary.deliver(temporary.b);
        COMPARE_ACTIONS(temporary.b.last_actions, "SendMessage:17 ForgetChannel");
        TwoNodes outpoint;
        openUntil(outpoint, 5);
        outpoint.b.context.channel_ids_in_use.insert(outpoint.a.channel.id);
        outpoint.deliver(outpoint.b);
        COMPARE_ACTIONS(outpoint.b.last_actions, "SendMessage:17 ForgetChannel");
        QVERIFY(outpoint.b.stored.empty());
    }

    void threat25_anyMessageOrder_neverAborts() {
        // Each message of an opening, at each moment of another opening, on both sides.
        TwoNodes source;
        std::vector<ln::wire::Message> messages;
        for (int i = 1; i <= 7; ++i) {
            TwoNodes nodes;
            openUntil(nodes, i);
            for (const TestNode* node : {&nodes.a, &nodes.b})
                for (const auto& message : node->inbox) messages.push_back(message);
        }
        QVERIFY(messages.size() >= 4);
        for (int moment = 0; moment <= 7; ++moment)
            for (const auto& first : messages)
                for (const auto& second : messages) {
                    TwoNodes nodes;
                    openUntil(nodes, moment);
                    for (TestNode* node : {&nodes.a, &nodes.b}) {
                        nodes.apply(*node, ch::MessageReceived{.message = first});
                        nodes.apply(*node, ch::MessageReceived{.message = second});
                        QVERIFY(!isIn<ch::Normal>(*node));
                    }
                }
    }

    void threat26_coinbaseFunding_waits100Blocks() {
        TwoNodes nodes;
        openUntil(nodes, 7);
        auto event = confirmed(nodes, 99);
        event.coinbase = true;
        nodes.apply(nodes.b, event);
        QVERIFY(isIn<ch::AwaitingFunding>(nodes.b));
        event.depth = 100;
        nodes.apply(nodes.b, event);
        COMPARE_ACTIONS(nodes.b.last_actions, "SendMessage:36");
    }

    void threat31_unconfirmedFunding_takesNoHtlcs_funderNeverForgets() {
        TwoNodes nodes;
        openUntil(nodes, 7);
        nodes.addBlocks(2017);
        QVERIFY(isIn<ch::AwaitingFunding>(nodes.a));
        QVERIFY(nodes.b.forgotten);
        TwoNodes reorganized;
        reorganized.openNormal();
        reorganized.apply(reorganized.a, ch::FundingUnconfirmed{});
        COMPARE_ACTIONS(reorganized.a.last_actions, "Alarm PublishTransaction BalanceChanged");
        QVERIFY(!reorganized.pay(reorganized.a, {1'000'000}));
        COMPARE_ACTIONS(reorganized.a.last_actions, "Reply:error");
    }

    /// An opener that never publishes, and hides the lack of a channel_ready behind a close that never ends.
    void threat22_fakeFundingBehindShutdown_htlcMustFail() {
        TwoNodes nodes;
        openUntil(nodes, 7);
        TestNode &thief = nodes.a, &victim = nodes.b;
        nodes.apply(victim, got(readyOf(thief)));
        nodes.apply(victim, got(shutdownOf(thief)));
        QVERIFY(isIn<ch::Negotiating>(victim));
        addOverANewConnection(nodes);
        const auto* added = firstOf<ch::HtlcAddedIrrevocably>(victim.last_actions);
        QVERIFY(added);
        QCOMPARE(added->must_fail, ch::HtlcAddedIrrevocably::MustFail::funding_unconfirmed);
        // A block later another output is shown to us: nothing becomes ready by it.
        auto other = confirmed(nodes, 6);
        other.output.value.value -= 1;
        nodes.apply(victim, other);
        QVERIFY(isIn<ch::Closed>(victim));
    }
    void threat22_fundingOneBlockDeepBehindShutdown_htlcMustFail() {
        TwoNodes nodes;
        openUntil(nodes, 7);
        nodes.apply(nodes.b, confirmed(nodes, 1)); // six are needed
        nodes.apply(nodes.b, got(readyOf(nodes.a)));
        nodes.apply(nodes.b, got(shutdownOf(nodes.a)));
        addOverANewConnection(nodes);
        const auto* added = firstOf<ch::HtlcAddedIrrevocably>(nodes.b.last_actions);
        QVERIFY(added);
        QCOMPARE(added->must_fail, ch::HtlcAddedIrrevocably::MustFail::funding_unconfirmed);
    }

    void threat31_reorganizedFunding_incomingHtlcMustFailUntilDeepAgain() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.apply(nodes.b, ch::FundingUnconfirmed{});
        QVERIFY(nodes.pay(nodes.a, {1'000'000}));
        nodes.settleDown();
        QCOMPARE(nodes.b.to_settle.at(0).must_fail, ch::HtlcAddedIrrevocably::MustFail::funding_unconfirmed);
        auto again = confirmed(nodes, 1);
        again.height = nodes.b.context.height;
        again.output = nodes.funding.outputs[again.outpoint.index];
        nodes.apply(nodes.b, again);
        QCOMPARE(nodes.b.channel.funding_height, 0U);
        nodes.addBlocks(5);
        again.depth = 6;
        nodes.apply(nodes.b, again);
        QCOMPARE(nodes.b.channel.funding_height, again.height);
        QVERIFY(nodes.pay(nodes.a, {1'000'000}));
        nodes.settleDown();
        QCOMPARE(nodes.b.to_settle.at(1).must_fail, ch::HtlcAddedIrrevocably::MustFail::no);
    }

    /// Whatever its opener did after funding_signed, a channel without funding does not stay for ever.
    void neverFunded_isForgottenInEveryPhase_data() {
        QTest::addColumn<int>("what");
        QTest::newRow("error") << 0;
        QTest::newRow("shutdown") << 1;
        QTest::newRow("shutdown, then cut") << 2;
    }
    void neverFunded_isForgottenInEveryPhase() {
        QFETCH(int, what);
        TwoNodes nodes;
        openUntil(nodes, 7);
        if (what == 0) {
            nodes.apply(nodes.b, got(ln::wire::Error{.channel_id = nodes.b.channel.id}));
            QVERIFY(isIn<ch::Closing>(nodes.b));
        } else {
            nodes.apply(nodes.b, got(shutdownOf(nodes.a)));
            QVERIFY(isIn<ch::Negotiating>(nodes.b));
        }
        if (what == 2) nodes.apply(nodes.b, ch::Disconnected{});
        QVERIFY(ch::wasNeverFunded(nodes.b.channel));
        nodes.b.context.height = nodes.b.context.header_tip = nodes.b.channel.opened_height + 2016;
        nodes.apply(nodes.b, ch::BlockHeight{});
        QVERIFY(!nodes.b.forgotten);
        ++nodes.b.context.height;
        nodes.apply(nodes.b, ch::BlockHeight{});
        QVERIFY(nodes.b.forgotten);
    }

    void openChannel_unacceptableTerm_isRefused_data() {
        QTest::addColumn<int>("term");
        const char* names[] = {"chain",        "channel_type",       "dust low",     "dust high",    "delay",
                               "reserve high", "reserve below dust", "feerate low",  "feerate high", "push",
                               "slots",        "funder too poor",    "htlc minimum", "capacity"};
        for (int i = 0; i < 14; ++i) QTest::newRow(names[i]) << i;
    }
    void openChannel_unacceptableTerm_isRefused() {
        QFETCH(int, term);
        TwoNodes nodes;
        openUntil(nodes, 1);
        auto& m = std::get<ln::wire::OpenChannel>(nodes.b.inbox.front());
        switch (term) {
        case 0:
            m.chain_hash.bytes[0] ^= 1;
            break;
        case 1:
            m.channel_type = Bytes{0x10};
            break;
        case 2:
            m.dust_limit_satoshis = {353};
            break;
        case 3:
            m.dust_limit_satoshis = {5001};
            break;
        case 4:
            m.to_self_delay = 2017;
            break;
        case 5:
            m.channel_reserve_satoshis = {200'001};
            break;
        case 6:
            m.channel_reserve_satoshis = {500};
            break;
        case 7:
            m.feerate_per_kw = {252};
            break;
        case 8:
            m.feerate_per_kw = {6001};
            break;
        case 9:
            m.push_msat = {1'000'000'001};
            break;
        case 10:
            m.max_accepted_htlcs = 484;
            break;
        case 11:
            m.push_msat = {999'000'000};
            break;
        case 12:
            m.htlc_minimum_msat = {10'001};
            break;
        default:
            m.funding_satoshis = {199'999};
            break;
        }
        nodes.deliver(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions, "SendMessage:17 ForgetChannel");
    }
};

DUPLEX_TEST(TestOpening)
#include "tst_opening.moc"
