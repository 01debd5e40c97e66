#include "tests/core/bitcoin/wallet/wallet_fixture.h"
#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/wallet/rows.h"

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::wallet;
using namespace duplex::bitcoin::wallet::test;

class TestWallet : public QObject {
    Q_OBJECT

private slots:
    void addresses_followBip84And86() {
        Wallet wallet = freshWallet();
        const auto key = signingKey(master(), {Account::spending, Chain::receive, 0}, network());
        QVERIFY(receiveScript(wallet) == payToWitnessPublicKeyHash(crypto::publicKey(*key)));
        QCOMPARE(pathOf(KeyPlace{Account::channel, Chain::change, 5}, network()).text(),
                 std::string("m/86'/1'/0'/1/5"));
        QCOMPARE(wallet.watchedScripts().size(), std::size_t{4 * gap_limit});
        WalletChange change;
        const Script channel = wallet.channelScript(change);
        QVERIFY(kindOf(channel) == ScriptKind::taproot && change.keys);
        QVERIFY(wallet.channelScript(change) != channel);
    }

    void newReceiveAddress_beginsAtIndexZero() {
        Wallet wallet = freshWallet();
        WalletChange change;
        const auto first = scriptFromAddress(wallet.newReceiveAddress(change), network());
        const auto second = scriptFromAddress(wallet.newReceiveAddress(change), network());
        QCOMPARE(wallet.keys().placeOf(*first)->index, 0U);
        QCOMPARE(wallet.keys().placeOf(*second)->index, 1U);
    }

    // Whoever asked for one may be paid there at any time: nobody else gets it, the wallet neither.
    void newChangeAddress_isAnotherEachTime() {
        Wallet wallet = freshWallet();
        WalletChange change;
        const auto first = scriptFromAddress(wallet.newChangeAddress(change), network());
        QVERIFY(change.keys && change.watch_list_grew);
        const auto second = scriptFromAddress(wallet.newChangeAddress(change), network());
        QVERIFY((*wallet.keys().placeOf(*first) == KeyPlace{Account::spending, Chain::change, 0}));
        QVERIFY((*wallet.keys().placeOf(*second) == KeyPlace{Account::spending, Chain::change, 1}));
        QCOMPARE(wallet.keys().placeOf(wallet.changeScript())->index, 2U);
        QCOMPARE(restored(wallet).keys().progress(Account::spending, Chain::change).next, 2U);
    }

    void receiveAddress_movesOnWhenUsed() {
        Wallet wallet = freshWallet();
        const std::string first = wallet.receiveAddress();
        QCOMPARE(wallet.receiveAddress(), first);
        const auto change = addBlock(wallet, 5, {incoming(1, {{{5000}, receiveScript(wallet)}})});
        QVERIFY(change.keys && change.watch_list_grew);
        QVERIFY(wallet.receiveAddress() != first);
        WalletChange fresh;
        const std::string second = wallet.receiveAddress();
        QCOMPARE(wallet.newReceiveAddress(fresh), second);
        QVERIFY(fresh.keys && wallet.receiveAddress() != second);
        wallet.disconnectBlock({5});
        QVERIFY(wallet.receiveAddress() != first); // an address once used is not shown again
    }

    // A block that pays the end of the look-ahead and beyond is found whole.
    void lookAhead_growsWithinOneBlock() {
        Wallet wallet = freshWallet();
        KeyChain far(wallet.keys().accounts());
        const Script last = far.scriptOf({Account::spending, Chain::receive, gap_limit - 1});
        const Script beyond = far.scriptOf({Account::spending, Chain::receive, 2 * gap_limit - 1});
        const Transaction early = incoming(1, {{{700}, beyond}});
        const Transaction spend = spending({{early.txid(), 0}}, {{{600}, foreignScript()}});
        addBlock(wallet, 7, {early, spend, incoming(2, {{{1000}, last}})});
        QCOMPARE(wallet.balance().total().value, 1000);
        QCOMPARE(wallet.history().entries().size(), std::size_t{3});
        QCOMPARE(wallet.history().find(spend.txid())->fee->value, 100);
        QCOMPARE(wallet.keys().progress(Account::spending, Chain::receive).next, 2 * gap_limit);
    }

