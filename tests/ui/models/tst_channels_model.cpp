#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"

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
    void closeTogether_neverTurnsIntoAlone() {
        ModelFixture fixture;
        fixture.app.channels()->closeTogether();
        const auto* close = fixture.session.last<api::CloseChannel>();
        QVERIFY(close != nullptr && !close->force);
        QCOMPARE(*close->unilateral_timeout_s, 0);
    }
    void open_withAddress_connectsThenFunds() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        channels.open(QStringLiteral(" 03aa@127.0.0.1:19735 "), QStringLiteral("500 000"), false);
        const auto* connect = fixture.session.last<api::Connect>();
        QVERIFY(connect != nullptr);
        QCOMPARE(connect->host, std::string("127.0.0.1"));
        QCOMPARE(connect->port, 19735);
        channels.open(QStringLiteral("03aa@127.0.0.1:19735"), QStringLiteral("500 000"), false);
        QTRY_COMPARE(fixture.session.count<api::FundChannel>(), 1);
        QCOMPARE(fixture.session.last<api::FundChannel>()->amount_sat, 500'000);
        QTRY_VERIFY(!ModelFixture::text(&channels, "message").isEmpty());
        QCOMPARE(fixture.session.count<api::Connect>(), 1);
    }
    void open_badInput_saysWhatToWrite() {
        ModelFixture fixture;
        ui::ChannelsModel& channels = *fixture.app.channels();
        channels.open({}, QStringLiteral("1000"), false);
        QVERIFY(ModelFixture::text(&channels, "openError").contains(QStringLiteral("node id")));
        channels.open(QStringLiteral("03aa@h:1"), QStringLiteral("much"), false);
        QVERIFY(ModelFixture::text(&channels, "openError").contains(QStringLiteral("whole sat")));
        fixture.refuse("The partner does not answer. Try again later.");
        channels.open(QStringLiteral("03aa@h:1"), QStringLiteral("1000"), false);
        QTRY_COMPARE(ModelFixture::text(&channels, "openError"),
                     QStringLiteral("The partner does not answer. Try again later."));
        QVERIFY(!channels.property("busy").toBool());
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
