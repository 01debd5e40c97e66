#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"
#include "ui/format/amount_format.h"

using namespace duplex;
using duplex::test::ModelFixture;

class TestMoveModel : public QObject {
    Q_OBJECT

private slots:
    void amount_down_showsEveryRouteAndTheReasonOfClosedOnes() {
        ModelFixture fixture;
        ui::MoveModel& move = *fixture.app.move();
        move.setUp(false);
        move.setAmount(QStringLiteral("500 000"));
        QTRY_COMPARE(move.quotes()->count(), 3);
        const ui::Row& first = move.quotes()->rows().front();
        QCOMPARE(ModelFixture::cell(first, "cost").toString(), QStringLiteral("1\u202f144 sat"));
        QVERIFY(ModelFixture::cell(first, "selected").toBool());
        const ui::Row& last = move.quotes()->rows().back();
        QVERIFY(!ModelFixture::cell(last, "available").toBool());
        QVERIFY(ModelFixture::cell(last, "details").toString().contains(QStringLiteral("offline")));
        QCOMPARE(ModelFixture::text(&move, "startAction"), QStringLiteral("Move 500\u202f000 sat down"));
        QCOMPARE(ModelFixture::factOf(move.property("review"), QStringLiteral("Cost in all")),
                 QStringLiteral("1\u202f144 sat"));
        move.choose(QStringLiteral("q3"));
        QCOMPARE(ModelFixture::factOf(move.property("review"), QStringLiteral("Cost in all")),
                 QStringLiteral("4\u202f480 sat"));
    }
    void start_pressedTwice_startsOnceAndShowsTheSteps() {
        ModelFixture fixture;
        ui::MoveModel& move = *fixture.app.move();
        move.setPeer(QStringLiteral("03aa@127.0.0.1:9735"));
        move.setAmount(QStringLiteral("250 000"));
        QTRY_VERIFY(move.property("canStart").toBool());
        QCOMPARE(fixture.session.last<api::GetQuotes>()->peer, std::string("03aa@127.0.0.1:9735"));
        move.start();
        move.start();
        QTRY_COMPARE(move.current(), QStringLiteral("move-1"));
        QCOMPARE(fixture.session.count<api::StartMove>(), 1);
        QVERIFY(!fixture.session.last<api::StartMove>()->request_id.empty());
        QCOMPARE(move.steps()->count(), 5);
        QCOMPARE(ModelFixture::cell(move.steps()->rows()[3], "state_name").toString(),
                 QStringLiteral("running"));
        QVERIFY(ModelFixture::cell(move.steps()->rows()[3], "details")
                    .toString()
                    .contains(QStringLiteral("977\u202f132")));
    }
    void edit_afterThePrice_disarmsUntilTheNextOne() {
        ModelFixture fixture;
        ui::MoveModel& move = *fixture.app.move();
        move.setAmount(QStringLiteral("250 000"));
        QTRY_VERIFY(move.property("canStart").toBool());
        move.setAmount(QStringLiteral("260 000"));
        QVERIFY(!move.property("canStart").toBool());
        move.start();
        QCOMPARE(fixture.session.count<api::StartMove>(), 0);
        QTRY_VERIFY(move.property("canStart").toBool());
        QCOMPARE(fixture.session.last<api::GetQuotes>()->amount_sat, 260'000);
    }
    // The price of what was written before comes while the new amount is being written.
    void edit_whileThePriceIsOnItsWay_dropsIt() {
        ModelFixture fixture;
        ui::MoveModel& move = *fixture.app.move();
        bool edited = false;
        fixture.session.handler = [&](const api::Request& request) -> api::Answer {
            if (std::holds_alternative<api::GetQuotes>(request) && !std::exchange(edited, true))
                move.setAmount(QStringLiteral("260 000"));
            return test::sampleAnswer(request);
        };
        move.setAmount(QStringLiteral("250 000"));
        QTRY_VERIFY(edited);
        QVERIFY(!move.property("canStart").toBool());
        QTRY_VERIFY(move.property("canStart").toBool());
        QCOMPARE(fixture.session.last<api::GetQuotes>()->amount_sat, 260'000);
    }
    void start_closingAlone_wantsTheNameFirst() {
        ModelFixture fixture;
        ui::MoveModel& move = *fixture.app.move();
        move.setUp(false);
        move.setAmount(QStringLiteral("500 000"));
        QTRY_COMPARE(move.quotes()->count(), 3);
        move.choose(QStringLiteral("q3"));
        QVERIFY(move.alone());
        move.start();
        move.startAlone(QStringLiteral("Somebody"));
        QCOMPARE(fixture.session.count<api::StartMove>(), 0);
        move.startAlone(QStringLiteral("Nordlicht")); // the channel that the way names
        QCOMPARE(fixture.session.count<api::StartMove>(), 1);
    }
    void start_done_leavesNothingArmed() {
        ModelFixture fixture;
        ui::MoveModel& move = *fixture.app.move();
        move.setAmount(QStringLiteral("250 000"));
        QTRY_VERIFY(move.property("canStart").toBool());
        move.start();
        QTRY_COMPARE(move.current(), QStringLiteral("move-1"));
        QCOMPARE(move.amountText(), QString());
        QCOMPARE(move.quotes()->count(), 0);
        QVERIFY(!move.property("canStart").toBool());
    }
    void balances_up_leaveTheDepositOutAndPayOnlyTheOpening() {
        ModelFixture fixture;
        ui::MoveModel& move = *fixture.app.move();
        move.setAmount(QStringLiteral("500 000"));
        QTRY_VERIFY(move.property("canStart").toBool());
        const QVariantList balances = move.property("balances").toList();
        const auto after = [&](int row) {
            return balances[row].toMap().value(QStringLiteral("after")).toString();
        };
        // Price 1 632, of which 272 are for closing later.
        QCOMPARE(after(0), QStringLiteral("about %1").arg(ui::satText(1'482'300 + 500'000 - 5'000 - 272)));
        QCOMPARE(after(1), QStringLiteral("about %1").arg(ui::satText(2'736'350 - 500'000 - 1'360)));
    }
    void balances_down_bringTheChannelLessThePrice() {
        ModelFixture fixture;
        ui::MoveModel& move = *fixture.app.move();
        move.setUp(false);
        move.setAmount(QStringLiteral("500 000"));
        QTRY_VERIFY(move.property("canStart").toBool());
        const QVariantList balances = move.property("balances").toList();
        const auto after = [&](int row) {
            return balances[row].toMap().value(QStringLiteral("after")).toString();
        };
        QCOMPARE(after(0), QStringLiteral("about %1").arg(ui::satText(1'482'300 - 480'000)));
        QCOMPARE(after(1), QStringLiteral("about %1").arg(ui::satText(2'736'350 + 500'000 - 1'144)));
    }
    void progress_newSnapshot_movesOnInPlace() {
        ModelFixture fixture;
        ui::MoveModel& move = *fixture.app.move();
        move.show(QStringLiteral("move-1"));
        api::MovesSnapshot moves = test::sampleMoves();
        for (ledger::MoveStep& step : moves.moves.front().steps) step.state = ledger::StepState::done;
        moves.moves.front().state = ledger::StepState::done;
        fixture.session.publish(moves);
        const QVariantMap progress = move.property("progress").toMap();
        QCOMPARE(progress.value(QStringLiteral("where")).toString(), QStringLiteral("Arrived"));
        QVERIFY(progress.value(QStringLiteral("over")).toBool());
        QVERIFY(progress.value(QStringLiteral("title")).toString().startsWith(QStringLiteral("Move of")));
        QCOMPARE(progress.value(QStringLiteral("tone")).toString(), QStringLiteral("ok"));
        moves.moves.front().state = ledger::StepState::failed;
        moves.moves.front().failure = "The partner refused. Your coins never left the wallet.";
        fixture.session.publish(moves);
        QCOMPARE(move.property("progress").toMap().value(QStringLiteral("failure")).toString(),
                 QStringLiteral("The partner refused. Your coins never left the wallet."));
        move.show({});
        QCOMPARE(move.steps()->count(), 0);
    }
    void quotes_refused_sayWhy() {
        ModelFixture fixture;
        fixture.refuse("No peer answers. Check the connection.");
        ui::MoveModel& move = *fixture.app.move();
        move.setAmount(QStringLiteral("1000"));
        QTRY_COMPARE(ModelFixture::text(&move, "problem"),
                     QStringLiteral("No peer answers. Check the connection."));
        QVERIFY(!move.property("canStart").toBool());
        move.setAmount(QStringLiteral("-3"));
        QVERIFY(!ModelFixture::text(&move, "amountError").isEmpty());
        QVERIFY(!ModelFixture::text(&move, "whyNot").isEmpty());
    }
    void share_ofTheFloor_isWrittenAsAnAmount() {
        ModelFixture fixture;
        fixture.app.move()->setUp(true);
        fixture.app.move()->setShare(50);
        QCOMPARE(fixture.app.move()->amountText(), QStringLiteral("1\u202f368\u202f175"));
    }
};

DUPLEX_TEST(TestMoveModel)
#include "tst_move_model.moc"
