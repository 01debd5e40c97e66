#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"

using namespace duplex;
using duplex::test::FakeSession;
using duplex::test::ModelFixture;

namespace {

/// A program without a wallet yet.
struct Fresh : ModelFixture {
    Fresh() {
        api::StatusSnapshot status = test::sampleStatus();
        status.wallet = api::WalletState::none;
        session.publish(status);
    }
    ui::OnboardingModel& start = *app.onboarding();
};

} // namespace

class TestOnboardingModel : public QObject {
    Q_OBJECT

private slots:
    void create_wordsShownAndChecked_opensTheWallet() {
        Fresh fresh;
        QVERIFY(fresh.app.welcome());
        fresh.start.go(QStringLiteral("create"));
        fresh.start.create(QStringLiteral(" Savings "), QStringLiteral("secret"), QStringLiteral("secret"),
                           12);
        QTRY_COMPARE(fresh.start.step(), QStringLiteral("words"));
        QCOMPARE(fresh.session.last<api::CreateWallet>()->name, std::string("Savings"));
        QCOMPARE(fresh.session.last<api::Unlock>()->passphrase, std::string("secret"));
        QVERIFY(!fresh.session.last<api::Unlock>()->timeout_s); // until the program ends
        const QStringList words = fresh.start.property("words").toStringList();
        QCOMPARE(words.size(), 12);
        fresh.start.go(QStringLiteral("check"));
        QStringList typed;
        for (const QVariant& position : fresh.start.property("checks").toList())
            typed << words.value(position.toInt() - 1);
        QCOMPARE(typed.size(), 3);
        fresh.start.check({typed[0], QStringLiteral("wrong"), typed[2]});
        QVERIFY(!ModelFixture::text(&fresh.start, "error").isEmpty());
        QVERIFY(fresh.app.welcome());
        fresh.start.check({typed[0].toUpper(), typed[1] + u' ', typed[2]});
        QCOMPARE(fresh.start.step(), QStringLiteral("done"));
        QVERIFY2(fresh.start.property("words").toStringList().isEmpty(), "kept no longer than needed");
        fresh.session.publish(test::sampleStatus());
        QVERIFY(!fresh.app.welcome());
    }
    void create_passwordsDiffer_asksNothing() {
        Fresh fresh;
        fresh.start.create({}, QStringLiteral("one"), QStringLiteral("two"), 12);
        QVERIFY(!ModelFixture::text(&fresh.start, "error").isEmpty());
        QCOMPARE(fresh.session.count<api::CreateWallet>(), 0);
    }
    void restore_elevenWords_saysHowMany() {
        Fresh fresh;
        fresh.start.restore({}, QStringLiteral("a b c d e f g h i j k"), {}, {}, {}, {});
        QVERIFY(ModelFixture::text(&fresh.start, "error").contains(QStringLiteral("11 words")));
        const QString twelve = QStringLiteral("a b c d e f g h i j k l");
        fresh.start.restore({}, twelve, {}, {}, {}, QStringLiteral("soon"));
        QVERIFY(ModelFixture::text(&fresh.start, "error").contains(QStringLiteral("year")));
        fresh.start.restore({}, twelve.toUpper() + u'\n', QStringLiteral("extra"), {}, {},
                            QStringLiteral("2021"));
        QTRY_COMPARE(fresh.start.step(), QStringLiteral("done"));
        const auto* request = fresh.session.last<api::CreateWallet>();
        QCOMPARE(request->mnemonic, twelve.toStdString());
        QCOMPARE(*request->birthday_time, 1'609'459'200);
    }
    void restoreFile_fileUrl_asksForThePath() {
        Fresh fresh;
        fresh.refuse("The file is no backup of Duplex. Choose another.");
        fresh.start.restoreFile({}, QStringLiteral("file:///tmp/my.backup"), QStringLiteral("secret"));
        QCOMPARE(fresh.session.last<api::RestoreBackup>()->backup_file, std::string("/tmp/my.backup"));
        QTRY_COMPARE(ModelFixture::text(&fresh.start, "error"),
                     QStringLiteral("The file is no backup of Duplex. Choose another."));
        QVERIFY(!fresh.start.property("busy").toBool());
    }
    void lookAround_noKeys_leavesTheWelcomeAndComesBack() {
        Fresh fresh;
        fresh.start.lookAroundNow();
        QVERIFY(!fresh.app.welcome());
        fresh.start.startAgain();
        QVERIFY(fresh.app.welcome());
    }
    void wallets_onThisComputer_canBeOpenedAndClosed() {
        Fresh fresh;
        fresh.session.handler = [](const api::Request& request) -> api::Answer {
            if (std::holds_alternative<api::ListWallets>(request))
                return api::NameList{{"Everyday", "Savings"}};
            if (std::holds_alternative<api::LoadWallet>(request)) return api::Text{"Savings"};
            return api::Done{};
        };
        ui::WalletsModel& wallets = *fresh.app.wallets();
        wallets.refresh();
        QTRY_COMPARE(wallets.wallets()->count(), 2);
        wallets.open(QStringLiteral("Savings"));
        QCOMPARE(fresh.session.last<api::LoadWallet>()->name, std::string("Savings"));
        QTRY_VERIFY(!wallets.property("busy").toBool());
        api::StatusSnapshot status = test::sampleStatus();
        status.wallet_name = "Savings";
        fresh.session.publish(status);
        QVERIFY(!fresh.app.welcome());
        QVERIFY(ModelFixture::cell(wallets.wallets()->rows()[1], "open").toBool());
        wallets.close();
        QCOMPARE(fresh.session.last<api::UnloadWallet>()->name, std::string("Savings"));
        status.wallet = api::WalletState::none;
        fresh.session.publish(status);
        QVERIFY(fresh.app.welcome());
    }
};

DUPLEX_TEST(TestOnboardingModel)
#include "tst_onboarding_model.moc"
