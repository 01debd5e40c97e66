#include "tests/support/test_main.h"

#include "core/base/byte_reader.h"
#include "core/bitcoin/primitives/sighash.h"
#include "core/crypto/schnorr.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::bitcoin;

namespace {

QJsonDocument json(const char* name) {
    QFile file(test::vectorPath(name));
    if (!file.open(QIODevice::ReadOnly)) qFatal("no vector file %s", name);
    return QJsonDocument::fromJson(file.readAll());
}

Bytes hexBytes(const QJsonValue& value) {
    return fromHex(value.toString().toStdString()).value_or(Bytes{});
}

/// What a BIP 143 preimage says about the input it signs.
struct Preimage {
    OutPoint previous;
    Bytes script_code;
    Satoshi value;
    std::uint8_t flags = 0;
};

Preimage readPreimage(ByteView bytes) {
    ByteReader reader(bytes);
    Preimage result;
    reader.skip(4 + 32 + 32);
    result.previous = {.txid = Txid{reader.array<32>()}, .index = reader.u32le()};
    result.script_code = reader.compactBytes();
    result.value = {reader.i64le()};
    reader.skip(4 + 32 + 4);
    result.flags = static_cast<std::uint8_t>(reader.u32le());
    return result;
}

} // namespace

class TestSighash : public QObject {
    Q_OBJECT

private slots:
    void bip143_data() {
        QTest::addColumn<QStringList>("transactions");
        QTest::addColumn<QString>("preimage");
        QTest::addColumn<QString>("sighash");
        for (const QJsonValue& value : json("bips/bip0143/bip143.json").array()) {
            const QJsonObject group = value.toObject();
            QStringList transactions;
            for (const QJsonValue& hex : group["unsigned_tx"].toArray()) transactions << hex.toString();
            const QJsonArray hashes = group["sighash"].toArray();
            for (int i = 0; i < hashes.size(); ++i) {
                QTest::addRow("%s %d", qPrintable(group["title"].toString()), i)
                    << transactions << hashes[i]["preimage"].toString() << hashes[i]["sighash"].toString();
            }
        }
    }
    void bip143() {
        QFETCH(QStringList, transactions);
        QFETCH(QString, preimage);
        QFETCH(QString, sighash);
        const Preimage from = readPreimage(*fromHex(preimage.toStdString()));
        bool found = false;
        for (const QString& hex : transactions) {
            const auto transaction = decodeTransaction(*fromHex(hex.toStdString()));
            QVERIFY(transaction);
            for (std::size_t i = 0; i < transaction->inputs.size(); ++i) {
                if (transaction->inputs[i].previous != from.previous) continue;
                found = found || toHex(segwitSighash(*transaction, i, from.script_code, from.value,
                                                     from.flags)) == sighash.toStdString();
            }
        }
        QVERIFY(found);
    }

    void bip341_keyPath_data() {
        QTest::addColumn<int>("row");
        const int rows =
            int(json("bips/bip0341/wallet-test-vectors.json")["keyPathSpending"][0]["inputSpending"]
                    .toArray()
                    .size());
        for (int i = 0; i < rows; ++i) QTest::addRow("bip341 keyPathSpending %d", i) << i;
    }
    void bip341_keyPath() {
        QFETCH(int, row);
        const QJsonValue group = json("bips/bip0341/wallet-test-vectors.json")["keyPathSpending"][0];
        const auto transaction = decodeTransaction(hexBytes(group["given"]["rawUnsignedTx"]));
        QVERIFY(transaction);
        std::vector<TxOut> spent;
        for (const QJsonValue& output : group["given"]["utxosSpent"].toArray()) {
            spent.push_back({.value = {output["amountSats"].toInteger()},
                             .script_pubkey = Script{hexBytes(output["scriptPubKey"])}});
        }
        const QJsonValue input = group["inputSpending"][row];
        const auto flags = static_cast<std::uint8_t>(input["given"]["hashType"].toInt());
        const auto hash = taprootSighash(
            *transaction, static_cast<std::size_t>(input["given"]["txinIndex"].toInt()), spent, flags);
        QVERIFY(hash);
        QCOMPARE(toHex(*hash), input["intermediary"]["sigHash"].toString().toStdString());
    }

    void bip341_scriptPubKey_data() {
        QTest::addColumn<int>("row");
        const int rows = int(json("bips/bip0341/wallet-test-vectors.json")["scriptPubKey"].toArray().size());
        for (int i = 0; i < rows; ++i) QTest::addRow("bip341 scriptPubKey %d", i) << i;
    }
    void bip341_scriptPubKey() {
        QFETCH(int, row);
        const QJsonValue vector = json("bips/bip0341/wallet-test-vectors.json")["scriptPubKey"][row];
        const crypto::XOnlyPublicKey internal{toArray<32>(hexBytes(vector["given"]["internalPubkey"]))};
        const auto output =
            crypto::taprootOutputKey(internal, hexBytes(vector["intermediary"]["merkleRoot"]));
        QVERIFY(output);
        QCOMPARE(toHex(payToTaproot(output->key)),
                 vector["expected"]["scriptPubKey"].toString().toStdString());
    }

    void taproot_unknownFlagsOrNoOutput_noHash() {
        const Transaction transaction{.inputs = {TxIn{}}, .outputs = {}};
        const std::vector<TxOut> spent = {TxOut{}};
        QVERIFY(!taprootSighash(transaction, 0, spent, 0x04));
        QVERIFY(!taprootSighash(transaction, 0, spent, 0x80));
        QVERIFY(!taprootSighash(transaction, 0, spent, sighash_single));
        QVERIFY(taprootSighash(transaction, 0, spent, sighash_default));
    }
    void legacy_singleWithoutOutput_isOne() {
        const Transaction transaction{.inputs = {TxIn{}}, .outputs = {}};
        QCOMPARE(legacySighash(transaction, 0, {}, sighash_single), crypto::Hash32{1});
    }
};

DUPLEX_TEST(TestSighash)
#include "tst_sighash.moc"
