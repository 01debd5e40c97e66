#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"

using namespace duplex;
using duplex::test::ModelFixture;

class TestNetworkModel : public QObject {
    Q_OBJECT

private slots:
    void nodes_searched_asksOncePerPause() {
        ModelFixture fixture;
        ui::NetworkModel& network = *fixture.app.network();
        network.open();
        QTRY_COMPARE(network.nodes()->count(), 12);
        QVERIFY(ModelFixture::text(&network, "countText").contains(QStringLiteral("16\u202f204")));
        network.setSearch(QStringLiteral("k"));
        network.setSearch(QStringLiteral("ke"));
        network.setSearch(QStringLiteral("kes"));
        QTRY_COMPARE(fixture.session.count<api::ListNodes>(), 2);
        QCOMPARE(fixture.session.last<api::ListNodes>()->search, std::string("kes"));
    }
    void node_selected_showsWhatItSaysAboutItself() {
        ModelFixture fixture;
        ui::NetworkModel& network = *fixture.app.network();
        network.open();
        QTRY_COMPARE(network.nodes()->count(), 12);
        const QString id = network.nodes()->rows().front().id;
        network.select(id);
        const QVariantMap detail = network.property("detail").toMap();
        QCOMPARE(detail.value(QStringLiteral("uri")).toString(), id + QStringLiteral("@203.0.113.1:9735"));
        QCOMPARE(detail.value(QStringLiteral("badge")).toMap().value(QStringLiteral("shape")).toString(),
                 QStringLiteral("dashed"));
        network.channelsOf(id);
        QTRY_COMPARE(network.channels()->count(), 13);
        QCOMPARE(fixture.session.last<api::ListChannels>()->source, id.toStdString());
    }
    void shortId_searched_asksForThatChannel() {
        ModelFixture fixture;
        ui::NetworkModel& network = *fixture.app.network();
        network.setTab(1);
        network.setSearch(QStringLiteral("810x3x1"));
        QTRY_VERIFY(fixture.session.last<api::ListChannels>() != nullptr &&
                    fixture.session.last<api::ListChannels>()->short_channel_id == "810x3x1");
    }
    void search_local_findsYoursBeforeTheNetwork() {
        ModelFixture fixture;
        ui::SearchModel& search = *fixture.app.search();
        search.setText(QStringLiteral("Kestrel"));
        QVERIFY(search.results()->count() >= 2);
        QCOMPARE(ModelFixture::cell(search.results()->rows().front(), "page").toString(),
                 QStringLiteral("channels"));
        search.setText(QStringLiteral("976411"));
        QTRY_COMPARE(ModelFixture::cell(search.results()->rows().front(), "page").toString(),
                     QStringLiteral("blocks"));
        QCOMPARE(ModelFixture::cell(search.results()->rows().front(), "section").toString(),
                 QStringLiteral("On the network, asks peers"));
    }
};

DUPLEX_TEST(TestNetworkModel)
#include "tst_network_model.moc"
