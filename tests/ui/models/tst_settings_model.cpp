#include "tests/support/test_main.h"
#include "tests/ui/models/model_fixture.h"

#include <QTemporaryDir>

using namespace duplex;
using duplex::test::ModelFixture;

class TestSettingsModel : public QObject {
    Q_OBJECT

private slots:
    void look_changed_isThereAtTheNextStart() {
        const QTemporaryDir folder;
        test::FakeSession session;
        const QString file = folder.filePath(QStringLiteral("window.conf"));
        {
            ui::AppModel app(session, file);
            app.settings()->setTheme(2);
            app.settings()->setReduceMotion(true);
            app.settings()->setFontPercent(500);
        }
        ui::AppModel again(session, file);
        QCOMPARE(again.settings()->theme(), 2);
        QVERIFY(again.settings()->dark());
        QVERIFY(again.settings()->reduceMotion());
        QCOMPARE(again.settings()->fontPercent(), 200);
    }
    void safety_noPassword_isTheOneThingToDo() {
        ModelFixture fixture;
        fixture.app.settings()->open();
        QTRY_COMPARE(fixture.app.settings()->property("safety").toList().size(), 5);
        // The channel backup is on the same disk as everything else, until a file of it was saved.
        QTRY_COMPARE(ModelFixture::text(fixture.app.settings(), "safetyText"),
                     QStringLiteral("1 thing to do"));
        fixture.app.settings()->backup(QStringLiteral("file:///media/stick/my.backup"));
        QTRY_COMPARE(ModelFixture::text(fixture.app.settings(), "safetyText"), QStringLiteral("All good"));
        api::StatusSnapshot status = test::sampleStatus();
        status.protected_by_password = false;
        fixture.session.publish(status);
        QCOMPARE(ModelFixture::text(fixture.app.settings(), "safetyText"), QStringLiteral("1 thing to do"));
        const QVariantList tiles = fixture.app.settings()->property("safety").toList();
        QVERIFY(std::ranges::any_of(tiles, [](const QVariant& tile) {
            return tile.toMap()[QStringLiteral("words")].toString().contains(QStringLiteral("Set one below"));
        }));
        fixture.app.settings()->changePassword({}, QStringLiteral("new"), QStringLiteral("new"));
        QTRY_VERIFY(
            ModelFixture::text(fixture.app.settings(), "message").contains(QStringLiteral("is locked")));
    }
    void safety_locked_saysWhatItCannotKnow() {
        ModelFixture fixture;
        ui::SettingsModel& settings = *fixture.app.settings();
        const auto tileOf = [&](const QString& title) {
            for (const QVariant& tile : settings.property("safety").toList())
                if (tile.toMap()[QStringLiteral("title")] == title) return tile.toMap();
            return QVariantMap();
        };
        bool locked = true;
        int refused = 0;
        fixture.session.handler = [&](const api::Request& request) -> api::Answer {
            if (std::holds_alternative<api::GetStaticBackup>(request) && locked) {
                ++refused;
                return std::unexpected(api::Error{-13, "The wallet is locked."});
            }
            return test::sampleAnswer(request);
        };
        api::StatusSnapshot status = test::sampleStatus();
        status.wallet = api::WalletState::locked;
        fixture.session.publish(status);
        settings.open();
        QTRY_VERIFY(refused > 0); // what was shown before the answer proves nothing
        for (const auto& title : {QStringLiteral("Channel backup"), QStringLiteral("Second place")}) {
            QTRY_COMPARE(tileOf(title)[QStringLiteral("words")].toString(),
                         QStringLiteral("Not known while the wallet is locked"));
            QVERIFY(!tileOf(title)[QStringLiteral("good")].toBool());
        }
        locked = false;
        fixture.session.publish(test::sampleStatus()); // unlocked: asked anew
        QTRY_VERIFY(tileOf(QStringLiteral("Channel backup"))[QStringLiteral("good")].toBool());
    }
    void peer_refused_isNotForgotten() {
        ModelFixture fixture;
        QSignalSpy added(fixture.app.settings(), &ui::SettingsModel::peerAdded);
        fixture.refuse("There is no such host.");
        fixture.app.settings()->addPeer(QStringLiteral("nowhere"));
        QTRY_VERIFY(!ModelFixture::text(fixture.app.settings(), "error").isEmpty());
        QCOMPARE(added.count(), 0);
        fixture.session.handler = test::sampleAnswer;
        fixture.app.settings()->addPeer(QStringLiteral("203.0.113.9:8333"));
        QTRY_COMPARE(added.count(), 1);
    }
    void peers_ofBothLayers_areListed() {
        ModelFixture fixture;
        fixture.app.settings()->open();
        QTRY_COMPARE(fixture.app.settings()->peers()->count(), 6);
        QCOMPARE(ModelFixture::text(fixture.app.settings(), "peersText"), QStringLiteral("4 on L1, 2 on L2"));
        fixture.app.settings()->addPeer(QStringLiteral(" 203.0.113.9:8333 "));
        QCOMPARE(fixture.session.last<api::AddNode>()->address, std::string("203.0.113.9:8333"));
        QTRY_VERIFY(!ModelFixture::text(fixture.app.settings(), "message").isEmpty());
        fixture.app.settings()->removePeer(QStringLiteral("203.0.113.13:8333"));
        QCOMPARE(fixture.session.last<api::DisconnectNode>()->address, std::string("203.0.113.13:8333"));
    }
    void peers_whilePageIsOpen_areAskedAtEachBlock() {
        ModelFixture fixture;
        ui::SettingsModel& settings = *fixture.app.settings();
        settings.open();
        const int before = fixture.session.count<api::GetPeers>();
        api::StatusSnapshot status = test::sampleStatus();
        ++status.header_height;
        fixture.session.publish(status);
        QCOMPARE(fixture.session.count<api::GetPeers>(), before + 1);
        settings.leave();
        ++status.header_height;
        fixture.session.publish(status);
        QCOMPARE(fixture.session.count<api::GetPeers>(), before + 1);
    }
    void words_shown_areForgottenAgain() {
        ModelFixture fixture;
        ui::SettingsModel& settings = *fixture.app.settings();
        settings.showWords(QStringLiteral("secret"));
        QTRY_COMPARE(settings.property("words").toStringList().size(), 12);
        settings.forgetWords();
        QVERIFY(settings.property("words").toStringList().isEmpty());
    }
    // Written down as the backup, they would bring back another, empty wallet.
    void words_ofAWalletWithAPassphraseOfItsOwn_sayThatTheyAreNotAll() {
        ModelFixture fixture;
        bool has_passphrase = false;
        fixture.session.handler = [&](const api::Request& request) -> api::Answer {
            if (!std::holds_alternative<api::ExportMnemonic>(request)) return test::sampleAnswer(request);
            return api::Mnemonic{.words = "legal winner", .has_passphrase = has_passphrase};
        };
        ui::SettingsModel& settings = *fixture.app.settings();
        settings.showWords({});
        QTRY_COMPARE(settings.property("words").toStringList().size(), 2);
        QVERIFY(ModelFixture::text(&settings, "wordsLack").isEmpty());
        settings.forgetWords();
        has_passphrase = true;
        settings.showWords({});
        QTRY_COMPARE(settings.property("words").toStringList().size(), 2);
        QVERIFY(ModelFixture::text(&settings, "wordsLack").contains(QStringLiteral("BIP 39")));
        settings.forgetWords();
        QVERIFY(ModelFixture::text(&settings, "wordsLack").isEmpty());
    }
    void password_differs_asksNothing() {
        ModelFixture fixture;
        ui::SettingsModel& settings = *fixture.app.settings();
        settings.changePassword({}, QStringLiteral("one"), QStringLiteral("two"));
        QCOMPARE(fixture.session.count<api::ChangePassphrase>(), 0);
        QVERIFY(!ModelFixture::text(&settings, "error").isEmpty());
        settings.changePassword(QStringLiteral("old"), QStringLiteral("new"), QStringLiteral("new"));
        QTRY_VERIFY(!ModelFixture::text(&settings, "message").isEmpty());
    }
    void recoverChannels_saysHowManyAreAskedBack() {
        ModelFixture fixture;
        fixture.app.settings()->recoverChannels(QStringLiteral("file:///tmp/channels.backup"));
        QCOMPARE(fixture.session.last<api::RecoverChannels>()->file, std::string("/tmp/channels.backup"));
        QTRY_VERIFY(ModelFixture::text(fixture.app.settings(), "message").contains(QStringLiteral("2")));
    }

