#include "tests/support/test_main.h"

#include "core/crypto/hash.h"
#include "core/crypto/hmac.h"
#include "core/crypto/sha256_compress.h"
#include "core/crypto/siphash.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::crypto;

namespace {

Bytes hexBytes(const QByteArray& hex) {
    return *fromHex(hex.toStdString());
}

void addRspRows(const char* file) {
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QByteArray>("digest");
    QFile rsp(test::vectorPath(file));
    QVERIFY(rsp.open(QIODevice::ReadOnly));
    int length = 0;
    QByteArray message;
    for (const QByteArray& raw : rsp.readAll().split('\n')) {
        const QByteArray line = raw.trimmed();
        if (line.startsWith("Len = ")) length = line.mid(6).toInt() / 8;
        if (line.startsWith("Msg = ")) message = line.mid(6).left(2 * length);
        if (line.startsWith("MD = ")) QTest::addRow("Len = %d", 8 * length) << message << line.mid(5);
    }
}

} // namespace

class TestHash : public QObject {
    Q_OBJECT

private slots:
    void sha256ShortMsg_data() { addRspRows("crypto/SHA256ShortMsg.rsp"); }
    void sha256ShortMsg() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, digest);
        QCOMPARE(QByteArray::fromStdString(toHex(sha256(hexBytes(message)))), digest);
        Sha256 pieces; // byte by byte, and the object starts again empty
        for (int round = 0; round < 2; ++round) {
            for (const std::uint8_t byte : hexBytes(message)) pieces.write(ByteView(&byte, 1));
            QCOMPARE(QByteArray::fromStdString(toHex(pieces.finish())), digest);
        }
    }

    void sha512ShortMsg_data() { addRspRows("crypto/SHA512ShortMsg.rsp"); }
    void sha512ShortMsg() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, digest);
        QCOMPARE(QByteArray::fromStdString(toHex(sha512(hexBytes(message)))), digest);
    }

    void sha256_everyLengthAndSplit_agrees() {
        Bytes data;
        for (int i = 0; i < 300; ++i) data.push_back(static_cast<std::uint8_t>(7 * i));
        for (std::size_t size = 0; size <= data.size(); ++size) {
            const ByteView all = ByteView(data).first(size);
            const std::size_t cut = size * 5 / 8;
            QCOMPARE(Sha256().write(all.first(cut)).write(all.subspan(cut)).finish(), sha256(all));
        }
    }

    void compress_processorAndPortable_agree() {
        std::uint8_t blocks[192];
        for (std::size_t i = 0; i < sizeof blocks; ++i) blocks[i] = static_cast<std::uint8_t>(31 * i + 5);
        Sha256Words fast = {1, 2, 3, 0x80000000, 5, 6, 0xffffffff, 8};
        Sha256Words portable = {1, 2, 3, 0x80000000, 5, 6, 0xffffffff, 8};
        sha256Compress(fast, blocks, 3);
        sha256CompressPortable(portable, blocks, 3);
        QVERIFY(std::equal(std::begin(fast), std::end(fast), std::begin(portable)));
    }

    void sha256d_genesisHeader() {
        const Bytes header = *fromHex(
            "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b2"
            "7ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c");
        QCOMPARE(toHex(reversed(sha256d(header))),
                 std::string("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"));
    }

    void ripemd160AndHash160_knownAnswers() {
        QCOMPARE(toHex(ripemd160(viewOf("abc"))), std::string("8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"));
        QCOMPARE(toHex(ripemd160({})), std::string("9c1185a5c5e9fc54612808977ee8f548b2258d31"));
        const Bytes generator =
            *fromHex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        QCOMPARE(toHex(hash160(generator)), std::string("751e76e8199196d454941c45d1b3a323f1433bd6"));
    }

    void taggedHash_isHashOfTagTwice() {
        const Hash32 tag = sha256(viewOf("BIP0340/challenge"));
        QCOMPARE(taggedHash("BIP0340/challenge", viewOf("x")), sha256(concat({tag, tag, viewOf("x")})));
    }

    // RFC 4231, cases 1 and 2.
    void hmac_rfc4231() {
        const Bytes key(20, 0x0b);
        QCOMPARE(toHex(hmacSha256(key, viewOf("Hi There"))),
                 std::string("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
        QCOMPARE(toHex(hmacSha512(viewOf("Jefe"), viewOf("what do ya want for nothing?"))),
                 std::string("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994"
                             "a6d034f65f8f0e6fdc"
                             "aeab1a34d4a6b4b636e070a38bce737"));
    }

    // RFC 5869, A.1 and A.3.
    void hkdf_rfc5869() {
        const Bytes material(22, 0x0b);
        QCOMPARE(toHex(hkdfSha256(*fromHex("000102030405060708090a0b0c"), material,
                                  *fromHex("f0f1f2f3f4f5f6f7f8f9"), 42)),
                 std::string(
                     "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
        QCOMPARE(toHex(hkdfSha256({}, material, {}, 42)),
                 std::string(
                     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"));
    }

    void siphash_data() {
        QTest::addColumn<QStringList>("key");
        QTest::addColumn<QString>("input");
        QTest::addColumn<QString>("expected");
        QFile file(test::vectorPath("bitcoin-core/siphash.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        int row = 0;
        for (const QJsonValue& value : QJsonDocument::fromJson(file.readAll()).array()) {
            QString input;
            for (const QJsonValue& part : value["input"].toArray()) input += part.toString();
            QTest::addRow("siphash.json %d", row++)
                << QStringList{value["key"][0].toString(), value["key"][1].toString()} << input
                << value["expected"]["siphash24"].toString();
        }
    }
    void siphash() {
        QFETCH(QStringList, key);
        QFETCH(QString, input);
        QFETCH(QString, expected);
        const SipHashKey words{key[0].toULongLong(nullptr, 16), key[1].toULongLong(nullptr, 16)};
        QCOMPARE(QString::number(sipHash(words, hexBytes(input.toLatin1())), 16).rightJustified(16, u'0'),
                 expected);
    }
};

DUPLEX_TEST(TestHash)
#include "tst_hash.moc"
