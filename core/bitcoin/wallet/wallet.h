#pragma once

#include "core/bitcoin/wallet/history.h"
#include "core/bitcoin/wallet/transaction_builder.h"

namespace duplex::bitcoin::wallet {

/// What a step changed: the rows to write in the same commit, and whether to scan again.
struct WalletChange {
    std::set<OutPoint> coins;     // write coinRow(), or delete the row where there is no coin any more
    std::set<Txid> transactions;  // write historyRow()
    bool keys = false;            // write keyChainRow()
    bool watch_list_grew = false; // scan this block and later filters again (bitcoin.md 3)
    bool empty() const { return coins.empty() && transactions.empty() && !keys && !watch_list_grew; }
    void merge(const WalletChange& other);
};

/// Transactions kept on a peer's word alone: the oldest go first, what spends our coins never.
inline constexpr std::size_t most_relayed = 1'000;
/// Heavier ones are not kept on a peer's word: they would fill memory and disk. Their block brings them.
inline constexpr Weight heaviest_relayed{100'000};

/// Everything that the wallet knows, as one value: keys watched, coins, history. Watching needs no private
/// key. Blocks go in with connectBlock and out with disconnectBlock, which unwinds exactly.
class Wallet {
public:
    Wallet(const AccountKeys& accounts, const NetworkParameters& network);

    /// A block at the height after the last one, or any later height (blocks without our scripts need not
    /// come). Transactions that do not concern the wallet are skipped; giving the same block again (after the
    /// watch list grew) is fine.
    WalletChange connectBlock(BlockHeight height, const BlockHash& hash, UnixTime time,
                              const std::vector<Transaction>& transactions);
    /// Unwinds everything at or above this height: transactions become pending again, coinbases (and what
    /// spends them) `replaced`.
    WalletChange disconnectBlock(BlockHeight height);
    /// The chain reached this height without a block for us.
    void setTip(BlockHeight height);
    BlockHeight tip() const { return m_tip; }

    /// A transaction of ours that was sent. Skipped (empty change) when it does not concern the wallet, or
    /// spends a coin that a confirmed transaction spent.
    WalletChange addUnconfirmed(const Transaction& transaction, UnixTime now);
    /// One that a peer relayed to us: nothing but its word, so it spends no coin of ours and nothing of it is
    /// trusted, unless its inputs carry our signatures (the same wallet on another machine). Skipped also
    /// when one that our keys signed stands against it: the block decides.
    WalletChange addRelayed(const Transaction& transaction, UnixTime now);
    /// A pending transaction is given up (accepted nowhere), with those that spend its outputs: its coins are
    /// free again. Nothing for one that is not pending.
    std::optional<WalletChange> abandon(const Txid& txid);

    /// Whether its outputs to us may be spent now: confirmed, or all inputs are coins of ours, spent by our
    /// signatures, and the same holds for every unconfirmed transaction below it.
    bool isTrusted(const Txid& txid) const;

    Balance balance() const { return m_coins.balance(m_tip); }
    const CoinSet& coins() const { return m_coins; }
    const History& history() const { return m_history; }
    const KeyChain& keys() const { return m_keys; }
    const NetworkParameters& network() const { return *m_network; }
    /// Those that are so deep: 0 with unconfirmed ones that are trusted, 1 in a block.
    std::vector<Coin> spendable(std::uint32_t least_depth = 0) const {
        return m_coins.spendable(m_tip, least_depth);
    }
    std::vector<Script> watchedScripts() const { return m_keys.watchedScripts(); }
    /// Coins that no block has spent, for scanning blocks themselves.
    std::vector<OutPoint> watchedOutpoints() const;

    /// The address that `newReceiveAddress` would hand out, without handing it out.
    std::string receiveAddress();
    /// Hands out an address that was never shown nor used, the first one at index 0. `change.keys` is then
    /// set.
    std::string newReceiveAddress(WalletChange& change) { return handOut(Chain::receive, change); }
    /// The same for change that others build; the wallet's own goes elsewhere from then on.
    std::string newChangeAddress(WalletChange& change) { return handOut(Chain::change, change); }
    /// The next change script, without moving on: it is used when the transaction is added.
    Script changeScript() { return m_keys.peek(Account::spending, Chain::change); }
    Script secondChangeScript();
    /// A fresh taproot script for a channel's shutdown; moves on.
    Script channelScript(WalletChange& change);

    bool reserve(const OutPoint& outpoint, std::string_view owner, WalletChange& change);
    /// Hands a coin on, spent or not; false when `from` does not hold it.
    bool pass(const OutPoint& outpoint, std::string_view from, std::string_view to, WalletChange& change);
    /// One coin; false when this owner does not hold it.
    bool release(const OutPoint& outpoint, std::string_view owner, WalletChange& change);
    void release(std::string_view owner, WalletChange& change);
    /// False for an unknown transaction. At most 500 bytes are kept.
    bool setLabel(const Txid& txid, std::string_view label, WalletChange& change);

    // Rows for the store, version byte first (rows.h encodes them).
    Bytes keyChainRow() const;
    std::optional<Bytes> coinRow(const OutPoint& outpoint) const;
    std::optional<Bytes> historyRow(const Txid& txid) const;
    /// Puts rows back at start, in any order, before anything else happens. False for a damaged row.
    bool restoreKeyChain(ByteView row);
    bool restoreCoin(ByteView row);
    bool restoreHistory(ByteView row);
    /// After the last row: rows of version 1 may hold spends of our coins that nobody verified. Those go.
    WalletChange settle();
    /// What only a peer's word stands for and no block took in two weeks: its payer may have paid another way
    /// by a transaction that concerns nothing of ours. It comes back with its block, or when it is relayed
    /// again.
    WalletChange forgetUnheard(UnixTime now);

private:
    enum class Signatures { not_needed, valid, invalid };
    std::string handOut(Chain chain, WalletChange& change);
    Signatures signaturesOf(const Transaction& transaction) const;
    bool hasSettledRival(const Transaction& transaction, const std::set<Txid>& rivals) const;
    void addPending(const Transaction& transaction, const Txid& txid, Source source, UnixTime now,
                    WalletChange& change);
    void judge(const Txid& txid, WalletChange& change);
    void refreshAll(const std::set<Txid>& txids, WalletChange& change);
    void refreshDescendants(const Txid& txid, WalletChange& change);
    std::set<Txid> liveDescendants(const Txid& txid) const;
    bool carriesOurs(const Txid& txid) const;
    void forget(const Txid& txid, WalletChange& change);
    void capRelayed(WalletChange& change);
    bool concerns(const Transaction& transaction) const;
    const TxOut* ownOutput(const OutPoint& outpoint) const;
    void markUsedPlaces(const Transaction& transaction, WalletChange& change);
    HistoryEntry& entryFor(const Transaction& transaction, const Txid& txid, UnixTime now);
    void confirm(const Transaction& transaction, const Txid& txid, BlockHeight height, const BlockHash& hash,
                 UnixTime time, WalletChange& change);
    void drop(const Txid& txid, EntryState state, std::optional<Txid> replaced_by,
              std::optional<BlockHeight> at, WalletChange& change);
    bool mayLive(const HistoryEntry& entry, const Txid& txid) const;
    void recount(const Txid& txid, WalletChange& change);
    void refresh(const Txid& txid, WalletChange& change);
    void refreshCoin(const OutPoint& outpoint, WalletChange& change);

    const NetworkParameters* m_network;
    KeyChain m_keys;
    CoinSet m_coins;
    History m_history;
    BlockHeight m_tip;
};

} // namespace duplex::bitcoin::wallet
