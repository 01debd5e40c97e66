#include "core/rpc/json.h"
#include "tests/support/test_main.h"

#include <QTest>

#include <algorithm>

#include <limits>

using namespace duplex::rpc;

namespace {
/// JSON written with single quotes: moc does not read raw strings.
std::string q(std::string text) {
    std::ranges::replace(text, '\'', '"');
    return text;
}

} // namespace

class JsonTest : public QObject {
    Q_OBJECT

private slots:
    void amounts_texts_areExact_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("satoshi");
        QTest::addColumn<bool>("valid");
        // The cases of Core's ParseFixedPoint tests.
        QTest::newRow("0") << "0" << qint64{0} << true;
        QTest::newRow("1") << "1" << qint64{100'000'000} << true;
        QTest::newRow("0.0") << "0.0" << qint64{0} << true;
        QTest::newRow("-0.1") << "-0.1" << qint64{-10'000'000} << true;
        QTest::newRow("1.1") << "1.1" << qint64{110'000'000} << true;
        QTest::newRow("1.10000000000000000") << "1.10000000000000000" << qint64{110'000'000} << true;
        QTest::newRow("1.1e1") << "1.1e1" << qint64{1'100'000'000} << true;
        QTest::newRow("1.1e-1") << "1.1e-1" << qint64{11'000'000} << true;
        QTest::newRow("1000") << "1000" << qint64{100'000'000'000} << true;
        QTest::newRow("0.00000001") << "0.00000001" << qint64{1} << true;
        QTest::newRow("1e-8") << "1e-8" << qint64{1} << true;
        QTest::newRow("0.0000000001000e+2") << "0.0000000001000e+2" << qint64{1} << true;
        QTest::newRow("20999999.99999999") << "20999999.99999999" << qint64{2'099'999'999'999'999} << true;
        QTest::newRow("0.000000001") << "0.000000001" << qint64{0} << false;
        QTest::newRow("1.000000001") << "1.000000001" << qint64{0} << false;
        QTest::newRow("empty") << "" << qint64{0} << false;
        QTest::newRow("-") << "-" << qint64{0} << false;
        QTest::newRow("a-1000") << "a-1000" << qint64{0} << false;
        QTest::newRow("-.1") << "-.1" << qint64{0} << false;
        QTest::newRow("1.") << "1." << qint64{0} << false;
        QTest::newRow("1.1e") << "1.1e" << qint64{0} << false;
        QTest::newRow("1.1.1") << "1.1.1" << qint64{0} << false;
        QTest::newRow(".1") << ".1" << qint64{0} << false;
        QTest::newRow("overflow") << "92233720368547758080" << qint64{0} << false;
    }
    void amounts_texts_areExact() {
        QFETCH(QString, text);
        QFETCH(qint64, satoshi);
        QFETCH(bool, valid);
        const auto found = satoshiOf(text.toStdString());
        QCOMPARE(found.has_value(), valid);
        if (found) QCOMPARE(qint64{*found}, satoshi);
    }

    void btc_amount_hasEightDecimals() {
        QCOMPARE(Json::btc(0).text(), std::string("0.00000000"));
        QCOMPARE(Json::btc(1).text(), std::string("0.00000001"));
        QCOMPARE(Json::btc(-123'456'789).text(), std::string("-1.23456789"));
        QCOMPARE(Json::btc(2'100'000'000'000'000).text(), std::string("21000000.00000000"));
        QCOMPARE(Json::btc(std::numeric_limits<std::int64_t>::min()).text(),
                 std::string("-92233720368.54775808"));
    }

    void number_parsedAndWritten_keepsItsText() {
        const auto json = parseJson(q("{'a':0.10000000000000000001,'b':[1,-2,18446744073709551615]}"));
        QVERIFY(json.has_value());
        QCOMPARE(json->text(), q("{'a':0.10000000000000000001,'b':[1,-2,18446744073709551615]}"));
        QVERIFY(!json->find("b")->elements()->at(2).integer());
    }

    void nesting_limit_isKept() {
        const auto nested = [](int depth) {
            return std::string(static_cast<std::size_t>(depth), '[') +
                   std::string(static_cast<std::size_t>(depth), ']');
        };
        QVERIFY(parseJson(nested(64)).has_value());
        QVERIFY(parseJson(nested(65)).error() == JsonError::too_deep);
        QVERIFY(parseJson(std::string(1'000'000, '[')).error() == JsonError::too_deep);
    }

    void malformed_texts_areRefused() {
        for (const char* text : {"", "{", "{}x", "nul", "{\"a\":1,}", "\"\xff\"", "01", "[1 2]"})
            QVERIFY2(!parseJson(text).has_value(), text);
        QVERIFY(parseJson(q("{'a':1,'a':2}")).error() == JsonError::repeated_key);
    }

    void strings_controlAndForeignBytes_areEscaped() {
        QCOMPARE(Json("a\"\\\n\x01").text(), std::string("\"a\\\"\\\\\\n\\u0001\""));
        QCOMPARE(Json("ok \xff").text(), std::string("\"ok \xef\xbf\xbd\""));
    }

    void pretty_object_isIndented() {
        QCOMPARE(
            Json::object().set("a", 1).set("b", Json::array().push("x")).set("c", Json::object()).pretty(),
            std::string("{\n  \"a\": 1,\n  \"b\": [\n    \"x\"\n  ],\n  \"c\": {}\n}"));
    }
};

DUPLEX_TEST(JsonTest)
#include "tst_json.moc"
