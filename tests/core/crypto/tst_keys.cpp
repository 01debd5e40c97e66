#include "tests/support/test_main.h"

#include "core/crypto/chacha20_poly1305.h"
#include "core/crypto/hash.h"
#include "core/crypto/keys.h"
#include "core/crypto/sealed_box.h"

#include <fmt/core.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <sstream>

using namespace duplex;
using namespace duplex::crypto;

// threats 96: nothing secret can be printed by accident.
template <typename T>
concept Streamable = requires(std::ostringstream& out, const T& value) { out << value; };
static_assert(Streamable<int>);
static_assert(!Streamable<Secret<32>> && !Streamable<SecretBytes> && !Streamable<PrivateKey>);
static_assert(!fmt::is_formattable<Secret<32>>::value && !fmt::is_formattable<SecretBytes>::value &&
              !fmt::is_formattable<PrivateKey>::value);
static_assert(!std::is_convertible_v<Secret<32>, ByteView> && !std::is_convertible_v<SecretBytes, ByteView>);
static_assert(!std::is_convertible_v<PrivateKey, ByteView> && !std::is_default_constructible_v<PrivateKey>);

namespace {

Bytes hexBytes(const QString& hex) {
    return fromHex(hex.toStdString()).value_or(Bytes{});
}

QString descriptionOf(const QJsonValue& value, int row) {
    return QStringLiteral("%1 %2").arg(row).arg(value["description"].toString());
}

void addPointRows(const char* group, const char* kind) {
    QTest::addColumn<QJsonObject>("given");
    QFile file(test::vectorPath("crypto/points.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    int row = 0;
    for (const QJsonValue& value :
         QJsonDocument::fromJson(file.readAll())[QLatin1String(group)][QLatin1String(kind)].toArray()) {
        QTest::addRow("%s", qPrintable(descriptionOf(value, row++))) << value.toObject();
    }
}

std::optional<PublicKey> point(const QJsonValue& value) {
    return PublicKey::fromAnyForm(hexBytes(value.toString()));
}

} // namespace

class TestKeys : public QObject {
    Q_OBJECT

private slots:
    void isPoint_data() { addPointRows("valid", "isPoint"); }
    void isPoint() {
        QFETCH(QJsonObject, given);
        QCOMPARE(point(given["P"]).has_value(), given["expected"].toBool());
    }

    void pointAdd_data() { addPointRows("valid", "pointAdd"); }
    void pointAdd() {
        QFETCH(QJsonObject, given);
        const auto total = sum({*point(given["P"]), *point(given["Q"])});
        QVERIFY(total == (given["expected"].isNull() ? std::nullopt : point(given["expected"])));
    }

    void pointAddScalar_data() { addPointRows("valid", "pointAddScalar"); }
    void pointAddScalar() {
        QFETCH(QJsonObject, given);
        const auto total = addTweak(*point(given["P"]), toArray<32>(hexBytes(given["d"].toString())));
        QVERIFY(total == (given["expected"].isNull() ? std::nullopt : point(given["expected"])));
    }

    void pointMultiply_data() { addPointRows("valid", "pointMultiply"); }
    void pointMultiply() {
        QFETCH(QJsonObject, given);
        const auto product = multiplyTweak(*point(given["P"]), toArray<32>(hexBytes(given["d"].toString())));
        QVERIFY(product == (given["expected"].isNull() ? std::nullopt : point(given["expected"])));
    }

    void pointFromScalar_data() { addPointRows("valid", "pointFromScalar"); }
    void pointFromScalar() {
        QFETCH(QJsonObject, given);
        const auto key = PrivateKey::fromBytes(toArray<32>(hexBytes(given["d"].toString())));
        QVERIFY(key && publicKey(*key) == *point(given["expected"]));
    }

    void badScalar_data() { addPointRows("invalid", "pointFromScalar"); }
    void badScalar() {
        QFETCH(QJsonObject, given);
        const auto bytes = arrayFromHex<32>(given["d"].toString().toStdString());
        QVERIFY(!bytes || !PrivateKey::fromBytes(*bytes));
    }

    void scalarArithmetic_agreesWithPoints() {
        PrivateKey key = *PrivateKey::fromBytes(sha256(viewOf("key")));
        for (std::uint8_t i = 0; i < 32; ++i) {
            const Hash32 tweak = sha256(ByteView(&i, 1));
            QVERIFY(publicKey(*addTweak(key, tweak)) == *addTweak(publicKey(key), tweak));
            QVERIFY(publicKey(*multiplyTweak(key, tweak)) == *multiplyTweak(publicKey(key), tweak));
            QVERIFY(!sum({publicKey(key), publicKey(negated(key))}));
            QVERIFY(!addTweak(key, negated(key).reveal()));
            const PrivateKey other = *PrivateKey::fromBytes(tweak);
            QVERIFY(ecdh(key, publicKey(other)) == ecdh(other, publicKey(key)));
            QCOMPARE(ecdh(key, publicKey(other)).reveal(),
                     sha256(*multiplyTweak(publicKey(other), key.reveal())));
            key = *addTweak(key, tweak);
        }
        QVERIFY(!multiplyTweak(key, {}));
        QVERIFY(!multiplyTweak(publicKey(key), {}));
        QVERIFY(!sum({}));
        QVERIFY(!sum({PublicKey{}}));
    }

    void secret_movedFrom_isWiped() {
        Secret<4> from(ByteArray<4>{1, 2, 3, 4});
        const Secret<4> to(std::move(from));
        QCOMPARE(to.reveal(), (ByteArray<4>{1, 2, 3, 4}));
        QCOMPARE(from.reveal(), ByteArray<4>{}); // NOLINT: a moved-from secret is what is looked at
        Bytes bytes = {1, 2, 3};
        wipe(bytes);
        QCOMPARE(bytes, (Bytes{0, 0, 0}));
    }

    // RFC 8439, 2.8.2.
    void chacha20Poly1305_rfc8439() {
        ByteArray<32> key;
        for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(0x80 + i);
        const auto nonce = *arrayFromHex<12>("070000004041424344454647");
        const Bytes associated = *fromHex("50515253c0c1c2c3c4c5c6c7");
        const std::string_view text =
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            "sunscreen would be it.";
        const Bytes sealed = chacha20Poly1305Seal(key, nonce, associated, viewOf(text));
        QCOMPARE(toHex(ByteView(sealed).first(16)), std::string("d31a8d34648e60db7b86afbc53ef7ec2"));
        QCOMPARE(toHex(ByteView(sealed).last(16)), std::string("1ae10b594f09e26a7e902ecbd0600691"));
        QCOMPARE(textOf(*chacha20Poly1305Open(key, nonce, associated, sealed)), std::string(text));
        for (std::size_t i = 0; i < sealed.size(); ++i) {
            Bytes changed = sealed;
            changed[i] ^= 1;
            QVERIFY(!chacha20Poly1305Open(key, nonce, associated, changed));
        }
        QVERIFY(!chacha20Poly1305Open(key, nonce, {}, sealed));
        QVERIFY(!chacha20Poly1305Open(key, nonce, associated, ByteView(sealed).first(15)));
        const Bytes empty = chacha20Poly1305Seal(key, nonce, associated, {});
        QCOMPARE(empty.size(), std::size_t{16});
        QVERIFY(chacha20Poly1305Open(key, nonce, associated, empty)->empty());
    }

    // RFC 8439, A.1, test vector 1.
    void chacha20Stream_rfc8439() {
        QCOMPARE(toHex(chacha20Stream({}, {}, 64)),
                 std::string("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488"
                             "d7724e03fb8d84a376a43b8f"
                             "41518a11cc387b669b2ee6586"));
        QVERIFY(chacha20Stream({}, {}, 0).empty());
    }

    // Computed with OpenSSL 3's Argon2id, which gives the answers of the reference implementation's test.c
    // (salts of 8 bytes there, ours have 16).
    void argon2id_knownAnswer_data() {
        QTest::addColumn<QByteArray>("password");
        QTest::addColumn<QByteArray>("salt");
        QTest::addColumn<QList<int>>("cost");
        QTest::addColumn<QString>("expected");
        const QByteArray salt("somesaltsomesalt");
        QTest::newRow("m=256KiB t=2 p=1")
            << QByteArray("password") << salt << QList<int>{256, 2, 1}
            << "cab746b4621993fdc91ec50787980b414a90a692f0bc68dfe19f9c25b3cba9ec";
        QTest::newRow("the default cost")
            << QByteArray("password") << salt << QList<int>{262'144, 3, 1}
            << "5f70c345ced0cbb8f42438b3aaf225369c337f548134c94e9f223c524751e52b";
        QTest::newRow("NFKD password, two lanes")
            << QByteArray("pa\xcc\x81ss") << QByteArray::fromHex("000102030405060708090a0b0c0d0e0f")
            << QList<int>{128, 3, 2} << "4acfed0ac051b88193e41a5984beea270bfc9a2d96266b75e7aef0d113be802b";
    }
    void argon2id_knownAnswer() {
        QFETCH(QByteArray, password);
        QFETCH(QByteArray, salt);
        QFETCH(QList<int>, cost);
        QFETCH(QString, expected);
        const KeyStretching stretching{static_cast<std::uint32_t>(cost[0]),
                                       static_cast<std::uint32_t>(cost[1]),
                                       static_cast<std::uint32_t>(cost[2])};
        const Secret<32> key = stretchPassword(viewOf(password.toStdString()),
                                               toArray<16>(viewOf(salt.toStdString())), stretching);
        QCOMPARE(QString::fromStdString(toHex(key.reveal())), expected);
    }

    void sealedBox_roundTripAndRefusals() {
        const KeyStretching cheap{.memory_kib = 64, .passes = 1, .lanes = 1};
        const Bytes sealed =
            sealWithPassword(viewOf("pass"), {1}, {2}, cheap, viewOf("seed"), viewOf("secret words"));
        const auto opened = openWithPassword(viewOf("pass"), viewOf("seed"), sealed);
        QVERIFY(opened.has_value());
        QCOMPARE(textOf(opened->reveal()), std::string("secret words"));
        QVERIFY(openWithPassword(viewOf("Pass"), viewOf("seed"), sealed).error() ==
                OpenError::wrong_password_or_changed);
        QVERIFY(openWithPassword(viewOf("pass"), viewOf("other"), sealed).error() ==
                OpenError::wrong_password_or_changed);
        for (std::size_t i = 0; i < sealed.size(); ++i) {
            if (i >= 1 && i < 13) continue; // the cost: changed below, where it stays cheap
            Bytes changed = sealed;
            changed[i] ^= 1;
            QVERIFY(!openWithPassword(viewOf("pass"), viewOf("seed"), changed));
            QVERIFY(openWithPassword(viewOf("pass"), viewOf("seed"), ByteView(sealed).first(i)).error() ==
                        OpenError::malformed ||
                    i >= 29 + 41);
        }
        Bytes other_cost = sealed;
        other_cost[1] ^= 1;
        QVERIFY(openWithPassword(viewOf("pass"), viewOf("seed"), other_cost).error() ==
                OpenError::wrong_password_or_changed);
    }

    void sealedBox_unbearableCost_isMalformed() {
        Bytes sealed =
            sealWithPassword({}, {}, {}, {.memory_kib = 64, .passes = 1, .lanes = 1}, {}, viewOf("x"));
        for (const std::size_t at : {std::size_t{4}, std::size_t{8}, std::size_t{12}}) {
            Bytes hostile = sealed;
            hostile[at] = 0x7f;
            QVERIFY(openWithPassword({}, {}, hostile).error() == OpenError::malformed);
        }
        for (const std::size_t at : {std::size_t{1}, std::size_t{5}, std::size_t{9}}) {
            Bytes hostile = sealed;
            hostile[at] = 0;
            QVERIFY(openWithPassword({}, {}, hostile).error() == OpenError::malformed);
        }
    }

    void sealWithKey_roundTrip() {
        const Secret<32> key(sha256(viewOf("k")));
        const Bytes sealed = sealWithKey(key, {7}, viewOf("a"), viewOf("plain"));
        QCOMPARE(sealed.size(), std::size_t{1 + 24 + 5 + 16});
        QCOMPARE(textOf(openWithKey(key, viewOf("a"), sealed)->reveal()), std::string("plain"));
        QVERIFY(!openWithKey(Secret<32>(), viewOf("a"), sealed));
        QVERIFY(!openWithKey(key, viewOf("b"), sealed));
        QVERIFY(!openWithKey(key, viewOf("a"), {}));
    }
};

DUPLEX_TEST(TestKeys)
#include "tst_keys.moc"
