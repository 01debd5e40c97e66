#include "tests/support/test_main.h"

#include "core/ledger/balance.h"

using namespace duplex::ledger;

class TestAmount : public QObject {
    Q_OBJECT

private slots:
    void decimal_roundTrip_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("valid");
        QTest::newRow("zero") << "0" << true;
        QTest::newRow("all bitcoin in satoshi") << "2100000000000000" << true;
        QTest::newRow("2^256 - 1")
            << "115792089237316195423570985008687907853269984665640564039457584007913129639935" << true;
        QTest::newRow("2^256")
            << "115792089237316195423570985008687907853269984665640564039457584007913129639936" << false;
        QTest::newRow("79 digits") << QString(79, '1') << false;
        QTest::newRow("empty") << "" << false;
        QTest::newRow("sign") << "-1" << false;
        QTest::newRow("decimals") << "1.0" << false;
        QTest::newRow("space") << " 1" << false;
    }
    void decimal_roundTrip() {
        QFETCH(QString, text);
        QFETCH(bool, valid);
        const auto amount = amountFromDecimal(text.toStdString());
        QCOMPARE(amount.has_value(), valid);
        if (valid) QCOMPARE(decimalOf(*amount), text.toStdString());
    }

    void sumOf_addsOnlyTheState() {
        LayerBalance balance;
        balance.parts = {{PartState::spendable, Amount::of(5), "", 0, {}},
                         {PartState::reserve, Amount::of(7), "", 0, {}},
                         {PartState::spendable, Amount::of(11), "", 0, {}}};
        QCOMPARE(decimalOf(sumOf(balance, PartState::spendable)), std::string("16"));
        QCOMPARE(decimalOf(sumOf(balance, PartState::in_flight)), std::string("0"));
    }
};

DUPLEX_TEST(TestAmount)
#include "tst_amount.moc"
