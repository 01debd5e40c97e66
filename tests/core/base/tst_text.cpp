#include "tests/support/test_main.h"

#include "core/base/text.h"

using namespace duplex;

class TestText : public QObject {
    Q_OBJECT

private slots:
    void lowerCase_changesLettersOfAsciiOnly() {
        QCOMPARE(lowerCase("LNBC1Az09-:@[`{"), std::string("lnbc1az09-:@[`{"));
        QCOMPARE(lowerCase("\xC3\x84\xFF"), std::string("\xC3\x84\xFF"));
        QCOMPARE(lowerCase(""), std::string());
    }
};

DUPLEX_TEST(TestText)
#include "tst_text.moc"
