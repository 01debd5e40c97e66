// Payments whose line, payer or payee ends after each piece of their conversation: house.md, story 2; threats
// 84 and 87 at all cut points.

#include "tests/scenario/two_wallets.h"

using namespace duplex;
using test::TwoWallets;

namespace {

constexpr std::int64_t whole_msat = TwoWallets::capacity_sat * 1000;
constexpr std::int64_t first_msat = 300'000'000; // so that Bob can pay too
constexpr std::int64_t each_msat = 1'000'003;
constexpr int most_pieces = 40;

} // namespace

class TestPaymentCuts : public QObject {
    Q_OBJECT

private slots:
    void cutAfterEachPiece_paymentGoesOn_data() {
        QTest::addColumn<bool>("alice_pays");
        QTest::addColumn<QString>("ends");
        for (const char* ends : {"the line", "the payer", "the payee"}) {
            QTest::newRow(qPrintable(QString("Alice pays, %1 ends").arg(ends))) << true << QString(ends);
            QTest::newRow(qPrintable(QString("Bob pays, %1 ends").arg(ends))) << false << QString(ends);
        }
    }
    void cutAfterEachPiece_paymentGoesOn() {
        QFETCH(const bool, alice_pays);
        QFETCH(const QString, ends);
        TwoWallets world;
        QVERIFY(world.begin() && world.open());
        const auto first = world.invoiceOf(*world.bob, first_msat);
        QVERIFY(world.alice->ask(api::Pay{.bolt11 = first.bolt11}));
        test::Node& payer = alice_pays ? *world.alice : *world.bob;
        test::Node& payee = alice_pays ? *world.bob : *world.alice;
        std::int64_t bob_msat = first_msat;
        bool whole = false;
        int pieces = 0;
        for (; pieces < most_pieces && !whole; ++pieces) {
            QVERIFY(world.alice->waitUsable() && world.bob->waitUsable());
            QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
            const auto invoice = world.invoiceOf(payee, each_msat);
            const api::Pay pay{.bolt11 = invoice.bolt11, .request_id = "cut " + std::to_string(pieces)};
            world.line->stopAfter(pieces);
            const auto asked = payer.post(pay);
            const auto isOver = [&] {
                return payer.isAnswered(asked) && world.alice->channel().htlc_count == 0 &&
                       world.bob->channel().htlc_count == 0;
            };
            QVERIFY(QTest::qWaitFor([&] { return world.line->hasStopped() || isOver(); }, test::patience_ms));
            whole = !world.line->hasStopped(); // the payment took fewer pieces than this
            test::Node* ending = ends == "the payer" ? &payer : ends == "the payee" ? &payee : nullptr;
            if (ending != nullptr) ending->stop();
            world.line->cut();
            if (ending != nullptr) QVERIFY(world.restart(*ending));
            // A payer that ended asks again by the same name.
            const auto paid = payer.answerOf(ending == &payer ? payer.post(pay) : asked);
            if (!paid) qWarning("after %d pieces: %s", pieces, paid.error().message.c_str());
            QVERIFY(paid && std::get<api::PaymentInfo>(*paid).status == "complete");
            QVERIFY(world.alice->waitUsable() && world.bob->waitUsable());
            QVERIFY(world.alice->waitQuiet() && world.bob->waitQuiet());
            QCOMPARE(world.statusAt(payee, invoice.payment_hash), std::string("paid"));
            bob_msat += alice_pays ? each_msat : -each_msat;
            QVERIFY(world.balancesAre(whole_msat - bob_msat, bob_msat));
        }
        // The add with its signature, revocation and signature, revocation; and the same for the fulfil.
        QVERIFY2(pieces >= 6, qPrintable(QString::number(pieces)));
    }
};

DUPLEX_TEST(TestPaymentCuts)
#include "tst_payment_cuts.moc"
