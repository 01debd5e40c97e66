#include "tests/support/test_main.h"

#include "core/bitcoin/keys/extended_key.h"
#include "core/bitcoin/keys/mnemonic.h"
#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/primitives/base58.h"
#include "core/crypto/schnorr.h"

#include <fmt/core.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::keys;

static_assert(!fmt::is_formattable<ExtendedPrivateKey>::value);

namespace {

const NetworkParameters& mainNet() {
    return parametersOf(Network::main);
}

QJsonDocument json(const char* name) {
    QFile file(test::vectorPath(name));
    if (!file.open(QIODevice::ReadOnly)) qFatal("no vector file %s", name);
    return QJsonDocument::fromJson(file.readAll());
}

ExtendedPrivateKey abandonMaster() {
    const auto words = Mnemonic::fromWords(NormalizedText::fromNfkd(
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"));
    return *ExtendedPrivateKey::fromSeed(words->seed().reveal());
}

/// The path that stands at the end of a title such as "Account 0, root = m/84'/0'/0'".
DerivationPath pathIn(const QString& title) {
    return *DerivationPath::parse(title.mid(title.indexOf(QStringLiteral("= ")) + 2).toStdString());
}

} // namespace

class TestExtendedKey : public QObject {
    Q_OBJECT

private slots:
    void bip32_data() {
        QTest::addColumn<QStringList>("row");
        const QJsonDocument file = json("bips/bip0032/bip32.json");
        for (const QJsonValue& vector : file["vectors"].toArray()) {
            for (const QJsonValue& chain : vector["chains"].toArray()) {
                QTest::addRow("vector %d %s", vector["vector"].toInt(), qPrintable(chain["path"].toString()))
                    << QStringList{vector["seed"].toString(), chain["path"].toString(),
                                   chain["xpub"].toString(), chain["xprv"].toString()};
            }
        }
    }
    void bip32() {
        QFETCH(QStringList, row);
        const auto path = DerivationPath::parse(row[1].replace(u'H', u'h').toStdString());
        QVERIFY(path.has_value());
        const auto key = ExtendedPrivateKey::fromSeed(*fromHex(row[0].toStdString()))->derived(*path);
        QCOMPARE(encoded(key->publicPart(), mainNet()), row[2].toStdString());
        QCOMPARE(duplex::textOf(revealedText(*key, mainNet()).reveal()), row[3].toStdString());
        QVERIFY(decodeExtendedPublicKey(row[2].toStdString(), mainNet()) == key->publicPart());
        QVERIFY(decodeExtendedPrivateKey(row[3].toStdString(), mainNet()) == *key);
        QVERIFY(decodeExtendedPublicKey(row[3].toStdString(), mainNet()).error() ==
                ExtendedKeyError::is_private);
        QVERIFY(decodeExtendedPrivateKey(row[2].toStdString(), mainNet()).error() ==
                ExtendedKeyError::is_public);
        const auto& regtest = parametersOf(Network::regtest);
        QVERIFY(decodeExtendedPublicKey(row[2].toStdString(), regtest).error() ==
                ExtendedKeyError::wrong_network);
    }

    void bip32Invalid_data() {
        QTest::addColumn<QString>("key");
        const QJsonDocument file = json("bips/bip0032/bip32.json");
        int row = 0;
        for (const QJsonValue& value : file["invalid"].toArray()) {
            QTest::addRow("%d %s", row++, qPrintable(value["reason"].toString())) << value["key"].toString();
        }
    }
    void bip32Invalid() {
        QFETCH(QString, key);
        QVERIFY(!decodeExtendedPublicKey(key.toStdString(), mainNet()));
        QVERIFY(!decodeExtendedPrivateKey(key.toStdString(), mainNet()));
    }

    void publicDerivation_agreesWithPrivate() {
        const ExtendedPrivateKey account = *abandonMaster().derived({hardened(84), hardened(0), hardened(0)});
        for (std::uint32_t index : {0u, 1u, 7u, hardened_bit - 1}) {
            QVERIFY(account.child(index)->publicPart() == *account.publicPart().child(index));
            QVERIFY(!account.publicPart().child(hardened(index)));
        }
    }

    void depth255_isTheEnd() {
        ExtendedPrivateKey key = abandonMaster();
        for (int depth = 0; depth < 255; ++depth) key = *key.child(0);
        QCOMPARE(key.position().depth, std::uint8_t{255});
        QVERIFY(!key.child(0));
        QVERIFY(!key.publicPart().child(0));
        QVERIFY(decodeExtendedPublicKey(encoded(key.publicPart(), mainNet()), mainNet()) == key.publicPart());
    }

    void seedLength_isBounded() {
        QVERIFY(!ExtendedPrivateKey::fromSeed(Bytes(15)));
        QVERIFY(ExtendedPrivateKey::fromSeed(Bytes(16)).has_value());
        QVERIFY(ExtendedPrivateKey::fromSeed(Bytes(64)).has_value());
        QVERIFY(!ExtendedPrivateKey::fromSeed(Bytes(65)));
    }

    void bip84_data() {
        QTest::addColumn<QJsonObject>("given");
        for (const QJsonValue& value : json("bips/bip0084/bip84.json").array()) {
            if (value["address"].isString())
                QTest::newRow(qPrintable(value["title"].toString())) << value.toObject();
        }
    }
    void bip84() {
        QFETCH(QJsonObject, given);
        const auto key = abandonMaster().derived(pathIn(given["title"].toString()));
        const auto wif = decodeWif(given["privkey"].toString().toStdString(), mainNet());
        QVERIFY(wif && wif->compressed && wif->key == key->key());
        QCOMPARE(QString::fromStdString(key->publicKey().hex()), given["pubkey"].toString());
        const auto address = addressOf(payToWitnessPublicKeyHash(key->publicKey()), mainNet());
        QCOMPARE(QString::fromStdString(*address), given["address"].toString());
    }

    void bip86_data() {
        QTest::addColumn<QJsonObject>("given");
        for (const QJsonValue& value : json("bips/bip0086/bip86.json").array()) {
            if (value["address"].isString())
                QTest::newRow(qPrintable(value["title"].toString())) << value.toObject();
        }
    }
    void bip86() {
        QFETCH(QJsonObject, given);
        const auto key = abandonMaster().derived(pathIn(given["title"].toString()));
        QCOMPARE(QString::fromStdString(encoded(key->publicPart(), mainNet())), given["xpub"].toString());
        const auto internal = crypto::xOnly(key->publicKey());
        QCOMPARE(QString::fromStdString(internal.hex()), given["internal_key"].toString());
        const auto output = crypto::taprootOutputKey(internal);
        QCOMPARE(QString::fromStdString(output->key.hex()), given["output_key"].toString());
        QCOMPARE(QString::fromStdString(*addressOf(payToTaproot(output->key), mainNet())),
                 given["address"].toString());
    }

    void wif_refusals() {
        const auto make = [](std::string_view hex) { return encodeBase58Check(*fromHex(hex)); };
        const std::string key(64, '1');
        QVERIFY(decodeWif(make("80" + key), mainNet()).has_value());
        QVERIFY(!decodeWif(make("80" + key), mainNet())->compressed);
        QVERIFY(decodeWif(make("80" + key + "01"), mainNet())->compressed);
        QVERIFY(decodeWif(make("80" + key + "02"), mainNet()).error() == ExtendedKeyError::bad_length);
        QVERIFY(decodeWif(make("ef" + key + "01"), mainNet()).error() == ExtendedKeyError::wrong_network);
        QVERIFY(decodeWif(make("80" + std::string(64, 'f')), mainNet()).error() == ExtendedKeyError::bad_key);
        QVERIFY(decodeWif("", mainNet()).error() == ExtendedKeyError::bad_checksum);
    }

    void path_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected"); // empty: refused
        QTest::newRow("master") << "m" << "m";
        QTest::newRow("apostrophes") << "m/84'/0'/0'/1/5" << "m/84'/0'/0'/1/5";
        QTest::newRow("h without m") << "86h/1h" << "m/86'/1'";
        QTest::newRow("greatest") << "m/2147483647'" << "m/2147483647'";
        QTest::newRow("too great") << "m/2147483648" << "";
        QTest::newRow("overflow") << "m/18446744073709551616" << "";
        for (const char* bad : {"", "/", "m/", "m//0", "m/0/", "m/-1", "m/+1", "m/ 1", "m/1H", "m/'", "m/0''",
                                "M/0", "mm", "m/0x1"}) {
            QTest::addRow("refused: %s", bad) << bad << "";
        }
    }
    void path() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto found = DerivationPath::parse(text.toStdString());
        QCOMPARE(found.has_value(), !expected.isEmpty());
        if (found) QCOMPARE(QString::fromStdString(found->text()), expected);
    }
};

DUPLEX_TEST(TestExtendedKey)
#include "tst_extended_key.moc"
