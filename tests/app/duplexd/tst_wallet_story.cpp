#include "tests/support/test_main.h"

#include "tests/app/node_program.h"

#include <QLocalSocket>

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

    void lockUnspent_failedCall_changesNothing_andUnlockFreesOnlyWhatIsNamed() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        QVERIFY(node.fund(300'000));
        QVERIFY(node.fund(400'000));
        QStringList coins;
        for (const auto& coin : node.call({"listunspent"}).array())
            coins.push_back(QString("{\"txid\":\"%1\",\"vout\":%2}")
                                .arg(coin.toObject()["txid"].toString())
                                .arg(coin.toObject()["vout"].toInt()));
        QCOMPARE(coins.size(), 2);
        const auto lock = [&](const char* unlock, const QStringList& which) {
            return node.call({"lockunspent", unlock, "[" + which.join(',') + "]"});
        };
        const auto locked = [&] { return node.call({"listlockunspent"}).array().size(); };
        const QString unknown = "{\"txid\":\"" + QString(64, 'a') + "\",\"vout\":0}";
        QCOMPARE(lock("false", {coins[0], unknown}).code(), -8);
        QCOMPARE(locked(), 0);
        QCOMPARE(lock("false", coins).status, 0);
        QCOMPARE(lock("false", {coins[0]}).code(), -8); // locked already
        QCOMPARE(lock("true", {coins[0], unknown}).code(), -8);
        QCOMPARE(locked(), 2);
        QCOMPARE(lock("true", {coins[0]}).status, 0);
        QCOMPARE(locked(), 1);
        QCOMPARE(lock("true", {coins[0]}).code(), -8); // never locked, as far as anybody knows
        QCOMPARE(lock("true", {}).status, 0);          // nothing is named, nothing is freed
        QCOMPARE(locked(), 1);
        QCOMPARE(node.call({"lockunspent", "true"}).status, 0);
        QCOMPARE(locked(), 0);
    }

    void ownSend_raw_saysItsFeeAndWhatItSpends() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"activity"}).code(), -18);
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        QVERIFY(node.fund(5'000'000));
        const QString txid = node.call({"sendtoaddress", somebody, "0.01"}).text();
        const qint64 fee = -satoshi(node.call({"gettransaction", txid}).object()["fee"]);
        for (const bool confirmed : {false, true}) {
            if (confirmed) QVERIFY(node.mine());
            const QJsonObject raw = node.call({"getrawtransaction", txid, "2"}).object();
            QCOMPARE(satoshi(raw["fee"]), fee);
            const QJsonObject spent = raw["vin"].toArray().at(0).toObject()["prevout"].toObject();
            QCOMPARE(satoshi(spent["value"]), 5'000'000);
            QCOMPARE(spent["generated"].toBool(), false);
            QVERIFY(spent["height"].toInteger() > 0);
        }
        for (const auto& fact : node.call({"provenance", txid}).array())
            if (fact.toObject()["fact"].toString() == "amount")
                QCOMPARE(fact.toObject()["value"].toString(),
                         "-1000000"); // as gettransaction: without the fee
        // In its block the same is known; of the payment that funded us it is not.
        const QString block = node.call({"gettransaction", txid}).object()["blockhash"].toString();
        QCOMPARE(satoshi(node.call({"getrawtransaction", txid, "2", block}).object()["fee"]), fee);
        for (const auto& entry : node.call({"listtransactions"}).array()) {
            if (entry.toObject()["category"].toString() != "receive") continue;
            const QString received = entry.toObject()["txid"].toString();
            QVERIFY(!node.call({"getrawtransaction", received, "2"}).object().contains("fee"));
        }
    }

    void ownAddress_descriptorSaysWhereItsKeyComesFrom() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"-stdinpass", "createwallet", "safe"}, "correct horse\n").status, 0);
        const QString address = node.call({"getnewaddress"}).text();
        for (const bool unlocked : {false, true}) {
            if (unlocked)
                QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "600"}, "correct horse\n").status, 0);
            const QJsonObject info = node.call({"getaddressinfo", address}).object();
            QCOMPARE(info["hdkeypath"].toString(), "m/84h/1h/0h/0/0");
            QCOMPARE(info["pubkey"].toString().size(), 66);
            const QString descriptor = info["desc"].toString();
            QCOMPARE(node.call({"deriveaddresses", descriptor}).array(), (QJsonArray{address}));
            // The master key's fingerprint is known from the first unlocking on; never another one's.
            const QString master = info["hdmasterfingerprint"].toString();
            QCOMPARE(master.isEmpty(), !unlocked);
            QVERIFY2(descriptor.startsWith(unlocked ? "wpkh([" + master + "/84h/1h/0h/0/0]" : "wpkh(["),
                     qPrintable(descriptor));
        }
        const QJsonObject last = node.call({"getwalletinfo"}).object()["lastprocessedblock"].toObject();
        QCOMPARE(last["hash"].toString(), QString(node.call({"getbestblockhash"}).text()));
    }

    // The topic `peer`, here for Bitcoin peers; for Lightning's see tst_peer_driver.
    void notify_peer_tellsWhoComesAndGoes() {
        NodeProgram node;
        QVERIFY(node.start());
        const auto peers = [&] { return node.call({"getpeerinfo"}).array(); };
        QTRY_COMPARE_WITH_TIMEOUT(peers().size(), 1, 60'000);
        const QString address = peers().at(0).toObject()["addr"].toString();
        QLocalSocket socket;
        socket.connectToServer(node.socket());
        QVERIFY(socket.waitForConnected(60'000));
        socket.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"notify\",\"params\":[[\"peer\"]]}\n");
        const auto line = [&] {
            return QTest::qWaitFor([&] { return socket.canReadLine(); }, 60'000)
                       ? QJsonDocument::fromJson(socket.readLine()).object()
                       : QJsonObject();
        };
        QCOMPARE(line()["result"].toArray(), QJsonArray{"peer"});
        QCOMPARE(node.call({"disconnectnode", address}).status, 0);
        for (const char* state : {"disconnected", "connected"}) { // it is the only one: dialled again
            const QJsonObject told = line();
            QCOMPARE(told["method"].toString(), "peer");
            QCOMPARE(told["params"].toObject()["id"].toString(), address);
            QCOMPARE(told["params"].toObject()["state"].toString(), state);
        }
    }

    void addedNode_twice_isSaid() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"addnode", "127.0.0.1:1", "add"}).status, 0); // nobody listens there
        QCOMPARE(node.call({"addnode", "127.0.0.1:1", "add"}).code(), -23);
        QCOMPARE(node.call({"addnode", "127.0.0.1:1", "remove"}).status, 0);
        QCOMPARE(node.call({"addnode", "127.0.0.1:1", "add"}).status, 0);
        QCOMPARE(node.call({"addnode", "foo", "add"}).code(), -8);
    }

    void backup_withoutPassword_warns_andAnotherNetworksIsRefused() {
        NodeProgram node;
        QVERIFY(node.start());
        QCOMPARE(node.call({"createwallet", "first"}).status, 0);
        const QString path = node.folder() + "/first.backup";
        const CliResult written = node.call({"backupwallet", path});
        QCOMPARE(written.status, 0);
        QVERIFY2(written.output.contains("not protected by a password"), written.output.constData());
        QCOMPARE(node.call({"-stdin", "walletpassphrasechange"}, "\ncorrect horse\n").status, 0);
        QCOMPARE(node.call({"-stdinpass", "walletpassphrase", "60"}, "correct horse\n").status, 0);
        QCOMPARE(node.call({"backupwallet", path + "2"}).output, QByteArray());
        node.signal(SIGTERM);
        QCOMPARE(node.waitForEnd(), 0);
        NodeProgram other;
        QVERIFY(other.start({"--network=regtest"}));
        const CliResult refused = other.call({"--network=regtest", "restorewallet", "again", path});
        QCOMPARE(refused.code(), -8);
        QVERIFY2(refused.errors.contains("--network=sandbox"), refused.errors.constData());
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
