#ifndef Q_MOC_RUN // moc cannot read <concepts>
#include "core/family/bitcoin/wallet_files.h"
#include "core/sandbox/practice_chain.h"
#include "tests/core/engine/engine_room.h"
#endif

#include "core/bitcoin/primitives/address.h"

#include <QFile>

using namespace duplex;
using duplex::test::ask;
using duplex::test::engine_patience_ms;
using duplex::test::get;
using ledger::Label;
using sandbox::PracticeChain;

namespace {

namespace room = duplex::family::bitcoin;

const bitcoin::NetworkParameters& network() {
    return bitcoin::parametersOf(bitcoin::Network::sandbox);
}

/// A block maker that makes blocks on demand only.
struct Chain {
    explicit Chain(std::uint32_t blocks = 120) {
        const auto started = maker.start({.interval = Ticks{0}, .first_blocks = blocks});
        if (!started) qFatal("the block maker does not start");
        address = io::toText(*started);
    }
    std::int64_t height() const { return maker.ledger().height(); }

    PracticeChain maker;
    std::string address;
};

/// A real engine in a folder, that knows only the peers it is told of.
struct Node {
    explicit Node(const QTemporaryDir& dir, const std::vector<std::string>& connect = {}) {
        auto started = engine::Engine::start({.network = "sandbox",
                                              .data_directory = dir.path().toStdString(),
                                              .connect = connect,
                                              .use_keyring = false,
                                              .cheap_stretching = true});
        if (!started) qFatal("%s", started.error().c_str());
        engine = std::move(*started);
    }

    template <typename Reply>
    Reply ask(api::Request request) {
        return get<Reply>(duplex::test::ask(*engine, std::move(request)));
    }
    /// One more connection, beside what is there.
    void dial(const Chain& chain) {
        ask<api::Done>(api::AddNode{.address = chain.address, .what = api::AddNode::What::onetry});
    }
    bool reaches(const Chain& chain) {
        const auto reached = ask<api::ChainReply>(
            api::WaitForHeight{.height = chain.height(), .timeout_ms = engine_patience_ms});
        return reached.blocks == chain.height() && reached.headers == chain.height();
    }
    template <typename Done>
    bool waitFor(Done done) {
        return QTest::qWaitFor([&] { return done(); }, engine_patience_ms);
    }
    api::Balances balances() { return ask<api::Balances>(api::GetBalances{}); }
    bitcoin::Script script() {
        return *bitcoin::scriptFromAddress(ask<api::Text>(api::NewAddress{}).text, network());
    }
    bitcoin::Script createWallet() {
        ask<api::WalletCreated>(api::CreateWallet{.name = "a"});
        return script();
    }

    /// A new wallet with one coin, in a block.
    bool earns(Chain& chain, std::int64_t sat) {
        const bitcoin::Script script = createWallet();
        (void)chain.maker.fund(script, {sat});
        chain.maker.mine(1);
        return reaches(chain);
    }

    std::unique_ptr<engine::Engine> engine;
};

} // namespace

