#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"

using namespace duplex;
using duplex::test::ModelFixture;

namespace {

int paidCount(const test::FakeSession& session) {
    return static_cast<int>(std::ranges::count_if(session.asked, [](const api::Request& request) {
        const auto* pay = std::get_if<api::Pay>(&request);
        const auto* send = std::get_if<api::SendCoins>(&request);
        return (pay != nullptr && !pay->plan_only) || (send != nullptr && !send->plan_only);
    }));
}

/// An address and an amount, as somebody would write them.
void writePayment(ui::SendModel& send) {
    send.setText(QStringLiteral("bc1q8w3m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9p3u"));
    QTRY_COMPARE(send.ways()->count(), 1);
    send.setAmount(QStringLiteral("25 000"));
}

} // namespace

class TestSendModel : public QObject {
    Q_OBJECT

private slots:
    void unifiedLink_bothLayersPlanned_cheaperOneIsChosen() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        send.setText(QStringLiteral("bitcoin:bc1q?amount=0.00085&lightning=lnbc850u1"));
        QTRY_VERIFY(send.property("canPay").toBool());
        QTRY_COMPARE(send.ways()->count(), 2);
        QTRY_COMPARE(send.level(), 2);
        QCOMPARE(ModelFixture::text(&send, "kindWords"), QStringLiteral("Request that works on both layers"));
        QCOMPARE(ModelFixture::text(&send, "payAction"), QStringLiteral("Pay 85\u202f000 sat"));
        QCOMPARE(ModelFixture::factOf(send.property("review"), QStringLiteral("You pay, at most")),
                 QStringLiteral("85\u202f850 sat"));
        send.choose(1);
        QCOMPARE(ModelFixture::factOf(send.property("review"), QStringLiteral("Fee, at most")),
                 QStringLiteral("1\u202f120 sat"));
        QVERIFY(ModelFixture::text(&send, "reviewTo").startsWith(QStringLiteral("bc1q 8w3m")));
    }
    void pay_pressedTwice_paysOnceWithOneId() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        send.setText(QStringLiteral("lnbc210u1coffee"));
        QTRY_VERIFY(send.property("canPay").toBool());
        QCOMPARE(paidCount(fixture.session), 0);
        send.pay();
        send.pay();
        QTRY_COMPARE(ModelFixture::text(&send, "state"), QStringLiteral("done"));
        QCOMPARE(paidCount(fixture.session), 1);
        QVERIFY(!fixture.session.last<api::Pay>()->request_id.empty());
        QVERIFY(ModelFixture::text(&send, "outcome").contains(QStringLiteral("21\u202f000 sat paid")));
    }
    void sending_nothingIsEdited() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        writePayment(send);
        QTRY_VERIFY(send.property("canPay").toBool());
        send.pay();
        QCOMPARE(ModelFixture::text(&send, "state"), QStringLiteral("sending"));
        send.setAmount(QStringLiteral("30 000"));
        send.setAll(true);
        send.setSpeed(2);
        send.choose(2);
        send.setText(QStringLiteral("lnbc210u1coffee"));
        QCOMPARE(ModelFixture::text(&send, "state"), QStringLiteral("sending"));
        send.pay();
        QTRY_COMPARE(ModelFixture::text(&send, "state"), QStringLiteral("done"));
        QCOMPARE(paidCount(fixture.session), 1);
        QVERIFY(ModelFixture::text(&send, "outcome").contains(QStringLiteral("25\u202f000 sat sent")));
        QVERIFY(send.text().startsWith(QStringLiteral("bc1q")));
    }
    void address_withoutAmount_asksForOneFirst() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        send.setText(QStringLiteral("bc1q8w3m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9p3u"));
        QTRY_COMPARE(ModelFixture::text(&send, "whyNot"), QStringLiteral("Write an amount."));
        QVERIFY(!send.property("canPay").toBool());
        send.setAmount(QStringLiteral("0.5"));
        QVERIFY(!ModelFixture::text(&send, "amountError").isEmpty());
        send.setAmount(QStringLiteral("25 000"));
        QTRY_VERIFY(send.property("canPay").toBool());
        QCOMPARE(fixture.session.last<api::SendCoins>()->payees.front().amount_sat, 25'000);
        send.setAll(true);
        QTRY_COMPARE(ModelFixture::text(&send, "reviewAmount"), QStringLiteral("2\u202f735\u202f230 sat"));
    }
    void speed_chosen_aimsAtThatManyBlocks() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        writePayment(send);
        QCOMPARE(fixture.session.last<api::SendCoins>()->target_blocks, 6);
        send.setSpeed(2);
        QCOMPARE(fixture.session.last<api::SendCoins>()->target_blocks, 144);
        QTRY_VERIFY(!ModelFixture::text(&send, "speedWords").isEmpty());
        send.pay();
        QCOMPARE(fixture.session.last<api::SendCoins>()->target_blocks, 144);
        QVERIFY(!fixture.session.last<api::SendCoins>()->plan_only);
    }
    void tooMuch_isSaidOnceAtTheAmount() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        send.setText(QStringLiteral("bc1q8w3m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9p3u"));
        QTRY_COMPARE(send.ways()->count(), 1);
        const int planned = fixture.session.count<api::SendCoins>();
        send.setAmount(QStringLiteral("9 000 000"));
        QCOMPARE(ModelFixture::text(&send, "amountError"),
                 QStringLiteral("You have 2\u202f736\u202f350 sat to spend on L1."));
        QCOMPARE(ModelFixture::text(&send, "whyNot"), QString());
        QCOMPARE(ModelFixture::cell(send.ways()->rows().front(), "problem").toString(), QString());
        QCOMPARE(fixture.session.count<api::SendCoins>(), planned);
        QVERIFY(!send.property("canPay").toBool());
        send.setAmount(QStringLiteral("2 736 000")); // the fee is too much: only the engine knows
        QTRY_VERIFY(ModelFixture::text(&send, "whyNot").startsWith(QStringLiteral("You have")));
    }
    void fee_itsBadge_standsAtTheCardAndInTheReview() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        writePayment(send);
        QTRY_VERIFY(send.property("canPay").toBool());
        QVERIFY(!send.property("speedBadge").toMap().isEmpty());
        const QVariantMap fee = send.property("review").toList().front().toMap();
        QVERIFY(!fee.value(QStringLiteral("badge")).toMap().isEmpty());
    }
    void words_afterAColon_goOnWithASmallLetter() {
        ModelFixture fixture;
        fixture.session.handler = [](const api::Request&) -> api::Answer {
            return api::Recognised{.words = "Not recognised: This is not a Bitcoin address."};
        };
        ui::SendModel& send = *fixture.app.send();
        send.setText(QStringLiteral("hello"));
        QTRY_COMPARE(ModelFixture::text(&send, "kindWords"),
                     QStringLiteral("Not recognised: this is not a Bitcoin address."));
    }
    void somethingElse_pasted_saysWhatIsWrong() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        send.setText(QStringLiteral("hello"));
        QTRY_COMPARE(ModelFixture::text(&send, "kindTone"), QStringLiteral("bad"));
        QVERIFY(ModelFixture::text(&send, "whyNot").contains(QStringLiteral("Check that you copied all")));
        QCOMPARE(send.ways()->count(), 0);
        send.clear();
        QCOMPARE(send.text(), QString());
        QCOMPARE(ModelFixture::text(&send, "state"), QStringLiteral("editing"));
    }
    void failed_payment_saysNothingWasPaid() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        send.setText(QStringLiteral("lnbc210u1coffee"));
        QTRY_VERIFY(send.property("canPay").toBool());
        fixture.session.handler = [](const api::Request&) -> api::Answer {
            return api::PaymentInfo{.status = "failed", .failure = "No path has room. Send less."};
        };
        send.pay();
        QTRY_COMPARE(ModelFixture::text(&send, "state"), QStringLiteral("failed"));
        QCOMPARE(ModelFixture::text(&send, "outcome"),
                 QStringLiteral("Nothing was paid. No path has room. Send less."));
        QVERIFY(!send.property("canPay").toBool());
        fixture.session.handler = test::sampleAnswer;
        send.tryAgain();
        QTRY_VERIFY(send.property("canPay").toBool());
        send.pay();
        QTRY_COMPARE(ModelFixture::text(&send, "state"), QStringLiteral("done"));
    }
};

DUPLEX_TEST(TestSendModel)
#include "tst_send_model.moc"
