#include "tests/support/golden.h"

#include "core/family/bitcoin/move_planner.h"

using namespace duplex;
using namespace duplex::family::bitcoin;
using ledger::StepState;

namespace {

MoveLabels labels() {
    return {
        .own =
            [] { return ledger::Verified{.label = ledger::Label::own, .evidence = ledger::Evidence::keys}; },
        .fee = [] { return ledger::Verified{.label = ledger::Label::reported}; },
        .at =
            [](std::int64_t height) {
                return ledger::Verified{.label = ledger::Label::proved_recent,
                                        .evidence = ledger::Evidence::block,
                                        .height = height};
            }};
}

MoveMoment moment() {
    MoveMoment now{.lower = "bip122:x", .upper = "bip122:x/lightning", .now = 1'000, .pace_s = 600};
    now.feerate = duplex::bitcoin::FeeratePerKw{1'000};
    now.has_keys = now.unlocked = now.synced = true;
    return now;
}

OpenFacts opening() {
    OpenFacts facts{.amount = {500'000}, .peer_id = "02aa", .reachable = true};
    facts.confirmed = {1'000'000};
    facts.reserve_needed = {50'000};
    facts.opening_fee = duplex::bitcoin::Satoshi{700};
    return facts;
}

CloseFacts closing(MoveRoute route) {
    CloseFacts facts{.route = route, .channel_id = "cc", .peer_id = "02aa"};
    facts.wanted = {300'000};
    facts.balance = {300'000};
    facts.opened_by_us = facts.connected = facts.established = true;
    facts.commitment_fee = {300};
    facts.claim_fee = {900};
    facts.lost_to_dust = {354};
    facts.delay_blocks = 144;
    return facts;
}

crypto::PublicKey someKey() {
    return crypto::publicKey(*crypto::PrivateKey::fromBytes(ByteArray<32>{1}));
}

MoveRecord record(MoveRoute route) {
    MoveRecord made{.id = {1, 2, 3}, .route = route, .amount = {500'000}};
    made.fee = {{"opening transaction", 700}, {"closing later, at today's price", 900}};
    made.feerate = {1'000};
    made.started = unixTime(1'700'000'000);
    made.started_height = 100;
    made.peer = someKey();
    made.endpoint = io::Endpoint{.host = "127.0.0.1", .port = 9735};
    made.channel = ln::ChannelId{{7}};
    made.transaction = duplex::bitcoin::Txid{{8}};
    made.transaction_height = 103;
    made.was_usable = true;
    made.end = MoveEnd::done;
    made.failure = "No coins moved: example.";
    return made;
}

/// A record as it stands right after the start.
MoveRecord fresh(MoveRoute route) {
    MoveRecord made = record(route);
    made.transaction.reset();
    made.transaction_height = 0;
    made.was_usable = false;
    made.end = MoveEnd::running;
    made.failure.clear();
    if (route == MoveRoute::open) made.channel.reset();
    return made;
}

std::string states(const ledger::Move& move) {
    std::string text;
    for (const ledger::MoveStep& step : move.steps) text += nameOf(step.state).front();
    return text + " " + std::string(nameOf(move.state));
}

std::string statesAt(const MoveRecord& record, const MoveFacts& facts) {
    return states(moveOf(record, facts, moment(), labels()));
}

} // namespace

class TestMovePlanner : public QObject {
    Q_OBJECT

private slots:
    // --- the stored row ---

    void move_goldenBlob_readsAsWritten() {
        const Bytes made = encodedMove(record(MoveRoute::open));
        QCOMPARE(toHex(test::golden("family/move_v1.hex", made)), toHex(made));
        const auto read = decodedMove(made);
        QVERIFY(read.has_value());
        QCOMPARE(*read, record(MoveRoute::open));
    }

    void move_leastRow_roundTrips() {
        MoveRecord least = fresh(MoveRoute::close_alone);
        least.endpoint.reset();
        least.channel.reset();
        QCOMPARE(*decodedMove(encodedMove(least)), least);
    }

    void move_cutOrForeignRow_isRefused() {
        const Bytes made = encodedMove(record(MoveRoute::close));
        for (std::size_t size = 0; size < made.size(); ++size)
            QVERIFY(!decodedMove(ByteView(made).first(size)));
        Bytes newer = made;
        newer[0] = 2;
        QVERIFY(!decodedMove(newer));
        Bytes longer = made;
        longer.push_back(0);
        QVERIFY(!decodedMove(longer));
    }

    // --- prices ---

    void openQuote_pricesBothTransactions() {
        const auto quote = openQuote(opening(), moment(), labels());
        QVERIFY2(quote.available, quote.why_not.c_str());
        QCOMPARE(quote.fee.parts.size(), std::size_t{2});
        QCOMPARE(quote.fee.parts[0], (ledger::FeePart{"opening transaction", 700}));
        QCOMPARE(quote.fee.parts[1].amount_sat, closingFee({1'000}).value);
        QCOMPARE(quote.fee.total_sat, 700 + closingFee({1'000}).value);
        QCOMPARE(quote.confirmations, 3);
        QCOMPARE(quote.delay_s, std::int64_t{1'800});
        QCOMPARE(quote.expires_at, std::int64_t{1'060});
        QCOMPARE(quote.locked_sat, std::int64_t{500'000});
        QCOMPARE(quote.fee.verified.label, ledger::Label::reported);
        OpenFacts large = opening();
        large.amount = {2'000'000};
        QCOMPARE(openQuote(large, moment(), labels()).confirmations, 6);
    }

    void openQuote_refusal_saysWhy_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("word");
        for (const auto& [change, word] : {std::pair{"small", "at least 200,000 sat"},
                                           {"large", "at most 50,000,000 sat"},
                                           {"poor", "Not enough confirmed coins"},
                                           {"no selection", "Not enough confirmed coins"},
                                           {"locked", "locked"},
                                           {"no keys", "locked"},
                                           {"syncing", "catching up"},
                                           {"stale", "stale"},
                                           {"few sources", "Too few independent"},
                                           {"nobody", "No Lightning node is connected"},
                                           {"unreachable", "No address"},
                                           {"no price", "Too few full blocks"},
                                           {"busy", "already"}})
            QTest::newRow(change) << change << word;
    }
    void openQuote_refusal_saysWhy() {
        QFETCH(QString, change);
        QFETCH(QString, word);
        OpenFacts facts = opening();
        MoveMoment now = moment();
        if (change == "small") facts.amount = {199'999};
        if (change == "large") facts.amount = {50'000'001};
        if (change == "poor") facts.confirmed = {550'699};
        if (change == "no selection") facts.opening_fee.reset();
        if (change == "locked") now.unlocked = false;
        if (change == "no keys") now.has_keys = false;
        if (change == "syncing") now.synced = false;
        if (change == "stale") now.stale = true;
        if (change == "few sources") now.few_sources = true;
        if (change == "nobody") facts.peer_id.clear();
        if (change == "unreachable") facts.reachable = false;
        if (change == "no price") now.feerate.reset();
        if (change == "busy") now.frozen_by_move = true;
        const auto quote = openQuote(facts, now, labels());
        QVERIFY(!quote.available);
        QVERIFY2(quote.why_not.find(word.toStdString()) != std::string::npos, quote.why_not.c_str());
    }

    void openQuote_exactlyEnough_isAvailable() {
        OpenFacts facts = opening();
        facts.confirmed = {500'000 + 50'000 + 700};
        QVERIFY(openQuote(facts, moment(), labels()).available);
    }

    void closeQuote_together_costsOneTransactionOfTheOpener() {
        const auto ours = closeQuote(closing(MoveRoute::close), moment(), labels());
        QVERIFY(ours.available);
        QCOMPARE(ours.fee.total_sat, closingFee({1'000}).value);
        QCOMPARE(ours.confirmations, 1);
        CloseFacts theirs = closing(MoveRoute::close);
        theirs.opened_by_us = false;
        QCOMPARE(closeQuote(theirs, moment(), labels()).fee.total_sat, std::int64_t{0});
    }

    void closeQuote_alone_hasItsStatedPriceAndDelay() {
        const auto quote = closeQuote(closing(MoveRoute::close_alone), moment(), labels());
        QVERIFY(quote.available);
        QCOMPARE(quote.route, std::string("close-alone"));
        QCOMPARE(quote.fee.total_sat, std::int64_t{300 + 900 + 354});
        QCOMPARE(quote.confirmations, 146);
        QCOMPARE(quote.delay_s, std::int64_t{146 * 600});
    }

    void closeQuote_partnerAway_onlyAlone() {
        CloseFacts facts = closing(MoveRoute::close);
        facts.connected = false;
        QVERIFY(!closeQuote(facts, moment(), labels()).available);
        facts.route = MoveRoute::close_alone;
        QVERIFY(closeQuote(facts, moment(), labels()).available);
    }

    void closeQuote_moreThanTheChannelHolds_isRefused() {
        CloseFacts facts = closing(MoveRoute::close);
        facts.wanted = {300'001};
        QVERIFY(closeQuote(facts, moment(), labels()).why_not.find("300,000 sat") != std::string::npos);
        facts.wanted = {10};
        const auto quote = closeQuote(facts, moment(), labels());
        QCOMPARE(quote.amount_sat, std::int64_t{300'000}); // the whole channel
        QVERIFY(quote.risk.find("whole balance") != std::string::npos);
    }

    // --- steps ---

    void open_steps_followTheChainAndRollBack() {
        MoveRecord move = fresh(MoveRoute::open);
        MoveFacts facts{.height = 100, .now = 1'000, .pace_s = 600};
        QCOMPARE(statesAt(move, facts), std::string("rwww running"));
        move.channel = ln::ChannelId{{7}};
        facts.stage = ChannelStage::awaiting_funding;
        facts.funding = duplex::bitcoin::Txid{{8}};
        facts.minimum_depth = 3;
        facts.opened_height = 100;
        QCOMPARE(statesAt(move, facts), std::string("ddrw running"));
        const auto waiting = moveOf(move, facts, moment(), labels());
        QCOMPARE(waiting.steps[2].deadline_height, std::int64_t{2'116});
        QVERIFY(!waiting.steps[2].lost_if_missed.empty());
        QCOMPARE(waiting.steps[2].earliest_s, std::int64_t{1'000 + 3 * 600});
        QCOMPARE(waiting.locked_sat, std::int64_t{500'000});
        facts.funding_height = 101;
        facts.height = 102;
        const auto two = moveOf(move, facts, moment(), labels());
        QCOMPARE(two.steps[2].state, StepState::running);
        QCOMPARE(two.steps[2].earliest_s, std::int64_t{1'600});
        QCOMPARE(two.steps[2].deadline_height, std::int64_t{0});
        QCOMPARE(two.steps[2].verified.height, std::int64_t{101});
        facts.height = 103;
        facts.stage = ChannelStage::awaiting_ready;
        QCOMPARE(statesAt(move, facts), std::string("dddr running"));
        facts.stage = ChannelStage::usable;
        QCOMPARE(statesAt(move, facts), std::string("dddd done"));
        QVERIFY(remember(move, facts, StepState::done));
        // A reorganisation takes the opening out of the chain: the channel stays, the step comes back.
        facts.funding_height = 0;
        QCOMPARE(statesAt(move, facts), std::string("ddrw running"));
        QVERIFY(remember(move, facts, StepState::running));
        QCOMPARE(move.end, MoveEnd::running);
        QCOMPARE(move.transaction_height, 0U);
        facts.funding_height = 104;
        facts.height = 106;
        QCOMPARE(statesAt(move, facts), std::string("dddd done"));
    }

    void open_doneLongAgo_staysDoneWithoutItsChannel() {
        MoveRecord move = record(MoveRoute::open);
        move.failure.clear();
        QCOMPARE(statesAt(move, MoveFacts{.height = 9'000}), std::string("dddd done"));
        MoveFacts closed{.stage = ChannelStage::closed, .height = 9'000};
        closed.funding = move.transaction;
        closed.funding_height = 103;
        closed.minimum_depth = 3;
        QCOMPARE(statesAt(move, closed), std::string("dddd done"));
    }

    void open_failure_beginsWithTheMoney() {
        MoveRecord move = fresh(MoveRoute::open);
        move.failure = "No coins moved: the partner could not be reached.";
        move.end = MoveEnd::failed;
        const auto failed = moveOf(move, MoveFacts{.height = 100}, moment(), labels());
        QCOMPARE(states(failed), std::string("fwww failed"));
        QCOMPARE(failed.locked_sat, std::int64_t{0});
        MoveRecord agreed = fresh(MoveRoute::open);
        agreed.channel = ln::ChannelId{{7}};
        MoveFacts facts{.stage = ChannelStage::closed, .height = 100};
        QVERIFY(moveOf(agreed, facts, moment(), labels()).failure.starts_with("No coins moved"));
        facts.funding_height = 90;
        QVERIFY(moveOf(agreed, facts, moment(), labels()).failure.starts_with("Your coins are back"));
        facts.stage = ChannelStage::closing;
        QVERIFY(moveOf(agreed, facts, moment(), labels()).failure.starts_with("Your coins are on their way"));
    }

    void open_actualFee_replacesTheQuotedOne() {
        MoveFacts facts{.stage = ChannelStage::awaiting_funding, .height = 100};
        facts.paid_fee = duplex::bitcoin::Satoshi{650};
        const auto move = moveOf(fresh(MoveRoute::open), facts, moment(), labels());
        QCOMPARE(move.fee.total_sat, std::int64_t{650 + 900});
    }

    /// Partners agree on another fee than was asked for; the figure outlives the channel.
    void close_actualFee_replacesTheQuotedOne() {
        MoveRecord move = fresh(MoveRoute::close);
        move.fee = {{"closing transaction", 300}};
        MoveFacts facts{.stage = ChannelStage::closing, .height = 200};
        facts.closing = duplex::bitcoin::Txid{{9}};
        facts.paid_fee = duplex::bitcoin::Satoshi{550};
        QCOMPARE(moveOf(move, facts, moment(), labels()).fee.total_sat, std::int64_t{550});
        QVERIFY(remember(move, facts, StepState::running));
        const MoveFacts archived{.stage = ChannelStage::closed, .height = 5'000};
        QCOMPARE(moveOf(move, archived, moment(), labels()).fee.total_sat, std::int64_t{550});
    }

    void close_together_steps() {
        MoveRecord move = fresh(MoveRoute::close);
        MoveFacts facts{.stage = ChannelStage::agreeing_close, .height = 200, .now = 1'000, .pace_s = 600};
        QCOMPARE(statesAt(move, facts), std::string("rwww running"));
        facts.stage = ChannelStage::closing;
        facts.closing = facts.payout = duplex::bitcoin::Txid{{9}};
        QCOMPARE(statesAt(move, facts), std::string("ddrw running"));
        facts.closing_height = facts.payout_height = 200;
        QCOMPARE(statesAt(move, facts), std::string("dddd done"));
        QVERIFY(remember(move, facts, StepState::done));
        facts.closing_height = facts.payout_height = 0; // reorganised
        QCOMPARE(statesAt(move, facts), std::string("ddrw running"));
        QVERIFY(remember(move, facts, StepState::running));
        QCOMPARE(move.end, MoveEnd::running);
        QCOMPARE(move.transaction_height, 0U);
    }

    void close_alone_waitsForItsDelayAndSweep() {
        MoveRecord move = fresh(MoveRoute::close_alone);
        MoveFacts facts{.stage = ChannelStage::closing, .height = 200, .now = 1'000, .pace_s = 600};
        facts.closing = duplex::bitcoin::Txid{{9}};
        facts.by_commitment = true;
        facts.waits_blocks = 12;
        facts.nearest_expiry = 230;
        QCOMPARE(statesAt(move, facts), std::string("drww running"));
        facts.closing_height = 200;
        QCOMPARE(statesAt(move, facts), std::string("ddrw running"));
        const auto waiting = moveOf(move, facts, moment(), labels());
        QCOMPARE(waiting.steps[2].deadline_height, std::int64_t{230});
        QCOMPARE(waiting.steps[2].earliest_s, std::int64_t{1'000 + 12 * 600});
        facts.height = 212;
        QCOMPARE(statesAt(move, facts), std::string("dddr running"));
        facts.payout = duplex::bitcoin::Txid{{10}};
        QCOMPARE(statesAt(move, facts), std::string("dddr running"));
        facts.payout_height = 213;
        facts.height = 213;
        QCOMPARE(statesAt(move, facts), std::string("dddd done"));
    }

    void close_alone_nothingToSweep_endsWithTheChannel() {
        MoveFacts facts{.stage = ChannelStage::closed, .height = 300};
        facts.closing = duplex::bitcoin::Txid{{9}};
        facts.closing_height = 200;
        facts.waits_blocks = 12;
        QCOMPARE(statesAt(fresh(MoveRoute::close_alone), facts), std::string("dddd done"));
    }
};

DUPLEX_TEST(TestMovePlanner)
#include "tst_move_planner.moc"
