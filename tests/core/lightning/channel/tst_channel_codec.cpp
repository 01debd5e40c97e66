#include "tests/support/test_main.h"

#include "core/lightning/channel/channel_codec.h"
#include "tests/support/two_nodes.h"

#include <QFile>

using namespace duplex;
using namespace duplex::test;

namespace {

/// HTLCs in both directions, settled ones, removals on their way, a fee, revoked commitments.
TwoNodes eventful() {
    TwoNodes nodes;
    nodes.openNormal();
    for (int i = 0; i < 3; ++i) {
        nodes.pay(nodes.a, {20'000'000});
        nodes.pay(nodes.b, {7'000'000});
        nodes.settleDown();
    }
    nodes.fulfill(nodes.b, 0);
    nodes.fail(nodes.a, 1);
    nodes.apply(nodes.a, ch::UpdateFee{.feerate = {800}});
    nodes.runScheduled(nodes.a);
    nodes.deliver(nodes.b);
    return nodes;
}

QString goldenPath(const char* name) {
    return vectorPath("../golden/lightning/") + QString::fromLatin1(name);
}

} // namespace

class TestChannelCodec : public QObject {
    Q_OBJECT

private slots:
    void storedChannel_everyVersion_loadsForEver_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("version 1, normal") << "channel_v1_normal.hex";
        QTest::newRow("version 1, closing") << "channel_v1_closing.hex";
    }
    void storedChannel_everyVersion_loadsForEver() {
        QFETCH(QString, file);
        TwoNodes nodes = eventful();
        if (file.contains("closing")) nodes.apply(nodes.a, ch::ForceCloseRequested{});
        const Bytes made = ch::encodeChannel(nodes.a.channel);
        QFile golden(goldenPath(qPrintable(file)));
        if (!golden.exists() && qEnvironmentVariableIsSet("DUPLEX_WRITE_GOLDEN")) {
            QVERIFY(golden.open(QIODevice::WriteOnly));
            golden.write(toHex(made).c_str());
            golden.close();
        }
        QVERIFY(golden.open(QIODevice::ReadOnly));
        const auto blob = fromHex(golden.readAll().trimmed().toStdString());
        QVERIFY(blob.has_value());
        const auto loaded = ch::decodeChannel(*blob);
        QVERIFY(loaded.has_value());
        QCOMPARE(loaded->commitments, nodes.a.channel.commitments);
        QCOMPARE(loaded->phase, nodes.a.channel.phase);
        QVERIFY(ch::encodeChannel(*loaded) == *blob);
        QVERIFY(made == *blob);
    }

    void decode_cutBlob_isMalformed() {
        const TwoNodes nodes = eventful();
        const Bytes blob = ch::encodeChannel(nodes.a.channel);
        for (std::size_t size = 1; size < blob.size(); size += 37)
            QCOMPARE(ch::decodeChannel(ByteView(blob).first(size)).error(), ch::ChannelCodecError::malformed);
        Bytes longer = blob;
        longer.push_back(0);
        QCOMPARE(ch::decodeChannel(longer).error(), ch::ChannelCodecError::malformed);
    }

    void decode_newerVersion_isRefused() {
        QCOMPARE(ch::decodeChannel(Bytes{2}).error(), ch::ChannelCodecError::unknown_version);
        QCOMPARE(ch::decodeChannel({}).error(), ch::ChannelCodecError::unknown_version);
    }
};

DUPLEX_TEST(TestChannelCodec)
#include "tst_channel_codec.moc"
