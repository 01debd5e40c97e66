#include "tests/core/engine/engine_room.h"

#include <QDir>
#include <QDirIterator>

using namespace duplex;
using duplex::test::ask;
using duplex::test::get;

namespace {

engine::Options optionsIn(const QTemporaryDir& dir) {
    engine::Options options;
    options.network = "regtest";
    options.data_directory = dir.path().toStdString();
    options.connect = {"127.0.0.1:1"}; // nobody listens there
    options.use_keyring = false;
    options.cheap_stretching = true;
    return options;
}

} // namespace

class TestEngine : public QObject {
    Q_OBJECT

private slots:
    void start_unknownNetwork_saysWhichThereAre() {
        QTemporaryDir dir;
        auto options = optionsIn(dir);
        options.network = "mainnet";
        const auto engine = engine::Engine::start(options);
        QVERIFY(!engine.has_value());
        QVERIFY(engine.error().find("testnet4") != std::string::npos);
    }

    void wallet_createLockUnlockExport() {
        QTemporaryDir dir;
        auto engine = engine::Engine::start(optionsIn(dir));
        QVERIFY(engine.has_value());
        const auto created = get<api::WalletCreated>(
            ask(**engine, api::CreateWallet{.name = "a", .passphrase = "sesame", .words = 24}));
        QCOMPARE(QString::fromStdString(created.mnemonic).split(' ').size(), 24);
        QCOMPARE(ask(**engine, api::CreateWallet{.name = "b"}).error().code, -4); // one at a time
        QCOMPARE(
            ask(**engine, api::SendCoins{.payees = {{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 1000}}})
                .error()
                .code,
            -13);
        QCOMPARE(ask(**engine, api::Unlock{.passphrase = "wrong"}).error().code, -14);
        QVERIFY(ask(**engine, api::Unlock{.passphrase = "sesame"}).has_value());
        QCOMPARE(
            ask(**engine, api::SendCoins{.payees = {{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 1000}}})
                .error()
                .code,
            -6);
        QCOMPARE(
            ask(**engine, api::SendCoins{.payees = {{"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", 1000}}})
                .error()
                .code,
            -5);
        QCOMPARE(get<api::Mnemonic>(ask(**engine, api::ExportMnemonic{.passphrase = "sesame"})).words,
                 created.mnemonic);
        QVERIFY(ask(**engine, api::ChangePassphrase{"sesame", "open"}).has_value());
        QVERIFY(ask(**engine, api::Lock{}).has_value());
        QCOMPARE(ask(**engine, api::Unlock{.passphrase = "sesame"}).error().code, -14);
        QVERIFY(ask(**engine, api::Unlock{.passphrase = "open"}).has_value());
        QCOMPARE(ask(**engine, api::ExportMnemonic{.passphrase = "third"}).error().code, -14);
        QVERIFY(ask(**engine, api::ExportMnemonic{.passphrase = "open"}).error().message.find("minute") !=
                std::string::npos);
    }

