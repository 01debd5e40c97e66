#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"

using namespace duplex;
using duplex::test::ModelFixture;

class TestExplorerModel : public QObject {
    Q_OBJECT

private slots:
    void openBlock_newest_showsHeaderFactsAndPayments() {
        ModelFixture fixture;
        ui::ExplorerModel& explorer = *fixture.app.explorer();
        explorer.openBlock(QStringLiteral("976411"));
        QTRY_COMPARE(explorer.payments()->count(), 40);
        const QVariantMap block = explorer.property("block").toMap();
        QCOMPARE(block.value(QStringLiteral("title")).toString(), QStringLiteral("Block 976\u202f411"));
        QCOMPARE(ModelFixture::cell(explorer.payments()->rows().front(), "ways").toString(),
                 QStringLiteral("new coins"));
        QCOMPARE(ModelFixture::cell(explorer.payments()->rows()[1], "fee").toString(),
                 QStringLiteral("not known"));
        QVERIFY(ModelFixture::cell(explorer.strip()->rows()[1], "selected").toBool());
    }
    void block_headerAndBody_areKnownInTheirOwnWays() {
        ModelFixture fixture;
        fixture.session.handler = [](const api::Request& request) -> api::Answer {
            auto answer = test::sampleAnswer(request);
            if (answer) // as the engine has it of a block that it fetched
                if (auto* block = std::get_if<ledger::BlockFacts>(&*answer))
                    block->verified.evidence = ledger::Evidence::block;
            return answer;
        };
        ui::ExplorerModel& explorer = *fixture.app.explorer();
        explorer.openBlock(QStringLiteral("976411"));
        QTRY_COMPARE(explorer.payments()->count(), 40);
        const auto words = [&](const QString& name) {
            for (const QVariant& fact : explorer.property("block").toMap()[QStringLiteral("facts")].toList())
                if (fact.toMap()[QStringLiteral("name")] == name)
                    return fact.toMap()[QStringLiteral("badge")].toMap()[QStringLiteral("words")].toString();
            return QString();
        };
        QCOMPARE(words(QStringLiteral("Hash")), QStringLiteral("Proved by proof-of-work"));
        QCOMPARE(words(QStringLiteral("Depth")), QStringLiteral("Proved by proof-of-work"));
        QCOMPARE(words(QStringLiteral("Payments")), QStringLiteral("Proved by block"));
    }
    void payment_newBlocks_makeItDeeper() {
        ModelFixture fixture;
        ui::ExplorerModel& explorer = *fixture.app.explorer();
        explorer.openPayment(QStringLiteral("9f27"), {});
        const auto depth = [&] {
            return ModelFixture::factOf(explorer.property("payment").toMap()[QStringLiteral("facts")],
                                        QStringLiteral("Depth"));
        };
        QTRY_COMPARE(depth(), QStringLiteral("2 blocks"));
        api::BlocksSnapshot blocks = test::sampleBlocks();
        blocks.blocks.front().height += 3;
        fixture.session.publish(blocks);
        QCOMPARE(depth(), QStringLiteral("5 blocks"));
    }
    void payment_coins_giveEverythingTheySay() {
        ModelFixture fixture;
        ui::ExplorerModel& explorer = *fixture.app.explorer();
        explorer.openPayment(QStringLiteral("9f27"), {});
        QTRY_VERIFY(!explorer.property("payment").toMap().isEmpty());
        const QVariantMap payment = explorer.property("payment").toMap();
        const QVariantMap input = payment[QStringLiteral("inputs")].toList()[0].toMap();
        QCOMPARE(ModelFixture::factOf(input[QStringLiteral("details")], QStringLiteral("Witness 2")),
                 QStringLiteral("02"));
        QCOMPARE(ModelFixture::factOf(input[QStringLiteral("details")], QStringLiteral("Payment before")),
                 input[QStringLiteral("previous")].toString());
        const QVariantMap output = payment[QStringLiteral("outputs")].toList()[1].toMap();
        QCOMPARE(ModelFixture::factOf(output[QStringLiteral("details")], QStringLiteral("Script")),
                 QStringLiteral("0 <20>"));
        QCOMPARE(output[QStringLiteral("note")].toString(), QStringLiteral("yours · to a key"));
    }
    void step_pastTheTip_saysTheNewest() {
        ModelFixture fixture;
        ui::ExplorerModel& explorer = *fixture.app.explorer();
        explorer.openBlock(QStringLiteral("976412"));
        QTRY_COMPARE(explorer.payments()->count(), 40);
        explorer.step(1);
        QTRY_VERIFY(ModelFixture::text(&explorer, "blockError").contains(QStringLiteral("976 412")));
    }
    void openPayment_unknownInput_isNotKnownNeverZero() {
        ModelFixture fixture;
        ui::ExplorerModel& explorer = *fixture.app.explorer();
        explorer.openPayment(QStringLiteral("9f27"), {});
        QTRY_VERIFY(!explorer.property("payment").toMap().isEmpty());
        const QVariantMap payment = explorer.property("payment").toMap();
        const QVariantList inputs = payment.value(QStringLiteral("inputs")).toList();
        QCOMPARE(inputs.size(), 2);
        QCOMPARE(inputs[1].toMap().value(QStringLiteral("amount")).toString(), QStringLiteral("not known"));
        QCOMPARE(ModelFixture::factOf(payment.value(QStringLiteral("facts")), QStringLiteral("Fee")),
                 QStringLiteral("not known"));
    }
    void leave_whileWaiting_cancels() {
        ModelFixture fixture;
        ui::ExplorerModel& explorer = *fixture.app.explorer();
        explorer.openBlock(QStringLiteral("976411"));
        const api::RequestId asked = fixture.session.lastId();
        explorer.leave();
        QVERIFY(fixture.session.cancelled(asked));
        QVERIFY(!explorer.property("loadingBlock").toBool());
    }
    void newBlock_strip_movesOnWithoutReset() {
        ModelFixture fixture;
        ui::ExplorerModel& explorer = *fixture.app.explorer();
        api::BlocksSnapshot blocks = test::sampleBlocks();
        ledger::BlockFacts next = blocks.blocks.front();
        next.hash = "next";
        ++next.height;
        blocks.blocks.insert(blocks.blocks.begin(), next);
        blocks.blocks.pop_back();
        fixture.session.publish(blocks);
        QCOMPARE(explorer.strip()->count(), 12);
        QCOMPARE(explorer.strip()->rows().front().id, QStringLiteral("next"));
        QVERIFY(ModelFixture::cell(explorer.strip()->rows().front(), "newest").toBool());
        QVERIFY(!ModelFixture::cell(explorer.strip()->rows()[1], "newest").toBool());
    }
};

DUPLEX_TEST(TestExplorerModel)
#include "tst_explorer_model.moc"
