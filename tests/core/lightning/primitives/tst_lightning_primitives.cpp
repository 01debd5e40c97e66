#include "tests/support/test_main.h"

#include "core/lightning/primitives/channel_type.h"
#include "core/lightning/primitives/features.h"
#include "core/lightning/primitives/milli_satoshi.h"
#include "core/lightning/primitives/short_channel_id.h"

using namespace duplex;
using namespace duplex::lightning;

class TestLightningPrimitives : public QObject {
    Q_OBJECT

private slots:
    void shortChannelId_text_roundTrips() {
        const auto id = shortChannelIdFromText("539268x845x1");
        QVERIFY(id);
        QCOMPARE(id->block(), 539268u);
        QCOMPARE(id->transaction(), 845u);
        QCOMPARE(id->output(), std::uint16_t{1});
        QCOMPARE(textOf(*id), std::string("539268x845x1"));
    }

    void shortChannelId_badText_refused_data() {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"", "1x2", "1x2x3x4", "1x2x65536", "16777216x0x0", "-1x0x0", "1x2x", "1 x2x3", "axbxc"})
            QTest::newRow(text[0] ? text : "empty") << QString(text);
    }
    void shortChannelId_badText_refused() {
        QFETCH(QString, text);
        QVERIFY(!shortChannelIdFromText(text.toStdString()));
    }

    void features_bytes_shortestForm() {
        QCOMPARE(toHex(Features{}.bytes()), std::string());
        QCOMPARE(toHex(Features{}.must(Feature::static_remotekey).bytes()), std::string("1000"));
        QCOMPARE(Features::fromBytes(*fromHex("00001000"))->bytes(), *fromHex("1000"));
        QCOMPARE(toHex(ourInvoiceFeatures().bytes()), std::string("024100"));
    }

    void threat73_features_over1024Bytes_refused() {
        QVERIFY(Features::fromBytes(Bytes(1024, 0xff)));
        QVERIFY(!Features::fromBytes(Bytes(1025, 0)));
    }

    void features_unknownCompulsory_named() {
        Features theirs = ourInitFeatures();
        QVERIFY(!theirs.firstUnknownCompulsory(ourInitFeatures()));
        theirs.may(Feature::zeroconf);
        QVERIFY(!theirs.firstUnknownCompulsory(ourInitFeatures()));
        theirs.must(Feature::dual_fund);
        QCOMPARE(theirs.firstUnknownCompulsory(ourInitFeatures()), std::optional<int>(28));
        // Compulsory for them, optional for us: known.
        QVERIFY(!Features{}.must(Feature::anchors).firstUnknownCompulsory(ourInitFeatures()));
    }

    void channelType_onlyAnchorsWithOrWithoutAlias() {
        QCOMPARE(toHex(encoded(ChannelType{})), std::string("401000"));
        QCOMPARE(toHex(encoded(ChannelType{.scid_alias = true})), std::string("400000401000"));
        QCOMPARE(channelTypeFromBytes(*fromHex("401000")), std::optional(ChannelType{}));
        QCOMPARE(channelTypeFromBytes(*fromHex("400000401000")),
                 std::optional(ChannelType{.scid_alias = true}));
        for (const char* other :
             {"", "1000", "101000", "801000", "04000000401000", "100000000000000000000000000000401000"})
            QVERIFY2(!channelTypeFromBytes(*fromHex(other)), other);
    }

    void milliSatoshi_fromPeer_bounded() {
        QVERIFY(checkedMilliSatoshi(2'100'000'000'000'000'000ULL));
        QVERIFY(!checkedMilliSatoshi(2'100'000'000'000'000'001ULL));
        QVERIFY(!checkedMilliSatoshi(~0ULL));
        QCOMPARE(MilliSatoshi{1999}.satoshiFloor().value, std::int64_t{1});
    }
};

DUPLEX_TEST(TestLightningPrimitives)
#include "tst_lightning_primitives.moc"
