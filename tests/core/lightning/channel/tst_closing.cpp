#include "tests/support/test_main.h"

#include "core/lightning/channel/closed_channel.h"
#include "core/lightning/commitment/closing_tx.h"
#include "core/lightning/commitment/scripts.h"
#include "tests/support/action_names.h"
#include "tests/support/two_nodes.h"

using namespace duplex;
using namespace duplex::test;

namespace {

ch::CloseRequested closeRequest(const TestNode& node) {
    return {.request = {9}, .script = node.context.payout_script};
}
ch::Outcome with(const TestNode& node, const ch::Event& event) {
    return ch::advance(node.channel, event, node.context);
}

const ch::Closing& closingOf(const TestNode& node) {
    return std::get<ch::Closing>(node.channel.phase);
}
bitcoin::Transaction commitmentOf(const TestNode& node) {
    return *ch::signedLocalCommitment(node.channel.terms, node.channel.commitments, node.context.signer);
}

/// As LND: no fee_range in any closing_signed.
void withoutRanges(TestNode& node) {
    for (auto& message : node.inbox)
        if (auto* closing = std::get_if<ln::wire::ClosingSigned>(&message)) closing->fee_range.reset();
}

/// As LND builds it: each output by the limit of its owner.
ln::commitment::ClosingTerms termsOf(TwoNodes& nodes, TestNode& node, bitcoin::Satoshi fee) {
    const ch::Channel& channel = node.channel;
    return {.to_local = channel.commitments.local_balance,
            .to_remote = channel.commitments.remote_balance,
            .local_script = node.context.payout_script,
            .remote_script = nodes.other(node).context.payout_script,
            .fee = fee,
            .local_dust_limit = channel.terms.parameters.local.dust_limit,
            .remote_dust_limit = channel.terms.parameters.remote.dust_limit};
}
bitcoin::Satoshi feeAt(TwoNodes& nodes, bitcoin::FeeratePerKw feerate) {
    return feerate.feeCeil(ln::commitment::closingWeight(termsOf(nodes, nodes.a, {})));
}

/// LND in the place of one node, with its keys: chancloser.go, calcCompromiseFee. No fee_range.
struct Lnd {
    TwoNodes& nodes;
    TestNode& node;
    bitcoin::Satoshi ideal;
    std::int64_t last = 0;

    ln::wire::ClosingSigned signedAt(bitcoin::Satoshi fee) {
        const auto& parameters = node.channel.terms.parameters;
        const auto closing = ln::commitment::buildClosing(parameters, termsOf(nodes, node, fee));
        const auto script = ln::commitment::fundingScript(parameters.local.keys.funding_pubkey,
                                                          parameters.remote.keys.funding_pubkey);
        const auto signature = node.context.signer.signClosing(
            ln::commitment::closingSpend(*closing, script, parameters.capacity));
        return {.channel_id = node.channel.id, .fee_satoshis = fee, .signature = *signature};
    }
    ln::wire::ClosingSigned answerTo(std::int64_t offered) {
        const bool accepted =
            offered == ideal.value || (last != 0 && (offered > last ? offered <= last + last * 3 / 10
                                                                    : offered >= last - last * 3 / 10));
        if (accepted)
            last = offered;
        else if (last == 0)
            last = ideal.value;
        else
            last = offered < last ? last * 9 / 10 : last * 11 / 10;
        return signedAt({last});
    }
    /// From `begin`, or from our offer; until the other end needs no answer.
    void negotiate(std::optional<ln::wire::ClosingSigned> begin) {
        TestNode& us = nodes.other(node);
        for (int i = 0; i < 60; ++i) {
            if (!begin) {
                if (node.inbox.empty()) return;
                const auto offer = std::get<ln::wire::ClosingSigned>(node.inbox.front());
                node.inbox.pop_front();
                begin = answerTo(offer.fee_satoshis.value);
            }
            nodes.apply(us, ch::MessageReceived{.message = *std::exchange(begin, std::nullopt)});
        }
    }
};

bitcoin::Satoshi paidBy(const ch::Channel& channel, const bitcoin::Transaction& closing) {
    bitcoin::Satoshi fee = channel.terms.parameters.capacity;
    for (const bitcoin::TxOut& output : closing.outputs) fee -= output.value;
    return fee;
}

} // namespace

