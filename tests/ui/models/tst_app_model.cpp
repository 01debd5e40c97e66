#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"

using namespace duplex;
using duplex::test::ModelFixture;

class TestAppModel : public QObject {
    Q_OBJECT

private slots:
    void portfolio_twoLayers_totalAndFloors() {
        ModelFixture fixture;
        ui::PortfolioModel& portfolio = *fixture.app.portfolio();
        QCOMPARE(ModelFixture::text(&portfolio, "total"), QStringLiteral("4\u202f513\u202f650 sat"));
        QCOMPARE(ModelFixture::text(&portfolio, "totalCoin"), QStringLiteral("0.04\u202f513\u202f650 BTC"));
        const QVariantMap ground = portfolio.property("ground").toMap();
        QCOMPARE(ground.value(QStringLiteral("spendable")).toString(),
                 QStringLiteral("2\u202f736\u202f350 sat"));
        const auto metric = [&](int number) {
            return ground.value(QStringLiteral("metrics")).toList().value(number).toMap();
        };
        QCOMPARE(metric(0).value(QStringLiteral("value")).toString(), QStringLiteral("1\u202f120 sat"));
        QCOMPARE(metric(1).value(QStringLiteral("value")).toString(), QStringLiteral("about 30 min"));
        QVERIFY(metric(2).isEmpty()); // there is one estimate, so one fee
        QCOMPARE(ModelFixture::text(&portfolio, "liftMove"), QStringLiteral("move-1"));
        QVERIFY(portfolio.property("liftShare").toDouble() > 0.5);
    }
    void hide_pressed_everyAmountIsDots() {
        ModelFixture fixture;
        fixture.app.setAmountsHidden(true);
        for (const QAbstractItemModel* model : fixture.lists())
            for (int row = 0; row < model->rowCount(); ++row)
                for (const int role : {Qt::UserRole + 3})
                    QVERIFY2(model != fixture.app.activity() ||
                                 model->index(row, 0).data(role).toString().contains(QChar(u'\u2022')),
                             "an amount of the history");
        QVERIFY(ModelFixture::text(fixture.app.portfolio(), "total").contains(QChar(u'\u2022')));
        fixture.app.setAmountsHidden(false);
        QVERIFY(!ModelFixture::text(fixture.app.portfolio(), "total").contains(QChar(u'\u2022')));
    }
    void locked_amounts_areDotsUntilUnlocked() {
        ModelFixture fixture;
        api::StatusSnapshot status = test::sampleStatus();
        status.wallet = api::WalletState::locked;
        status.unlock_by = test::sample_now + 1000;
        fixture.session.publish(status);
        QVERIFY(ModelFixture::text(fixture.app.portfolio(), "total").contains(QChar(u'\u2022')));
        QVERIFY(!fixture.app.status()->property("warnings").toList().isEmpty());
        // The engine says the same without the day.
        status.warnings = {{api::Warning::Severity::warning,
                            "The wallet is locked while it has channels: until "
                            "you unlock it, Duplex can only watch them."}};
        fixture.session.publish(status);
        const QVariantList notes = fixture.app.status()->property("warnings").toList();
        QCOMPARE(notes.size(), 1);
        QVERIFY(notes.front()
                    .toMap()
                    .value(QStringLiteral("text"))
                    .toString()
                    .contains(QStringLiteral("until you do, nobody answers")));
        fixture.session.publish(test::sampleStatus());
        QVERIFY(!ModelFixture::text(fixture.app.portfolio(), "total").contains(QChar(u'\u2022')));
    }
    void syncing_eachStage_isNamedAndCounted() {
        ModelFixture fixture;
        api::StatusSnapshot status = test::sampleStatus();
        QSet<QString> words;
        for (const auto stage :
             {api::SyncStage::connecting, api::SyncStage::headers, api::SyncStage::filter_headers,
              api::SyncStage::filters, api::SyncStage::blocks, api::SyncStage::synced}) {
            status.stage = stage;
            fixture.session.publish(status);
            words.insert(ModelFixture::text(fixture.app.status(), "stageWords"));
        }
        QCOMPARE(words.size(), 6);
        status.stage = api::SyncStage::filters;
        status.stage_done = 971'200;
        status.stage_left_s = 190;
        fixture.session.publish(status);
        QCOMPARE(ModelFixture::text(fixture.app.status(), "stageCount"),
                 QStringLiteral("971\u202f200 of 976\u202f412"));
        QCOMPARE(ModelFixture::text(fixture.app.status(), "stageLeft"), QStringLiteral("about 3 min left"));
        status.stage_left_s.reset(); // no pace is known
        fixture.session.publish(status);
        QVERIFY(ModelFixture::text(fixture.app.status(), "stageLeft").isEmpty());
    }
    void groundFloor_saysHowFreshItIs() {
        ModelFixture fixture;
        const auto health = [&] {
            return fixture.app.portfolio()->property("ground").toMap().value(QStringLiteral("health"));
        };
        QCOMPARE(health().toString(), QStringLiteral("Up to date"));
        api::StatusSnapshot status = test::sampleStatus();
        status.stage = api::SyncStage::headers;
        fixture.session.publish(status);
        QCOMPARE(health().toString(), QStringLiteral("Catching up"));
        status.stage = api::SyncStage::connecting;
        fixture.session.publish(status);
        QCOMPARE(health().toString(), QStringLiteral("No peers"));
    }
    void syncing_withoutKeys_endsWithTheFilterHeaders() {
        ModelFixture fixture;
        api::StatusSnapshot status = test::sampleStatus();
        status.wallet = api::WalletState::none;
        status.stage = api::SyncStage::filter_headers;
        fixture.session.publish(status);
        QVERIFY(!fixture.app.status()->synced());
        status.stage = api::SyncStage::filters; // nothing is looked for: it would never end
        status.complete_to = -1;
        fixture.session.publish(status);
        QVERIFY(fixture.app.status()->synced());
        QCOMPARE(ModelFixture::text(fixture.app.status(), "stageWords"), QStringLiteral("Up to date"));
        QVERIFY(
            ModelFixture::text(fixture.app.status(), "groundLine").contains(QStringLiteral("976\u202f412")));
        QCOMPARE(ModelFixture::text(fixture.app.status(), "stageCount"), QString());
    }
    void activity_paymentToOneself_costTheFee() {
        ModelFixture fixture;
        api::ActivitySnapshot activity = test::sampleActivity();
        activity.items.resize(1);
        ledger::Activity& item = activity.items.front();
        item = {.id = "item:1", .layer = test::ground_id, .kind = ledger::ActivityKind::send};
        item.fee_msat = 219'000;
        item.state = ledger::ActivityState::done;
        fixture.session.publish(activity);
        const ui::Row& row = fixture.app.activity()->rows().front();
        QCOMPARE(ModelFixture::cell(row, "title").toString(), QStringLiteral("Sent to yourself"));
        QCOMPARE(ModelFixture::cell(row, "amount").toString(), QStringLiteral("\u2212219 sat"));
    }
    void sandbox_whatHappened_goesAfterAWhile() {
        ModelFixture fixture;
        fixture.app.sandbox()->mine();
        QTRY_VERIFY(!ModelFixture::text(fixture.app.sandbox(), "message").isEmpty());
        auto* over = fixture.app.sandbox()->findChild<QTimer*>();
        QVERIFY(over != nullptr && over->isActive());
        over->start(0);
        QTRY_COMPARE(ModelFixture::text(fixture.app.sandbox(), "message"), QString());
    }
    void search_foundHere_saysNothingOfNotRecognised() {
        ModelFixture fixture;
        ui::SearchModel& search = *fixture.app.search();
        int answered = 0;
        fixture.session.handler = [&answered](const api::Request& request) {
            answered += std::holds_alternative<api::Recognise>(request) ? 1 : 0;
            return test::sampleAnswer(request);
        };
        const auto has = [&](const QString& id) { return search.results()->find(id) != nullptr; };
        search.setProperty("text", QStringLiteral("Bakery"));
        QTRY_COMPARE(answered, 1);
        QCOMPARE(search.results()->count(), 2); // the payment, and what else can be typed
        QVERIFY(!has(QStringLiteral("found:nothing")));
        search.setProperty("text", QStringLiteral("nobody here"));
        QTRY_VERIFY(has(QStringLiteral("found:nothing")));
    }
    void noPeers_figures_areStale() {
        ModelFixture fixture;
        api::StatusSnapshot status = test::sampleStatus();
        status.peers = 0;
        status.frozen = true;
        fixture.session.publish(status);
        QVERIFY(
            ModelFixture::text(fixture.app.status(), "staleText").contains(QStringLiteral("976\u202f412")));
        QCOMPARE(fixture.app.status()->property("warnings").toList().size(), 2);
    }
    void activity_ofEachState_saysWhatHappenedToTheMoney() {
        ModelFixture fixture;
        const auto& rows = fixture.app.activity()->rows();
        QCOMPARE(ModelFixture::cell(rows[7], "amount").toString(), QStringLiteral("1\u202f000 sat"));
        QCOMPARE(ModelFixture::cell(rows[7], "words").toString(), QStringLiteral("Failed, nothing was paid"));
        QCOMPARE(ModelFixture::cell(rows[0], "section").toString(), QStringLiteral("Now"));
        QCOMPARE(ModelFixture::cell(rows[5], "amount").toString(), QStringLiteral("\u2212900\u202f000 sat"));
        QVERIFY(
            ModelFixture::cell(rows[5], "words").toString().contains(QStringLiteral("fee 1\u202f680 sat")));
    }
    void comparison_eachRow_hasACellALayer() {
        ModelFixture fixture;
        auto* rows = fixture.app.portfolio()->property("comparison").value<QObject*>();
        auto* model = qobject_cast<ui::RowListModel*>(rows);
        QVERIFY(model != nullptr && model->count() >= 8);
        for (const ui::Row& row : model->rows())
            QCOMPARE(ModelFixture::cell(row, "cells").toList().size(), 2);
    }
    void start_afterTheFirstSnapshots_asksForEachOnce() {
        test::FakeSession session;
        session.handler = test::sampleAnswer;
        ui::AppModel app(session, {});
        app.askEverything();
        QCOMPARE(session.count<api::GetStatus>(), 1);
        QCOMPARE(session.count<api::GetLayers>(), 1);
        QCOMPARE(session.count<api::GetActivity>(), 1);
        QCOMPARE(session.count<api::ListPeerChannels>(), 1);
        QCOMPARE(session.count<api::ListMoves>(), 1);
        QCOMPARE(session.count<api::GetRecentBlocks>(), 1);
    }
    void badge_ofEachLabel_hasShapeAndWords() {
        QSet<QString> words;
        for (const auto label : {ledger::Label::own, ledger::Label::proved_final,
                                 ledger::Label::proved_recent, ledger::Label::proved_delayed,
                                 ledger::Label::signed_, ledger::Label::attested, ledger::Label::agreed,
                                 ledger::Label::reported, ledger::Label::stale, ledger::Label::disputed}) {
            const QVariantMap badge = ui::badgeOf({label, ledger::Evidence::work, 1, 1});
            words.insert(badge.value(QStringLiteral("words")).toString());
            QVERIFY(!badge.value(QStringLiteral("symbol")).toString().isEmpty());
        }
        QCOMPARE(words.size(), 10);
        QVERIFY(!words.contains(QString()));
    }
    // What one wallet asked for must not receive the money of another.
    void wallet_changed_pagesForgetTheOtherOne() {
        ModelFixture fixture;
        ui::ReceiveModel& receive = *fixture.app.receive();
        receive.open();
        receive.setPurpose(QStringLiteral("Rent"));
        QTRY_VERIFY(!ModelFixture::text(&receive, "address").isEmpty());
        QTRY_VERIFY(!ModelFixture::text(&receive, "invoice").isEmpty());
        ui::SendModel& send = *fixture.app.send();
        send.setText(QStringLiteral("lnbc210u1coffee"));
        QTRY_VERIFY(send.property("canPay").toBool());
        ui::MoveModel& move = *fixture.app.move();
        move.setAmount(QStringLiteral("250 000"));
        QTRY_VERIFY(move.quotes()->count() > 0);
        ui::SettingsModel& settings = *fixture.app.settings();
        settings.showWords(QStringLiteral("secret"));
        QTRY_VERIFY(!settings.property("words").toStringList().isEmpty());
        ui::ChannelsModel& channels = *fixture.app.channels();
        channels.closeTogether();
        QTRY_VERIFY(ModelFixture::text(&channels, "message").startsWith(QStringLiteral("Closed together")));
        receive.make(); // the answer is on its way when the wallet changes
        std::vector<api::RequestId> late;
        for (api::RequestId id = fixture.session.lastId(); id + 3 > fixture.session.lastId(); --id)
            late.push_back(id);

        api::StatusSnapshot status = test::sampleStatus();
        status.wallet_name = "Savings";
        fixture.session.publish(status);
        for (const api::RequestId id : late) {
            emit fixture.session.answered(
                id, std::make_shared<const api::Answer>(api::Text{"bc1qof-the-other-wallet", {}}));
            emit fixture.session.answered(
                id, std::make_shared<const api::Answer>(api::InvoiceInfo{.bolt11 = "lnbc1late"}));
        }
        for (const char* name : {"address", "invoice", "request", "purpose", "paidText", "problem"})
            QCOMPARE(ModelFixture::text(&receive, name), QString());
        QCOMPARE(send.text(), QString());
        QVERIFY(!send.property("canPay").toBool());
        QCOMPARE(move.amountText(), QString());
        QCOMPARE(move.quotes()->count(), 0);
        QVERIFY(settings.property("words").toStringList().isEmpty());
        QCOMPARE(ModelFixture::text(&channels, "message"), QString());
        receive.open(); // of this wallet
        QTRY_VERIFY(!ModelFixture::text(&receive, "address").isEmpty());
        status.wallet = api::WalletState::none;
        fixture.session.publish(status);
        QCOMPARE(ModelFixture::text(&receive, "address"), QString());
    }
    // A payment link that came with the start waits for the wallet.
    void wallet_opened_keepsWhatWasPasted() {
        test::FakeSession session;
        session.handler = test::sampleAnswer;
        ui::AppModel app(session, {});
        app.send()->setText(QStringLiteral("lnbc210u1coffee"));
        session.publish(test::sampleStatus());
        QCOMPARE(app.send()->text(), QStringLiteral("lnbc210u1coffee"));
        QTRY_VERIFY(app.send()->property("canPay").toBool());
    }
    void stopped_engine_givesItsReason() {
        ModelFixture fixture;
        QSignalSpy stops(&fixture.app, &ui::AppModel::stopped);
        emit fixture.session.stopped(QStringLiteral("The disk is full."));
        QCOMPARE(stops.count(), 1);
        QCOMPARE(ModelFixture::text(&fixture.app, "stopReason"), QStringLiteral("The disk is full."));
    }
    void gone_window_cancelsWhatItAsked() {
        test::FakeSession session; // answers nothing
        api::RequestId asked = 0;
        {
            ui::AppModel app(session, {});
            app.askEverything();
            asked = session.lastId();
        }
        QVERIFY(session.cancelled(asked));
    }
};

DUPLEX_TEST(TestAppModel)
#include "tst_app_model.moc"