    // The spend is seen first (a later block), its coin when the watch list grew and the earlier block came
    // again.
    void lateCoin_findsItsSpender() {
        Wallet wallet = freshWallet();
        KeyChain far(wallet.keys().accounts());
        const Script beyond = far.scriptOf({Account::spending, Chain::receive, gap_limit + 5});
        const Transaction early = incoming(1, {{{700}, beyond}});
        const Transaction known = incoming(2, {{{900}, receiveScript(wallet)}});
        const Transaction spend =
            spending({{early.txid(), 0}, {known.txid(), 0}}, {{{1500}, foreignScript()}});
        addBlock(wallet, 3, {early});
        QCOMPARE(wallet.balance().total().value, 0);
        addBlock(wallet, 4, {known});
        addBlock(wallet, 5, {spend});
        QVERIFY(!wallet.history().find(spend.txid())->fee);
        addBlock(wallet, 6,
                 {incoming(3, {{{1}, far.scriptOf({Account::spending, Chain::receive, gap_limit - 1})}})});
        addBlock(wallet, 3, {early});
        QCOMPARE(wallet.balance().total().value, 1);
        QCOMPARE(wallet.history().find(spend.txid())->fee->value, 100);
        QCOMPARE(wallet.tip().value, 6u);
    }

    void coinbase_maturesAfter100Blocks() {
        Wallet wallet = freshWallet();
        addBlock(wallet, 10, {coinbase(10, {{{5000}, receiveScript(wallet)}})});
        QCOMPARE(wallet.balance(), (Balance{.immature = {5000}}));
        wallet.setTip({108});
        QVERIFY(wallet.spendable().empty());
        wallet.setTip({109}); // the next block is 110
        QCOMPARE(wallet.spendable().size(), std::size_t{1});
        QCOMPARE(wallet.balance(), (Balance{.confirmed = {5000}}));
        const OutPoint coin = wallet.spendable()[0].outpoint;
        const Transaction spend = spending({coin}, {{{4000}, wallet.changeScript()}});
        addBlock(wallet, 110, {spend});
        wallet.disconnectBlock({10});
        QCOMPARE(wallet.balance().total().value, 0);
        QVERIFY(wallet.history().find(spend.txid())->state == EntryState::replaced);
    }