    // Guesses that come all at once are no more than those that come one by one.
    void passphrases_manyAtOnce_areNotAllTried() {
        QTemporaryDir dir;
        auto engine = engine::Engine::start(optionsIn(dir));
        get<api::WalletCreated>(ask(**engine, api::CreateWallet{.name = "a", .passphrase = "sesame"}));
        std::map<std::string, int> answers;
        int answered = 0;
        connect(engine->get(), &api::Session::answered, this,
                [&](api::RequestId, const api::AnswerPointer& answer) {
                    ++answered;
                    if (!*answer) ++answers[answer->error().message];
                });
        for (int i = 0; i < 20; ++i) (*engine)->ask(api::Unlock{.passphrase = "guess " + std::to_string(i)});
        (*engine)->ask(api::Unlock{.passphrase = "sesame"});
        QVERIFY(QTest::qWaitFor([&] { return answered == 21; }, 60'000));
        QCOMPARE(answers["The wallet passphrase entered was incorrect."], 1);
        QCOMPARE(answers["Another passphrase is being tried now. Wait until it is done and try again."], 20);
        QVERIFY(ask(**engine, api::Unlock{.passphrase = "sesame"}).has_value()); // counts for nothing
        for (int i = 0; i < 2; ++i) QCOMPARE(ask(**engine, api::Unlock{.passphrase = "g"}).error().code, -14);
        QVERIFY(ask(**engine, api::Unlock{.passphrase = "sesame"}).error().message.find("minute") !=
                std::string::npos);
    }

    void wallet_withoutPassphrase_getsOne_whichAloneOpensIt() {
        QTemporaryDir dir;
        const QString folder = dir.filePath("wallets/a");
        std::string words;
        {
            auto engine = engine::Engine::start(optionsIn(dir));
            const auto created = get<api::WalletCreated>(ask(**engine, api::CreateWallet{.name = "a"}));
            words = created.mnemonic;
            QVERIFY(created.warning.find("walletpassphrasechange") != std::string::npos);
            QVERIFY(get<api::WalletInfo>(ask(**engine, api::GetWalletInfo{})).warning.find("Settings") !=
                    std::string::npos);
        }
        QVERIFY(QFile::exists(folder + "/seed.key"));
        for (const char* name : {"seed.key", "wallet.sqlite"})
            QVERIFY(QFile::copy(folder + "/" + name, dir.filePath(name)));
        {
            auto engine = engine::Engine::start(optionsIn(dir));
            QCOMPARE(ask(**engine, api::ChangePassphrase{"guess", "open"}).error().code, -14);
            QCOMPARE(ask(**engine, api::ChangePassphrase{"", ""}).error().code, -8);
            QVERIFY(ask(**engine, api::ChangePassphrase{"", "open"}).has_value());
            QVERIFY(!QFile::exists(folder + "/seed.key"));
            const auto status = get<api::StatusSnapshot>(ask(**engine, api::GetStatus{}));
            QVERIFY(status.protected_by_password);
            QCOMPARE(status.wallet, api::WalletState::locked);
            QVERIFY(get<api::WalletInfo>(ask(**engine, api::GetWalletInfo{})).warning.empty());
            QCOMPARE(ask(**engine, api::ChangePassphrase{"", "other"}).error().code, -14);
            QVERIFY(ask(**engine, api::Unlock{.passphrase = "open"}).has_value());
        }
        // As after a crash between the new seed file and all that follows it: the file alone decides.
        for (const char* name : {"seed.key", "wallet.sqlite"}) {
            QFile::remove(folder + "/" + name);
            QVERIFY(QFile::copy(dir.filePath(name), folder + "/" + name));
        }
        for (int run = 0; run < 2; ++run) {
            auto engine = engine::Engine::start(optionsIn(dir));
            QVERIFY(engine.has_value());
            QCOMPARE(get<api::StatusSnapshot>(ask(**engine, api::GetStatus{})).wallet,
                     api::WalletState::locked);
            QVERIFY(!QFile::exists(folder + "/seed.key"));
            QCOMPARE(ask(**engine, api::ExportMnemonic{}).error().code, -14);
            QCOMPARE(ask(**engine, api::Unlock{.passphrase = "guess"}).error().code, -14);
            QVERIFY(ask(**engine, api::Unlock{.passphrase = "open"}).has_value());
            QCOMPARE(get<api::Mnemonic>(ask(**engine, api::ExportMnemonic{.passphrase = "open"})).words,
                     words);
        }
    }

    void logging_topic_isSilencedThroughTheSession() {
        QTemporaryDir dir;
        auto engine = engine::Engine::start(optionsIn(dir));
        const auto all = get<api::LogTopics>(ask(**engine, api::SetLogging{})).topics;
        QCOMPARE(all.size(), api::log_topics.size());
        QVERIFY(std::ranges::all_of(all, [](const auto& one) { return one.second; }));
        const auto some = get<api::LogTopics>(
            ask(**engine, api::SetLogging{.include = {api::LogTopic::net},
                                          .exclude = {api::LogTopic::net, api::LogTopic::chain}}));
        for (const auto& [topic, written] : some.topics)
            QCOMPARE(written, topic != api::LogTopic::net && topic != api::LogTopic::chain);
    }

    void lightning_onTheMainNetwork_isOffUntilAskedFor() {
        for (const bool asked_for : {false, true}) {
            QTemporaryDir dir;
            auto options = optionsIn(dir);
            options.network = "main";
            options.mainnet_lightning = asked_for;
            auto engine = engine::Engine::start(options);
            QVERIFY(engine.has_value());
            get<api::WalletCreated>(ask(**engine, api::CreateWallet{.name = "a"}));
            const auto node = get<api::NodeInfo>(ask(**engine, api::GetNode{}));
            QCOMPARE(!node.id.empty(), asked_for);
            QCOMPARE(node.warning_wallet.find("--mainnet-lightning=1") != std::string::npos, !asked_for);
            const auto invoices = ask(**engine, api::ListInvoices{});
            QCOMPARE(invoices.has_value(), asked_for);
        }
    }

    // bitcoin.md 4: with real money nothing is spent at a feerate that no block gave and nobody chose. Where
    // coins are worthless the network's own rate will do; no block is said to stand behind it.
    void send_withoutAnEstimate_isRefusedOnTheMainNetwork() {
        for (const bool on_main : {true, false}) {
            QTemporaryDir dir;
            auto options = optionsIn(dir);
            if (on_main) options.network = "main";
            auto engine = engine::Engine::start(options);
            QVERIFY(engine.has_value());
            get<api::WalletCreated>(ask(**engine, api::CreateWallet{.name = "a"}));
            const auto address = get<api::Text>(ask(**engine, api::NewAddress{})).text;
            api::SendCoins plan{.payees = {{.address = address, .amount_sat = 10'000}}, .plan_only = true};
            const auto refused = ask(**engine, plan);
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, on_main ? -4 : -6); // -6: the wallet is empty
            plan.feerate_sat_per_kvb = 2'000;
            const auto chosen = ask(**engine, plan);
            QVERIFY(!chosen);
            QCOMPARE(chosen.error().code, -6);
            const auto fee = get<api::FeeEstimate>(ask(**engine, api::EstimateFee{}));
            QCOMPARE(fee.feerate_sat_per_kvb.has_value(), !on_main);
            QCOMPARE(fee.verified.label, ledger::Label::reported);
            QVERIFY(fee.verified.evidence != ledger::Evidence::block && fee.verified.height == -1);
        }
    }

    void wallet_reopened_givesFreshAddressesOnly() {
        QTemporaryDir dir;
        std::set<std::string> seen;
        std::string words;
        for (int run = 0; run < 3; ++run) {
            auto engine = engine::Engine::start(optionsIn(dir));
            QVERIFY(engine.has_value());
            if (run == 0)
                words = get<api::WalletCreated>(ask(**engine, api::CreateWallet{.name = "a"})).mnemonic;
            for (int i = 0; i < 5; ++i) {
                const auto address = get<api::Text>(ask(**engine, api::NewAddress{.label = "shop"})).text;
                QVERIFY(seen.insert(address).second);
                const auto info = get<api::AddressInfo>(ask(**engine, api::GetAddressInfo{address}));
                QVERIFY(info.is_mine);
                QCOMPARE(info.labels, std::vector<std::string>{"shop"});
            }
            // Without a password the wallet opens its own lock after a restart.
            QCOMPARE(get<api::Mnemonic>(ask(**engine, api::ExportMnemonic{})).words, words);
        }
        QTemporaryDir other;
        auto engine = engine::Engine::start(optionsIn(other));
        QVERIFY(ask(**engine, api::CreateWallet{.name = "restored", .mnemonic = words}).has_value());
        QVERIFY(seen.contains(get<api::Text>(ask(**engine, api::NewAddress{})).text));
        QVERIFY(!get<api::Mnemonic>(ask(**engine, api::ExportMnemonic{})).has_passphrase);
        // With a passphrase of its own these words make another wallet, and whoever writes them down is told.
        QVERIFY(ask(**engine, api::UnloadWallet{}).has_value());
        QVERIFY(
            ask(**engine, api::CreateWallet{.name = "more", .mnemonic = words, .mnemonic_passphrase = "x"})
                .has_value());
        QVERIFY(!seen.contains(get<api::Text>(ask(**engine, api::NewAddress{})).text));
        const auto told = get<api::Mnemonic>(ask(**engine, api::ExportMnemonic{}));
        QVERIFY(told.words == words && told.has_passphrase);
    }

    // threats 96: after a run with every secret used, none stands in the log or in any file that is not
    // sealed.
    void threat96_secrets_standInNoFile() {
        QTemporaryDir dir;
        std::string words;
        {
            auto engine = engine::Engine::start(optionsIn(dir));
            words = get<api::WalletCreated>(
                        ask(**engine, api::CreateWallet{.name = "a", .passphrase = "open sesame now"}))
                        .mnemonic;
            QVERIFY(ask(**engine, api::Unlock{.passphrase = "open sesame now"}).has_value());
            QVERIFY(ask(**engine, api::ExportMnemonic{.passphrase = "open sesame now"}).has_value());
        }
        QVERIFY(!words.empty());
        int files = 0;
        QDirIterator each(dir.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (each.hasNext()) {
            QFile file(each.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray content = file.readAll();
            QVERIFY2(!content.contains(words.c_str()), qPrintable(file.fileName()));
            QVERIFY2(!content.contains("open sesame now"), qPrintable(file.fileName()));
            ++files;
        }
        QVERIFY(files >= 4);
    }

    void sandboxCommand_onRegtest_saysWhatToDo() {
        QTemporaryDir dir;
        auto engine = engine::Engine::start(optionsIn(dir));
        const auto answer = ask(**engine, api::SandboxCommand{});
        QVERIFY(!answer.has_value());
        QVERIFY(answer.error().message.find("--network=sandbox") != std::string::npos);
    }

    void snapshots_comeRightAfterStart() {
        QTemporaryDir dir;
        auto engine = engine::Engine::start(optionsIn(dir));
        QSignalSpy published(engine->get(), &api::Session::published);
        QTRY_VERIFY(published.size() >= 4);
        const auto first = published.first().first().value<api::SnapshotPointer>();
        const auto& status = std::get<api::StatusSnapshot>(*first);
        QCOMPARE(status.network, std::string("regtest"));
        QCOMPARE(status.peers, 0);
        QCOMPARE(status.stage, api::SyncStage::connecting);
    }
};

DUPLEX_TEST(TestEngine)
#include "tst_engine.moc"
