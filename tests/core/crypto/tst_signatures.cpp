#include "tests/support/test_main.h"

#include "core/crypto/ecdsa.h"
#include "core/crypto/schnorr.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::crypto;

namespace {

QJsonDocument json(const char* name) {
    QFile file(test::vectorPath(name));
    if (!file.open(QIODevice::ReadOnly)) qFatal("no vector file %s", name);
    return QJsonDocument::fromJson(file.readAll());
}

Bytes hexBytes(const QString& hex) {
    return fromHex(hex.toStdString()).value_or(Bytes{});
}
PrivateKey privateKey(std::string_view hex) {
    return *PrivateKey::fromBytes(*arrayFromHex<32>(hex));
}

/// s replaced by n - s: the same signature in its other form.
Signature highS(const Signature& signature) {
    const PrivateKey s = *PrivateKey::fromBytes(toArray<32>(ByteView(signature).subspan(32)));
    Signature result = signature;
    const PrivateKey other = negated(s);
    std::copy(other.reveal().begin(), other.reveal().end(), result.bytes.begin() + 32);
    return result;
}

} // namespace

class TestSignatures : public QObject {
    Q_OBJECT

private slots:
    void bip340_data() {
        QTest::addColumn<QStringList>("columns");
        QFile file(test::vectorPath("bips/bip0340/test-vectors.csv"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QStringList lines = QString::fromUtf8(file.readAll()).split(u'\n', Qt::SkipEmptyParts);
        for (qsizetype i = 1; i < lines.size(); ++i) {
            const QStringList columns = lines[i].trimmed().split(u',');
            QTest::addRow("index %s", qPrintable(columns[0])) << columns;
        }
    }
    void bip340() {
        QFETCH(QStringList, columns);
        const Bytes message = hexBytes(columns[4]);
        const SchnorrSignature signature = *SchnorrSignature::fromHex(columns[5].toStdString());
        const XOnlyPublicKey key = *XOnlyPublicKey::fromHex(columns[2].toStdString());
        QCOMPARE(verifySchnorr(message, signature, key), columns[6] == u"TRUE");
        if (columns[1].isEmpty()) return;
        const PrivateKey secret = privateKey(columns[1].toStdString());
        QCOMPARE(xOnly(publicKey(secret)), key);
        QCOMPARE(signSchnorr(message, secret, *arrayFromHex<32>(columns[3].toStdString())), signature);
    }

    void bip341OutputKey_data() {
        QTest::addColumn<QStringList>("given");
        int row = 0;
        const QJsonDocument file = json("bips/bip0341/wallet-test-vectors.json");
        for (const QJsonValue& value : file["scriptPubKey"].toArray()) {
            QTest::addRow("scriptPubKey %d", row++) << QStringList{
                value["given"]["internalPubkey"].toString(), value["intermediary"]["merkleRoot"].toString(),
                value["intermediary"]["tweakedPubkey"].toString()};
        }
    }
    void bip341OutputKey() {
        QFETCH(QStringList, given);
        const auto output =
            taprootOutputKey(*XOnlyPublicKey::fromHex(given[0].toStdString()), hexBytes(given[1]));
        QVERIFY(output.has_value());
        QCOMPARE(output->key.hex(), given[2].toStdString());
    }

    void bip341KeyPath_data() {
        QTest::addColumn<QStringList>("given");
        const QJsonDocument file = json("bips/bip0341/wallet-test-vectors.json");
        for (const QJsonValue& value : file["keyPathSpending"][0]["inputSpending"].toArray()) {
            const QJsonValue given = value["given"];
            QTest::addRow("keyPathSpending input %d", given["txinIndex"].toInt()) << QStringList{
                given["internalPrivkey"].toString(), given["merkleRoot"].toString(),
                value["intermediary"]["tweakedPrivkey"].toString(),
                value["intermediary"]["sigHash"].toString(), value["expected"]["witness"][0].toString()};
        }
    }
    void bip341KeyPath() {
        QFETCH(QStringList, given);
        const auto tweaked = taprootPrivateKey(privateKey(given[0].toStdString()), hexBytes(given[1]));
        QVERIFY(tweaked.has_value());
        QCOMPARE(toHex(tweaked->reveal()), given[2].toStdString());
        const SchnorrSignature signature = signSchnorr(hexBytes(given[3]), *tweaked, {});
        QCOMPARE(signature.hex(), given[4].left(128).toStdString());
    }

    // k0 is the nonce without extra data: R must be its point.
    void rfc6979_data() {
        QTest::addColumn<QStringList>("given");
        int row = 0;
        for (const QJsonValue& value : json("crypto/rfc6979.json").array()) {
            QTest::addRow("rfc6979.json %d", row++)
                << QStringList{value["message"].toString(), value["d"].toString(), value["k0"].toString()};
        }
    }
    void rfc6979() {
        QFETCH(QStringList, given);
        const PrivateKey key = privateKey(given[1].toStdString());
        const Hash32 digest = sha256(viewOf(given[0].toStdString()));
        const Signature signature = sign(digest, key);
        QCOMPARE(toArray<32>(signature), xOnly(publicKey(privateKey(given[2].toStdString()))).bytes);
        QVERIFY(verify(digest, signature, publicKey(key)));
    }

    // The well-known answer for key 1 and "Satoshi Nakamoto", in full.
    void sign_knownAnswer() {
        const PrivateKey one = privateKey("0000000000000000000000000000000000000000000000000000000000000001");
        QCOMPARE(sign(sha256(viewOf("Satoshi Nakamoto")), one).hex(),
                 std::string("934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b91606"
                             "4108014783e923ec36b49743"
                             "e2ffa1c4496f01a512aafd9e5"));
    }

    void signLowR_alwaysLowAndVerifies() {
        const PrivateKey key = privateKey("fee0a1f7afebf9d2a5a80c0c98a31c709681cce195cbcd06342b517970c0be1e");
        bool ground = false;
        for (std::uint8_t i = 0; i < 64; ++i) {
            const Hash32 digest = sha256(ByteView(&i, 1));
            const Signature signature = signLowR(digest, key);
            QVERIFY(signature.bytes[0] < 0x80);
            QVERIFY(derEncoded(signature).size() <= 70);
            QVERIFY(verify(digest, signature, publicKey(key)));
            ground = ground || signature != sign(digest, key);
        }
        QVERIFY(ground);
    }

    // threats 35 (CVE-2020-26895): a signature with high S never verifies where relay rules count.
    void threat35_highS_refused() {
        const PrivateKey key = privateKey("fee0a1f7afebf9d2a5a80c0c98a31c709681cce195cbcd06342b517970c0be1e");
        for (std::uint8_t i = 0; i < 32; ++i) {
            const Hash32 digest = sha256(ByteView(&i, 1));
            const Signature low = sign(digest, key);
            const Signature high = highS(low);
            QVERIFY(isLowS(low));
            QVERIFY(!isLowS(high));
            QVERIFY(verify(digest, low, publicKey(key)));
            QVERIFY(!verify(digest, high, publicKey(key)));
            QVERIFY(verifyAllowingHighS(digest, high, publicKey(key)));
            QVERIFY(!verifyAllowingHighS(sha256(digest), high, publicKey(key)));
        }
    }

    void verify_hostileValues_refused() {
        const PrivateKey key = privateKey("0000000000000000000000000000000000000000000000000000000000000003");
        Signature zero;
        Signature overflow;
        overflow.bytes.fill(0xff);
        for (const Signature& signature : {zero, overflow}) {
            QVERIFY(!verify({}, signature, publicKey(key)));
            QVERIFY(!verifyAllowingHighS({}, signature, publicKey(key)));
            QVERIFY(!verify({}, signature, PublicKey{}));
            QVERIFY(!recover({}, {signature, 0}));
        }
        QVERIFY(!recover({}, {sign({}, key), 4}));
        QVERIFY(!verify(sha256({}), sign({}, key), publicKey(key)));
    }

    void der_data() {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<bool>("valid");
        QTest::newRow("least") << QByteArray("3006020101020101") << true;
        QTest::newRow("zero integers") << QByteArray("3006020100020100") << true;
        QTest::newRow("sign byte") << QByteArray("300702020080020101") << true;
        QTest::newRow("negative R") << QByteArray("3006020181020101") << false;
        QTest::newRow("negative S") << QByteArray("3006020101020181") << false;
        QTest::newRow("padded R") << QByteArray("300702020001020101") << false;
        QTest::newRow("empty R") << QByteArray("30050200020101") << false;
        QTest::newRow("wrong length") << QByteArray("3007020101020101") << false;
        QTest::newRow("trailing byte") << QByteArray("300602010102010100") << false;
        QTest::newRow("trailing byte inside") << QByteArray("300702010102010100") << false;
        QTest::newRow("wrong tag") << QByteArray("3106020101020101") << false;
        QTest::newRow("wrong integer tag") << QByteArray("3006030101020101") << false;
        QTest::newRow("long form length") << QByteArray("308106020101020101") << false;
        QTest::newRow("R past the end") << QByteArray("3006022001020101") << false;
        QTest::newRow("R of 33 bytes") << QByteArray("3026022101") + QByteArray(64, '0') + "020101" << false;
        QTest::newRow("empty") << QByteArray() << false;
    }
    void der() {
        QFETCH(QByteArray, hex);
        QFETCH(bool, valid);
        const Bytes bytes = hexBytes(QString::fromLatin1(hex));
        const auto signature = fromDer(bytes);
        QCOMPARE(signature.has_value(), valid);
        if (signature) QCOMPARE(derEncoded(*signature), bytes);
    }

    void recoverable_roundTrip() {
        const PrivateKey key = privateKey("fee0a1f7afebf9d2a5a80c0c98a31c709681cce195cbcd06342b517970c0be1e");
        for (std::uint8_t i = 0; i < 16; ++i) {
            const Hash32 digest = sha256(ByteView(&i, 1));
            const RecoverableSignature signature = signRecoverable(digest, key);
            QCOMPARE(signature.signature, sign(digest, key));
            QVERIFY(recover(digest, signature) == publicKey(key));
        }
    }
};

DUPLEX_TEST(TestSignatures)
#include "tst_signatures.moc"
