#include "tests/core/bitcoin/wallet/wallet_fixture.h"
#include "tests/support/test_main.h"

#include <random>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::wallet;
using namespace duplex::bitcoin::wallet::test;

namespace {

/// The dullest wallet possible: a list of blocks and a list of pending transactions; everything is counted
/// anew each time.
struct NaiveModel {
    std::vector<std::vector<Transaction>> blocks; // block i stands at height i + 1
    std::vector<Transaction> pending;             // parents before children
    const KeyChain* keys = nullptr;

    bool spends(const Transaction& transaction, const Txid& parent) const {
        return std::any_of(transaction.inputs.begin(), transaction.inputs.end(),
                           [&](const TxIn& input) { return input.previous.txid == parent; });
    }
    bool conflicts(const Transaction& a, const Transaction& b) const {
        for (const TxIn& x : a.inputs) {
            for (const TxIn& y : b.inputs) {
                if (x.previous == y.previous) return true;
            }
        }
        return false;
    }
    void dropWithChildren(const Txid& txid) {
        std::set<Txid> gone = {txid};
        std::erase_if(pending, [&](const Transaction& transaction) {
            const bool falls = gone.contains(transaction.txid()) ||
                               std::any_of(gone.begin(), gone.end(),
                                           [&](const Txid& parent) { return spends(transaction, parent); });
            if (falls) gone.insert(transaction.txid());
            return falls;
        });
    }
    void dropRivals(const Transaction& transaction) {
        for (const Transaction& other : std::vector(pending)) {
            if (other.txid() != transaction.txid() && conflicts(other, transaction))
                dropWithChildren(other.txid());
        }
    }
    void connect(const std::vector<Transaction>& transactions) {
        for (const Transaction& transaction : transactions) {
            dropRivals(transaction);
            std::erase_if(pending,
                          [&](const Transaction& other) { return other.txid() == transaction.txid(); });
        }
        blocks.push_back(transactions);
    }
    void disconnect() {
        std::vector<Transaction> back = blocks.back();
        blocks.pop_back();
        pending.insert(pending.begin(), back.begin(), back.end());
        for (const Transaction& transaction : back) {
            if (transaction.isCoinbase()) dropWithChildren(transaction.txid());
        }
    }
    Balance balance() const {
        std::set<OutPoint> spent;
        const auto collect = [&](const Transaction& transaction) {
            for (const TxIn& input : transaction.inputs) spent.insert(input.previous);
        };
        for (const auto& block : blocks) std::for_each(block.begin(), block.end(), collect);
        std::for_each(pending.begin(), pending.end(), collect);
        Balance sums;
        const auto add = [&](const Transaction& transaction, Satoshi& sum) {
            const Txid txid = transaction.txid();
            for (std::uint32_t i = 0; i < transaction.outputs.size(); ++i) {
                if (keys->placeOf(transaction.outputs[i].script_pubkey) && !spent.contains({txid, i}))
                    sum += transaction.outputs[i].value;
            }
        };
        const std::size_t tip = blocks.size();
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            for (const Transaction& transaction : blocks[i]) {
                const bool mature = !transaction.isCoinbase() || tip + 1 >= i + 1 + coinbase_maturity;
                add(transaction, mature ? sums.confirmed : sums.immature);
            }
        }
        for (const Transaction& transaction : pending) add(transaction, sums.pending);
        return sums;
    }
};

/// Random steps on a wallet and the model together.
class Walk {
public:
    enum class Coinbases { with, without };
    explicit Walk(std::uint64_t seed, Coinbases coinbases = Coinbases::with)
        : m_random(seed), m_coinbases(coinbases) {
        m_model.keys = &m_wallet.keys();
    }
    Wallet& wallet() { return m_wallet; }
    const NaiveModel& model() const { return m_model; }

    void step() {
        switch (below(6)) {
        case 0:
            return pay();
        case 1:
            return replace();
        case 2:
            return m_model.blocks.size() > 3 ? disconnect(1 + below(3)) : block();
        default:
            return block();
        }
    }
    void disconnect(std::size_t count) {
        const std::uint32_t height = static_cast<std::uint32_t>(m_model.blocks.size() - count + 1);
        m_wallet.disconnectBlock({height});
        for (std::size_t i = 0; i < count; ++i) m_model.disconnect();
    }
    void connectBlock(const std::vector<Transaction>& transactions) {
        m_model.connect(transactions);
        addBlock(m_wallet, static_cast<std::uint32_t>(m_model.blocks.size()), transactions);
        if (below(4) == 0)
            addBlock(m_wallet, static_cast<std::uint32_t>(m_model.blocks.size()),
                     transactions); // the same again
    }

private:
    std::uint64_t below(std::uint64_t limit) { return m_random() % limit; }

    Script ownScript() {
        WalletChange change;
        switch (below(4)) {
        case 0:
            return m_wallet.changeScript();
        case 1:
            return m_wallet.channelScript(change);
        default: {
            const auto progress = m_wallet.keys().progress(Account::spending, Chain::receive);
            return m_far.scriptOf({Account::spending, Chain::receive,
                                   progress.next + static_cast<std::uint32_t>(below(gap_limit))});
        }
        }
    }
    Satoshi amount() { return {static_cast<std::int64_t>(1000 + below(1'000'000))}; }