class TestClosing : public QObject {
    Q_OBJECT

private slots:
    void wholeClose_everyStep_hasItsActions() {
        TwoNodes nodes;
        nodes.openNormal();
        TestNode &a = nodes.a, &b = nodes.b;
        nodes.apply(b, closeRequest(b));
        COMPARE_ACTIONS(b.last_actions, "Reply SendMessage:38 BalanceChanged");
        nodes.deliver(a);
        COMPARE_ACTIONS(a.last_actions, "SendMessage:38 BalanceChanged SendMessage:39");
        nodes.deliver(b);
        COMPARE_ACTIONS(b.last_actions, "");
        nodes.deliver(b);
        COMPARE_ACTIONS(b.last_actions,
                        "SendMessage:39 PublishTransaction ResolveOnChain StoreBackup BalanceChanged");
        nodes.deliver(a);
        COMPARE_ACTIONS(a.last_actions, "PublishTransaction ResolveOnChain StoreBackup BalanceChanged");
        QCOMPARE(a.published.back().txid(), b.published.back().txid());
        nodes.apply(a, ch::FundingSpent{.transaction = b.published.back(), .height = 1010});
        COMPARE_ACTIONS(a.last_actions, "ResolveOnChain");
        nodes.apply(a, ch::ChannelResolved{});
        COMPARE_ACTIONS(a.last_actions, "ChannelArchived StoreBackup BalanceChanged");
        QVERIFY(std::holds_alternative<ch::Closed>(a.channel.phase));
    }

