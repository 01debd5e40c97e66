#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/block.h"
#include "core/bitcoin/script/interpreter.h"
#include "core/bitcoin/script/sha1.h"
#include "core/crypto/schnorr.h"
#include "tests/core/bitcoin/script/vectors.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::script;

namespace {

QByteArray fileBytes(const char* name) {
    QFile file(test::vectorPath(name));
    if (!file.open(QIODevice::ReadOnly)) qFatal("no vector file %s", name);
    return file.readAll();
}

QJsonArray rows(const char* name) {
    return QJsonDocument::fromJson(fileBytes(name)).array();
}
Bytes hexBytes(const QJsonValue& value) {
    return fromHex(value.toString().toStdString()).value_or(Bytes{});
}

/// A row of script_tests.json with its scripts ready to run.
struct ScriptRow {
    Witness witness;
    Satoshi value;
    Script script_sig;
    Script script_pubkey;
    Flags flags = verify_none;
    QString result;
};

/// Rows with "#SCRIPT# words" want the leaf, its control block and output key worked out (internal key:
/// Core's NUMS point).
void fillTaprootWords(const QJsonArray& witness, ScriptRow& row, QString& script_pubkey) {
    const auto internal =
        *crypto::XOnlyPublicKey::fromHex("50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0");
    Bytes leaf;
    for (qsizetype i = 0; i + 1 < witness.size(); ++i) {
        const QString item = witness[i].toString();
        if (item.startsWith("#SCRIPT#")) leaf = test::scriptFromWords(item.mid(8)).bytes;
    }
    ByteWriter writer;
    const crypto::Hash32 leaf_hash = crypto::taggedHash("TapLeaf", writer.u8(0xc0).compactBytes(leaf).view());
    const auto output = crypto::taprootOutputKey(internal, leaf_hash);
    for (qsizetype i = 0; i + 1 < witness.size(); ++i) {
        const QString item = witness[i].toString();
        if (item.startsWith("#SCRIPT#")) row.witness[std::size_t(i)] = leaf;
        if (item == "#CONTROLBLOCK#")
            row.witness[std::size_t(i)] =
                concat({Bytes{std::uint8_t(0xc0 + (output->odd_y ? 1 : 0))}, internal});
    }
    script_pubkey.replace("#TAPROOTOUTPUT#", "0x" + QString::fromStdString(output->key.hex()));
}

ScriptRow readRow(QJsonArray fields) {
    ScriptRow row;
    QJsonArray witness;
    if (fields[0].isArray()) {
        witness = fields[0].toArray();
        fields.removeFirst();
        for (qsizetype i = 0; i + 1 < witness.size(); ++i) row.witness.push_back(hexBytes(witness[i]));
        row.value = {qRound64(witness.last().toDouble() * 1e8)};
    }
    QString script_pubkey = fields[1].toString();
    if (script_pubkey.contains("#TAPROOTOUTPUT#")) fillTaprootWords(witness, row, script_pubkey);
    row.script_sig = test::scriptFromWords(fields[0].toString());
    row.script_pubkey = test::scriptFromWords(script_pubkey);
    row.flags = test::withNeededFlags(test::flagsFromNames(fields[2].toString()));
    row.result = fields[3].toString();
    return row;
}

Transaction creditOf(const ScriptRow& row) {
    return {.version = 1,
            .inputs = {TxIn{
                .previous = {.txid = {}, .index = 0xffffffff}, .script_sig = Script{{0, 0}}, .witness = {}}},
            .outputs = {TxOut{.value = row.value, .script_pubkey = row.script_pubkey}}};
}

Transaction spendOf(const ScriptRow& row) {
    return {.version = 1,
            .inputs = {TxIn{.previous = {.txid = creditOf(row).txid(), .index = 0},
                            .script_sig = row.script_sig,
                            .witness = row.witness}},
            .outputs = {TxOut{.value = row.value, .script_pubkey = {}}}};
}

TxOut readOutput(const Bytes& bytes) {
    ByteReader reader(bytes);
    const Satoshi value{reader.i64le()};
    return {.value = value, .script_pubkey = Script{reader.compactBytes()}};
}

} // namespace

class TestInterpreter : public QObject {
    Q_OBJECT

private slots:
    void scriptTests_data() {
        QTest::addColumn<QJsonArray>("fields");
        const QJsonArray all = rows("bitcoin-core/script_tests.json");
        for (qsizetype i = 0; i < all.size(); ++i) {
            const QJsonArray fields = all[i].toArray();
            if (fields.size() >= 4)
                QTest::addRow("script_tests %d %s", int(i), qPrintable(fields.last().toString().left(60)))
                    << fields;
        }
    }
    void scriptTests() {
        QFETCH(QJsonArray, fields);
        const ScriptRow row = readRow(fields);
        const auto verified = verifyScript(spendOf(row), 0, {creditOf(row).outputs[0]}, row.flags);
        const QString result =
            verified ? QString("OK") : QString::fromUtf8(coreNameOf(verified.error()).data());
        QCOMPARE(result, row.result);
    }

