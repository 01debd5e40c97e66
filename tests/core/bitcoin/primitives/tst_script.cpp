#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/script.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::bitcoin;

class TestScript : public QObject {
    Q_OBJECT

private slots:
    void decodescript_data() {
        QTest::addColumn<QString>("hex");
        QTest::addColumn<QString>("assembly");
        QTest::addColumn<QString>("type");
        QFile file(test::vectorPath("bitcoin-core/rpc_decodescript.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        for (const QJsonValue& value : QJsonDocument::fromJson(file.readAll()).array()) {
            const QJsonObject expected = value.toArray()[1].toObject();
            const QString hex = value.toArray()[0].toString();
            QTest::addRow("rpc_decodescript %s", qPrintable(hex))
                << hex << expected["asm"].toString() << expected["type"].toString();
        }
    }
    void decodescript() {
        QFETCH(QString, hex);
        QFETCH(QString, assembly);
        QFETCH(QString, type);
        const Bytes script = *fromHex(hex.toStdString());
        QCOMPARE(disassemble(script), assembly.toStdString());
        QCOMPARE(coreNameOf(kindOf(script)), std::string_view(type.toStdString()));
    }

    void numbers_data() {
        QTest::addColumn<qint64>("value");
        QTest::addColumn<QString>("hex");
        QTest::newRow("0") << qint64(0) << "";
        QTest::newRow("1") << qint64(1) << "01";
        QTest::newRow("-1") << qint64(-1) << "81";
        QTest::newRow("127") << qint64(127) << "7f";
        QTest::newRow("128") << qint64(128) << "8000";
        QTest::newRow("-255") << qint64(-255) << "ff80";
        QTest::newRow("2^31-1") << qint64(2147483647) << "ffffff7f";
        QTest::newRow("2^39") << (qint64(1) << 39) << "000000008000";
    }
    void numbers() {
        QFETCH(qint64, value);
        QFETCH(QString, hex);
        QCOMPARE(toHex(scriptNumber(value)), hex.toStdString());
        QCOMPARE(*numberOf(scriptNumber(value), 8), value);
        QVERIFY(isMinimalNumber(scriptNumber(value)));
    }
    void numbers_paddedOrTooLong() {
        QVERIFY(!isMinimalNumber(*fromHex("00")));
        QVERIFY(!isMinimalNumber(*fromHex("0100")));
        QVERIFY(!isMinimalNumber(*fromHex("80")));
        QVERIFY(isMinimalNumber(*fromHex("ff00")));
        QVERIFY(!numberOf(*fromHex("0000000001")));
    }

    void builder_pushesMinimally() {
        QCOMPARE(toHex(ScriptBuilder()
                           .push(*fromHex("05"))
                           .push(*fromHex("81"))
                           .push({})
                           .push(*fromHex("11"))
                           .take()),
                 std::string("554f000111"));
        QCOMPARE(toHex(ScriptBuilder().number(16).number(17).number(-1).number(144).take()),
                 std::string("6001114f029000"));
        for (const std::size_t length : {75u, 76u, 255u, 256u, 65535u, 65536u}) {
            const Script script = ScriptBuilder().push(Bytes(length, 7)).take();
            const auto operations = operationsOf(script);
            QVERIFY(operations);
            QCOMPARE(operations->size(), std::size_t{1});
            QCOMPARE(operations->front().data.size(), length);
            QVERIFY(isMinimalPush(operations->front()));
        }
        QVERIFY(!isMinimalPush({.opcode = 0x4c, .data = Bytes(75)}));
        QVERIFY(!operationsOf(*fromHex("4c")));
        QVERIFY(!operationsOf(*fromHex("0511")));
    }

    void kinds_data() {
        QTest::addColumn<QString>("hex");
        QTest::addColumn<QString>("type");
        const QString key = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
        QTest::newRow("pubkey") << "21" + key + "ac" << "pubkey";
        QTest::newRow("pubkeyhash") << "76a914" + QString(40, '0') + "88ac" << "pubkeyhash";
        QTest::newRow("multisig 1 of 2") << "5121" + key + "21" + key + "52ae" << "multisig";
        QTest::newRow("multisig 3 of 2") << "5321" + key + "21" + key + "52ae" << "nonstandard";
        QTest::newRow("null data") << "6a0568656c6c6f" << "nulldata";
        QTest::newRow("anchor") << "51024e73" << "anchor";
        QTest::newRow("version 0, 3 bytes") << "0003010203" << "nonstandard";
        QTest::newRow("empty") << "" << "nonstandard";
    }
    void kinds() {
        QFETCH(QString, hex);
        QFETCH(QString, type);
        QCOMPARE(coreNameOf(kindOf(*fromHex(hex.toStdString()))), std::string_view(type.toStdString()));
    }

    void dustLimits_asBolt3NamesThem() {
        const crypto::Hash20 hash{};
        QCOMPARE(dustLimitSat(payToPublicKeyHash(hash)), std::int64_t{546});
        QCOMPARE(dustLimitSat(payToScriptHash(hash)), std::int64_t{540});
        QCOMPARE(dustLimitSat(payToWitnessPublicKeyHash(hash)), std::int64_t{294});
        QCOMPARE(dustLimitSat(payToWitnessScriptHash(Script{})), std::int64_t{330});
        QCOMPARE(dustLimitSat(payToTaproot({})), std::int64_t{330});
        QCOMPARE(dustLimitSat(concat({*fromHex("6028"), Bytes(40)})), std::int64_t{354});
        QCOMPARE(dustLimitSat(*fromHex("6a00")), std::int64_t{0});
    }
};

DUPLEX_TEST(TestScript)
#include "tst_script.moc"
