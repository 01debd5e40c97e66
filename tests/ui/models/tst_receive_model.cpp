#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"

using namespace duplex;
using duplex::test::ModelFixture;

class TestReceiveModel : public QObject {
    Q_OBJECT

private slots:
    void open_first_makesOneRequestForBothLayers() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        QTRY_VERIFY(ModelFixture::text(&receive, "request").contains(QStringLiteral("?lightning=lnbc")));
        QVERIFY(ModelFixture::text(&receive, "request").startsWith(QStringLiteral("bitcoin:bc1q")));
        QTRY_COMPARE(receive.addresses()->count(), 6);
        receive.open();
        QCOMPARE(fixture.session.count<api::CreateInvoice>(), 1);
    }
    void open_anAddressGivenToNobody_isUsedAgain() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        QTRY_VERIFY(!ModelFixture::text(&receive, "address").isEmpty());
        const auto answer = test::sampleAnswer(api::ListAddresses{});
        const auto& newest = std::get<api::AddressList>(*answer).addresses.back();
        QCOMPARE(ModelFixture::text(&receive, "address").toStdString(), newest.address);
        QCOMPARE(fixture.session.count<api::NewAddress>(), 0);
        receive.make(); // asked for by hand: a new one
        QCOMPARE(fixture.session.count<api::NewAddress>(), 1);
    }
    void open_everyAddressUsedOrNamed_makesAnother() {
        ModelFixture fixture;
        fixture.session.handler = [](const api::Request& request) -> api::Answer {
            if (!std::holds_alternative<api::ListAddresses>(request)) return test::sampleAnswer(request);
            return api::AddressList{{{.address = "bc1used", .used = true, .received_sat = 5},
                                     {.address = "bc1named", .labels = {"Mara"}},
                                     {.address = "bc1change", .is_change = true}}};
        };
        fixture.app.receive()->open();
        QTRY_COMPARE(fixture.session.count<api::NewAddress>(), 1);
    }
    void addresses_received_areKnownAsTheirPaymentIs() {
        ModelFixture fixture;
        const ledger::Verified by_block{ledger::Label::proved_final, ledger::Evidence::block};
        const ledger::Verified by_peer{ledger::Label::reported, ledger::Evidence::peer};
        const ledger::Verified mine{ledger::Label::own, ledger::Evidence::keys};
        fixture.session.handler = [&](const api::Request& request) -> api::Answer {
            if (std::holds_alternative<api::ListAddresses>(request))
                return api::AddressList{
                    {{.address = "bc1one", .used = true, .received_sat = 9, .verified = mine},
                     {.address = "bc1two", .used = true, .received_sat = 9, .verified = mine}}};
            if (std::holds_alternative<api::ListTransactions>(request))
                return api::WalletTransactionList{
                    {{.details = {{.address = "bc1one", .amount_sat = 4}}, .verified = by_block},
                     {.details = {{.address = "bc1one", .amount_sat = 5}}, .verified = by_peer},
                     {.details = {{.address = "bc1two", .amount_sat = 9}}, .verified = by_block}}};
            return test::sampleAnswer(request);
        };
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        const auto badge = [&](int row) {
            return ModelFixture::cell(receive.addresses()->rows()[row], "badge").toMap();
        };
        QTRY_VERIFY(receive.addresses()->count() == 2 && !badge(0).isEmpty());
        QCOMPARE(badge(0), ui::badgeOf(by_block)); // newest first
        QCOMPARE(badge(1), ui::badgeOf(by_peer));
    }
    void mode_chosen_showsThatLayerOnly() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        QTRY_VERIFY(!ModelFixture::text(&receive, "invoice").isEmpty());
        receive.setMode(1);
        QVERIFY(ModelFixture::text(&receive, "request").startsWith(QStringLiteral("lnbc")));
        api::PortfolioSnapshot portfolio = test::samplePortfolio();
        portfolio.layers[1].receivable_sat = 0; // what cannot arrive is no code
        fixture.session.publish(portfolio);
        QCOMPARE(ModelFixture::text(&receive, "request"), QString());
        QVERIFY(!receive.property("payable").toBool());
        receive.setMode(2);
        QVERIFY(!ModelFixture::text(&receive, "request").contains(QStringLiteral("lnbc")));
    }
    void amountAndPurpose_changed_greyTheCodeUntilANewOneIsMade() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        QTRY_VERIFY(!ModelFixture::text(&receive, "request").isEmpty());
        QTRY_VERIFY(receive.property("payable").toBool());
        receive.setAmount(QStringLiteral("320 000"));
        QVERIFY2(!receive.property("payable").toBool(), "the invoice still asks for what was written before");
        QVERIFY(!ModelFixture::text(&receive, "request").contains(QStringLiteral("lnbc")));
        receive.setPurpose(QStringLiteral("Logo & more"));
        receive.setExpiry(0);
        QVERIFY(receive.property("outdated").toBool());
        receive.make();
        QTRY_VERIFY(ModelFixture::text(&receive, "request").contains(QStringLiteral("amount=0.00320000")));
        QVERIFY(
            ModelFixture::text(&receive, "request").contains(QStringLiteral("message=Logo%20%26%20more")));
        QVERIFY(!receive.property("outdated").toBool());
        QCOMPARE(*fixture.session.last<api::CreateInvoice>()->amount_msat, 320'000'000);
        QCOMPARE(fixture.session.last<api::CreateInvoice>()->expiry_s, 3600);
        receive.setAmount(QStringLiteral("9 000 000"));
        QVERIFY(!receive.property("upperFits").toBool());
        QVERIFY(ModelFixture::text(&receive, "upperFitness").startsWith(QStringLiteral("Too much")));
        receive.setAmount(QStringLiteral("a lot"));
        QVERIFY(!ModelFixture::text(&receive, "amountError").isEmpty());
    }
    void invoicePaid_ours_saysSo() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        QTRY_VERIFY(!ModelFixture::text(&receive, "invoice").isEmpty());
        api::Notification paid{
            .topic = api::Notification::Topic::payment, .id = "another", .state = "received"};
        emit fixture.session.notified(paid);
        QCOMPARE(ModelFixture::text(&receive, "paidText"), QString());
        const auto invoice = test::sampleAnswer(api::CreateInvoice{});
        paid.id = std::get<api::InvoiceInfo>(*invoice).payment_hash;
        paid.amount_msat = 21'000'000;
        emit fixture.session.notified(paid);
        QVERIFY(ModelFixture::text(&receive, "paidText").contains(QStringLiteral("21\u202f000 sat")));
    }
    void addressPaid_oursOnTheGround_saysSo() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        QTRY_VERIFY(!ModelFixture::text(&receive, "address").isEmpty());
        const std::string address = ModelFixture::text(&receive, "address").toStdString();
        fixture.session.handler = [address](const api::Request& request) -> api::Answer {
            if (!std::holds_alternative<api::ListAddresses>(request)) return test::sampleAnswer(request);
            return api::AddressList{{{.address = address, .used = true, .received_sat = 150'000}}};
        };
        emit fixture.session.notified({.topic = api::Notification::Topic::transaction, .id = "tx"});
        QTRY_VERIFY(ModelFixture::text(&receive, "paidText").contains(QStringLiteral("150\u202f000 sat")));
    }
    void invoice_expired_isNoRequestAnyMoreAndIsMadeAnew() {
        ModelFixture fixture;
        std::int64_t now = test::sample_now;
        fixture.app.display().setNow([&now] { return now; });
        int made = 0;
        fixture.session.handler = [&](const api::Request& request) -> api::Answer {
            api::Answer answer = test::sampleAnswer(request);
            if (const auto* asked = std::get_if<api::CreateInvoice>(&request)) {
                auto& invoice = std::get<api::InvoiceInfo>(*answer);
                invoice.bolt11 = "lnbc1number" + std::to_string(++made);
                invoice.expires_at = now + asked->expiry_s;
            }
            return answer;
        };
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        QTRY_VERIFY(receive.property("payable").toBool());
        const QString address = ModelFixture::text(&receive, "address");
        auto* end = receive.findChild<QTimer*>();
        QVERIFY(end != nullptr && end->isActive());
        now += 86'400;
        end->start(0);
        QTRY_VERIFY(receive.property("outdated").toBool());
        QTRY_VERIFY(!receive.property("payable").toBool());
        QVERIFY(!ModelFixture::text(&receive, "request").contains(QStringLiteral("lnbc")));
        QVERIFY(ModelFixture::text(&receive, "codeWords").startsWith(QStringLiteral("Expired")));
        QVERIFY(ModelFixture::text(&receive, "upperFitness").startsWith(QStringLiteral("Expired")));
        receive.setMode(2); // an address does not expire
        QVERIFY(!receive.property("outdated").toBool());
        receive.setMode(0);
        receive.open();
        QTRY_VERIFY(ModelFixture::text(&receive, "request").contains(QStringLiteral("lnbc1number2")));
        QVERIFY(!receive.property("outdated").toBool());
        QCOMPARE(ModelFixture::text(&receive, "address"), address);
    }
    void open_afterAPayment_isForTheNextPayer() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        QTRY_VERIFY(receive.property("payable").toBool());
        const QString first = ModelFixture::text(&receive, "address");
        receive.setPurpose(QStringLiteral("Rent"));
        emit fixture.session.notified(
            {.topic = api::Notification::Topic::payment,
             .id = std::get<api::InvoiceInfo>(*test::sampleAnswer(api::CreateInvoice{})).payment_hash,
             .state = "received"});
        QVERIFY(!ModelFixture::text(&receive, "paidText").isEmpty());
        QVERIFY(!receive.property("payable").toBool());
        receive.open();
        QTRY_COMPARE(ModelFixture::text(&receive, "paidText"), QString());
        QTRY_VERIFY(ModelFixture::text(&receive, "address") != first);
        QTRY_VERIFY(receive.property("payable").toBool());
        QCOMPARE(ModelFixture::text(&receive, "purpose"), QString());
    }
    void open_addressUsedSince_givesAnother() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        bool used = false;
        fixture.session.handler = [&used](const api::Request& request) -> api::Answer {
            if (!std::holds_alternative<api::ListAddresses>(request)) return test::sampleAnswer(request);
            return api::AddressList{{{.address = "bc1older"},
                                     {.address = "bc1newest", .used = used, .received_sat = used ? 5 : 0}}};
        };
        receive.open();
        QTRY_COMPARE(ModelFixture::text(&receive, "groundFitness"), QStringLiteral("Never used before"));
        QCOMPARE(ModelFixture::text(&receive, "address"), QStringLiteral("bc1newest"));
        used = true;
        emit fixture.session.notified({.topic = api::Notification::Topic::transaction, .id = "tx"});
        QTRY_VERIFY(ModelFixture::text(&receive, "groundFitness").startsWith(QStringLiteral("Used before")));
        QVERIFY(!receive.property("groundFits").toBool());
        receive.open();
        QTRY_COMPARE(ModelFixture::text(&receive, "address"), QStringLiteral("bc1older"));
        QCOMPARE(ModelFixture::text(&receive, "groundFitness"), QStringLiteral("Never used before"));
        QCOMPARE(ModelFixture::text(&receive, "paidText"), QString());
    }
    void invoice_refused_isSaidAndNotCalledBothLayers() {
        ModelFixture fixture;
        fixture.session.handler = [](const api::Request& request) -> api::Answer {
            if (!std::holds_alternative<api::CreateInvoice>(request)) return test::sampleAnswer(request);
            return std::unexpected(api::Error{-32602, "The description is too long."});
        };
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        QTRY_COMPARE(ModelFixture::text(&receive, "problem"), QStringLiteral("The description is too long."));
        QVERIFY(!receive.property("upperFits").toBool());
        QVERIFY(ModelFixture::text(&receive, "upperFitness").contains(QStringLiteral("too long")));
        QVERIFY(ModelFixture::text(&receive, "codeWords").startsWith(QStringLiteral("Only L1")));
        QVERIFY(!ModelFixture::text(&receive, "request").isEmpty());
        const int made = fixture.session.count<api::NewAddress>();
        receive.setMode(2);
        receive.setMode(1); // no address is spent on trying again
        QCOMPARE(fixture.session.count<api::NewAddress>(), made);
        QTRY_VERIFY(ModelFixture::text(&receive, "codeWords").startsWith(QStringLiteral("No code")));
    }
    void purpose_tooLongForAnInvoice_isSaidAtTheField() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.setPurpose(QString(639, QLatin1Char('a')));
        QCOMPARE(ModelFixture::text(&receive, "purposeError"), QString());
        receive.setPurpose(QString(320, QChar(u'\u00e4'))); // two bytes each
        QVERIFY(!ModelFixture::text(&receive, "purposeError").isEmpty());
        receive.make();
        QCOMPARE(fixture.session.count<api::CreateInvoice>(), 0);
    }
    void refused_theReason_isShown() {
        ModelFixture fixture;
        fixture.refuse("The wallet is locked. Unlock it first.");
        fixture.app.receive()->open();
        QTRY_COMPARE(ModelFixture::text(fixture.app.receive(), "problem"),
                     QStringLiteral("The wallet is locked. Unlock it first."));
    }
};

DUPLEX_TEST(TestReceiveModel)
#include "tst_receive_model.moc"
