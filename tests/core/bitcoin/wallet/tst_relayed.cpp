#include "tests/core/bitcoin/wallet/wallet_fixture.h"
#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/wallet/rows.h"
#include "core/bitcoin/wallet/signer.h"

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::wallet;
using namespace duplex::bitcoin::wallet::test;

namespace {

Wallet restarted(const Wallet& from) {
    Wallet wallet = restored(from);
    if (!wallet.settle().empty()) qFatal("rows of this version need no settling");
    return wallet;
}

/// Pays a stranger out of these coins, signed, with change.
Transaction signedSpend(Wallet& wallet, const std::vector<Coin>& coins, std::int64_t amount,
                        std::uint64_t to = 1) {
    BuildContext context = contextOf(wallet);
    context.coins = coins;
    const auto built = buildTransaction({.payments = {{foreignScript(to), {amount}}}}, context);
    const auto transaction =
        built ? sign(*built, master(), network(), {9}) : std::unexpected(SignError::coins_do_not_match);
    if (!transaction) qFatal("the payment could not be made");
    return *transaction;
}

EntryState stateOf(const Wallet& wallet, const Transaction& transaction) {
    const HistoryEntry* entry = wallet.history().find(transaction.txid());
    return entry == nullptr ? EntryState::abandoned : entry->state;
}

/// How a peer's word could look like a signature.
std::vector<Transaction> forgeries(const Transaction& honest) {
    Transaction bare = honest;
    for (TxIn& input : bare.inputs) input.witness.clear();
    Transaction other_amount = honest; // signatures of another transaction
    other_amount.outputs[0].value.value += 1;
    Transaction more = honest;
    more.inputs.push_back(incoming(99, {}).inputs[0]);
    Transaction garbage = honest;
    for (TxIn& input : garbage.inputs) input.witness = {Bytes(71, 0x30), Bytes(33, 2)};
    return {bare, other_amount, more, garbage};
}

} // namespace

