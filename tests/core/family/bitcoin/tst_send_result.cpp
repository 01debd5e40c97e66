#include "tests/support/golden.h"
#include "tests/support/test_main.h"

#include "core/base/byte_writer.h"
#include "core/family/bitcoin/send_result.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

api::SendReply sent() {
    return {.txid = std::string(64, 'a'),
            .transaction = {1, 2, 3},
            .amount_sat = 1'000'000,
            .fee_sat = 282,
            .feerate_sat_per_kvb = 2'001,
            .weight = 561,
            .change_sat = 3'999'718,
            .left_sat = 3'999'718,
            .sent_to_peers = 8,
            .expected_s = 600,
            .fee_reason = "median of recent blocks",
            .fee_verified = {.label = ledger::Label::reported,
                             .evidence = ledger::Evidence::block,
                             .height = 976'412,
                             .time = 1'764'000'000,
                             .k = 2,
                             .n = 3}};
}

/// As releases before wrote it.
Bytes firstVersion() {
    const api::SendReply reply = sent();
    return ByteWriter()
        .u8(1)
        .compactBytes(viewOf(reply.txid))
        .compactBytes(reply.transaction)
        .i64le(reply.amount_sat)
        .i64le(reply.fee_sat)
        .i64le(reply.weight)
        .i64le(reply.change_sat)
        .take();
}

} // namespace

class TestSendResult : public QObject {
    Q_OBJECT

private slots:
    void result_goldenBlob_readsAsWritten() {
        const Bytes made = encodedSendResult(sent());
        QCOMPARE(toHex(test::golden("family/send_result_v2.hex", made)), toHex(made));
        const auto read = decodedSendResult(made);
        QVERIFY(read.has_value());
        QCOMPARE(read->fee_reason, sent().fee_reason);
        QVERIFY(read->fee_verified == sent().fee_verified);
        QCOMPARE(read->sent_to_peers, 8);
        QVERIFY(read->expected_s == sent().expected_s);
        QCOMPARE(toHex(encodedSendResult(*read)), toHex(made));
    }

    void result_firstVersion_isReadForEver() {
        const Bytes old = test::golden("family/send_result_v1.hex", firstVersion());
        QCOMPARE(toHex(old), toHex(firstVersion()));
        const auto read = decodedSendResult(old);
        QVERIFY(read.has_value());
        QCOMPARE(read->txid, sent().txid);
        QCOMPARE(read->fee_sat, std::int64_t{282});
        QCOMPARE(read->feerate_sat_per_kvb, std::int64_t{282 * 4000 / 561});
        QVERIFY(read->fee_reason.empty());
    }

    void result_cutOrNewer_isNone() {
        const Bytes made = encodedSendResult(sent());
        for (std::size_t size = 0; size < made.size(); ++size)
            QVERIFY(!decodedSendResult(ByteView(made).first(size)));
        Bytes newer = made;
        newer.front() = 3;
        QVERIFY(!decodedSendResult(newer));
        Bytes longer = made;
        longer.push_back(0);
        QVERIFY(!decodedSendResult(longer));
    }
};

DUPLEX_TEST(TestSendResult)
#include "tst_send_result.moc"
