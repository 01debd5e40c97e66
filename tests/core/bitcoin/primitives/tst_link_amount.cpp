#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/link_amount.h"

using namespace duplex::bitcoin;

class LinkAmountTest : public QObject {
    Q_OBJECT

private slots:
    void amount_text_isExactSatoshi_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("satoshi"); // -1: refused
        const auto row = [](const char* text, qint64 satoshi) {
            QTest::newRow(text) << QByteArray(text) << satoshi;
        };
        row("50", 5'000'000'000); // BIP 21, section Examples
        row("20.3", 2'030'000'000);
        row("0.00000001", 1);
        row(".5", 50'000'000);
        row("5.", 500'000'000);
        row("0", 0);
        row("21000000", max_money.value);
        row("000000000000000000000001", 100'000'000);
        row("0.100000000", 10'000'000);
        row("", -1);
        row(".", -1);
        row("1.2.3", -1);
        row("0.000000001", -1);
        row("21000000.00000001", -1);
        row("92233720368547758080", -1);
        row("18446744073709551616", -1);
        row("-1", -1);
        row("+1", -1);
        row("1e3", -1);
        row("1,5", -1);
        row(" 1", -1);
        row("00000000000000000000000000000000000000001", -1); // 41 characters
    }
    void amount_text_isExactSatoshi() {
        QFETCH(QByteArray, text);
        QFETCH(qint64, satoshi);
        const auto amount =
            amountFromLink(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        QCOMPARE(amount.has_value() ? static_cast<qint64>(amount->value) : -1, satoshi);
    }
};

DUPLEX_TEST(LinkAmountTest)
#include "tst_link_amount.moc"
