#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"
#include "ui/format/amount_format.h"

using namespace duplex;
using duplex::test::ModelFixture;

class TestChannelsModel : public QObject {
    Q_OBJECT

private slots:
    void snapshot_fourChannels_sumsAndBars() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        QCOMPARE(channels.channels()->count(), 4);
        QCOMPARE(ModelFixture::factOf(channels.property("sums"), QStringLiteral("You can send")),
                 QStringLiteral("1\u202f482\u202f300 sat"));
        const ui::Row& first = channels.channels()->rows().front();
        QCOMPARE(ModelFixture::cell(first, "parts").toList().size(), 4);
        QCOMPARE(ModelFixture::cell(first, "note").toString(), QStringLiteral("1 payment on the way"));
        QVERIFY(ModelFixture::cell(first, "selected").toBool());
        QCOMPARE(ModelFixture::cell(channels.channels()->rows()[2], "status").toString(),
                 QStringLiteral("Offline"));
    }
    void select_another_asksItsForecast() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        const QString third = channels.channels()->rows()[2].id;
        channels.select(third);
        QCOMPARE(fixture.session.last<api::GetForecast>()->channel_id, third.toStdString());
        QTRY_VERIFY(!channels.property("forecast").toMap().isEmpty());
        const QVariantMap detail = channels.property("detail").toMap();
        QCOMPARE(detail.value(QStringLiteral("name")).toString(), QStringLiteral("Harbour 21"));
        QVERIFY(!detail.value(QStringLiteral("canCloseTogether")).toBool());
        QVERIFY(detail.value(QStringLiteral("canCloseAlone")).toBool());
        QVERIFY(!detail.value(QStringLiteral("offline")).toString().isEmpty());
    }
    void closeAlone_wrongName_doesNothing() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        channels.closeAlone(QStringLiteral("Somebody"));
        QCOMPARE(fixture.session.count<api::CloseChannel>(), 0);
        channels.closeAlone(QStringLiteral("Kestrel"));
        QCOMPARE(fixture.session.count<api::CloseChannel>(), 1);
        QVERIFY(fixture.session.last<api::CloseChannel>()->force);
        QTRY_VERIFY(!ModelFixture::text(&channels, "message").isEmpty());
    }
    void closeAlone_ellipsisTypedAsFullStops_isTaken() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        api::ChannelsSnapshot snapshot = test::sampleChannels();
        snapshot.channels.front().node_alias = "Kest\u2026rel";
        fixture.session.publish(snapshot);
        channels.closeAlone(QStringLiteral("Kest...rel"));
        QCOMPARE(fixture.session.count<api::CloseChannel>(), 1);
    }
    void timeline_hasWhatAndWhen() {
        ModelFixture fixture;
        const QVariantList timeline =
            fixture.app.channels()->property("detail").toMap().value(QStringLiteral("timeline")).toList();
        QCOMPARE(timeline.size(), 3);
        QCOMPARE(timeline[2].toMap().value(QStringLiteral("what")).toString(), QStringLiteral("Open"));
        QVERIFY(!timeline[2].toMap().value(QStringLiteral("when")).toString().isEmpty());
    }
    void forecast_balanceStateAndLock_areAskedAnew() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        QTRY_VERIFY(!channels.property("forecast").toMap().isEmpty());
        const int before = fixture.session.count<api::GetForecast>();
        api::ChannelsSnapshot snapshot = test::sampleChannels();
        fixture.session.publish(snapshot); // nothing new
        QCOMPARE(fixture.session.count<api::GetForecast>(), before);
        snapshot.channels.front().ours_msat += 5'000'000;
        fixture.session.publish(snapshot);
        QCOMPARE(fixture.session.count<api::GetForecast>(), before + 1);
        channels.open();
        QCOMPARE(fixture.session.count<api::GetForecast>(), before + 2);
        fixture.refuse("The wallet is locked: unlock it first with walletpassphrase.");
        api::StatusSnapshot locked = test::sampleStatus();
        locked.wallet = api::WalletState::locked;
        fixture.session.publish(locked);
        QTRY_COMPARE(channels.property("forecast").toMap().value(QStringLiteral("problem")).toString(),
                     QStringLiteral("The wallet is locked. Unlock it first."));
        fixture.session.handler = test::sampleAnswer;
        fixture.session.publish(test::sampleStatus());
        QTRY_VERIFY(channels.property("forecast").toMap().contains(QStringLiteral("back")));
    }
    void forecast_takesOffCollectingAndSaysWhatAnchorsAre() {
        ModelFixture fixture;
        fixture.session.handler = [](const api::Request& request) -> api::Answer {
            if (!std::holds_alternative<api::GetForecast>(request)) return test::sampleAnswer(request);
            return api::Forecast{.outputs = {{"you", "your balance", 700'000, 720, ""},
                                             {"partner", "the partner's balance", 200'000, 1, ""},
                                             {"nobody", "anchor", 330, 0, ""},
                                             {"nobody", "anchor", 330, 0, ""}},
                                 .yours_sat = 700'000,
                                 .theirs_sat = 200'000,
                                 .commitment_fee_sat = 3'000,
                                 .claim_fee_sat = 1'000,
                                 .delay_blocks = 720};
        };
        ui::ChannelsModel& channels = *fixture.app.channels();
        channels.open();
        QTRY_COMPARE(channels.property("forecast").toMap().value(QStringLiteral("back")).toString(),
                     QStringLiteral("You get back about 699\u202f000 sat"));
        const QVariantMap forecast = channels.property("forecast").toMap();
        QCOMPARE(forecast.value(QStringLiteral("waits")).toString(),
                 QStringLiteral("Money waits 720 blocks"));
        const QVariantList outputs = forecast.value(QStringLiteral("outputs")).toList();
        QCOMPARE(outputs.size(), 3);
        QCOMPARE(outputs[1].toMap().value(QStringLiteral("words")).toString(),
                 QStringLiteral("The partner's balance"));
        QCOMPARE(outputs[2].toMap().value(QStringLiteral("words")).toString(),
                 QStringLiteral("Set aside to speed the close up"));
        QCOMPARE(outputs[2].toMap().value(QStringLiteral("amount")).toString(), QStringLiteral("660 sat"));
        QVERIFY(!forecast.value(QStringLiteral("badge")).toMap().isEmpty());
    }
    void opening_andClosing_areOnTheirWayAndHoldNoDeposit() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        api::ChannelsSnapshot snapshot = test::sampleChannels();
        snapshot.channels.resize(2);
        snapshot.channels[0].state = "CHANNELD_AWAITING_LOCKIN";
        snapshot.channels[1].state = "CLOSINGD_COMPLETE";
        std::int64_t moving = 0;
        for (api::ChannelView& view : snapshot.channels) {
            view.spendable_msat = view.receivable_msat = 0;
            moving += view.ours_msat + view.in_flight_out_msat;
        }
        fixture.session.publish(snapshot);
        const QVariant sums = channels.property("sums");
        QCOMPARE(ModelFixture::factOf(sums, QStringLiteral("On its way")), ui::msatText(moving));
        QCOMPARE(ModelFixture::factOf(sums, QStringLiteral("Held as deposit")), QStringLiteral("0 sat"));
        const QVariantList parts = ModelFixture::cell(channels.channels()->rows().front(), "parts").toList();
        QCOMPARE(parts[0].toMap().value(QStringLiteral("share")).toDouble(), 0.0);
        QVERIFY(parts[1].toMap().value(QStringLiteral("share")).toDouble() > 0);
    }
    // Agreed, but in no block: it can still be closed alone. One that closes alone already cannot.
    void agreedClose_inNoBlock_canStillBeClosedAlone() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        api::ChannelsSnapshot snapshot = test::sampleChannels();
        snapshot.channels.resize(1);
        snapshot.channels[0].closing_txid = std::string(64, 'a');
        for (const auto& [state, may] :
             {std::pair{"CLOSINGD_COMPLETE", true}, std::pair{"AWAITING_UNILATERAL", false}}) {
            snapshot.channels[0].state = state;
            fixture.session.publish(snapshot);
            const QVariantMap detail = channels.property("detail").toMap();
            QVERIFY(!detail.value(QStringLiteral("canCloseTogether")).toBool());
            QCOMPARE(detail.value(QStringLiteral("canCloseAlone")).toBool(), may);
        }
    }
    void closeTogether_neverTurnsIntoAlone() {
        ModelFixture fixture;
        fixture.app.channels()->closeTogether();
        const auto* close = fixture.session.last<api::CloseChannel>();
        QVERIFY(close != nullptr && !close->force);
        QCOMPARE(*close->unilateral_timeout_s, 0);
    }
    // A partner may take its time, or never answer: the way out alone stays open, of every channel.
    void closeTogether_partnerSilent_leavesCloseAloneOpen() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        fixture.session.handler = {};
        channels.closeTogether();
        channels.closeTogether();
        QCOMPARE(fixture.session.count<api::CloseChannel>(), 1);
        QVERIFY(channels.property("waiting").toBool());
        QVERIFY(ModelFixture::text(&channels, "message").contains(QStringLiteral("Waiting for the partner")));
        channels.open(); // the page was left and opened again
        QVERIFY(channels.property("waiting").toBool());
        api::ChannelsSnapshot snapshot = test::sampleChannels();
        fixture.session.publish(snapshot);
        QVERIFY(channels.property("waiting").toBool());
        for (api::ChannelView& view : snapshot.channels) { // the partner closed alone instead
            if (view.channel_id != channels.selected().toStdString()) continue;
            view.state = "ONCHAIN";
            view.closing_txid = std::string(64, 'a');
        }
        fixture.session.publish(snapshot);
        QVERIFY(!channels.property("waiting").toBool());
        QCOMPARE(ModelFixture::text(&channels, "message"), QString());
        fixture.session.publish(test::sampleChannels());
        channels.closeTogether();
        QCOMPARE(fixture.session.count<api::CloseChannel>(), 2);
        const QString first = channels.selected();
        channels.closeAlone(QStringLiteral("Kestrel"));
        QCOMPARE(fixture.session.count<api::CloseChannel>(), 3);
        QVERIFY(fixture.session.last<api::CloseChannel>()->force);
        QCOMPARE(fixture.session.last<api::CloseChannel>()->id, first.toStdString());
        channels.select(channels.channels()->rows()[2].id); // another channel knows nothing of it
        QVERIFY(!channels.property("waiting").toBool());
        QCOMPARE(ModelFixture::text(&channels, "message"), QString());
        channels.closeAlone(QStringLiteral("Harbour 21"));
        QCOMPARE(fixture.session.count<api::CloseChannel>(), 4);
        QCOMPARE(fixture.session.last<api::CloseChannel>()->id, channels.selected().toStdString());
    }
    void close_answered_isSaidOfItsChannel() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        const QString first = channels.selected();
        channels.closeTogether();
        const QString other = channels.channels()->rows()[1].id;
        channels.select(other);
        QTRY_VERIFY(fixture.session.count<api::CloseChannel>() == 1);
        QTRY_VERIFY(!channels.property("forecast").toMap().isEmpty());
        QCOMPARE(ModelFixture::text(&channels, "message"), QString());
        channels.closeAlone(channels.property("detail")
                                .toMap()[QStringLiteral("partner")]
                                .toMap()[QStringLiteral("typed")]
                                .toString());
        QTRY_VERIFY(ModelFixture::text(&channels, "message").startsWith(QStringLiteral("Closed alone")));
    }
    void snapshot_withoutTheSelected_selectsTheFirst() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        channels.select(channels.channels()->rows()[3].id);
        api::ChannelsSnapshot fewer = test::sampleChannels();
        fewer.channels.pop_back();
        fixture.session.publish(fewer);
        QCOMPARE(channels.selected(), channels.channels()->rows().front().id);
        fixture.session.publish(api::ChannelsSnapshot{});
        QCOMPARE(channels.channels()->count(), 0);
        QVERIFY(channels.property("detail").toMap().isEmpty());
    }
};

DUPLEX_TEST(TestChannelsModel)
#include "tst_channels_model.moc"