    void unconfirmed_onlyOwnChangeIsSpendable() {
        Wallet wallet = walletWith({10'000});
        wallet.addUnconfirmed(incoming(5, {{{3000}, receiveScript(wallet)}}), unixTime(1));
        QCOMPARE(wallet.balance(), (Balance{.confirmed = {10'000}, .pending = {3000}}));
        QCOMPARE(wallet.spendable().size(), std::size_t{1});
        const Transaction spend = spending({wallet.spendable()[0].outpoint},
                                           {{{4000}, foreignScript()}, {{5500}, wallet.changeScript()}});
        wallet.addUnconfirmed(spend, unixTime(2));
        QCOMPARE(wallet.balance(), (Balance{.pending = {8500}}));
        QCOMPARE(wallet.spendable().size(), std::size_t{1});
        QCOMPARE(wallet.spendable()[0].output.value.value, 5500);
        const HistoryEntry& entry = *wallet.history().find(spend.txid());
        QCOMPARE(entry.delta().value, -4500);
        QCOMPARE(entry.fee->value, 500);
        QVERIFY(wallet.history().newestFirst()[0]->sequence == entry.sequence);
    }

    void replacement_freesTheLoser() {
        Wallet wallet = walletWith({10'000});
        const OutPoint coin = wallet.spendable()[0].outpoint;
        const Transaction cheap = spending({coin}, {{{9500}, wallet.changeScript()}});
        wallet.addUnconfirmed(cheap, unixTime(1));
        const Transaction child = spending({{cheap.txid(), 0}}, {{{9000}, wallet.changeScript()}});
        wallet.addUnconfirmed(child, unixTime(2));
        const Transaction better = spending({coin}, {{{9400}, wallet.changeScript()}});
        wallet.addUnconfirmed(better, unixTime(3));
        QCOMPARE(wallet.balance(), (Balance{.pending = {9400}}));
        for (const Transaction& loser : {cheap, child}) {
            QVERIFY(wallet.history().find(loser.txid())->state == EntryState::replaced);
            QVERIFY(wallet.history().find(loser.txid())->replaced_by == better.txid());
        }
        // The miner took the first one after all.
        addBlock(wallet, 11, {cheap});
        QCOMPARE(wallet.balance(), (Balance{.confirmed = {9500}}));
        QVERIFY(wallet.history().find(better.txid())->state == EntryState::replaced);
        QVERIFY(wallet.addUnconfirmed(better, unixTime(4)).empty());
        QVERIFY(!wallet.abandon(cheap.txid()));
    }

    // A stranger's transaction, in a block, takes the coins of one that pays us; the block is unwound and
    // ours lives again.
    void doubleSpendByStranger_andUnwinding() {
        Wallet wallet = freshWallet();
        const Transaction paying = incoming(77, {{{3000}, receiveScript(wallet)}});
        wallet.addUnconfirmed(paying, unixTime(1));
        const Transaction rival = incoming(77, {{{3000}, foreignScript()}});
        addBlock(wallet, 20, {rival});
        QCOMPARE(wallet.balance().total().value, 0);
        QVERIFY(wallet.history().find(paying.txid())->replaced_by == rival.txid());
        QVERIFY(wallet.history().find(rival.txid()) == nullptr);
        wallet.disconnectBlock({20});
        QCOMPARE(wallet.balance(), (Balance{.pending = {3000}}));
        QVERIFY(!wallet.history().find(paying.txid())->replaced_by);
    }

    void abandon_freesCoinsOfAllThatBuildOnIt() {
        Wallet wallet = walletWith({10'000});
        const Transaction spend =
            spending({wallet.spendable()[0].outpoint}, {{{9500}, wallet.changeScript()}});
        wallet.addUnconfirmed(spend, unixTime(1));
        const Transaction child = spending({{spend.txid(), 0}}, {{{9000}, foreignScript()}});
        wallet.addUnconfirmed(child, unixTime(2));
        const auto change = wallet.abandon(spend.txid());
        QVERIFY(change && change->transactions.size() == 2);
        QCOMPARE(wallet.balance(), (Balance{.confirmed = {10'000}}));
        QVERIFY(wallet.addUnconfirmed(child, unixTime(3)).empty()); // its parent is given up
        QVERIFY(!wallet.addUnconfirmed(spend, unixTime(4)).empty());
        QVERIFY(!wallet.abandon(Txid{}));
    }

    void reservation_keepsCoinsForOneOwner() {
        Wallet wallet = walletWith({1000, 2000});
        WalletChange change;
        const OutPoint coin = wallet.spendable()[0].outpoint;
        const Satoshi value = wallet.spendable()[0].output.value;
        QVERIFY(wallet.reserve(coin, "channel 1", change));
        QVERIFY(wallet.reserve(coin, "channel 1", change));
        QVERIFY(!wallet.reserve(coin, "send 2", change));
        QVERIFY(!wallet.reserve(OutPoint{}, "send 2", change));
        QVERIFY(change.coins.contains(coin));
        QCOMPARE(wallet.spendable().size(), std::size_t{1});
        QCOMPARE(wallet.balance().reserved, value);
        QCOMPARE(wallet.balance().confirmed.value, 3000);
        QCOMPARE(restored(wallet).balance(), wallet.balance());
        wallet.release("send 2", change);
        QCOMPARE(wallet.spendable().size(), std::size_t{1});
        wallet.release("channel 1", change);
        QCOMPARE(wallet.spendable().size(), std::size_t{2});
    }

    void reservation_ofOneCoin_isReleasedAlone() {
        Wallet wallet = walletWith({1000, 2000});
        WalletChange change;
        const OutPoint one = wallet.spendable()[0].outpoint;
        const OutPoint other = wallet.spendable()[1].outpoint;
        QVERIFY(wallet.reserve(one, "user", change) && wallet.reserve(other, "user", change));
        change = {};
        QVERIFY(!wallet.release(one, "channel 1", change));
        QVERIFY(!wallet.release(OutPoint{}, "user", change));
        QVERIFY(!wallet.release(one, "", change));
        QVERIFY(change.empty());
        QVERIFY(wallet.release(one, "user", change));
        QCOMPARE(change.coins, std::set<OutPoint>{one});
        QCOMPARE(wallet.spendable().size(), std::size_t{1});
        QVERIFY(wallet.spendable()[0].outpoint == one);
        QVERIFY(!wallet.release(one, "user", change)); // free already
    }

    void reservation_outlivesConfirmation_andReorganisation() {
        Wallet wallet = walletWith({100'000});
        const Transaction own =
            spending({wallet.spendable()[0].outpoint}, {{{90'000}, wallet.changeScript()}});
        wallet.addUnconfirmed(own, unixTime(1'700'000'000));
        const OutPoint coin{own.txid(), 0};
        WalletChange change;
        QVERIFY(wallet.reserve(coin, "channel 1", change));
        const auto isHeld = [&] {
            return wallet.spendable().empty() && !wallet.reserve(coin, "send 2", change);
        };
        addBlock(wallet, 11, {own});
        QVERIFY(isHeld());
        wallet.disconnectBlock({11});
        QVERIFY(isHeld());
    }

    void labels_areBoundedAndCutBetweenCharacters() {
        Wallet wallet = walletWith({1000});
        const Txid txid = wallet.history().entries().begin()->first;
        WalletChange change;
        QVERIFY(wallet.setLabel(txid, std::string(499, 'a') + "\xc3\xa9", change));
        QCOMPARE(wallet.history().find(txid)->label, std::string(499, 'a'));
        QVERIFY(!wallet.setLabel(Txid{}, "x", change));
        QVERIFY(change.transactions.contains(txid));
    }

    void unrelated_isSkipped() {
        Wallet wallet = freshWallet();
        QVERIFY(addBlock(wallet, 3, {incoming(1, {{{5}, foreignScript()}})}).empty());
        QVERIFY(wallet.addUnconfirmed(incoming(2, {{{5}, foreignScript()}}), unixTime(1)).empty());
        QVERIFY(wallet.addUnconfirmed(coinbase(1, {{{5}, receiveScript(wallet)}}), unixTime(1)).empty());
        const Script ours = receiveScript(wallet);
        QVERIFY(
            wallet.addUnconfirmed(incoming(3, {{max_money, ours}, {max_money, ours}}), unixTime(1)).empty());
    }

    void rows_damagedOnes_areRefused() {
        Wallet wallet = walletWith({1000});
        wallet.addUnconfirmed(spending({wallet.spendable()[0].outpoint}, {{{900}, foreignScript()}}),
                              unixTime(9));
        const auto& [outpoint, coin] = *wallet.coins().coins().begin();
        for (const Bytes& row :
             {*wallet.coinRow(outpoint), *wallet.historyRow(coin.outpoint.txid), wallet.keyChainRow()}) {
            for (std::size_t size = 0; size < row.size(); ++size) {
                Wallet other = freshWallet();
                const ByteView cut = ByteView(row).first(size);
                QVERIFY(!other.restoreCoin(cut) && !other.restoreHistory(cut) && !other.restoreKeyChain(cut));
            }
            Bytes other_version = row;
            other_version[0] = history_row_version + 1;
            Wallet other = freshWallet();
            QVERIFY(!other.restoreCoin(other_version) && !other.restoreHistory(other_version) &&
                    !other.restoreKeyChain(other_version));
        }
        QVERIFY(decodeCoin(*wallet.coinRow(outpoint)) == coin);
        const HistoryEntry& entry = wallet.history().entries().begin()->second;
        QVERIFY(decodeHistoryEntry(encodeHistoryEntry(entry)) == entry);
    }
};

DUPLEX_TEST(TestWallet)
#include "tst_wallet.moc"
