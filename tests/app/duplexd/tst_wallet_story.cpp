#include "tests/support/test_main.h"

#include "tests/app/node_program.h"

#include <csignal>

using duplex::test::CliResult;
using duplex::test::NodeProgram;
using duplex::test::satoshi;

namespace {

const QString somebody = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

QByteArray wordsOf(const CliResult& result) {
    return result.object()["mnemonic"].toString().toUtf8();
}

} // namespace

/// The first floor by command line, as a user does it: every step through the two real programs.
class TestWalletStory : public QObject {
    Q_OBJECT

private slots:
    void story_withoutPassphrase_receiveSendAndRestore() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"getbalances"}).code(), -18);
        const QJsonObject bare = node.call({"getinfo"}).object(); // the first thing that people type
        QVERIFY(bare["warning_wallet"].toString().contains("createwallet") && !bare.contains("id"));
        const CliResult created = node.call({"createwallet", "first"});
        QCOMPARE(created.status, 0);
        const QByteArray words = wordsOf(created);
        QCOMPARE(words.split(' ').size(), 12);
        QVERIFY(created.output.contains("not protected by a password"));
        QCOMPARE(node.call({"getinfo"}).object()["id"].toString().size(), 66);

        QVERIFY(node.fund(5'000'000));
        QCOMPARE(node.trusted(), 5'000'000);
        const CliResult sent = node.call(
            {"-named", "sendtoaddress", "address=" + somebody, "amount=0.01", "fee_rate=2", "request_id=a"});
        QCOMPARE(sent.status, 0);
        QCOMPARE(sent.text().size(), 64);
        QCOMPARE(node.call({"-named", "sendtoaddress", "address=" + somebody, "amount=0.01", "request_id=a"})
                     .text(),
                 sent.text()); // never paid twice
        QVERIFY(node.mine());
        const QJsonObject shown = node.call({"gettransaction", sent.text()}).object();
        QVERIFY(shown["confirmations"].toInt() >= 1);
        QCOMPARE(satoshi(shown["amount"]), -1'000'000);
        const qint64 fee = -satoshi(shown["fee"]);
        QVERIFY(fee >= 2 * 110 && fee <= 2 * 150);
        QCOMPARE(node.trusted(), 4'000'000 - fee);

        const CliResult all = node.call({"sendall", "[\"" + somebody + "\"]"});
        QCOMPARE(all.status, 0);
        QCOMPARE(all.object()["amount_sat"].toInteger() + all.object()["fee_sat"].toInteger(),
                 4'000'000 - fee);
        QVERIFY(node.mine());
        QCOMPARE(node.trusted(), 0);
        QVERIFY(node.fund(700'000));

        // The words alone bring it back, under another name, with its history.
        QCOMPARE(node.call({"exportmnemonic"}).object()["mnemonic"].toString().toUtf8(), words);
        QCOMPARE(node.call({"unloadwallet"}).status, 0);
        const CliResult restored =
            node.call({"-stdin", "-named", "createwallet", "wallet_name=again"}, "mnemonic=" + words + "\n");
        QCOMPARE(restored.status, 0);
        QVERIFY(!restored.errors.contains("warning"));
        QVERIFY(!restored.output.contains(words));
        QVERIFY(node.mine());
        QTRY_COMPARE_WITH_TIMEOUT(node.trusted(), 700'000, 60'000);
        QCOMPARE(node.call({"listtransactions", "*", "100"}).array().size(), 4);

        QCOMPARE(node.call({"stop"}).text(), QByteArray("Duplex stopping"));
        QCOMPARE(node.waitForEnd(), 0);
        QCOMPARE(node.call({"getblockcount"}).status, 2);
    }

    void story_withPassphrase_lockUnlockExportChange() {
        NodeProgram node;
        QVERIFY(node.start());
        const CliResult created = node.call(
            {"-stdinpass", "-named", "createwallet", "wallet_name=safe", "words=24"}, "correct horse\n");
        QCOMPARE(created.status, 0);
        const QByteArray words = wordsOf(created);
        QCOMPARE(words.split(' ').size(), 24);
        QVERIFY(!created.output.contains("not protected"));
        QVERIFY(node.fund(1'000'000)); // receiving needs no unlocking

        QCOMPARE(node.call({"sendtoaddress", somebody, "0.001"}).code(), -13);
        QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "60"}, "wrong horse\n").code(), -14);
        QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "600"}, "correct horse\n").status, 0);
        QVERIFY(node.call({"getwalletinfo"}).object()["unlocked_until"].toInteger() > 0);
        QCOMPARE(node.call({"sendtoaddress", somebody, "0.001"}).status, 0);
        QCOMPARE(node.call({"walletlock"}).status, 0);
        QCOMPARE(node.call({"sendtoaddress", somebody, "0.001"}).code(), -13);
        QCOMPARE(wordsOf(node.call({"-stdinpass", "exportmnemonic"}, "correct horse\n")), words);
        QCOMPARE(
            node.call({"-stdinpass", "walletpassphrasechange"}, "correct horse\nbattery staple\n").status, 0);

        // The new one holds after a restart, and the old one does not.
        node.signal(SIGTERM);
        QCOMPARE(node.waitForEnd(), 0);
        QVERIFY(node.start());
        QCOMPARE(node.call({"getwalletinfo"}).object()["unlocked_until"].toInteger(), 0);
        QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "60"}, "correct horse\n").code(), -14);
        QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "60"}, "battery staple\n").status, 0);
        node.signal(SIGINT);
        QCOMPARE(node.waitForEnd(), 0);
    }

    void walletWithoutPassphrase_getsOne_byArgumentAndByInput() {
        for (const bool by_input : {false, true}) {
            NodeProgram node;
            QVERIFY(node.start());
            QCOMPARE(node.call({"createwallet", "plain"}).status, 0);
            QVERIFY(node.call({"getwalletinfo"}).output.contains("walletpassphrasechange"));
            QVERIFY(node.call({"getinfo"}).output.contains("walletpassphrasechange"));
            const CliResult changed =
                by_input ? node.call({"-stdin", "walletpassphrasechange"}, "\nbattery staple\n")
                         : node.call({"walletpassphrasechange", "", "battery staple"});
            QCOMPARE(changed.errors.contains("warning"), !by_input); // the shell's history
            QVERIFY2(changed.status == 0, changed.errors.constData());
            QVERIFY(!QFile::exists(node.networkFolder() + "/wallets/plain/seed.key"));
            QVERIFY(!node.call({"getwalletinfo"}).output.contains("walletpassphrasechange"));
            QVERIFY(!node.call({"getinfo"}).output.contains("walletpassphrasechange"));
            for (int run = 0; run < 2; ++run) {
                QCOMPARE(node.call({"sendtoaddress", somebody, "0.001"}).code(), -13);
                QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "60"}, "guess\n").code(), -14);
                QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "60"}, "battery staple\n").status, 0);
                QCOMPARE(node.call({"sendtoaddress", somebody, "0.001"}).code(), -6); // no coins
                node.signal(SIGTERM);
                QCOMPARE(node.waitForEnd(), 0);
                QVERIFY(node.start());
            }
        }
    }

    void labels_ofAddresses_standInTheActivity() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        const QString shop = node.call({"getnewaddress", "shop"}).text();
        QCOMPARE(node.call({"sandbox", "fund", shop, "900000"}).status, 0);
        QVERIFY(node.mine());
        const auto labels = [&] {
            QStringList found;
            for (const auto& row : node.call({"activity"}).array())
                found.push_back(row.toObject()["label"].toString());
            return found;
        };
        QTRY_COMPARE_WITH_TIMEOUT(labels(), QStringList{"shop"}, 60'000);
        QCOMPARE(node.call({"setlabel", shop, "the shop"}).status, 0);
        QCOMPARE(labels(), QStringList{"the shop"});
        QCOMPARE(node.call({"setlabel", somebody, "rent"}).status, 0);
        QCOMPARE(node.call({"sendtoaddress", somebody, "0.001"}).status, 0);
        QVERIFY(node.mine());
        QCOMPARE(labels(), (QStringList{"rent", "the shop"}));
    }

    void repeatedRequestId_givesTheFirstAnswer_alsoAfterARestart() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        QVERIFY(node.fund(5'000'000));
        const QStringList send = {"-named", "send", "outputs={\"" + somebody + "\":0.01}", "request_id=a"};
        const CliResult first = node.call(send);
        QCOMPARE(first.status, 0);
        QCOMPARE(node.call(send).output, first.output);
        const QStringList pay = {"-named",      "sendtoaddress", "address=" + somebody,
                                 "amount=0.01", "request_id=b",  "verbose=true"};
        const CliResult paid = node.call(pay);
        QVERIFY(!paid.object()["fee_reason"].toString().isEmpty());
        QCOMPARE(node.call(pay).output, paid.output);
        node.signal(SIGTERM);
        QCOMPARE(node.waitForEnd(), 0);
        QVERIFY(node.start());
        QCOMPARE(node.call(send).output, first.output);
        QCOMPARE(node.call(pay).output, paid.output);
    }

    void unlocked_timeoutPasses_locksByItself() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"-stdinpass", "createwallet", "safe"}, "correct horse\n").status, 0);
        QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "1"}, "correct horse\n").status, 0);
        QTRY_COMPARE_WITH_TIMEOUT(node.call({"sendtoaddress", somebody, "0.001"}).code(), -13, 60'000);
    }

    void reorganisation_unwindsAndConfirmsAgain() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        QVERIFY(node.fund(2'000'000));
        const qint64 height = node.height();
        const CliResult reorganised = node.call({"sandbox", "reorg", "3"});
        QCOMPARE(reorganised.status, 0);
        QVERIFY(reorganised.object()["height"].toInteger() > height);
        QTRY_VERIFY_WITH_TIMEOUT(node.height() > height && node.trusted() == 2'000'000, 60'000);
    }

    void wallets_oneAtATime_eachWithItsName() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "a"}).status, 0);
        QCOMPARE(node.call({"createwallet", "b"}).code(), -4);
        QCOMPARE(node.call({"loadwallet", "a"}).code(), -35);
        QCOMPARE(node.call({"unloadwallet"}).status, 0);
        QCOMPARE(node.call({"createwallet", "a"}).code(), -36);
        QCOMPARE(node.call({"createwallet", "b"}).status, 0);
        QCOMPARE(node.call({"listwallets"}).array(), (QJsonArray{"b"}));
        QCOMPARE(node.call({"listwalletdir"}).object()["wallets"].toArray().size(), 2);
        QCOMPARE(node.call({"loadwallet", "c"}).code(), -4);
        // A call for another wallet than the open one does nothing.
        const CliResult wrong = node.call({"--wallet=a", "getnewaddress"});
        QCOMPARE(wrong.status, 1);
        QCOMPARE(wrong.code(), -18);
        QCOMPARE(node.call({"--wallet=b", "getnewaddress"}).status, 0);
        QCOMPARE(node.call({"unloadwallet"}).status, 0);
        QCOMPARE(node.call({"loadwallet", "c"}).code(), -18);
        QCOMPARE(node.call({"listwallets"}).array(), QJsonArray{});
        node.signal(SIGTERM);
        QCOMPARE(node.waitForEnd(), 0);
        // Several wallets: the one asked for is opened; an unknown one ends the start with a sentence.
        QVERIFY(node.start({"--wallet=a"}));
        QCOMPARE(node.call({"getwalletinfo"}).object()["walletname"].toString(), "a");
        node.signal(SIGTERM);
        QCOMPARE(node.waitForEnd(), 0);
        QVERIFY(!node.start({"--wallet=c"}));
        QCOMPARE(node.waitForEnd(), 1);
    }
};

DUPLEX_TEST(TestWalletStory)
#include "tst_wallet_story.moc"
