#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"

using namespace duplex;
using duplex::test::ModelFixture;

namespace {

const QString unified = QStringLiteral("bitcoin:bc1q?amount=0.00085&lightning=lnbc850u1");

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
        send.setFeerate(QStringLiteral("2"));
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
    void feerate_ownOne_isPlannedAndSent() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        writePayment(send);
        QTRY_COMPARE(ModelFixture::text(&send, "feeWords"),
                     QStringLiteral("7.9 sat/vB · about 30 min · 1\u202f120 sat"));
        QVERIFY(!fixture.session.last<api::SendCoins>()->feerate_sat_per_kvb);
        QCOMPARE(ModelFixture::text(&send, "feeSource"), QStringLiteral("median of recent blocks"));
        send.setFeerate(QStringLiteral("fast"));
        QCOMPARE(ModelFixture::text(&send, "feerateError"), QStringLiteral("Write sat/vB, for example 2.5."));
        QVERIFY(!send.property("canPay").toBool());
        QVERIFY(!ModelFixture::text(&send, "feeTitle").isEmpty()); // where it can be mended
        send.setFeerate(QStringLiteral("2.5"));
        QTRY_COMPARE(ModelFixture::text(&send, "feeWords"),
                     QStringLiteral("2.5 sat/vB · time not known · 353 sat"));
        QCOMPARE(ModelFixture::text(&send, "feeSource"), QStringLiteral("as you chose"));
        send.pay();
        QCOMPARE(fixture.session.last<api::SendCoins>()->feerate_sat_per_kvb,
                 std::optional<std::int64_t>(2'500));
        QVERIFY(!fixture.session.last<api::SendCoins>()->plan_only);
    }
    void to_changed_keepsWhatWasTypedBesideIt() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        send.setAmount(QStringLiteral("25 000"));
        send.setProperty("note", QStringLiteral("Rent"));
        send.setText(QStringLiteral("bc1q8w3m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9p3u"));
        QTRY_VERIFY(send.property("canPay").toBool());
        QCOMPARE(ModelFixture::text(&send, "amountText"), QStringLiteral("25 000"));
        QCOMPARE(ModelFixture::text(&send, "note"), QStringLiteral("Rent"));
        send.setText(unified); // fixes the amount
        QTRY_COMPARE(ModelFixture::text(&send, "amountText"), QStringLiteral("85\u202f000"));
        QCOMPARE(ModelFixture::text(&send, "note"), QStringLiteral("Rent"));
        send.setText(QStringLiteral("bc1q8w3m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9p3u"));
        QCOMPARE(ModelFixture::text(&send, "amountText"), QString());
        QTRY_COMPARE(send.ways()->count(), 1);
        send.setAmount(QStringLiteral("25 000"));
        QTRY_VERIFY(send.property("canPay").toBool());
        send.pay();
        QTRY_COMPARE(ModelFixture::text(&send, "state"), QStringLiteral("done"));
        send.setText(unified); // another payment
        QCOMPARE(ModelFixture::text(&send, "note"), QString());
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
        QVERIFY(!send.property("feeBadge").toMap().isEmpty());
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
    // threats 85: one request, one payment.
    void unifiedLink_itsPaymentMayStillSucceed_isOnItsWayAndNotOfferedAgain() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        send.setText(unified);
        QTRY_VERIFY(send.property("canPay").toBool() && send.ways()->count() == 2);
        std::string state = "pending";
        fixture.session.handler = [&state](const api::Request& request) -> api::Answer {
            if (std::holds_alternative<api::ListPays>(request))
                return api::PaymentList{{{.status = state,
                                          .amount_msat = 85'000'000,
                                          .amount_sent_msat = 85'001'000,
                                          .failure = "No path has room."}}};
            if (!std::holds_alternative<api::Pay>(request)) return test::sampleAnswer(request);
            return std::unexpected(api::Error{200, "This payment is not final."});
        };
        send.pay();
        QTRY_COMPARE(ModelFixture::text(&send, "state"), QStringLiteral("onway"));
        QCOMPARE(ModelFixture::text(&send, "outcome"), QStringLiteral("This payment is not final."));
        QTRY_COMPARE(fixture.session.count<api::ListPays>(), 1);
        send.tryAgain();
        send.choose(1);
        send.pay();
        QCOMPARE(ModelFixture::text(&send, "state"), QStringLiteral("onway"));
        QVERIFY(!send.property("canPay").toBool());
        QCOMPARE(paidCount(fixture.session), 1);
        state = "complete"; // its end is shown where it was begun
        emit fixture.session.notified({.topic = api::Notification::Topic::payment, .state = "settled"});
        QTRY_COMPARE(ModelFixture::text(&send, "state"), QStringLiteral("done"));
        QVERIFY(ModelFixture::text(&send, "outcome").contains(QStringLiteral("Fee 1 sat")));
    }
    void payment_ranOutOfTries_mayBeTriedAgain() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        send.setText(QStringLiteral("lnbc210u1coffee"));
        QTRY_VERIFY(send.property("canPay").toBool());
        fixture.session.handler = [](const api::Request&) -> api::Answer {
            return std::unexpected(api::Error{210, "Nothing was paid."});
        };
        send.pay();
        QTRY_COMPARE(ModelFixture::text(&send, "state"), QStringLiteral("failed"));
        QCOMPARE(ModelFixture::text(&send, "outcome"), QStringLiteral("Nothing was paid."));
    }
    void unifiedLink_itsInvoiceIsPaid_isNotOfferedOnTheOtherLayer() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        bool answers = false;
        fixture.session.handler = [&answers](const api::Request& request) -> api::Answer {
            if (const auto* recognise = std::get_if<api::Recognise>(&request)) {
                api::Recognised found = std::get<api::Recognised>(*test::sampleAnswer(*recognise));
                found.expired = answers; // the second time
                return found;
            }
            if (!std::holds_alternative<api::Pay>(request)) return test::sampleAnswer(request);
            return std::unexpected(api::Error{201, "This invoice is paid already."});
        };
        for (int time = 0; time < 2; ++time) {
            send.clear();
            send.setText(unified);
            QTRY_VERIFY(ModelFixture::text(&send, "whyNot")
                            .startsWith(QStringLiteral("This invoice is paid already.")));
            QCOMPARE(send.ways()->count(), 1);
            QCOMPARE(ModelFixture::cell(send.ways()->rows().front(), "level").toInt(), 2);
            send.choose(1);
            QCOMPARE(send.level(), 2);
            QVERIFY(!send.property("canPay").toBool());
            answers = true;
        }
        send.pay();
        QCOMPARE(paidCount(fixture.session), 0);
    }
    void unifiedLink_itsInvoiceIsNotLookedAtYet_waits() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        fixture.session.handler = [&](const api::Request& request) -> api::Answer {
            if (std::holds_alternative<api::SendCoins>(request)) // the other plan, asked next, has no answer
                fixture.session.cancel(fixture.session.lastId());
            return test::sampleAnswer(request);
        };
        send.setText(unified);
        QTRY_VERIFY(!ModelFixture::text(&send, "feeWords").isEmpty());
        send.choose(1);
        QVERIFY(!send.property("canPay").toBool());
        QCOMPARE(ModelFixture::text(&send, "whyNot"),
                 QStringLiteral("Looking whether it is paid on L2 already"));
    }
    void pay_onTheGround_isBoundToTheFeeOfTheReview() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        writePayment(send);
        QTRY_VERIFY(send.property("canPay").toBool());
        std::int64_t fee = 1'500;
        fixture.session.handler = [&fee](const api::Request& request) -> api::Answer {
            api::Answer answer = test::sampleAnswer(request);
            const auto* sent = std::get_if<api::SendCoins>(&request);
            if (sent == nullptr) return answer;
            if (sent->max_fee_sat && *sent->max_fee_sat < fee)
                return std::unexpected(api::Error{206, "Nothing was sent: the fee would be 1500 sat now."});
            std::get<api::SendReply>(*answer).fee_sat = fee;
            return answer;
        };
        send.pay(); // at the price that was shown
        QTRY_COMPARE(ModelFixture::text(&send, "state"), QStringLiteral("failed"));
        QCOMPARE(fixture.session.last<api::SendCoins>()->max_fee_sat, std::optional<std::int64_t>(1'120));
        send.tryAgain();
        QTRY_COMPARE(ModelFixture::factOf(send.property("review"), QStringLiteral("Fee, at most")),
                     QStringLiteral("1\u202f500 sat"));
        send.pay();
        QCOMPARE(fixture.session.last<api::SendCoins>()->max_fee_sat, std::optional<std::int64_t>(1'500));
        fee = 1'400; // what it costs in the end is said
        QTRY_VERIFY(ModelFixture::text(&send, "outcome").contains(QStringLiteral("Fee 1\u202f400 sat")));
    }
    void review_aBlockOrOtherCoins_isPlannedAnew() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        writePayment(send);
        QTRY_VERIFY(send.property("canPay").toBool());
        const int planned = fixture.session.count<api::SendCoins>();
        api::StatusSnapshot status = test::sampleStatus();
        status.tip_hash = "another";
        fixture.session.publish(status);
        QCOMPARE(fixture.session.count<api::SendCoins>(), planned + 1);
        QVERIFY(send.property("canPay").toBool()); // nothing flickers: what is shown binds
        api::PortfolioSnapshot portfolio = test::samplePortfolio();
        portfolio.layers[0].spendable_sat += 5'000;
        fixture.session.publish(portfolio);
        QCOMPARE(fixture.session.count<api::SendCoins>(), planned + 2);
        fixture.session.publish(portfolio);
        QCOMPARE(fixture.session.count<api::SendCoins>(), planned + 2);
    }
    void locked_wallet_isUnlockedFirst() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        api::StatusSnapshot status = test::sampleStatus();
        status.wallet = api::WalletState::locked;
        fixture.session.publish(status);
        writePayment(send);
        QTRY_VERIFY(send.property("unlockFirst").toBool());
        QCOMPARE(ModelFixture::text(&send, "payAction"), QStringLiteral("Unlock to pay"));
        send.pay();
        QCOMPARE(paidCount(fixture.session), 0);
        fixture.session.publish(test::sampleStatus());
        QTRY_VERIFY(send.property("canPay").toBool());
    }
    // A partner that drops for a moment, or a start with a password, leaves L2 without funds for a while:
    // what is written is planned when they are there.
    void fundsThatComeBack_arePlannedWith() {
        ModelFixture fixture;
        ui::SendModel& send = *fixture.app.send();
        api::PortfolioSnapshot none = test::samplePortfolio();
        for (api::LayerView& layer : none.layers) layer.spendable_sat = 0;
        send.setText(QStringLiteral("lnbc210u1coffee"));
        QTRY_VERIFY(send.property("canPay").toBool());
        fixture.session.publish(none);
        QTRY_VERIFY(!send.property("canPay").toBool());
        QVERIFY(!ModelFixture::text(&send, "amountError").isEmpty());
        fixture.session.publish(test::samplePortfolio());
        QTRY_VERIFY(send.property("canPay").toBool());

        send.setText({});
        api::StatusSnapshot locked = test::sampleStatus();
        locked.wallet = api::WalletState::locked;
        fixture.session.publish(locked);
        fixture.session.publish(none);
        send.setText(QStringLiteral("lnbc210u1coffee"));
        QTRY_VERIFY(send.property("unlockFirst").toBool());
        QVERIFY(ModelFixture::text(&send, "amountError").isEmpty()); // locked, nobody knows what there is
        fixture.session.publish(test::sampleStatus());
        fixture.session.publish(test::samplePortfolio());
        QTRY_VERIFY(send.property("canPay").toBool());
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