    void backup_fileUrl_asksForThePath() {
        ModelFixture fixture;
        fixture.app.settings()->backup(QStringLiteral("file:///tmp/my.backup"));
        QCOMPARE(fixture.session.last<api::BackupWallet>()->destination, std::string("/tmp/my.backup"));
        QTRY_VERIFY(
            ModelFixture::text(fixture.app.settings(), "message").contains(QStringLiteral("/tmp/my.backup")));
    }
    void unlock_wrongPassword_saysSoAndIsNotOpen() {
        ModelFixture fixture;
        ui::LockModel& lock = *fixture.app.lock();
        QSignalSpy opened(&lock, &ui::LockModel::unlocked);
        lock.unlock(QStringLiteral("wrong"));
        QTRY_VERIFY(!ModelFixture::text(&lock, "error").isEmpty());
        QCOMPARE(opened.count(), 0);
        lock.unlock(QStringLiteral("secret"));
        QTRY_COMPARE(opened.count(), 1);
        QVERIFY(!fixture.session.last<api::Unlock>()->timeout_s); // until the program ends
        QCOMPARE(ModelFixture::text(&lock, "error"), QString());
        lock.lock();
        QVERIFY(fixture.session.last<api::Lock>() != nullptr);
    }
};

DUPLEX_TEST(TestSettingsModel)
#include "tst_settings_model.moc"
