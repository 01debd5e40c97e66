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
            .topic = api::Notification::Topic::payment, .id = "another", .state = "settled"};
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
