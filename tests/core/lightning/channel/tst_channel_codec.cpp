#include "tests/support/golden.h"

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

    void settledPayments_leaveTheRow_andStayPunishable() {
        TwoNodes nodes;
        nodes.openNormal();
        const auto payBoth = [&](std::int64_t msat) {
            const auto settle = [&](TestNode& node) {
                while (!node.to_settle.empty()) nodes.fulfill(node, node.to_settle.begin()->first);
            };
            nodes.pay(nodes.a, {msat});
            nodes.pay(nodes.b, {msat});
            nodes.settleDown();
            settle(nodes.a);
            settle(nodes.b);
            nodes.settleDown();
        };
        payBoth(1'000'000);
        const std::size_t row = nodes.a.stored.size();
        const std::uint64_t old = nodes.a.channel.commitments.remote_number - 2;
        for (std::int64_t i = 0; i < 20; ++i) payBoth(2'000'000 + i);
        QVERIFY(nodes.a.channel.commitments.revoked_htlcs.empty());
        QVERIFY(nodes.a.stored.size() < row + 40 * 32); // forty HTLCs and their secrets: less than that
        QCOMPARE(nodes.a.revoked_rows.size(), std::size_t{42});
        const auto revoked = ch::revokedCommitment(nodes.a.channel, nodes.a.archive(), old);
        QVERIFY(!revoked.htlcs.empty());
        for (const auto& htlc : revoked.htlcs) QCOMPARE(htlc.amount.value, 1'000'000);
        nodes.forceCloseAndCheck(nodes.b); // with the sample of old commitments
    }

    void revokedHtlc_row_loadsForEver() {
        const ch::RevokedHtlc htlc{.first = 3,
                                   .last = 70'000,
                                   .htlc = {.direction = ln::commitment::HtlcDirection::received,
                                            .id = 12,
                                            .amount = {5'000'001},
                                            .payment_hash = {ByteArray<32>{1, 2, 3}},
                                            .cltv_expiry = {800'000}}};
        const Bytes made = ch::encodeRevokedHtlc(htlc);
        QCOMPARE(golden("lightning/revoked_htlc_v1.hex", made), made);
        QCOMPARE(*ch::decodeRevokedHtlc(made), htlc);
        for (std::size_t size = 1; size < made.size(); ++size)
            QVERIFY(!ch::decodeRevokedHtlc(ByteView(made).first(size)));
        QCOMPARE(ch::decodeRevokedHtlc(Bytes{9}).error(), ch::ChannelCodecError::unknown_version);
        const ln::ChannelId channel{ByteArray<32>{7}};
        QVERIFY(std::ranges::equal(ByteView(ch::keyOf(channel, htlc)).first(32), ByteView(channel)));
    }

    void decode_newerVersion_isRefused() {
        QCOMPARE(ch::decodeChannel(Bytes{2}).error(), ch::ChannelCodecError::unknown_version);
        QCOMPARE(ch::decodeChannel({}).error(), ch::ChannelCodecError::unknown_version);
    }
};

DUPLEX_TEST(TestChannelCodec)
#include "tst_channel_codec.moc"