    void close_withHtlcInFlight_drainsFirst() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.settleDown();
        nodes.apply(nodes.a, closeRequest(nodes.a));
        nodes.settleDown();
        QVERIFY(std::holds_alternative<ch::ShuttingDown>(nodes.a.channel.phase));
        QVERIFY(!nodes.pay(nodes.a, {1'000'000}));
        QVERIFY(!nodes.pay(nodes.b, {1'000'000}));
        nodes.fulfill(nodes.b, 0);
        nodes.settleDown();
        QVERIFY(std::holds_alternative<ch::Closing>(nodes.a.channel.phase));
        QVERIFY(std::holds_alternative<ch::Closing>(nodes.b.channel.phase));
    }

    void close_cutAnywhere_agreesAfterwards_data() {
        QTest::addColumn<int>("cut");
        QTest::addColumn<bool>("restart");
        for (int cut = 0; cut < 4; ++cut)
            for (const bool restart : {false, true})
                QTest::addRow("cut after %d%s", cut, restart ? ", restart" : "") << cut << restart;
    }
    void close_cutAnywhere_agreesAfterwards() {
        QFETCH(int, cut);
        QFETCH(bool, restart);
        TwoNodes nodes;
        nodes.openNormal();
        nodes.apply(nodes.a, closeRequest(nodes.a));
        for (int i = 0; i < cut; ++i) nodes.deliver(nodes.b) || nodes.deliver(nodes.a);
        restart ? nodes.restart(nodes.a) : nodes.cut();
        nodes.connect();
        nodes.settleDown();
        QVERIFY(std::holds_alternative<ch::Closing>(nodes.b.channel.phase));
        const bitcoin::Transaction agreed = nodes.b.published.back();
        if (cut == 3) { // the last signature was lost: the other end has published, and the chain tells
            QVERIFY(std::holds_alternative<ch::ShuttingDown>(nodes.a.channel.phase));
            nodes.apply(nodes.a, ch::FundingSpent{.transaction = agreed, .height = 1010});
        } else {
            QCOMPARE(nodes.a.published.back().txid(), agreed.txid());
        }
        const auto* closing = std::get_if<ch::Closing>(&nodes.a.channel.phase);
        QVERIFY(closing && closing->kind == ch::CloseKind::mutual);
    }

    void closingSigned_withoutRange_endsInAgreement_data() {
        QTest::addColumn<int>("funder_rate");
        QTest::addColumn<int>("fundee_lowest");
        QTest::newRow("funder inside the fundee's range") << 1000 << 253;
        QTest::newRow("funder below the fundee's range") << 300 << 500;
        QTest::newRow("far apart") << 260 << 515;
    }
    void closingSigned_withoutRange_endsInAgreement() {
        QFETCH(int, funder_rate);
        QFETCH(int, fundee_lowest);
        TwoNodes nodes;
        nodes.openNormal();
        nodes.a.context.feerates.closing = {funder_rate};
        nodes.b.context.feerates.closing_lowest = {fundee_lowest};
        nodes.apply(nodes.a, closeRequest(nodes.a));
        for (int i = 0; i < 60; ++i) {
            withoutRanges(nodes.a);
            withoutRanges(nodes.b);
            if (!nodes.deliver(nodes.b) && !nodes.deliver(nodes.a)) break;
        }
        const auto* closing = std::get_if<ch::Closing>(&nodes.a.channel.phase);
        QVERIFY(closing && closing->kind == ch::CloseKind::mutual);
        QCOMPARE(nodes.a.published.back().txid(), nodes.b.published.back().txid());
    }

    /// It comes nearer by a tenth in each round and takes what is within 30 %: our last offer stands until
    /// then.
    void closingSigned_ofLndFarAbove_endsAtTheEndOfOurRange() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.a.context.feerates.closing = {300};
        const bitcoin::Satoshi ours = feeAt(nodes, {300});
        nodes.apply(nodes.a, closeRequest(nodes.a));
        nodes.deliver(nodes.b);
        nodes.deliver(nodes.a);
        Lnd{nodes, nodes.b, {ours.value * 4}}.negotiate(std::nullopt);
        const auto* closing = std::get_if<ch::Closing>(&nodes.a.channel.phase);
        QVERIFY(closing && closing->kind == ch::CloseKind::mutual);
        QCOMPARE(paidBy(nodes.a.channel, *closing->transaction).value, ours.value * 2);
    }
    void closingSigned_ofLndFarBelow_endsAtTheEndOfOurRange() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.b.context.feerates.closing_lowest = {1000};
        const bitcoin::Satoshi least = feeAt(nodes, {1000});
        nodes.apply(nodes.b, closeRequest(nodes.b));
        nodes.deliver(nodes.a);
        nodes.deliver(nodes.b);
        QVERIFY(std::holds_alternative<ch::Negotiating>(nodes.b.channel.phase));
        nodes.b.inbox.clear(); // not LND's
        Lnd lnd{nodes, nodes.a, {least.value / 2}};
        lnd.negotiate(lnd.answerTo(0));
        const auto* closing = std::get_if<ch::Closing>(&nodes.b.channel.phase);
        QVERIFY(closing && closing->kind == ch::CloseKind::mutual);
        QCOMPARE(paidBy(nodes.b.channel, *closing->transaction), least);
    }
    /// The user and his patience decide about closing alone.
    void closingSigned_neverAgreed_warnsAfterTwentyRounds() {
        TwoNodes nodes;
        nodes.openNormal();
        TestNode& a = nodes.a;
        nodes.apply(a, closeRequest(a));
        nodes.deliver(nodes.b);
        nodes.deliver(a);
        Lnd stubborn{nodes, nodes.b, {}};
        const auto offer = stubborn.signedAt({feeAt(nodes, {10'000})});
        for (int i = 1; i < a.context.policy.closing_rounds; ++i) {
            nodes.apply(a, ch::MessageReceived{.message = offer});
            COMPARE_ACTIONS(a.last_actions, "SendMessage:39");
        }
        nodes.apply(a, ch::MessageReceived{.message = offer});
        COMPARE_ACTIONS(a.last_actions, "SendMessage:1 DisconnectPeer");
        QVERIFY(std::holds_alternative<ch::Negotiating>(a.channel.phase));
    }

    /// LND looks at that form only.
    void closingSigned_outputIsDustForUsOnly_hasTheOutput() {
        TwoNodes nodes({.pushed = {400'000}});
        nodes.b.context.policy.dust_limit = {354};
        nodes.openNormal();
        nodes.apply(nodes.a, closeRequest(nodes.a));
        nodes.deliver(nodes.b);
        nodes.deliver(nodes.a);
        const auto& parameters = nodes.b.channel.terms.parameters;
        QCOMPARE(parameters.local.dust_limit, bitcoin::Satoshi{354});
        const auto offer = std::get<ln::wire::ClosingSigned>(nodes.b.inbox.front());
        const auto form =
            ln::commitment::buildClosing(parameters, termsOf(nodes, nodes.b, offer.fee_satoshis));
        QCOMPARE(form->outputs.size(), std::size_t{2});
        const auto script = ln::commitment::fundingScript(parameters.local.keys.funding_pubkey,
                                                          parameters.remote.keys.funding_pubkey);
        const auto digest =
            bitcoin::segwitSighash(*form, 0, script, parameters.capacity, bitcoin::sighash_all);
        QVERIFY(crypto::verify(digest, offer.signature, parameters.remote.keys.funding_pubkey));
        nodes.settleDown();
        QCOMPARE(closingOf(nodes.a).transaction->outputs.size(), std::size_t{2});
    }

    void closingSigned_noOverlap_warns() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.a.context.feerates.closing = {253};
        nodes.b.context.feerates.closing_lowest = {2000};
        nodes.apply(nodes.a, closeRequest(nodes.a));
        nodes.deliver(nodes.b);
        nodes.deliver(nodes.a);
        nodes.deliver(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions, "SendMessage:1 DisconnectPeer");
    }

    void closingSigned_badSignature_forceCloses() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.apply(nodes.a, closeRequest(nodes.a));
        nodes.deliver(nodes.b);
        nodes.deliver(nodes.a);
        std::get<ln::wire::ClosingSigned>(nodes.b.inbox.front()).signature.bytes[3] ^= 1;
        nodes.deliver(nodes.b);
        COMPARE_ACTIONS(nodes.b.last_actions,
                        "SendMessage:17 PublishTransaction ResolveOnChain Alarm StoreBackup BalanceChanged");
    }

    void shutdown_otherThanUpfront_warns() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.b.channel.remote_upfront_script = nodes.b.context.payout_script;
        const ln::wire::Shutdown message{.channel_id = nodes.b.channel.id,
                                         .scriptpubkey = nodes.a.context.payout_script};
        COMPARE_ACTIONS(with(nodes.b, ch::MessageReceived{.message = message}).actions,
                        "SendMessage:1 DisconnectPeer");
        const ln::wire::Shutdown legacy{.channel_id = nodes.b.channel.id,
                                        .scriptpubkey = bitcoin::payToScriptHash({})};
        COMPARE_ACTIONS(with(nodes.a, ch::MessageReceived{.message = legacy}).actions,
                        "SendMessage:1 DisconnectPeer");
    }

    void forceClose_withHtlcs_isForecastKnownAndPunishable() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.pay(nodes.b, {10'000'000});
        nodes.settleDown();
        const auto forecast = ch::forceCloseForecast(nodes.a.channel, nodes.a.context.signer);
        QCOMPARE(forecast.offered_htlcs.value, 20'000);
        QCOMPARE(forecast.received_htlcs.value, 10'000);
        QCOMPARE(forecast.delay, 2016u);
        QCOMPARE(forecast.to_us.value, 700'000 - 20'000 - 660 - forecast.commitment_fee.value);
        nodes.pay(nodes.a, {30'000'000});
        nodes.settleDown();
        nodes.forceCloseAndCheck(nodes.a);
        COMPARE_ACTIONS(nodes.b.last_actions, "ResolveOnChain Alarm StoreBackup BalanceChanged");
        // A preimage after the close still goes to the resolver.
        nodes.fulfill(nodes.b, 0);
        COMPARE_ACTIONS(nodes.b.last_actions, "Reply ResolveOnChain");
        QCOMPARE(ch::knownPreimages(nodes.b.channel).received.size(), std::size_t{1});
        nodes.restart(nodes.a);
        COMPARE_ACTIONS(nodes.a.last_actions, "PublishTransaction WatchOutput ResolveOnChain");
        nodes.apply(nodes.a, ch::FundingSpent{.transaction = nodes.a.published.back(), .height = 1010});
        nodes.apply(nodes.a, ch::FundingUnspent{});
        COMPARE_ACTIONS(nodes.a.last_actions, "PublishTransaction ResolveOnChain");
    }

    /// What we want and publish stands by itself: a spend that a reorganization took out again leaves none of
    /// its marks.
    void fundingUnspent_afterTheirCommitment_closesByOurs_data() {
        QTest::addColumn<bool>("forced");
        QTest::newRow("we had closed") << true;
        QTest::newRow("we had not") << false;
    }
    void fundingUnspent_afterTheirCommitment_closesByOurs() {
        QFETCH(bool, forced);
        TwoNodes nodes;
        nodes.openNormal();
        nodes.pay(nodes.a, {20'000'000});
        nodes.settleDown();
        TestNode &a = nodes.a, &b = nodes.b;
        if (forced) nodes.apply(a, ch::ForceCloseRequested{.request = {1}});
        nodes.apply(a, ch::FundingSpent{.transaction = commitmentOf(b), .height = 1010});
        QVERIFY(closingOf(a).kind == ch::CloseKind::remote_force);
        const std::size_t published = a.published.size();
        nodes.apply(a, ch::FundingUnspent{});
        COMPARE_ACTIONS(a.last_actions, "PublishTransaction ResolveOnChain");
        QCOMPARE(a.published.size(), published + 1);
        QCOMPARE(a.published.back().txid(), commitmentOf(a).txid());
        QVERIFY(closingOf(a).kind == ch::CloseKind::local_force && !closingOf(a).spend);
        QVERIFY(a.closedFacts().local_close == ln::onchain::LocalClose::wanted);
        nodes.restart(a);
        COMPARE_ACTIONS(a.last_actions, "PublishTransaction WatchOutput ResolveOnChain");
    }
    /// R5: not a commitment that may be revoked, whether the peer or the chain itself has proven it.
    void fundingUnspent_ofStaleChannel_publishesNothing() {
        for (const bool told : {true, false}) {
            TwoNodes nodes;
            nodes.openNormal();
            const ch::Channel old = nodes.a.channel;
            for (int i = 0; i < 2; ++i) {
                nodes.pay(nodes.a, {20'000'000});
                nodes.settleDown();
            }
            TestNode& a = nodes.a;
            a.channel = old;
            if (told) a.channel.standing = ch::Standing::stale;
            nodes.apply(a, ch::FundingSpent{.transaction = commitmentOf(nodes.b), .height = 1010});
            nodes.apply(a, ch::FundingUnspent{});
            COMPARE_ACTIONS(a.last_actions, "ResolveOnChain");
            QVERIFY(closingOf(a).kind == ch::CloseKind::remote_force && !closingOf(a).transaction);
            QVERIFY(a.closedFacts().local_close == ln::onchain::LocalClose::forbidden);
            QVERIFY(a.channel.standing == ch::Standing::stale);
        }
    }
    void fundingUnspent_afterAnAgreedClose_publishesItAgain() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.apply(nodes.b, closeRequest(nodes.b));
        for (int i = 0; i < 2; ++i) {
            nodes.deliver(nodes.a);
            nodes.deliver(nodes.b);
        }
        nodes.deliver(nodes.b);
        const bitcoin::Transaction agreed = nodes.b.published.back();
        nodes.cut(); // b's last signature was lost
        nodes.apply(nodes.a, ch::FundingSpent{.transaction = agreed, .height = 1010});
        QVERIFY(closingOf(nodes.a).kind == ch::CloseKind::mutual);
        nodes.apply(nodes.a, ch::FundingUnspent{});
        COMPARE_ACTIONS(nodes.a.last_actions, "PublishTransaction ResolveOnChain");
        QVERIFY(nodes.a.published.back() == agreed);
        QVERIFY(closingOf(nodes.a).kind == ch::CloseKind::mutual);
        QVERIFY(nodes.a.closedFacts().local_close == ln::onchain::LocalClose::forbidden);
    }

    /// A fee that was agreed on a quiet day keeps the close out of every block of a busy one.
    void forceClose_ofAnAgreedCloseInNoBlock_publishesOurCommitment() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.apply(nodes.b, closeRequest(nodes.b));
        nodes.settleDown();
        TestNode &a = nodes.a, &b = nodes.b;
        QVERIFY(closingOf(a).kind == ch::CloseKind::mutual && closingOf(b).kind == ch::CloseKind::mutual);
        const bitcoin::Transaction agreed = *closingOf(a).transaction;
        ch::Channel stale = a.channel;
        stale.standing = ch::Standing::stale;
        COMPARE_ACTIONS(ch::advance(stale, ch::ForceCloseRequested{.request = {1}}, a.context).actions,
                        "Reply:error");

        nodes.apply(a, ch::ForceCloseRequested{.request = {1}});
        COMPARE_ACTIONS(
            a.last_actions,
            "Reply SendMessage:17 PublishTransaction ResolveOnChain Alarm StoreBackup BalanceChanged");
        QCOMPARE(a.published.back().txid(), commitmentOf(a).txid());
        QVERIFY(closingOf(a).kind == ch::CloseKind::local_force);
        QVERIFY(a.closedFacts().local_close == ln::onchain::LocalClose::wanted);
        nodes.deliver(b);
        COMPARE_ACTIONS(b.last_actions, ""); // it holds the agreed one
        nodes.apply(a, ch::ForceCloseRequested{.request = {2}});
        COMPARE_ACTIONS(a.last_actions, "Reply:error");
        nodes.restart(a);
        COMPARE_ACTIONS(a.last_actions, "PublishTransaction WatchOutput ResolveOnChain");
        QCOMPARE(a.published.back().txid(), commitmentOf(a).txid());

        // Whichever confirms decides.
        const auto kindAfter = [&](const bitcoin::Transaction& spend) {
            const auto next = with(a, ch::FundingSpent{.transaction = spend, .height = 1010}).next;
            return std::get<ch::Closing>(next.phase).kind;
        };
        QVERIFY(kindAfter(commitmentOf(a)) == ch::CloseKind::local_force);
        QVERIFY(kindAfter(commitmentOf(b)) == ch::CloseKind::remote_force);
        QVERIFY(kindAfter(agreed) == ch::CloseKind::mutual);
        nodes.apply(a, ch::FundingSpent{.transaction = agreed, .height = 1010});
        QVERIFY(
            std::holds_alternative<ln::onchain::MutualClose>(ln::onchain::classify(a.closedFacts(), agreed)));
        nodes.apply(a, ch::ForceCloseRequested{.request = {3}});
        COMPARE_ACTIONS(a.last_actions, "Reply:error");
        nodes.apply(a, ch::FundingUnspent{});
        QCOMPARE(a.published.back().txid(), commitmentOf(a).txid()); // the wish stands

        // One that is in a block needs no other.
        nodes.apply(b, ch::FundingSpent{.transaction = agreed, .height = 1010});
        nodes.apply(b, ch::ForceCloseRequested{.request = {4}});
        COMPARE_ACTIONS(b.last_actions, "Reply:error");
    }

    /// The peer's `error` came before the funding, and that confirmed after all: what was pushed is in it.
    void fundingConfirmed_whileClosing_isNotForgotten() {
        TwoNodes nodes;
        nodes.open();
        TestNode& b = nodes.b;
        const ch::FundingConfirmed late{.outpoint = b.channel.terms.parameters.funding,
                                        .output = nodes.funding.outputs.front(),
                                        .height = 1005,
                                        .depth = 1,
                                        .scid = ln::ShortChannelId::of(1005, 1, 0)};
        b.channel.phase = ch::AwaitingFunding{};
        b.channel.funding_height = 0;
        b.channel.scid.reset();
        nodes.apply(b, ch::MessageReceived{.message = ln::wire::Error{.channel_id = b.channel.id}});
        QVERIFY(closingOf(b).kind == ch::CloseKind::local_force);
        QVERIFY(ch::wasNeverFunded(b.channel));
        ch::FundingConfirmed wrong = late;
        wrong.output.value.value -= 1;
        QVERIFY(with(b, wrong).next == b.channel);
        nodes.apply(b, late);
        COMPARE_ACTIONS(b.last_actions, "PublishTransaction BalanceChanged");
        QCOMPARE(b.channel.funding_height, 1005u);
        nodes.apply(b, late);
        COMPARE_ACTIONS(b.last_actions, "");
        nodes.restart(b);
        b.context.height = b.context.header_tip = b.channel.opened_height + 2017;
        nodes.apply(b, ch::BlockHeight{});
        QVERIFY(!b.forgotten);
        nodes.apply(b, ch::FundingUnconfirmed{});
        QCOMPARE(b.channel.funding_height, 0u);
        nodes.apply(b, ch::BlockHeight{}); // it may come again
        QVERIFY(!b.forgotten);
    }

    void reestablish_afterForceClose_getsTheErrorAgain() {
        TwoNodes nodes;
        nodes.openNormal();
        nodes.cut();
        nodes.apply(nodes.a, ch::ForceCloseRequested{.request = {1}});
        COMPARE_ACTIONS(nodes.a.last_actions,
                        "Reply PublishTransaction ResolveOnChain Alarm StoreBackup BalanceChanged");
        nodes.connect();
        nodes.deliver(nodes.a);
        COMPARE_ACTIONS(nodes.a.last_actions, "SendMessage:17");
    }
};

DUPLEX_TEST(TestClosing)
#include "tst_closing.moc"
