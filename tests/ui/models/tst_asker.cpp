#include "tests/support/test_main.h"
#include "ui/models/asker.h"

using namespace duplex;
using ui::forPeople;

class TestAsker : public QObject {
    Q_OBJECT

private slots:
    // The window has no commands: its reader could not follow such a hint.
    void forPeople_sentenceThatNamesAMethod_isSaidWithoutIt_data() {
        QTest::addColumn<QString>("engine");
        QTest::addColumn<QString>("window");
        const auto row = [](const char* engine, const char* window) {
            QTest::newRow(engine) << QString::fromLatin1(engine) << QString::fromLatin1(window);
        };
        row("The wallet is locked: unlock it first with walletpassphrase.",
            "The wallet is locked. Unlock it first.");
        row("No wallet is loaded. Load one with loadwallet or create one with createwallet.",
            "No wallet is loaded.");
        row("This wallet has no password. Set one with walletpassphrasechange first.",
            "This wallet has no password.");
        row("This wallet has no passphrase yet: leave the old one empty, as in walletpassphrasechange.",
            "This wallet has no password yet: leave the old one empty.");
        row("This needs the wallet's passphrase, also while it is unlocked. Give it with -stdinpass.",
            "This needs the wallet's password, also while it is unlocked.");
        row("Keep it where nobody else can read it, or set a password with walletpassphrasechange (Settings) "
            "and make a new backup.",
            "Keep it where nobody else can read it.");
        row("Nothing was closed: there is no channel of that name. See listpeerchannels.",
            "Nothing was closed: there is no channel of that name.");
        row("The invoice names no amount: give amount_msat.", "The invoice names no amount.");
        row("The wallet passphrase entered was incorrect. Nothing was restored.",
            "The password is wrong. Nothing was restored.");
        row("Three passphrases a minute may be tried.", "Three passwords a minute may be tried.");
        row("Peers take no transaction below 0.5 sat/vB. Raise the feerate.",
            "Peers take no transaction below 0.5 sat/vB. Raise the feerate."); // nothing else is touched
        row("Pay less, wait until a channel is connected, or open one.",
            "Pay less, wait until a channel is connected, or open one.");
    }
    void forPeople_sentenceThatNamesAMethod_isSaidWithoutIt() {
        QFETCH(const QString, engine);
        QFETCH(const QString, window);
        QCOMPARE(forPeople(engine.toStdString()), window);
    }
};

DUPLEX_TEST(TestAsker)
#include "tst_asker.moc"