/// What a peer relays is its word: any peer may send any transaction, valid or not.
class TestRelayed : public QObject {
    Q_OBJECT

private slots:
    // Who pays twice may confirm the one that we do not see: his first is not shown as coming for ever.
    void relayedPaymentThatNoBlockTakes_isForgotten() {
        Wallet wallet = freshWallet();
        const Transaction payment = incoming(7, {{{70'000}, receiveScript(wallet)}});
        wallet.addRelayed(payment, unixTime(1'000'000));
        const UnixTime two_weeks = unixTime(1'000'000 + 14 * 86'400);
        QVERIFY(wallet.forgetUnheard(two_weeks).empty());
        QCOMPARE(wallet.balance().pending.value, 70'000);
        QVERIFY(!wallet.forgetUnheard(two_weeks + 1s).empty());
        QCOMPARE(wallet.balance().pending.value, 0);
        QCOMPARE(restarted(wallet).balance().pending.value, 0);
        // Its block brings it back.
        wallet.connectBlock({10}, BlockHash{{1}}, two_weeks + 2s, {payment});
        QCOMPARE(wallet.balance().confirmed.value, 70'000);
        QVERIFY(wallet.forgetUnheard(unixTime(9'000'000)).empty());
    }

    // What we built on it is no hearsay: it stays.
    void relayedPaymentThatWeSpend_isKept() {
        Wallet wallet = freshWallet();
        const Transaction payment = incoming(7, {{{70'000}, receiveScript(wallet)}});
        wallet.addRelayed(payment, unixTime(1'000'000));
        const Transaction spend = signedSpend(wallet, {wallet.coins().coins().begin()->second}, 10'000);
        wallet.addUnconfirmed(spend, unixTime(1'000'001));
        QVERIFY(wallet.forgetUnheard(unixTime(9'000'000)).empty());
    }

    // A forged payment to us, then a forged spend of it back to us: money out of nothing, twice.
    void forgedSpendOfAForgedPayment_isNeverTrusted() {
        for (const bool child_first : {false, true}) {
            Wallet wallet = walletWith({10'000});
            const Transaction payment = incoming(5, {{{2'000'000'000'000'000}, receiveScript(wallet)}});
            const Transaction child =
                spending({{payment.txid(), 0}}, {{{2'000'000'000'000'000}, wallet.changeScript()}});
            if (child_first) wallet.addRelayed(child, unixTime(1));
            wallet.addRelayed(payment, unixTime(1));
            wallet.addRelayed(child, unixTime(2));
            QVERIFY(wallet.history().find(child.txid()) == nullptr);
            for (const Wallet& each : {wallet, restarted(wallet)}) {
                QCOMPARE(each.balance(),
                         (Balance{.confirmed = {10'000}, .pending = {2'000'000'000'000'000}}));
                QCOMPARE(each.spendable().size(), std::size_t{1});
                QVERIFY(!each.isTrusted(payment.txid()));
                QVERIFY(!each.history().find(payment.txid())->isSignedByUs());
            }
        }
    }

    // The coins of our payment, spent by what carries no signature of ours: before it, after it, and mixed
    // with others' coins.
    void forgedSpendOfOurCoin_changesNothing() {
        Wallet wallet = walletWith({100'000});
        const Wallet before = wallet;
        const Transaction honest = signedSpend(wallet, wallet.spendable(), 20'000);
        for (const Transaction& forged : forgeries(honest)) {
            QVERIFY(wallet.addRelayed(forged, unixTime(1)).empty());
            QCOMPARE(wallet.balance(), before.balance());
        }
        wallet.addUnconfirmed(honest, unixTime(2));
        const Balance sent = wallet.balance();
        for (const Transaction& forged : forgeries(honest))
            QVERIFY(wallet.addRelayed(forged, unixTime(3)).empty());
        for (const Wallet& each : {wallet, restarted(wallet)}) {
            QVERIFY(stateOf(each, honest) == EntryState::pending);
            QCOMPARE(each.balance(), sent);
            QVERIFY(each.history().find(honest.txid())->transaction == honest);
        }
        // With our signatures, made elsewhere, it still does not displace what was sent from here.
        Wallet elsewhere = before;
        const Transaction rival = signedSpend(elsewhere, elsewhere.spendable(), 30'000);
        QVERIFY(wallet.addRelayed(rival, unixTime(4)).empty());
        QVERIFY(stateOf(wallet, honest) == EntryState::pending);
        addBlock(wallet, 11, {rival}); // the block decides
        QVERIFY(stateOf(wallet, honest) == EntryState::replaced);
    }

    // The echo of a claim's first version is ours by its signature: the claim's next version needs the coin
    // all the same, and nobody else may have it.
    void echoOfAClaim_leavesItsCoinToTheClaim() {
        Wallet wallet = walletWith({100'000});
        const Coin coin = wallet.spendable()[0];
        const auto isOpen = [](const Wallet& each, const OutPoint& outpoint, std::string_view holder) {
            return isOpenTo(*each.coins().find(outpoint), holder);
        };
        QVERIFY(isOpen(wallet, coin.outpoint, "claim 1"));
        WalletChange change;
        QVERIFY(wallet.reserve(coin.outpoint, "claim 1", change));
        QVERIFY(!isOpen(wallet, coin.outpoint, "claim 2") && !isOpen(wallet, coin.outpoint, ""));
        const Transaction first = signedSpend(wallet, {coin}, 20'000);
        QVERIFY(!wallet.addRelayed(first, unixTime(1)).empty());
        QVERIFY(wallet.coins().find(coin.outpoint)->spent_by == first.txid());
        for (const Wallet& each : {wallet, restarted(wallet)}) {
            QVERIFY(isOpen(each, coin.outpoint, "claim 1"));
            QVERIFY(!isOpen(each, coin.outpoint, "claim 2"));
        }
        // Under another name it is still the claim's.
        change = {};
        QVERIFY(!wallet.pass(coin.outpoint, "claim 2", "claim 3", change));
        QVERIFY(!wallet.pass(coin.outpoint, "", "claim 3", change) && change.empty());
        QVERIFY(wallet.pass(coin.outpoint, "claim 1", "claim 3", change));
        QVERIFY(change.coins.contains(coin.outpoint));
        QVERIFY(isOpen(wallet, coin.outpoint, "claim 3") && !isOpen(wallet, coin.outpoint, "claim 1"));
        Wallet free = wallet;
        free.release("claim 3", change);
        QVERIFY(!isOpen(free, coin.outpoint, "claim 3")); // spent, and held by nobody
        addBlock(wallet, 11, {first});
        QVERIFY(!isOpen(wallet, coin.outpoint, "claim 3"));
    }

    // A rival of a payment to us that we have spent on already would take our spend down with it.
    void relayedRival_ofWhatOurSpendBuildsOn_isSkipped() {
        Wallet wallet = walletWith({100'000});
        const Transaction payment = incoming(5, {{{30'000}, receiveScript(wallet)}});
        wallet.addRelayed(payment, unixTime(1));
        const Transaction spend = signedSpend(wallet, {*wallet.coins().find({payment.txid(), 0})}, 10'000);
        wallet.addUnconfirmed(spend, unixTime(2));
        QVERIFY(wallet.addRelayed(incoming(5, {{{1}, receiveScript(wallet)}}), unixTime(3)).empty());
        QVERIFY(stateOf(wallet, spend) == EntryState::pending);
        // What was not spent on yet may be replaced: one word against another.
        const Transaction other = incoming(6, {{{30'000}, receiveScript(wallet)}});
        wallet.addRelayed(other, unixTime(4));
        QVERIFY(!wallet.addRelayed(incoming(6, {{{29'000}, receiveScript(wallet)}}), unixTime(5)).empty());
        QVERIFY(stateOf(wallet, other) == EntryState::replaced);
    }

    void ownSpend_fromAnotherMachine_counts() {
        Wallet here = walletWith({100'000});
        Wallet there = here;
        const Transaction spend = signedSpend(there, there.spendable(), 20'000);
        QVERIFY(!here.addRelayed(spend, unixTime(1)).empty());
        there.addUnconfirmed(spend, unixTime(1));
        QVERIFY(here.history().entries() == there.history().entries());
        QVERIFY(here.coins().coins() == there.coins().coins());
        QVERIFY(here.isTrusted(spend.txid()));
        QVERIFY(here.history().find(spend.txid())->isSignedByUs());
    }

    // A spend whose parent nobody knew yet shows only later that it takes a coin of ours.
    void spendBeforeItsParent_isJudgedWhenTheParentComes() {
        for (const bool forged : {false, true}) {
            Wallet wallet = walletWith({100'000});
            const Script script = receiveScript(wallet);
            const Transaction parent = incoming(7, {{{50'000}, script}});
            Wallet elsewhere = wallet;
            addBlock(elsewhere, 11, {parent});
            Transaction spend = signedSpend(elsewhere, {*elsewhere.coins().find({parent.txid(), 0})}, 10'000);
            if (forged) spend.inputs[0].witness.clear();
            QVERIFY(!wallet.addRelayed(spend, unixTime(1)).empty());
            QVERIFY(!wallet.isTrusted(spend.txid()));
            addBlock(wallet, 11, {parent});
            QCOMPARE(wallet.isTrusted(spend.txid()), !forged);
            QCOMPARE(wallet.history().find(spend.txid()) == nullptr, forged);
            QVERIFY(!forged || wallet.balance() == (Balance{.confirmed = {150'000}}));
            QCOMPARE(wallet.coins().find({parent.txid(), 0})->spent_by.has_value(), !forged);
            QCOMPARE(restarted(wallet).balance(), wallet.balance());
        }
    }

    // Trust goes no further than the weakest transaction below: change of a spend of a relayed payment.
    void spendOfRelayedMoney_isTrustedOnceThePaymentConfirms() {
        Wallet wallet = walletWith({100'000});
        const Transaction payment = incoming(5, {{{30'000}, receiveScript(wallet)}});
        wallet.addRelayed(payment, unixTime(1));
        const Transaction spend = signedSpend(wallet, {*wallet.coins().find({payment.txid(), 0})}, 10'000);
        wallet.addUnconfirmed(spend, unixTime(2));
        const auto spendableCoins = [&] { return wallet.spendable().size(); };
        QCOMPARE(spendableCoins(), std::size_t{1});
        QVERIFY(!wallet.isTrusted(spend.txid()));
        addBlock(wallet, 11, {payment});
        QCOMPARE(spendableCoins(), std::size_t{2});
        wallet.disconnectBlock({11});
        QCOMPARE(spendableCoins(), std::size_t{1});
        QVERIFY(!wallet.history().find(payment.txid())->isSignedByUs()); // miners stood for it, not our keys
    }

    // A peer cannot keep its version of the witnesses in our history.
    void changedWitness_isReplacedByTheRealOne() {
        Wallet wallet = walletWith({100'000});
        Transaction payment = incoming(5, {{{30'000}, receiveScript(wallet)}});
        payment.inputs[0].witness = {Bytes(64, 1)};
        Transaction changed = payment;
        changed.inputs[0].witness = {Bytes(64, 2)};
        wallet.addRelayed(changed, unixTime(1));
        addBlock(wallet, 11, {payment});
        QVERIFY(wallet.history().find(payment.txid())->transaction == payment);
    }

    void flood_isCapped_oldestFirst_andNeverOurs() {
        Wallet wallet = walletWith({100'000});
        const Script script = receiveScript(wallet);
        const Transaction own = signedSpend(wallet, wallet.spendable(), 20'000);
        wallet.addUnconfirmed(own, unixTime(1));
        const auto payment = [&](std::uint64_t number) {
            return incoming(10'000 + number, {{{1000 + static_cast<std::int64_t>(number)}, script}});
        };
        wallet.addRelayed(payment(0), unixTime(1));
        const Transaction built_on = signedSpend(wallet, {*wallet.coins().find({payment(0).txid(), 0})}, 400);
        wallet.addUnconfirmed(built_on, unixTime(1));
        WalletChange last;
        for (std::uint64_t i = 1; i < most_relayed + 10; ++i)
            last = wallet.addRelayed(payment(i), unixTime(2));
        std::size_t relayed = 0;
        for (const auto& [txid, entry] : wallet.history().entries()) relayed += entry.isRelayed() ? 1 : 0;
        QCOMPARE(relayed, most_relayed);
        for (const Transaction& kept : {own, built_on, payment(0), payment(most_relayed + 9)})
            QVERIFY(stateOf(wallet, kept) == EntryState::pending);
        QVERIFY(wallet.history().find(payment(1).txid()) == nullptr);
        const Txid gone = payment(10).txid(); // its rows go with it
        QVERIFY(last.transactions.contains(gone) && last.coins.contains({gone, 0}));
        QVERIFY(!wallet.historyRow(gone) && !wallet.coinRow({gone, 0}));
        QCOMPARE(restarted(wallet).balance(), wallet.balance());
    }

    void heavyTransaction_isNotKept() {
        Wallet wallet = freshWallet();
        std::vector<TxOut> outputs(1000, TxOut{{1000}, foreignScript()});
        outputs.push_back({{1000}, receiveScript(wallet)});
        QVERIFY(wallet.addRelayed(incoming(1, outputs), unixTime(1)).empty());
    }

    // Rows from before nobody's word was told from ours: what no valid signature stands for goes.
    void rowsOfVersion1_areJudgedAtTheStart() {
        Wallet wallet = walletWith({100'000, 50'000});
        const Coin first = wallet.spendable()[0];
        const Coin second = wallet.spendable()[1];
        const Transaction honest = signedSpend(wallet, {first}, 20'000);
        const Transaction forged = spending({second.outpoint}, {{{40'000}, wallet.changeScript()}});
        wallet.addUnconfirmed(honest, unixTime(1));
        wallet.addUnconfirmed(forged, unixTime(1));
        Wallet again = freshWallet();
        QVERIFY(again.restoreKeyChain(wallet.keyChainRow()));
        for (const auto& [outpoint, coin] : wallet.coins().coins())
            QVERIFY(again.restoreCoin(*wallet.coinRow(outpoint)));
        for (const auto& [txid, entry] : wallet.history().entries()) {
            Bytes row = *wallet.historyRow(txid);
            row[0] = 1;
            row.pop_back();
            QVERIFY(again.restoreHistory(row));
        }
        again.setTip(wallet.tip());
        QVERIFY(again.settle().transactions.contains(forged.txid()));
        QVERIFY(again.history().find(forged.txid()) == nullptr);
        QVERIFY(again.isTrusted(honest.txid()));
        QCOMPARE(again.balance().confirmed, second.output.value);
        QVERIFY(again.settle().empty());
    }
};

DUPLEX_TEST(TestRelayed)
#include "tst_relayed.moc"
