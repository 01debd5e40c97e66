#include "tests/support/lightning_vectors.h"

#include "core/base/byte_reader.h"
#include "core/lightning/primitives/short_channel_id.h"
#include "core/lightning/wire/message.h"
#include "core/lightning/wire/tlv.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::wire;

namespace {

/// BOLT 1's namespaces n1 and n2, read with the room's own tools: nothing when refused.
std::optional<QString> readNamespace(const QString& name, ByteView stream) {
    const auto records = decodeTlvStream(stream);
    if (!records) return std::nullopt;
    const std::vector<std::uint64_t> known =
        name == "n1" ? std::vector<std::uint64_t>{1, 2, 3, 254} : std::vector<std::uint64_t>{0, 11};
    if (firstUnknownEven(*records, known)) return std::nullopt;
    QString values;
    for (const TlvRecord& record : *records) {
        ByteReader reader(record.value);
        const bool integer = (name == "n1" && record.type == 1) || (name == "n2" && record.type == 0);
        if (integer || (name == "n2" && record.type == 11)) {
            const auto value = truncatedInteger(record.value, integer ? 8 : 4);
            if (!value) return std::nullopt;
            values += QString("`tlv1` `amount_msat`=%1").arg(*value);
        } else if (name == "n1" && record.type == 2) {
            const ShortChannelId id{reader.u64be()};
            if (!reader.finished()) return std::nullopt;
            values += QString("`tlv2` `scid`=%1").arg(QString::fromStdString(textOf(id)));
        } else if (name == "n1" && record.type == 3) {
            const auto key = crypto::PublicKey::fromBytes(reader.view(33));
            const std::uint64_t first = reader.u64be();
            const std::uint64_t second = reader.u64be();
            if (!key || !reader.finished()) return std::nullopt;
            values += QString("`tlv3` `node_id`=%1 `amount_msat_1`=%2 `amount_msat_2`=%3")
                          .arg(QString::fromStdString(key->hex()))
                          .arg(first)
                          .arg(second);
        } else if (name == "n1" && record.type == 254) {
            values += QString("`tlv4` `cltv_delta`=%1").arg(reader.u16be());
            if (!reader.finished()) return std::nullopt;
        }
    }
    return values;
}

} // namespace

class TestTlv : public QObject {
    Q_OBJECT

private slots:
    void bigSize_data() {
        QTest::addColumn<QJsonObject>("c");
        QTest::addColumn<bool>("decoding");
        const QJsonObject file = test::lightningVectors("bolt01/bigsize.json").object();
        for (const QJsonValue& value : file["decoding"].toArray())
            QTest::newRow(qPrintable("decode: " + value["name"].toString())) << value.toObject() << true;
        for (const QJsonValue& value : file["encoding"].toArray())
            QTest::newRow(qPrintable("encode: " + value["name"].toString())) << value.toObject() << false;
    }
    void bigSize() {
        QFETCH(QJsonObject, c);
        QFETCH(bool, decoding);
        const Bytes bytes = test::hexBytes(c["bytes"]);
        ByteReader reader(bytes);
        const std::uint64_t value = reader.bigSize();
        const bool valid = !c.contains("exp_error");
        QCOMPARE(reader.finished(), valid);
        if (!valid) return;
        const double expected = c["value"].toDouble();
        QCOMPARE(static_cast<double>(value), expected);
        QCOMPARE(ByteWriter().bigSize(value).take(), bytes);
        Q_UNUSED(decoding);
    }

    void tlvStreams_data() {
        QTest::addColumn<QString>("space");
        QTest::addColumn<QJsonObject>("c");
        const QJsonArray cases = test::lightningVectors("bolt01/tlv_streams.json")["cases"].toArray();
        int number = 0;
        for (const QJsonValue& value : cases) {
            ++number;
            const QString label = value["stream"].toString().left(24) + " " + value["reason"].toString() +
                                  value["explanation"].toString() + value["values"].toString().left(40);
            for (const char* space : {"n1", "n2"})
                if (value["namespace"].toString().contains(space))
                    QTest::newRow(qPrintable(QString("%1 %2 %3").arg(number).arg(space, label)))
                        << QString(space) << value.toObject();
        }
    }
    void tlvStreams() {
        QFETCH(QString, space);
        QFETCH(QJsonObject, c);
        const auto values = readNamespace(space, test::hexBytes(c["stream"]));
        QCOMPARE(values.has_value(), c["valid"].toBool());
        if (values) QCOMPARE(*values, c["values"].toString());
    }

    void tlvStream_appended_followsOrder() {
        // BOLT 1: a higher stream may follow a lower one; the other way round fails.
        QVERIFY(decodeTlvStream(*fromHex("01010102080000000000000226")));
        QVERIFY(!decodeTlvStream(*fromHex("02080000000000000226010101")));
    }

    void signedIntegers_data() {
        QTest::addColumn<QJsonObject>("c");
        for (const QJsonValue& value : test::lightningVectors("bolt01/signed_integers.json").array())
            QTest::newRow(qPrintable(value["bytes"].toString())) << value.toObject();
    }
    void signedIntegers() {
        QFETCH(QJsonObject, c);
        const Bytes bytes = test::hexBytes(c["bytes"]);
        const std::int64_t value = c["value"].toInteger();
        QCOMPARE(signedInteger(value), bytes);
        QCOMPARE(signedInteger(bytes), std::optional(value));
    }
    void signedInteger_notShortest_refused() {
        for (const char* hex : {"", "0000", "ffff", "00000000", "000001", "ffffff80"})
            QVERIFY2(!signedInteger(*fromHex(hex)), hex);
    }

    void initExtension_data() {
        QTest::addColumn<QJsonObject>("c");
        for (const QJsonValue& value : test::lightningVectors("bolt01/init_extension.json").array())
            QTest::newRow(qPrintable(value["note"].toString())) << value.toObject();
    }
    void initExtension() {
        QFETCH(QJsonObject, c);
        QCOMPARE(decode(test::hexBytes(c["message"])).has_value(), c["valid"].toBool());
    }
};

DUPLEX_TEST(TestTlv)
#include "tst_tlv.moc"
