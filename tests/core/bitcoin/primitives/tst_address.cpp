#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/primitives/base58.h"
#include "core/bitcoin/primitives/bech32.h"

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

/// A bech32 row; the raw byte that stands beside the text goes in front or behind.
std::string rawText(const QJsonObject& row) {
    const auto raw = [&](const char* key) {
        return textOf(ByteView(*fromHex(row[key].toString().toStdString())));
    };
    return raw("prefix_byte") + row["string"].toString().toStdString() + raw("suffix_byte");
}

bool decodesOnAnyNetwork(std::string_view address) {
    for (const Network network : {Network::main, Network::testnet4, Network::regtest}) {
        if (scriptFromAddress(address, parametersOf(network))) return true;
    }
    return false;
}

void addStrings(const char* file, const char* list) {
    QTest::addColumn<QByteArray>("text");
    for (const QJsonValue& value : json(file)[list].toArray()) {
        const std::string text =
            value.isString() ? value.toString().toStdString() : rawText(value.toObject());
        QTest::addRow("%s %s", list, text.c_str()) << QByteArray::fromStdString(text);
    }
}

void addAddresses(const char* file, const char* list) {
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("script");
    for (const QJsonValue& value : json(file)[list].toArray()) {
        const QJsonObject row = value.toObject();
        QTest::addRow("%s %s", list, qPrintable(row["address"].toString()))
            << row["address"].toString() << row["script"].toString();
    }
}

void checkAddress(const QString& address, const QString& script) {
    const Network network = address.startsWith("bc", Qt::CaseInsensitive) ? Network::main : Network::testnet4;
    const auto found = scriptFromAddress(address.toStdString(), parametersOf(network));
    QVERIFY(found);
    QCOMPARE(toHex(*found), script.toStdString());
    QCOMPARE(*addressOf(*found, parametersOf(network)), address.toLower().toStdString());
}

void checkBech32(const QByteArray& text, Bech32Variant variant) {
    const auto decoded = decodeBech32(text.toStdString());
    QVERIFY(decoded);
    QVERIFY(decoded->variant == variant);
    QCOMPARE(encodeBech32(decoded->prefix, decoded->words, variant), text.toLower().toStdString());
    std::string changed = text.toStdString();
    changed.back() = changed.back() == 'q' ? 'p' : 'q';
    QVERIFY(!decodeBech32(changed));
}

} // namespace

class TestAddress : public QObject {
    Q_OBJECT

private slots:
    void bip173_valid_data() { addStrings("bips/bip0173/bip173.json", "valid_strings"); }
    void bip173_valid() {
        QFETCH(QByteArray, text);
        checkBech32(text, Bech32Variant::bech32);
    }
    void bip350_valid_data() { addStrings("bips/bip0350/bip350.json", "valid_strings"); }
    void bip350_valid() {
        QFETCH(QByteArray, text);
        checkBech32(text, Bech32Variant::bech32m);
    }
    void bip173_invalid_data() { addStrings("bips/bip0173/bip173.json", "invalid_strings"); }
    void bip173_invalid() {
        QFETCH(QByteArray, text);
        QVERIFY(!decodeBech32(text.toStdString()));
    }
    void bip350_invalid_data() { addStrings("bips/bip0350/bip350.json", "invalid_strings"); }
    void bip350_invalid() {
        QFETCH(QByteArray, text);
        QVERIFY(!decodeBech32(text.toStdString()));
    }
    void bip350_addresses_data() { addAddresses("bips/bip0350/bip350.json", "valid_addresses"); }
    void bip350_addresses() {
        QFETCH(QString, address);
        QFETCH(QString, script);
        checkAddress(address, script);
    }
    void bip350_badAddresses_data() { addAddresses("bips/bip0350/bip350.json", "invalid_addresses"); }
    void bip350_badAddresses() {
        QFETCH(QString, address);
        QVERIFY(!decodesOnAnyNetwork(address.toStdString()));
    }
    void bip173_badAddresses_data() { addAddresses("bips/bip0173/bip173.json", "invalid_addresses"); }
    void bip173_badAddresses() {
        QFETCH(QString, address);
        QVERIFY(!decodesOnAnyNetwork(address.toStdString()));
    }

