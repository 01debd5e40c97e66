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
