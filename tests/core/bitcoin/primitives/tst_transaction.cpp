#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/transaction.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

using namespace duplex;
using namespace duplex::bitcoin;

namespace {

Bytes joined(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts) text += part;
    return *fromHex(text);
}

constexpr std::string_view zero_input = "0000000000000000000000000000000000000000000000000000000000000000"
                                        "00000000"
                                        "00"
                                        "ffffffff";
constexpr std::string_view no_output = "01"
                                       "0000000000000000"
                                       "00";

} // namespace

class TestTransaction : public QObject {
    Q_OBJECT

private slots:
    void txValid_roundTrip_data() {
        QTest::addColumn<QString>("hex");
        QFile file(test::vectorPath("bitcoin-core/tx_valid.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray rows = QJsonDocument::fromJson(file.readAll()).array();
        for (int i = 0; i < rows.size(); ++i) {
            const QJsonArray row = rows[i].toArray();
            if (row.size() == 3) QTest::addRow("tx_valid %d", i) << row[1].toString();
        }
    }
    void txValid_roundTrip() {
        QFETCH(QString, hex);
        const Bytes bytes = *fromHex(hex.toStdString());
        const auto transaction = decodeTransaction(bytes);
        QVERIFY2(transaction, transaction ? "" : textOf(transaction.error()).data());
        QCOMPARE(serialized(*transaction), bytes);
        QCOMPARE(serializedSize(*transaction), bytes.size());
        QCOMPARE(serializedSize(*transaction, Witnesses::without),
                 serialized(*transaction, Witnesses::without).size());
        QCOMPARE(*decodeTransaction(serialized(*transaction, Witnesses::without), Witnesses::without) ==
                     *transaction,
                 !transaction->hasWitness());
    }

    void txid_andWeight() {
        // BIP 143, native P2WPKH: signed transaction.
        const Bytes bytes = *fromHex("01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e"
                                     "4ad969f00000000494830450221008b9d1dc26ba6a9cb62127b02742fa9d7"
                                     "54cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489b"
                                     "c22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279"
                                     "655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb2060"
                                     "00000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac90"
                                     "93510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac00024"
                                     "7304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb13"
                                     "66d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02"
                                     "de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253"
                                     "f62fc70f07aeee635711000000");
        const auto transaction = decodeTransaction(bytes);
        QVERIFY(transaction);
        QCOMPARE(transaction->txid().reversedHex(),
                 std::string("e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609"));
        QCOMPARE(transaction->weight().value,
                 std::int64_t(3 * serialized(*transaction, Witnesses::without).size() + bytes.size()));
        QVERIFY(transaction->txid().bytes != transaction->wtxid().bytes);
        QVERIFY(!transaction->isCoinbase());
    }

    void threat11_hugeInputCount_refusedBeforeAllocation() {
        QCOMPARE(decodeTransaction(*fromHex("02000000ffffffffffffffffff")).error(), DecodeError::truncated);
        QCOMPARE(decodeTransaction(*fromHex("02000000feffffff7f00")).error(), DecodeError::truncated);
    }
    void threat11_nonMinimalCount_refused() {
        QCOMPARE(decodeTransaction(joined({"02000000fd0100", zero_input, no_output, "00000000"})).error(),
                 DecodeError::non_minimal_size);
    }
    void threat11_countInTruncatedSize_truncated() {
        QCOMPARE(decodeTransaction(*fromHex("02000000fd01")).error(), DecodeError::truncated);
    }
    void trailingByte_refused() {
        QVERIFY(decodeTransaction(joined({"0200000001", zero_input, no_output, "00000000"})));
        QCOMPARE(decodeTransaction(joined({"0200000001", zero_input, no_output, "00000000", "00"})).error(),
                 DecodeError::trailing_bytes);
    }
    void witnessFlag_otherThanOne_refused() {
        QCOMPARE(decodeTransaction(*fromHex("0200000000020000000000")).error(),
                 DecodeError::bad_witness_flag);
    }
    void superfluousWitness_refused() {
        QCOMPARE(
            decodeTransaction(joined({"02000000000101", zero_input, no_output, "00", "00000000"})).error(),
            DecodeError::superfluous_witness);
    }
    void amountBeyondAllCoins_refused() {
        const std::string_view one_over = "0140075af0750700"; // 21 million bitcoin and one satoshi
        QCOMPARE(
            decodeTransaction(joined({"0200000001", zero_input, "01", one_over, "00", "00000000"})).error(),
            DecodeError::amount_out_of_range);
    }
    void amountsTogetherBeyondAllCoins_refused() { // no sum over one transaction's outputs can overflow
        const std::string_view all = "0040075af0750700", one = "0100000000000000";
        const auto twoOutputs = [&](std::string_view first, std::string_view second) {
            return joined({"0200000001", zero_input, "02", first, "00", second, "00", "00000000"});
        };
        QVERIFY(decodeTransaction(twoOutputs(all, "0000000000000000")));
        QCOMPARE(decodeTransaction(twoOutputs(all, one)).error(), DecodeError::amount_out_of_range);
    }
    void noInputs_readableOnlyInTheOldFormat() {
        const Bytes bytes = *fromHex("0200000000"
                                     "01"
                                     "0000000000000000"
                                     "00"
                                     "00000000");
        QVERIFY(!decodeTransaction(bytes));
        const auto transaction = decodeTransaction(bytes, Witnesses::without);
        QVERIFY(transaction);
        QCOMPARE(transaction->outputs.size(), std::size_t{1});
    }
    void readTransaction_latchesTheReader() {
        const Bytes bytes = *fromHex("0200000001");
        ByteReader reader(bytes);
        QVERIFY(readTransaction(reader).inputs.empty());
        QVERIFY(!reader.ok());
    }
};

DUPLEX_TEST(TestTransaction)
#include "tst_transaction.moc"
