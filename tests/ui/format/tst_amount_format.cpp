#include "tests/support/test_main.h"
#include "ui/format/amount_format.h"
#include "ui/format/id_format.h"
#include "ui/format/time_format.h"

#include <QDateTime>

using namespace duplex::ui;

class TestFormats : public QObject {
    Q_OBJECT

private slots:
    void sat_grouped_byNarrowSpaces() {
        QCOMPARE(satText(1'482'300), QStringLiteral("1\u202f482\u202f300 sat"));
        QCOMPARE(satText(0), QStringLiteral("0 sat"));
        QCOMPARE(grouped(999), QStringLiteral("999"));
        QCOMPARE(grouped(-4'200), QStringLiteral("\u22124\u202f200"));
        QCOMPARE(grouped(std::numeric_limits<std::int64_t>::min()),
                 QStringLiteral("\u22129\u202f223\u202f372\u202f036\u202f854\u202f775\u202f808"));
    }
    void millisat_belowOneSat_keepsItsFraction() {
        QCOMPARE(msatText(1'482'300'999), QStringLiteral("1\u202f482\u202f300 sat"));
        QCOMPARE(msatText(250), QStringLiteral("0.250 sat"));
        QCOMPARE(msatText(-1), QStringLiteral("\u22120.001 sat"));
        QCOMPARE(signedSat(150'000), QStringLiteral("+150\u202f000"));
    }
    void coin_eightDecimals_groupedTwoThreeThree() {
        QCOMPARE(coinText(1'482'300, QStringLiteral("BTC")), QStringLiteral("0.01\u202f482\u202f300 BTC"));
        QCOMPARE(coinText(2'100'000'000'000'000, QStringLiteral("BTC")),
                 QStringLiteral("21\u202f000\u202f000.00\u202f000\u202f000 BTC"));
        QCOMPARE(coinText(-1, QStringLiteral("BTC")), QStringLiteral("\u22120.00\u202f000\u202f001 BTC"));
    }
    void typed_amounts_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("sat");
        QTest::newRow("plain") << "85000" << qint64{85'000};
        QTest::newRow("spaces") << "85 000" << qint64{85'000};
        QTest::newRow("narrow spaces") << QStringLiteral("1\u202f482\u202f300") << qint64{1'482'300};
        QTest::newRow("comma refused, it may be a fraction") << "85,000" << qint64{-1};
        QTest::newRow("point refused") << "0.001" << qint64{-1};
        QTest::newRow("minus refused") << "-5" << qint64{-1};
        QTest::newRow("words refused") << "all" << qint64{-1};
        QTest::newRow("empty") << "" << qint64{-1};
        QTest::newRow("more than there are") << "2100000000000001" << qint64{-1};
        QTest::newRow("overflow") << "99999999999999999999" << qint64{-1};
        QTest::newRow("other digits refused") << QStringLiteral("\u0664\u0665") << qint64{-1};
    }
    void typed_amounts() {
        QFETCH(QString, text);
        QFETCH(qint64, sat);
        QCOMPARE(satFromInput(text), sat);
    }
    void problem_ofAnAmount_givesTheReason() {
        const QString words = QStringLiteral("Write whole sat.");
        QCOMPARE(amountProblem({}, words), QString());
        QCOMPARE(amountProblem(QStringLiteral("85 000"), words), QString());
        QCOMPARE(amountProblem(QStringLiteral("0.5"), words), words);
        QCOMPARE(amountProblem(QStringLiteral("0"), words), words);
        for (const char* beyond : {"2100000000000001", "99999999999999999999"})
            QVERIFY(amountProblem(QString::fromLatin1(beyond), words)
                        .startsWith(QStringLiteral("There are only")));
    }
    void share_ofWhole_twoDecimals() {
        QCOMPARE(shareText(1'360, 500'000), QStringLiteral("0.27 %"));
        QCOMPARE(shareText(9, 8'500'000), QStringLiteral("under 0.01 %"));
        QCOMPARE(shareText(1, 0), QString());
        QCOMPARE(feerateText(7'943), QStringLiteral("7.9 sat/vB"));
        QCOMPARE(feerateFromInput(QStringLiteral(" 2.5 ")), 2'500);
        QCOMPARE(feerateFromInput(QStringLiteral("12")), 12'000);
        QCOMPARE(feerateFromInput(QStringLiteral("0.125")), 125);
        for (const char* bad : {"", "fast", "2,5", "1.2345", "1.2.3", "-1", ".", "99999999999999"})
            QVERIFY2(feerateFromInput(QString::fromLatin1(bad)) < 0, bad);
    }
    void times_inWords() {
        QCOMPARE(aboutDuration(1'800), QStringLiteral("about 30 min"));
        QCOMPARE(aboutDuration(2), QStringLiteral("about 2 s"));
        QCOMPARE(shortDuration(7'200), QStringLiteral("2 h"));
        QCOMPARE(agoText(100, 105), QStringLiteral("just now"));
        QCOMPARE(untilText(100, 100), QStringLiteral("expired"));
        const std::int64_t noon = QDateTime(QDate(2026, 11, 23), QTime(12, 0)).toSecsSinceEpoch();
        QCOMPARE(momentText(noon - 3600, noon), QStringLiteral("11:00"));
        QCOMPARE(momentText(noon - 86'400, noon), QStringLiteral("Yesterday, 12:00"));
        QCOMPARE(momentText(noon - 3 * 86'400, noon), QStringLiteral("20 Nov 2026, 12:00"));
        QCOMPARE(blocksText(1), QStringLiteral("1 block"));
        QCOMPARE(blocksText(4'032), QStringLiteral("4\u202f032 blocks"));
    }
    void ids_elidedAndGrouped() {
        QCOMPARE(elided(QStringLiteral("9f27c1d04be8a6135c7f92e0d7a2b04e")),
                 QStringLiteral("9f27c1d0\u2026d7a2b04e"));
        QCOMPARE(elided(QStringLiteral("963810x1412x0")), QStringLiteral("963810x1412x0"));
        QCOMPARE(groupedByFour(QStringLiteral("bc1q8w3m0v")), QStringLiteral("bc1q 8w3m 0v"));
    }
};
DUPLEX_TEST(TestFormats)

#include "tst_amount_format.moc"
