#include "tests/support/test_main.h"

#include "core/family/bitcoin/lightning_layer.h"

using namespace duplex;
using namespace duplex::family::bitcoin;
using ledger::PartState;

namespace {

ChannelOnLayer channel(ChannelStage stage) {
    ChannelOnLayer made{.stage = stage, .connected = true};
    made.ours_msat = 500'000'500;
    made.reserve_sat = 10'000;
    made.sendable_msat = 490'000'500;
    made.receivable_msat = 300'000'000;
    return made;
}

LightningLayerFacts with(std::vector<ChannelOnLayer> channels) {
    LightningLayerFacts facts{.lower = "bip122:x", .channels = std::move(channels)};
    facts.own = {.label = ledger::Label::own, .evidence = ledger::Evidence::keys};
    return facts;
}

std::string msatOf(const api::LayerView& view, PartState state) {
    return ledger::decimalOf(ledger::sumOf(view.balance, state));
}

} // namespace

class TestLightningLayer : public QObject {
    Q_OBJECT

private slots:
    void usable_channel_keepsItsDeposit() {
        ChannelOnLayer one = channel(ChannelStage::usable);
        one.in_flight_out_msat = 7'000;
        one.in_flight_in_msat = 9'000;
        const auto view = lightningLayer(with({one}));
        QCOMPARE(msatOf(view, PartState::spendable), std::string("490000500"));
        QCOMPARE(msatOf(view, PartState::reserve), std::string("10000000"));
        QCOMPARE(msatOf(view, PartState::in_flight), std::string("7000"));
        QCOMPARE(msatOf(view, PartState::pending_in), std::string("9000"));
        QCOMPARE(view.spendable_sat, std::int64_t{490'000});
        QCOMPARE(view.receivable_sat, std::int64_t{300'000});
        QCOMPARE(view.layer.id, std::string("bip122:x/lightning"));
        QCOMPARE(view.layer.settles_on, std::string("bip122:x"));
        QCOMPARE(view.layer.decimals, 11);
        QCOMPARE(view.verified.label, ledger::Label::own);
    }

    void usable_sendsLessThanItHolds_keepsTheRest() {
        ChannelOnLayer one = channel(ChannelStage::usable);
        one.sendable_msat = 480'000'000;
        const auto view = lightningLayer(with({one}));
        QCOMPARE(view.spendable_sat, std::int64_t{480'000});
        QCOMPARE(msatOf(view, PartState::reserve), std::string("20000500"));
        QCOMPARE(view.balance_sat, std::int64_t{500'000});
    }

    void offlinePartner_isNotSpendableNow() {
        ChannelOnLayer one = channel(ChannelStage::usable);
        one.connected = false;
        const auto view = lightningLayer(with({one}));
        QCOMPARE(view.spendable_sat, std::int64_t{0});
        QCOMPARE(view.receivable_sat, std::int64_t{0});
        QCOMPARE(msatOf(view, PartState::locked_until), std::string("490000500"));
    }

    void openingAndClosing_areOnTheirWay() {
        ChannelOnLayer opening = channel(ChannelStage::awaiting_funding);
        opening.until = 120;
        ChannelOnLayer closing = channel(ChannelStage::closing);
        closing.until = 300;
        const auto view = lightningLayer(with({opening, closing, channel(ChannelStage::opening)}));
        QCOMPARE(msatOf(view, PartState::pending_in), std::string("500000500"));
        QCOMPARE(msatOf(view, PartState::pending_out), std::string("500000500"));
        QCOMPARE(view.spendable_sat, std::int64_t{0});
        QCOMPARE(view.balance.parts.front().until, std::int64_t{120});
        closing.back_in_wallet = true; // the first layer counts it: never twice
        QCOMPARE(lightningLayer(with({closing})).balance_sat, std::int64_t{0});
        closing.in_flight_out_msat = 7'000; // not decided: neither there nor here
        QCOMPARE(msatOf(lightningLayer(with({closing})), PartState::in_flight), std::string("7000"));
    }

    void fee_isKnownByOwnPaymentsOnly() {
        LightningLayerFacts facts = with({});
        QVERIFY(!lightningLayer(facts).fee_sat.has_value());
        QVERIFY(!lightningLayer(facts).confirmation_s.has_value());
        facts.payments = {{1'001, 3}, {0, 1}, {5'000, 60}};
        const auto view = lightningLayer(facts);
        QCOMPARE(*view.fee_sat, std::int64_t{2});
        QCOMPARE(*view.confirmation_s, std::int64_t{3});
    }

    void heldBack_neverAboveWhatIsThere() {
        using duplex::bitcoin::Satoshi;
        QCOMPARE(heldBack({80'000}, {50'000}), Satoshi{50'000});
        QCOMPARE(heldBack({20'000}, {50'000}), Satoshi{20'000});
        QCOMPARE(heldBack({-1}, {50'000}), Satoshi{0});
    }

    void safeAbsence_leavesAMargin() {
        QCOMPARE(safeAbsence(2'016), std::int64_t{1'728});
        QCOMPARE(safeAbsence(12), std::int64_t{6});
    }
};

DUPLEX_TEST(TestLightningLayer)
#include "tst_lightning_layer.moc"
