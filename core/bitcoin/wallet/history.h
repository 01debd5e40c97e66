#pragma once

#include "core/bitcoin/wallet/coin_set.h"

namespace duplex::bitcoin::wallet {

/// pending: in no block yet. replaced: another transaction spends the same coins, or a coin that it spends is
/// gone. abandoned: given up.
enum class EntryState : std::uint8_t { pending = 0, confirmed = 1, replaced = 2, abandoned = 3 };

/// Who vouches for a transaction while it is in no block. ours: made here, or it carries valid signatures of
/// our keys. relayed: a peer's word and nothing else, until a block holds it. block: a block held it.
enum class Source : std::uint8_t { ours = 0, relayed = 1, block = 2 };

/// One transaction of the wallet.
struct HistoryEntry {
    Transaction transaction;
    Satoshi received;           // outputs to us
    Satoshi sent;               // our coins spent; none by one that is only relayed
    std::optional<Satoshi> fee; // known when all inputs are ours
    std::optional<BlockHeight> height;
    std::optional<BlockHash> block;
    UnixTime time{}; // of the block, else when first seen
    UnixTime first_seen{};
    EntryState state = EntryState::pending;
    Source source = Source::ours;
    std::optional<Txid> replaced_by;
    std::optional<BlockHeight> replaced_at; // the block that holds replaced_by
    std::string label;
    std::uint64_t sequence = 0; // order of appearance
    Satoshi delta() const { return received - sent; }
    bool isLive() const { return state == EntryState::pending || state == EntryState::confirmed; }
    bool isRelayed() const { return source == Source::relayed; }
    /// Our keys stand for it, not somebody's word.
    bool isSignedByUs() const {
        return source == Source::ours || (source == Source::block && sent.value > 0);
    }
    friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

/// The wallet's transactions by id, and who spends what.
class History {
public:
    const std::map<Txid, HistoryEntry>& entries() const { return m_entries; }
    const HistoryEntry* find(const Txid& txid) const;
    /// Adds a transaction that is not there yet, with the next sequence number if it has none.
    HistoryEntry& add(const Txid& txid, HistoryEntry entry);
    HistoryEntry* find(const Txid& txid);
    void erase(const Txid& txid);
    /// Newest first: pending ones, then by height down, then by order of appearance.
    std::vector<const HistoryEntry*> newestFirst() const;
    /// The live transaction that spends this output, as far as more than a peer's word says so.
    std::optional<Txid> liveSpender(const OutPoint& outpoint) const;
    /// Live transactions other than `txid` that spend an input of `transaction`.
    std::set<Txid> conflicting(const Transaction& transaction, const Txid& txid) const;
    /// Live transactions that spend an output of `txid`.
    std::set<Txid> liveChildren(const Txid& txid) const;

private:
    std::map<Txid, HistoryEntry> m_entries;
    std::map<OutPoint, std::set<Txid>> m_spenders;
    std::uint64_t m_next_sequence = 1;
};

} // namespace duplex::bitcoin::wallet