    std::optional<Transaction> payment() {
        const std::vector<Coin> coins = m_wallet.spendable();
        if (coins.empty()) return std::nullopt;
        const Coin& coin = coins[below(coins.size())];
        const std::int64_t sent =
            static_cast<std::int64_t>(below(static_cast<std::uint64_t>(coin.output.value.value) + 1));
        return spending({coin.outpoint}, {{{sent}, foreignScript(m_random())},
                                          {coin.output.value - Satoshi{sent}, m_wallet.changeScript()}});
    }
    void add(const Transaction& transaction) {
        m_model.dropRivals(transaction);
        m_model.pending.push_back(transaction);
        m_wallet.addUnconfirmed(transaction, unixTime(5));
    }
    void pay() {
        if (const auto transaction = payment()) add(*transaction);
    }
    /// A pending payment of ours is replaced by one that spends the same.
    void replace() {
        if (m_model.pending.empty()) return;
        const Transaction& loser = m_model.pending[below(m_model.pending.size())];
        const std::vector<TxIn> inputs = loser.inputs;
        add(spending({inputs[0].previous}, {{amount(), ownScript()}, {{1}, foreignScript(m_random())}}));
    }
    void block() {
        std::vector<Transaction> transactions;
        if (m_coinbases == Coinbases::with && below(3) == 0)
            transactions.push_back(
                coinbase(static_cast<std::uint32_t>(m_random() & 0xffffff), {{amount(), ownScript()}}));
        std::set<Txid> left_out;
        for (const Transaction& transaction :
             m_model.pending) { // a part of the pending ones, never a child without its parent
            const bool parent_waits = std::any_of(left_out.begin(), left_out.end(), [&](const Txid& parent) {
                return m_model.spends(transaction, parent);
            });
            if (parent_waits || below(2) == 0) {
                left_out.insert(transaction.txid());
            } else {
                transactions.push_back(transaction);
            }
        }
        for (std::uint64_t i = below(3); i > 0; --i)
            transactions.push_back(incoming(m_random(), {{amount(), ownScript()}}));
        connectBlock(transactions);
    }

    std::mt19937_64 m_random;
    Coinbases m_coinbases;
    Wallet m_wallet = freshWallet();
    KeyChain m_far = m_wallet.keys(); // sees further than the wallet
    NaiveModel m_model;
};

std::vector<Bytes> coinRows(const Wallet& wallet) {
    std::vector<Bytes> rows;
    for (const auto& [outpoint, coin] : wallet.coins().coins()) rows.push_back(*wallet.coinRow(outpoint));
    return rows;
}

} // namespace

class TestWalletProperty : public QObject {
    Q_OBJECT

private slots:
    void balance_equalsNaiveModel_data() {
        QTest::addColumn<quint64>("seed");
        const quint64 seed = qEnvironmentVariableIsSet("DUPLEX_SEED")
                                 ? qEnvironmentVariable("DUPLEX_SEED").toULongLong()
                                 : std::random_device{}();
        for (quint64 i = 0; i < 24; ++i)
            QTest::addRow("seed %llu", static_cast<unsigned long long>(seed + i)) << seed + i;
    }
    void balance_equalsNaiveModel() {
        QFETCH(quint64, seed);
        Walk walk(seed);
        for (int step = 0; step < 150; ++step) {
            walk.step();
            QVERIFY2(walk.wallet().balance() == walk.model().balance(),
                     qPrintable(QStringLiteral("seed %1, step %2").arg(seed).arg(step)));
            QCOMPARE(walk.wallet().tip().value, static_cast<std::uint32_t>(walk.model().blocks.size()));
        }
    }

    // Unwinding blocks and connecting the same again gives the same coins and sums, bit for bit.
    void unwindAndRepeat_isExact_data() { balance_equalsNaiveModel_data(); }
    void unwindAndRepeat_isExact() {
        QFETCH(quint64, seed);
        // Pending spends of a coinbase fall with it and do not come back by themselves, so that no coinbases
        // are in this one.
        Walk walk(seed, Walk::Coinbases::without);
        for (int step = 0; step < 100; ++step) walk.step();
        const std::vector<Bytes> before = coinRows(walk.wallet());
        const std::vector<std::vector<Transaction>> blocks = walk.model().blocks;
        const std::size_t depth = std::min<std::size_t>(1 + seed % 20, blocks.size());
        walk.disconnect(depth);
        QVERIFY(walk.wallet().balance() == walk.model().balance());
        for (std::size_t i = blocks.size() - depth; i < blocks.size(); ++i) walk.connectBlock(blocks[i]);
        const Balance balance = walk.wallet().balance();
        QVERIFY(balance == walk.model().balance());
        QVERIFY2(coinRows(walk.wallet()) == before, qPrintable(QStringLiteral("seed %1").arg(seed)));
    }

    // threats 86, 112: what the rows hold is the whole wallet.
    void restart_restoresEverything_data() { balance_equalsNaiveModel_data(); }
    void restart_restoresEverything() {
        QFETCH(quint64, seed);
        Walk walk(seed);
        for (int step = 0; step < 60; ++step) walk.step();
        const Wallet& from = walk.wallet();
        Wallet again = freshWallet();
        for (const auto& [txid, entry] : from.history().entries())
            QVERIFY(again.restoreHistory(*from.historyRow(txid)));
        for (const Bytes& row : coinRows(from)) QVERIFY(again.restoreCoin(row));
        QVERIFY(again.restoreKeyChain(from.keyChainRow()));
        again.setTip(from.tip());
        QVERIFY(again.history().entries() == from.history().entries());
        QVERIFY(again.coins().coins() == from.coins().coins());
        QCOMPARE(again.keyChainRow(), from.keyChainRow());
        QCOMPARE(again.receiveAddress(), walk.wallet().receiveAddress());
        again.disconnectBlock({again.tip().value / 2});
        walk.wallet().disconnectBlock({from.tip().value / 2});
        QVERIFY(again.coins().coins() == from.coins().coins());
    }
};

DUPLEX_TEST(TestWalletProperty)
#include "tst_wallet_property.moc"
