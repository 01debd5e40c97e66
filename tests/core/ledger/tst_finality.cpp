#include "tests/support/test_main.h"

#include "core/ledger/finality.h"

using namespace duplex::ledger;

class TestFinality : public QObject {
    Q_OBJECT

private slots:
    void weaker_takesTheWeakerLabelAndTheOlderFigures() {
        const Verified proof{
            .label = Label::proved_final, .evidence = Evidence::block, .height = 100, .time = 50};
        const Verified quorum{
            .label = Label::agreed, .evidence = Evidence::quorum, .height = 90, .time = 60, .k = 2, .n = 3};
        const Verified sum = weaker(proof, quorum);
        QCOMPARE(sum.label, Label::agreed);
        QCOMPARE(sum.evidence, Evidence::quorum);
        QCOMPARE(sum.height, 90);
        QCOMPARE(sum.time, 50);
        QCOMPARE(sum.k, 2);
        QVERIFY(weaker(quorum, proof) == sum);
    }

    void weaker_unknownHeight_takesTheKnownOne() {
        const Verified own{.label = Label::own, .evidence = Evidence::keys};
        const Verified stale{.label = Label::stale, .evidence = Evidence::peer, .height = 7, .time = 1};
        QCOMPARE(weaker(own, stale).label, Label::stale);
        QCOMPARE(weaker(own, stale).height, 7);
    }

    void nameOf_isTheInterfacesWord() {
        QCOMPARE(nameOf(Label::proved_final), std::string_view("proved-final"));
        QCOMPARE(nameOf(Label::signed_), std::string_view("signed"));
        QCOMPARE(nameOf(Evidence::quorum), std::string_view("quorum"));
    }
};

DUPLEX_TEST(TestFinality)
#include "tst_finality.moc"