    void base58_data() {
        QTest::addColumn<QString>("hex");
        QTest::addColumn<QString>("text");
        for (const QJsonValue& value : json("bitcoin-core/base58_encode_decode.json").array()) {
            QTest::addRow("base58 %s", qPrintable(value.toArray()[1].toString()))
                << value.toArray()[0].toString() << value.toArray()[1].toString();
        }
    }
    void base58() {
        QFETCH(QString, hex);
        QFETCH(QString, text);
        const Bytes bytes = *fromHex(hex.toStdString());
        QCOMPARE(encodeBase58(bytes), text.toStdString());
        QCOMPARE(*decodeBase58(text.toStdString()), bytes);
        QCOMPARE(*decodeBase58Check(encodeBase58Check(bytes)), bytes);
        QVERIFY(!decodeBase58(text.toStdString() + "0"));
    }

    void keyIoValid_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("chain");
        QTest::addColumn<bool>("flips");
        for (const QJsonValue& value : json("bitcoin-core/key_io_valid.json").array()) {
            const QJsonArray row = value.toArray();
            const QJsonObject facts = row[2].toObject();
            if (facts["isPrivkey"].toBool()) continue;
            QTest::addRow("key_io_valid %s", qPrintable(row[0].toString()))
                << row[0].toString() << row[1].toString() << facts["chain"].toString()
                << facts["tryCaseFlip"].toBool();
        }
    }
    void keyIoValid() {
        QFETCH(QString, text);
        QFETCH(QString, script);
        QFETCH(QString, chain);
        QFETCH(bool, flips);
        const Network network =
            networkFromName((chain == "test" ? QString("testnet4") : chain).toStdString()).value();
        const auto found = scriptFromAddress(text.toStdString(), parametersOf(network));
        QVERIFY(found);
        QCOMPARE(toHex(*found), script.toStdString());
        QCOMPARE(*addressOf(*found, parametersOf(network)), text.toStdString());
        QCOMPARE(scriptFromAddress(text.toUpper().toStdString(), parametersOf(network)).has_value(), flips);
    }

    void errors_nameWhatIsWrong_data() {
        QTest::addColumn<QString>("address");
        QTest::addColumn<int>("error");
        const auto row = [](const char* name, const char* address, AddressError error) {
            QTest::newRow(name) << address << int(error);
        };
        row("empty", "", AddressError::empty);
        row("other network, segwit", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
            AddressError::wrong_network);
        row("other network, old", "mzK2FFDEhxqHcmrJw1ysqFkVyhUULo45hZ", AddressError::wrong_network);
        row("mistyped segwit", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", AddressError::bad_checksum);
        row("mistyped old", "1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mp", AddressError::bad_checksum);
        row("mixed case", "bc1QW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", AddressError::mixed_case);
        row("version 0, wrong length", "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
            AddressError::bad_witness_program);
        row("a word", "hello", AddressError::unknown_form);
        row("a private key", "5KJvsngHeMpm884wtkJNzQGaCErckhHJBGFsvd3VyK5qMZXj3hS",
            AddressError::unknown_form);
    }
    void errors_nameWhatIsWrong() {
        QFETCH(QString, address);
        QFETCH(int, error);
        const auto found = scriptFromAddress(address.toStdString(), parametersOf(Network::main));
        QVERIFY(!found);
        QCOMPARE(int(found.error()), error);
        QVERIFY(!textOf(found.error()).empty());
    }
    void withoutAddress() {
        QVERIFY(!addressOf(*fromHex("6a00"), parametersOf(Network::main)));
        QVERIFY(!addressOf({}, parametersOf(Network::main)));
    }
    void convertBits_refusesARest() {
        QVERIFY(!convertBits(std::vector<std::uint8_t>{32}, 5, 8, false));
        QVERIFY(!convertBits(std::vector<std::uint8_t>{1}, 5, 8, false));
        QVERIFY(!convertBits(std::vector<std::uint8_t>{0, 1}, 5, 8, false));
        QCOMPARE(*convertBits(std::vector<std::uint8_t>{0xff}, 8, 5, true),
                 (std::vector<std::uint8_t>{31, 28}));
    }
};

DUPLEX_TEST(TestAddress)
#include "tst_address.moc"
