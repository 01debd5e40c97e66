#include "core/bitcoin/wallet/history.h"

#include "core/base/check.h"

namespace duplex::bitcoin::wallet {

const HistoryEntry* History::find(const Txid& txid) const {
    const auto found = m_entries.find(txid);
    return found == m_entries.end() ? nullptr : &found->second;
}

HistoryEntry* History::find(const Txid& txid) {
    const auto found = m_entries.find(txid);
    return found == m_entries.end() ? nullptr : &found->second;
}

HistoryEntry& History::add(const Txid& txid, HistoryEntry entry) {
    if (entry.sequence == 0) entry.sequence = m_next_sequence;
    m_next_sequence = std::max(m_next_sequence, entry.sequence + 1);
    for (const TxIn& input : entry.transaction.inputs) m_spenders[input.previous].insert(txid);
    const auto [at, added] = m_entries.emplace(txid, std::move(entry));
    check(added, "a transaction is added to the history once");
    return at->second;
}

void History::erase(const Txid& txid) {
    const auto found = m_entries.find(txid);
    if (found == m_entries.end()) return;
    for (const TxIn& input : found->second.transaction.inputs) {
        const auto spenders = m_spenders.find(input.previous);
        if (spenders == m_spenders.end()) continue; // the same coin twice among the inputs
        spenders->second.erase(txid);
        if (spenders->second.empty()) m_spenders.erase(spenders);
    }
    m_entries.erase(found);
}

std::vector<const HistoryEntry*> History::newestFirst() const {
    std::vector<const HistoryEntry*> result;
    for (const auto& [txid, entry] : m_entries) result.push_back(&entry);
    const auto rank = [](const HistoryEntry* entry) {
        const bool pending = entry->state == EntryState::pending;
        // One without a height and not pending (replaced) stands by its order among the old ones.
        return std::tuple(pending, entry->height.value_or(BlockHeight{}).value, entry->sequence);
    };
    std::sort(result.begin(), result.end(), [&](const auto* a, const auto* b) { return rank(a) > rank(b); });
    return result;
}

std::optional<Txid> History::liveSpender(const OutPoint& outpoint) const {
    const auto found = m_spenders.find(outpoint);
    if (found == m_spenders.end()) return std::nullopt;
    for (const Txid& txid : found->second) {
        const HistoryEntry& entry = m_entries.at(txid);
        if (entry.isLive() && !entry.isRelayed()) return txid;
    }
    return std::nullopt;
}

std::set<Txid> History::conflicting(const Transaction& transaction, const Txid& txid) const {
    std::set<Txid> result;
    if (transaction.isCoinbase()) return result;
    for (const TxIn& input : transaction.inputs) {
        const auto found = m_spenders.find(input.previous);
        if (found == m_spenders.end()) continue;
        for (const Txid& other : found->second) {
            if (other != txid && m_entries.at(other).isLive()) result.insert(other);
        }
    }
    return result;
}

std::set<Txid> History::liveChildren(const Txid& txid) const {
    std::set<Txid> result;
    for (auto at = m_spenders.lower_bound(OutPoint{txid, 0});
         at != m_spenders.end() && at->first.txid == txid; ++at) {
        for (const Txid& child : at->second) {
            if (m_entries.at(child).isLive()) result.insert(child);
        }
    }
    return result;
}

} // namespace duplex::bitcoin::wallet