    void txValid_data() {
        QTest::addColumn<QJsonArray>("fields");
        const QJsonArray all = rows("bitcoin-core/tx_valid.json");
        for (qsizetype i = 0; i < all.size(); ++i) {
            const QJsonArray fields = all[i].toArray();
            if (fields.size() == 3) QTest::addRow("tx_valid %d", int(i)) << fields;
        }
    }
    void txValid() {
        QFETCH(QJsonArray, fields);
        const auto transaction = decodeTransaction(hexBytes(fields[1]));
        QVERIFY(transaction);
        std::map<OutPoint, TxOut> coins;
        for (const QJsonValue& value : fields[0].toArray()) {
            const QJsonArray coin = value.toArray();
            const OutPoint outpoint{.txid = *Txid::fromReversedHex(coin[0].toString().toStdString()),
                                    .index = std::uint32_t(coin[1].toInteger())};
            coins[outpoint] = {.value = {coin.size() > 3 ? coin[3].toInteger() : 0},
                               .script_pubkey = test::scriptFromWords(coin[2].toString())};
        }
        std::vector<TxOut> spent;
        for (const TxIn& input : transaction->inputs) spent.push_back(coins.at(input.previous));
        Flags flags = standard_flags & ~test::flagsFromNames(fields[2].toString());
        if (!(flags & verify_p2sh)) flags &= ~verify_witness;
        if (!(flags & verify_witness)) flags &= ~verify_cleanstack;
        for (std::size_t i = 0; i < transaction->inputs.size(); ++i) {
            const auto verified = verifyScript(*transaction, i, spent, flags);
            QVERIFY2(verified, verified ? "" : coreNameOf(verified.error()).data());
        }
    }

    void taprootAssets_data() {
        QTest::addColumn<QJsonObject>("row");
        const QJsonArray all = rows("bitcoin-core/taproot_script_assets_0-7.json");
        for (qsizetype i = 0; i < all.size(); ++i) {
            const QJsonObject row = all[i].toObject();
            QTest::addRow("%s %s", qPrintable(row["name"].toString()), qPrintable(row["comment"].toString()))
                << row;
        }
    }
    void taprootAssets() {
        QFETCH(QJsonObject, row);
        auto transaction = decodeTransaction(hexBytes(row["tx"]));
        QVERIFY(transaction);
        std::vector<TxOut> spent;
        for (const QJsonValue& output : row["prevouts"].toArray())
            spent.push_back(readOutput(hexBytes(output)));
        const Flags flags = test::flagsFromNames(row["flags"].toString());
        const auto index = static_cast<std::size_t>(row["index"].toInt());
        for (const char* outcome : {"success", "failure"}) {
            if (!row.contains(QLatin1String(outcome))) continue;
            const QJsonObject spend = row[QLatin1String(outcome)].toObject();
            transaction->inputs[index].script_sig = Script{hexBytes(spend["scriptSig"])};
            transaction->inputs[index].witness.clear();
            for (const QJsonValue& item : spend["witness"].toArray())
                transaction->inputs[index].witness.push_back(hexBytes(item));
            const auto verified = verifyScript(*transaction, index, spent, flags);
            QVERIFY2(verified.has_value() == (std::string_view(outcome) == "success"),
                     verified ? "verified" : coreNameOf(verified.error()).data());
        }
    }

    void realBlock_everyInputVerifies() {
        const QByteArray raw = fileBytes("blocks/testnet3_1087400.raw");
        const auto block = decodeBlock(Bytes(raw.begin(), raw.end()));
        QVERIFY(block);
        std::vector<TxOut> spent;
        for (const QJsonValue& output : rows("blocks/testnet3_1087400_spent_outputs.json")) {
            spent.push_back({.value = {output["value"].toInteger()},
                             .script_pubkey = Script{hexBytes(output["script"])}});
        }
        std::size_t next = 0;
        for (std::size_t t = 1; t < block->transactions.size(); ++t) {
            const Transaction& transaction = block->transactions[t];
            QVERIFY(next + transaction.inputs.size() <= spent.size());
            const auto from = spent.begin() + static_cast<std::ptrdiff_t>(next);
            const std::vector<TxOut> own(from, from + static_cast<std::ptrdiff_t>(transaction.inputs.size()));
            next += transaction.inputs.size();
            for (std::size_t i = 0; i < own.size(); ++i)
                QVERIFY(verifyScript(transaction, i, own, consensus_flags & ~verify_taproot));
        }
        QCOMPARE(next, spent.size());
    }

    void sha1_fips180() {
        QCOMPARE(toHex(sha1(viewOf("abc"))), std::string("a9993e364706816aba3e25717850c26c9cd0d89d"));
        QCOMPARE(toHex(sha1({})), std::string("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
        QCOMPARE(toHex(sha1(viewOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
                 std::string("84983e441c3bd26ebaae4aa1f95129e5e54670f1"));
    }
};

DUPLEX_TEST(TestInterpreter)
#include "tst_interpreter.moc"