/// The wallet on a chain that moves, with peers that are behind, gone or on another branch.
class TestWalletChain : public QObject {
    Q_OBJECT

private slots:
    // A payment that a peer relays is its word, in every place that shows it, until a block holds it.
    void relayedPayment_isLabelledAsAPeersWord() {
        Chain chain;
        QTemporaryDir dir;
        Node node(dir, {chain.address});
        const bitcoin::Script script = node.createWallet();
        QVERIFY(node.waitFor([&] { return chain.maker.peers() == 1; }) && node.reaches(chain));
        node.dial(chain); // the first connection takes no transactions, the second does
        QVERIFY(node.waitFor([&] { return node.ask<api::StatusSnapshot>(api::GetStatus{}).peers == 2; }));
        const std::string txid = *chain.maker.fund(script, {700'000});
        QVERIFY(node.waitFor([&] { return node.balances().pending_sat == 700'000; }));
        QCOMPARE(node.balances().trusted_sat, 0);

        const auto isHearsay = [](const ledger::Verified& verified) {
            return verified.label == Label::reported && verified.evidence == ledger::Evidence::peer;
        };
        const auto transaction = node.ask<api::WalletTransaction>(api::GetWalletTransaction{.txid = txid});
        QVERIFY(isHearsay(transaction.verified) && !transaction.trusted);
        const auto coins = node.ask<api::CoinList>(api::ListUnspent{.min_confirmations = 0}).coins;
        QCOMPARE(coins.size(), std::size_t{1});
        QVERIFY(isHearsay(coins[0].verified) && !coins[0].spendable);
        const auto history = node.ask<api::ActivityList>(api::GetActivity{}).items;
        QCOMPARE(history.size(), std::size_t{1});
        QVERIFY(isHearsay(history[0].verified));
        QVERIFY(isHearsay(node.ask<api::RawTransactionReply>(api::GetRawTransaction{.txid = txid}).verified));
        for (const auto& fact : node.ask<api::ProvenanceReply>(api::GetProvenance{.txid = txid}).facts)
            QVERIFY(isHearsay(fact.verified));

        chain.maker.mine(1);
        QVERIFY(node.reaches(chain));
        QCOMPARE(node.balances().trusted_sat, 700'000);
        const auto confirmed = node.ask<api::WalletTransaction>(api::GetWalletTransaction{.txid = txid});
        QCOMPARE(confirmed.verified.label, Label::proved_recent);
        QCOMPARE(confirmed.verified.time, confirmed.block_time); // of the fact, not of the question
        const auto addresses = node.ask<api::AddressList>(api::ListAddresses{}).addresses;
        QCOMPARE(addresses.size(), std::size_t{1});
        QVERIFY(addresses[0].used);
        QCOMPARE(addresses[0].received_sat, 700'000);
        QCOMPARE(
            node.ask<api::AddressInfo>(api::GetAddressInfo{.address = addresses[0].address}).received_sat,
            700'000);
        // Our own payment out of it is signed by our keys.
        const auto sent = node.ask<api::SendReply>(
            api::SendCoins{.payees = {{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 100'000}}});
        QVERIFY(sent.expected_s);
        QCOMPARE(sent.sent_to_peers, 2);
        const auto own = node.ask<api::WalletTransaction>(api::GetWalletTransaction{.txid = sent.txid});
        QVERIFY(own.verified.label == Label::own && own.trusted);
        QCOMPARE(node.balances().trusted_sat, 600'000 - sent.fee_sat);
        QCOMPARE(node.ask<api::FeeEstimate>(api::EstimateFee{.target_blocks = 2}).blocks, 6);
    }

    // An old balance is not fresh because somebody answers the phone: the peer may be behind.
    void balanceAfterARestart_isStaleUntilThisRunIsSynced() {
        QTemporaryDir dir;
        Chain chain;
        {
            Node node(dir, {chain.address});
            QVERIFY(node.earns(chain, 700'000));
            QVERIFY(node.waitFor([&] { return node.balances().verified.label == Label::agreed; }));
            QVERIFY(node.balances().verified.n > 0);
        }
        Chain behind(1); // shows no block of ours
        Node node(dir, {behind.address});
        // Asked, and it does not know.
        QVERIFY(node.waitFor([&] { return node.balances().verified.n == 1; }));
        const auto old = node.balances();
        QCOMPARE(old.verified.k, 0);
        QCOMPARE(old.trusted_sat, 700'000);
        QCOMPARE(old.verified.label, Label::stale);
        QCOMPARE(old.verified.time,
                 std::int64_t{
                     chain.maker.ledger().at(static_cast<std::uint32_t>(chain.height())).block.header.time});
        chain.maker.mine(1);
        node.dial(chain);
        QVERIFY(node.reaches(chain));
        QVERIFY(node.waitFor([&] { return node.balances().verified.label == Label::agreed; }));
    }

    // A crash after a block's rows and before the report that the block was verified; then the block leaves.
    void crashBeforeTheReport_thenTheBlockLeaves_noPhantomStays() {
        QTemporaryDir dir;
        Chain chain;
        bitcoin::Script script;
        {
            Node node(dir, {chain.address});
            script = node.createWallet();
            (void)chain.maker.fund(script, {500'000});
            chain.maker.mine(1);
            QVERIFY(node.reaches(chain));
        }
        {
            auto opened = room::openWallet(dir.path().toStdString(), "a", network());
            QVERIFY(opened.has_value());
            room::OpenWallet& wallet = **opened;
            QCOMPARE(std::int64_t{wallet.facts.scan.completeTo().value}, chain.height());
            bitcoin::Transaction phantom;
            phantom.inputs.push_back({.previous = {bitcoin::Txid{{1}}, 0}});
            phantom.outputs.push_back({{9'000'000}, script});
            const auto change = wallet.value.connectBlock({wallet.facts.scan.completeTo().value + 1},
                                                          bitcoin::BlockHash{{2}}, unixTime(1), {phantom});
            store::Changes rows;
            room::store(change, wallet, rows);
            QVERIFY(wallet.database->commit(rows).has_value());
            QCOMPARE(wallet.value.balance().confirmed.value, 9'500'000);
        }
        chain.maker.mine(1); // another block of that height
        Node node(dir, {chain.address});
        QVERIFY(node.reaches(chain));
        QCOMPARE(node.balances().trusted_sat, 500'000);
    }

    // Who watches hears of each step, the one back too.
    void reorganisation_isTold() {
        QTemporaryDir dir;
        Chain chain;
        Node node(dir, {chain.address});
        std::vector<std::string> told;
        QObject::connect(node.engine.get(), &api::Session::notified, node.engine.get(),
                         [&](const api::Notification& one) {
                             if (one.topic == api::Notification::Topic::transaction)
                                 told.push_back(one.state);
                         });
        QVERIFY(node.earns(chain, 700'000));
        QVERIFY(node.waitFor([&] { return std::ranges::count(told, "confirmed") == 1; }));
        told.clear();
        QVERIFY(chain.maker.reorganise(1).has_value());
        QVERIFY(node.reaches(chain));
        QVERIFY(node.waitFor([&] { return std::ranges::count(told, "confirmed") == 1; }));
        QCOMPARE(told, (std::vector<std::string>{"disconnected", "confirmed"}));
    }

    // While a rescan is below it, a block with our payment leaves the chain.
    void reorganisationAboveARescan_isFollowed() {
        QTemporaryDir dir;
        auto first = std::make_unique<Chain>();
        Node node(dir);
        const bitcoin::Script script = node.createWallet();
        node.dial(*first);
        (void)first->maker.fund(script, {700'000});
        first->maker.mine(1);
        QVERIFY(node.reaches(*first));
        QCOMPARE(node.balances().trusted_sat, 700'000);
        first.reset();
        QVERIFY(node.waitFor([&] { return node.ask<api::StatusSnapshot>(api::GetStatus{}).peers == 0; }));
        node.engine->ask(api::Rescan{.start_height = 0});
        Chain other(140); // more work, without the payment
        node.dial(other);
        QVERIFY(node.reaches(other));
        QCOMPARE(node.balances().trusted_sat, 0);
    }

    // A rescan looks again: it makes nothing less deep, not even when it cannot go on.
    void rescan_leavesConfirmationsAsTheyAre() {
        QTemporaryDir dir;
        auto chain = std::make_unique<Chain>();
        Node node(dir, {chain->address});
        const bitcoin::Script script = node.createWallet();
        const std::string txid = *chain->maker.fund(script, {700'000});
        chain->maker.mine(3);
        QVERIFY(node.reaches(*chain));
        const auto confirmations = [&] {
            return node.ask<api::WalletTransaction>(api::GetWalletTransaction{.txid = txid}).confirmations;
        };
        QCOMPARE(confirmations(), 3);
        chain.reset();
        QVERIFY(node.waitFor([&] { return node.ask<api::StatusSnapshot>(api::GetStatus{}).peers == 0; }));
        node.engine->ask(api::Rescan{.start_height = 0});
        QCOMPARE(confirmations(), 3);
        QCOMPARE(node.ask<api::CoinList>(api::ListUnspent{.min_confirmations = 1}).coins.size(),
                 std::size_t{1});
        node.ask<api::Done>(api::AbortRescan{});
        QCOMPARE(confirmations(), 3);
    }

    // What was verified before a rescan stays so when the program ends in its midst.
    void restartInARescan_undoesNothing() {
        QTemporaryDir dir;
        std::string txid;
        {
            auto chain = std::make_unique<Chain>();
            Node node(dir, {chain->address});
            txid = *chain->maker.fund(node.createWallet(), {700'000});
            chain->maker.mine(3);
            QVERIFY(node.reaches(*chain));
            chain.reset();
            QVERIFY(node.waitFor([&] { return node.ask<api::StatusSnapshot>(api::GetStatus{}).peers == 0; }));
            node.engine->ask(api::Rescan{.start_height = 0});
            QCOMPARE(node.balances().complete_to, 0);
        }
        Node node(dir);
        QCOMPARE(node.balances().complete_to, 0); // it goes on from there
        QCOMPARE(node.balances().trusted_sat, 700'000);
        const auto confirmations = [&] {
            return node.ask<api::WalletTransaction>(api::GetWalletTransaction{.txid = txid}).confirmations;
        };
        QCOMPARE(confirmations(), 3);
        node.ask<api::Done>(api::AbortRescan{});
        QCOMPARE(node.balances().complete_to, 123);
        QCOMPARE(confirmations(), 3);
    }

    // And a block that leaves the chain while the program is off, in the midst of a rescan, takes its
    // payment.
    void restartInARescan_afterAReorganisation_forgetsWhatLeft() {
        QTemporaryDir dir;
        {
            auto chain = std::make_unique<Chain>();
            Node node(dir, {chain->address});
            const bitcoin::Script script = node.createWallet();
            (void)chain->maker.fund(script, {700'000});
            chain->maker.mine(1);
            QVERIFY(node.reaches(*chain));
            chain.reset();
            QVERIFY(node.waitFor([&] { return node.ask<api::StatusSnapshot>(api::GetStatus{}).peers == 0; }));
            node.engine->ask(api::Rescan{.start_height = 0});
        }
        Chain other(140); // more work, without the payment
        Node node(dir, {other.address});
        QVERIFY(node.reaches(other));
        QCOMPARE(node.balances().trusted_sat, 0);
    }

    // A clock that runs ahead must not hide the first payments: where the chain is known it counts.
    void newWallet_isBornAtTheChainsTip() {
        QTemporaryDir dir;
        Chain chain;
        {
            Node node(dir, {chain.address});
            QVERIFY(node.waitFor([&] {
                const auto status = node.ask<api::StatusSnapshot>(api::GetStatus{});
                return status.stage > api::SyncStage::headers && status.header_height == chain.height();
            }));
            node.createWallet();
        }
        const auto opened = room::openWallet(dir.path().toStdString(), "a", network());
        QVERIFY(opened.has_value());
        QCOMPARE((*opened)->facts.scan.birthday().value, 108U); // twelve blocks before, which may come again
    }

    // Made before the headers are there, a wallet knows only our clock, which may run ahead by hours: as on a
    // machine that keeps local time for another system. What was paid meanwhile is found all the same.
    void newWallet_ofAClockThatRunsAhead_findsItsFirstPayment() {
        QTemporaryDir dir;
        Chain chain;
        Node node(dir);
        const std::int64_t ahead = secondsOf(io::calendarNow()) + 10 * 3600;
        node.ask<api::WalletCreated>(api::CreateWallet{.name = "a", .birthday_time = ahead});
        (void)chain.maker.fund(node.script(), {700'000});
        chain.maker.mine(30); // below what is looked at in any case
        node.dial(chain);
        QVERIFY(node.reaches(chain));
        QCOMPARE(node.balances().trusted_sat, 700'000);
    }

    // threats 84: what was carried out is never carried out again, whatever became of its record.
    void threat84_requestWhoseRecordIsDamaged_paysNothing() {
        QTemporaryDir dir;
        Chain chain;
        {
            Node node(dir, {chain.address});
            QVERIFY(node.earns(chain, 700'000));
        }
        {
            const auto opened = room::openWallet(dir.path().toStdString(), "a", network());
            QVERIFY(opened.has_value());
            store::Changes rows;
            rows.put(store::Table::requests, toBytes(viewOf("send once")), Bytes{0xff, 1, 2});
            QVERIFY((*opened)->database->commit(rows).has_value());
        }
        Node node(dir, {chain.address});
        QVERIFY(node.reaches(chain));
        const api::Answer answer = duplex::test::ask(
            *node.engine,
            api::SendCoins{.payees = {{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 100'000}},
                           .request_id = "once"});
        QVERIFY(!answer.has_value());
        QVERIFY(answer.error().message.starts_with("This request was carried out before"));
        QCOMPARE(node.balances().trusted_sat, 700'000);
    }

    // A review binds: what would cost more than was agreed to is not sent.
    void send_coinsChangedSinceTheReview_isRefusedAboveItsFee() {
        QTemporaryDir dir;
        Chain chain;
        Node node(dir, {chain.address});
        QVERIFY(node.earns(chain, 700'000));
        const bitcoin::Script script = node.script();
        for (int i = 0; i < 6; ++i) (void)chain.maker.fund(script, {20'000});
        chain.maker.mine(1);
        QVERIFY(node.reaches(chain));
        QCOMPARE(node.balances().trusted_sat, 820'000);

        std::vector<std::pair<std::string, std::uint32_t>> large, small;
        for (const api::Coin& coin : node.ask<api::CoinList>(api::ListUnspent{}).coins)
            (coin.amount_sat > 20'000 ? large : small).emplace_back(coin.txid, coin.index);
        const auto leaveOnly = [&](const auto& kept, const auto& locked) { // coins are drawn by lot
            node.ask<api::Done>(api::LockUnspent{.unlock = true, .outpoints = kept});
            node.ask<api::Done>(api::LockUnspent{.unlock = false, .outpoints = locked});
        };
        node.ask<api::Done>(api::LockUnspent{.unlock = false, .outpoints = small});
        api::SendCoins send{.payees = {{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 90'000}},
                            .plan_only = true};
        const auto planned = node.ask<api::SendReply>(send);
        QVERIFY(planned.fee_sat > 0);

        send.plan_only = false;
        send.request_id = "reviewed";
        send.max_fee_sat = planned.fee_sat; // of one input
        leaveOnly(small, large);
        const api::Answer refused = duplex::test::ask(*node.engine, send);
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().code, 206);
        QVERIFY(refused.error().message.starts_with("Nothing was sent: the fee would be "));
        QCOMPARE(
            node.ask<api::WalletTransactionList>(api::ListTransactions{.count = 100}).transactions.size(),
            std::size_t{7});
        QCOMPARE(chain.maker.ledger().mempoolSize(), std::size_t{0});

        leaveOnly(large, small);
        const auto sent = node.ask<api::SendReply>(send); // its id is not used up
        QVERIFY(!sent.txid.empty() && sent.fee_sat <= planned.fee_sat);
    }

    // A payment that another one of the user's replaces is announced no more: some nodes take no replacement,
    // and the one that the wallet calls failed must not win there.
    void sendRaw_ofAReplacement_withdrawsWhatItReplaces() {
        QTemporaryDir dir, other_dir;
        Chain chain;
        Node node(dir, {chain.address});
        QVERIFY(node.earns(chain, 700'000));
        const auto words = node.ask<api::Mnemonic>(api::ExportMnemonic{}).words;
        api::SendReply dear;
        {
            Node other(other_dir, {chain.address}); // the same keys elsewhere
            other.ask<api::WalletCreated>(api::CreateWallet{.name = "a", .mnemonic = words});
            QVERIFY(other.waitFor([&] { return other.balances().trusted_sat == 700'000; }));
            dear = other.ask<api::SendReply>(
                api::SendCoins{.payees = {{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 90'000}},
                               .feerate_sat_per_kvb = 50'000});
        }
        const auto cheap = node.ask<api::SendReply>(
            api::SendCoins{.payees = {{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 80'000}}});
        const auto announcedTo = [&](const std::string& txid) {
            return node.ask<api::WalletTransaction>(api::GetWalletTransaction{.txid = txid}).announced_to;
        };
        QVERIFY(node.waitFor([&] { return announcedTo(cheap.txid) == 1; }));
        node.ask<api::SendReply>(api::SendRaw{.transaction = dear.transaction});
        QVERIFY(node.waitFor([&] { return announcedTo(dear.txid) == 1; }));
        QCOMPARE(announcedTo(cheap.txid), 0);
    }

    // Its time tells whether a copy elsewhere lacks a channel: looking at it must not make every copy old.
    void staticBackup_askedTwice_isNotWrittenAnew() {
        QTemporaryDir dir;
        Node node(dir);
        node.createWallet();
        const auto contents = [](const std::string& path) {
            QFile file(QString::fromStdString(path));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        const auto first = node.ask<api::StaticBackup>(api::GetStaticBackup{});
        const QByteArray sealed = contents(first.file); // each seal has another nonce
        QVERIFY(first.written_at > 0 && !sealed.isEmpty());
        const auto second = node.ask<api::StaticBackup>(api::GetStaticBackup{});
        QCOMPARE(contents(second.file), sealed);
        QCOMPARE(second.written_at, first.written_at);
    }

    // Spending inside one block: the explorer finds what an input spends there.
    void blockFacts_showSpendsInsideTheBlock() {
        QTemporaryDir dir;
        Chain chain;
        Node node(dir, {chain.address});
        QVERIFY(node.earns(chain, 700'000));
        std::int64_t fee = 0;
        for (int i = 0; i < 2; ++i) { // the second spends the change of the first
            const auto sent = node.ask<api::SendReply>(
                api::SendCoins{.payees = {{"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 10'000}}});
            fee += sent.fee_sat;
        }
        QVERIFY(node.waitFor([&] { return chain.maker.ledger().mempoolSize() == 2; }));
        chain.maker.mine(1);
        QVERIFY(node.reaches(chain));
        const auto facts = node.ask<ledger::BlockFacts>(api::GetBlockFacts{.height = chain.height()});
        QCOMPARE(facts.transactions.size(), std::size_t{3});
        QCOMPARE(facts.transactions[1].fee_sat.value_or(0) + facts.transactions[2].fee_sat.value_or(0), fee);
    }
};

DUPLEX_TEST(TestWalletChain)
#include "tst_wallet_chain.moc"
