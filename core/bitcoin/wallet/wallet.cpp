#include "core/bitcoin/wallet/wallet.h"

#include "core/base/check.h"
#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/script/interpreter.h"
#include "core/bitcoin/script/preflight.h"

namespace duplex::bitcoin::wallet {

namespace {

constexpr std::size_t longest_label = 500;

/// A peer may relay anything: outputs over 21 million bitcoin in sum never confirm.
bool sumsToMoney(const Transaction& transaction) {
    std::optional<Satoshi> sum = Satoshi{};
    for (const TxOut& output : transaction.outputs) {
        if (sum) sum = checkedSum(*sum, output.value);
    }
    return sum.has_value();
}

} // namespace

void WalletChange::merge(const WalletChange& other) {
    coins.insert(other.coins.begin(), other.coins.end());
    transactions.insert(other.transactions.begin(), other.transactions.end());
    keys = keys || other.keys;
    watch_list_grew = watch_list_grew || other.watch_list_grew;
}

Wallet::Wallet(const AccountKeys& accounts, const NetworkParameters& network)
    : m_network(&network), m_keys(accounts) {}

/// The output, when it is one to us of a transaction that we know.
const TxOut* Wallet::ownOutput(const OutPoint& outpoint) const {
    const HistoryEntry* parent = m_history.find(outpoint.txid);
    if (parent == nullptr || outpoint.index >= parent->transaction.outputs.size()) return nullptr;
    const TxOut& output = parent->transaction.outputs[outpoint.index];
    return m_keys.placeOf(output.script_pubkey) ? &output : nullptr;
}

bool Wallet::concerns(const Transaction& transaction) const {
    return std::any_of(
               transaction.outputs.begin(), transaction.outputs.end(),
               [&](const TxOut& output) { return m_keys.placeOf(output.script_pubkey).has_value(); }) ||
           std::any_of(transaction.inputs.begin(), transaction.inputs.end(),
                       [&](const TxIn& input) { return ownOutput(input.previous) != nullptr; });
}

void Wallet::markUsedPlaces(const Transaction& transaction, WalletChange& change) {
    for (const TxOut& output : transaction.outputs) {
        const auto place = m_keys.placeOf(output.script_pubkey);
        if (!place || place->index < m_keys.progress(place->account, place->chain).next) continue;
        change.keys = true;
        if (m_keys.markUsed(*place)) change.watch_list_grew = true;
    }
}

HistoryEntry& Wallet::entryFor(const Transaction& transaction, const Txid& txid, UnixTime now) {
    if (HistoryEntry* entry = m_history.find(txid)) return *entry;
    return m_history.add(txid, {.transaction = transaction, .time = now, .first_seen = now});
}

/// A coin is what the history says: there while its transaction lives, spent while a live one spends it.
void Wallet::refreshCoin(const OutPoint& outpoint, WalletChange& change) {
    const HistoryEntry* parent = m_history.find(outpoint.txid);
    const TxOut* output = ownOutput(outpoint);
    if (output == nullptr || !parent->isLive()) {
        if (m_coins.erase(outpoint)) change.coins.insert(outpoint);
        return;
    }
    Coin coin{.outpoint = outpoint,
              .output = *output,
              .place = *m_keys.placeOf(output->script_pubkey),
              .height = parent->height};
    coin.coinbase = parent->transaction.isCoinbase();
    coin.own = parent->fee.has_value() && isTrusted(outpoint.txid);
    coin.spent_by = m_history.liveSpender(outpoint);
    if (coin.spent_by) coin.spent_at = m_history.find(*coin.spent_by)->height;
    if (m_coins.put(std::move(coin))) change.coins.insert(outpoint);
}

/// Brings a transaction's sums in line with the history.
void Wallet::recount(const Txid& txid, WalletChange& change) {
    HistoryEntry* entry = m_history.find(txid);
    const HistoryEntry before = *entry;
    entry->received = {};
    entry->sent = {};
    Satoshi outputs;
    for (const TxOut& output : entry->transaction.outputs) {
        outputs += output.value;
        if (m_keys.placeOf(output.script_pubkey)) entry->received += output.value;
    }
    bool all_ours = !entry->transaction.isCoinbase();
    for (const TxIn& input : entry->transaction.inputs) {
        const TxOut* spent = entry->isRelayed() ? nullptr : ownOutput(input.previous);
        if (spent != nullptr) entry->sent += spent->value;
        all_ours = all_ours && spent != nullptr;
    }
    entry->fee = all_ours ? std::optional(entry->sent - outputs) : std::nullopt;
    if (*entry != before) change.transactions.insert(txid);
}

/// Brings a transaction's sums, its coins and the coins that it spends in line with the history.
void Wallet::refresh(const Txid& txid, WalletChange& change) {
    recount(txid, change);
    const HistoryEntry* entry = m_history.find(txid);
    for (std::uint32_t i = 0; i < entry->transaction.outputs.size(); ++i) refreshCoin({txid, i}, change);
    for (const TxIn& input : entry->transaction.inputs) refreshCoin(input.previous, change);
}

/// Takes a transaction and all that builds on it out of the living.
void Wallet::drop(const Txid& txid, EntryState state, std::optional<Txid> replaced_by,
                  std::optional<BlockHeight> at, WalletChange& change) {
    std::vector<Txid> rest = {txid};
    while (!rest.empty()) {
        const Txid next = rest.back();
        rest.pop_back();
        HistoryEntry* entry = m_history.find(next);
        if (!entry->isLive()) continue;
        const std::set<Txid> children = m_history.liveChildren(next);
        rest.insert(rest.end(), children.begin(), children.end());
        entry->state = state;
        entry->height.reset();
        entry->block.reset();
        entry->replaced_by = replaced_by;
        entry->replaced_at = at;
        change.transactions.insert(next);
        refresh(next, change);
    }
}

void Wallet::confirm(const Transaction& transaction, const Txid& txid, BlockHeight height,
                     const BlockHash& hash, UnixTime time, WalletChange& change) {
    for (const Txid& other : m_history.conflicting(transaction, txid))
        drop(other, EntryState::replaced, txid, height, change);
    if (!concerns(transaction)) return; // it only took away the coins of a transaction that pays us
    const bool is_new = m_history.find(txid) == nullptr;
    HistoryEntry& entry = entryFor(transaction, txid, time);
    const HistoryEntry before = entry;
    entry.state = EntryState::confirmed;
    if (is_new || entry.isRelayed()) {
        entry.source = Source::block;
        entry.transaction = transaction; // a peer may have changed its witnesses
    }
    entry.height = height;
    entry.block = hash;
    entry.time = time;
    entry.replaced_by.reset();
    entry.replaced_at.reset();
    if (is_new || entry != before) change.transactions.insert(txid);
    refresh(txid, change);
    // A child that came first (a later block, before the watch list grew) now finds its parent.
    refreshDescendants(txid, change);
}

WalletChange Wallet::connectBlock(BlockHeight height, const BlockHash& hash, UnixTime time,
                                  const std::vector<Transaction>& transactions) {
    WalletChange change;
    bool again = true;
    while (again) { // a payment to the end of the watch list lengthens it, and the block may pay the new
                    // scripts too
        WalletChange round;
        for (const Transaction& transaction : transactions) {
            const Txid txid = transaction.txid();
            if (!concerns(transaction) && m_history.conflicting(transaction, txid).empty()) continue;
            markUsedPlaces(transaction, round);
            confirm(transaction, txid, height, hash, time, round);
        }
        again = round.watch_list_grew;
        change.merge(round);
    }
    m_tip = std::max(m_tip, height);
    return change;
}

/// Whether nothing living stands against a transaction: no rival, and no coin of ours that is gone.
bool Wallet::mayLive(const HistoryEntry& entry, const Txid& txid) const {
    if (entry.transaction.isCoinbase() || !m_history.conflicting(entry.transaction, txid).empty())
        return false;
    return std::all_of(entry.transaction.inputs.begin(), entry.transaction.inputs.end(),
                       [&](const TxIn& input) {
                           const HistoryEntry* parent = m_history.find(input.previous.txid);
                           return parent == nullptr || parent->isLive();
                       });
}

WalletChange Wallet::disconnectBlock(BlockHeight height) {
    WalletChange change;
    std::vector<Txid> unwound;
    std::vector<Txid> freed;
    for (const auto& [txid, entry] : m_history.entries()) {
        if (entry.height && *entry.height >= height) unwound.push_back(txid);
        if (entry.replaced_at && *entry.replaced_at >= height) freed.push_back(txid);
    }
    for (const Txid& txid : unwound) {
        HistoryEntry* entry = m_history.find(txid);
        entry->state = EntryState::pending;
        entry->height.reset();
        entry->block.reset();
        entry->time = entry->first_seen;
        change.transactions.insert(txid);
    }
    for (const Txid& txid : unwound) {
        if (m_history.find(txid)->transaction.isCoinbase()) drop(txid, EntryState::replaced, {}, {}, change);
        refresh(txid, change);
        refreshDescendants(txid, change); // what builds on it stands on unconfirmed ground again
    }
    // What a stranger's transaction in an unwound block had replaced lives again; parents come before
    // children after enough rounds.
    for (bool revived = true; revived;) {
        revived = false;
        for (const Txid& txid : freed) {
            HistoryEntry* entry = m_history.find(txid);
            if (entry->isLive()) continue;
            entry->replaced_at.reset();
            change.transactions.insert(txid);
            if (!mayLive(*entry, txid)) continue;
            entry->state = EntryState::pending;
            entry->replaced_by.reset();
            refresh(txid, change);
            revived = true;
        }
    }
    if (m_tip >= height) m_tip = BlockHeight{height.value == 0 ? 0 : height.value - 1};
    return change;
}

void Wallet::setTip(BlockHeight height) {
    m_tip = std::max(m_tip, height);
}

bool Wallet::isTrusted(const Txid& txid) const {
    std::set<Txid> seen;
    std::vector<Txid> rest = {txid};
    while (!rest.empty()) {
        const Txid next = rest.back();
        rest.pop_back();
        if (!seen.insert(next).second) continue;
        const HistoryEntry* entry = m_history.find(next);
        if (entry == nullptr || !entry->isLive()) return false;
        if (entry->state == EntryState::confirmed) continue;
        if (entry->isRelayed() || !entry->fee) return false;
        for (const TxIn& input : entry->transaction.inputs) rest.push_back(input.previous.txid);
    }
    return true;
}

/// Whether each input that spends a coin of ours verifies, and the sums where all inputs are known. An input
/// of unknown value under taproot cannot be verified, which counts as invalid.
Wallet::Signatures Wallet::signaturesOf(const Transaction& transaction) const {
    std::vector<TxOut> spent;
    std::vector<std::size_t> ours;
    bool all_known = true;
    for (const TxIn& input : transaction.inputs) {
        const HistoryEntry* parent = m_history.find(input.previous.txid);
        const bool known = parent != nullptr && input.previous.index < parent->transaction.outputs.size();
        all_known = all_known && known;
        if (ownOutput(input.previous) != nullptr) ours.push_back(spent.size());
        spent.push_back(known ? parent->transaction.outputs[input.previous.index] : TxOut{});
    }
    if (ours.empty()) return Signatures::not_needed;
    const bool valid =
        all_known
            ? script::preflight(transaction, spent).has_value()
            : std::all_of(ours.begin(), ours.end(), [&](std::size_t input) {
                  return script::verifyScript(transaction, input, spent, script::standard_flags).has_value();
              });
    return valid ? Signatures::valid : Signatures::invalid;
}

/// Whether a block spent one of its coins, or a transaction that it builds on is gone.
bool Wallet::hasSettledRival(const Transaction& transaction, const std::set<Txid>& rivals) const {
    const bool settled = std::any_of(rivals.begin(), rivals.end(), [&](const Txid& rival) {
        return m_history.find(rival)->state == EntryState::confirmed;
    });
    return settled ||
           std::any_of(transaction.inputs.begin(), transaction.inputs.end(), [&](const TxIn& input) {
               const HistoryEntry* parent = m_history.find(input.previous.txid);
               return parent != nullptr && (!parent->isLive() || rivals.contains(input.previous.txid));
           });
}

void Wallet::addPending(const Transaction& transaction, const Txid& txid, Source source, UnixTime now,
                        WalletChange& change) {
    for (const Txid& rival : m_history.conflicting(transaction, txid))
        drop(rival, EntryState::replaced, txid, {}, change);
    markUsedPlaces(transaction, change);
    HistoryEntry& entry = entryFor(transaction, txid, now);
    entry.transaction = transaction; // the witnesses of one that a peer had relayed may be another's
    entry.source = source;
    entry.state = EntryState::pending;
    entry.replaced_by.reset();
    entry.replaced_at.reset();
    change.transactions.insert(txid);
    refresh(txid, change);
    refreshDescendants(txid, change);
}

WalletChange Wallet::addUnconfirmed(const Transaction& transaction, UnixTime now) {
    WalletChange change;
    const Txid txid = transaction.txid();
    const HistoryEntry* known = m_history.find(txid);
    const bool is_known = known != nullptr && known->isLive() && !known->isRelayed();
    if (is_known || transaction.isCoinbase() || !sumsToMoney(transaction) || !concerns(transaction))
        return change;
    if (hasSettledRival(transaction, m_history.conflicting(transaction, txid))) return change;
    addPending(transaction, txid, Source::ours, now, change);
    return change;
}

WalletChange Wallet::addRelayed(const Transaction& transaction, UnixTime now) {
    WalletChange change;
    const Txid txid = transaction.txid();
    const HistoryEntry* known = m_history.find(txid);
    if ((known != nullptr && known->isLive()) || transaction.isCoinbase() || !sumsToMoney(transaction) ||
        !concerns(transaction) || transaction.weight() > heaviest_relayed)
        return change;
    const Signatures signatures = signaturesOf(transaction);
    if (signatures == Signatures::invalid) return change;
    const std::set<Txid> rivals = m_history.conflicting(transaction, txid);
    if (hasSettledRival(transaction, rivals)) return change;
    const bool against_ours =
        std::any_of(rivals.begin(), rivals.end(), [&](const Txid& rival) { return carriesOurs(rival); });
    if (against_ours) return change;
    addPending(transaction, txid, signatures == Signatures::valid ? Source::ours : Source::relayed, now,
               change);
    capRelayed(change);
    return change;
}

std::set<Txid> Wallet::liveDescendants(const Txid& txid) const {
    std::set<Txid> found;
    std::vector<Txid> rest = {txid};
    while (!rest.empty()) {
        const Txid next = rest.back();
        rest.pop_back();
        for (const Txid& child : m_history.liveChildren(next)) {
            if (found.insert(child).second) rest.push_back(child);
        }
    }
    return found;
}

/// Whether a transaction that more than a peer's word stands for falls with this one.
bool Wallet::carriesOurs(const Txid& txid) const {
    const auto vouched = [&](const Txid& each) { return !m_history.find(each)->isRelayed(); };
    const std::set<Txid> descendants = liveDescendants(txid);
    return vouched(txid) || std::any_of(descendants.begin(), descendants.end(), vouched);
}

/// One that was relayed before its parent was known: whether it spends a coin of ours shows only now.
void Wallet::judge(const Txid& txid, WalletChange& change) {
    HistoryEntry* entry = m_history.find(txid);
    if (entry == nullptr || !entry->isLive() || !entry->isRelayed()) return;
    switch (signaturesOf(entry->transaction)) {
    case Signatures::not_needed:
        return;
    case Signatures::valid:
        entry->source = Source::ours;
        change.transactions.insert(txid);
        return;
    case Signatures::invalid:
        drop(txid, EntryState::replaced, {}, {}, change);
        forget(txid, change);
        return;
    }
}

void Wallet::refreshDescendants(const Txid& txid, WalletChange& change) {
    refreshAll(liveDescendants(txid), change);
}

/// All sums before the first coin: whether a coin is trusted follows from the sums of what it builds on.
void Wallet::refreshAll(const std::set<Txid>& txids, WalletChange& change) {
    for (const Txid& txid : txids) judge(txid, change);
    std::set<Txid> left;
    for (const Txid& txid : txids) {
        if (m_history.find(txid) != nullptr) left.insert(txid);
    }
    for (const Txid& txid : left) recount(txid, change);
    for (const Txid& txid : left) refresh(txid, change);
}

void Wallet::forget(const Txid& txid, WalletChange& change) {
    const Transaction transaction = m_history.find(txid)->transaction;
    m_history.erase(txid);
    change.transactions.insert(txid);
    for (std::uint32_t i = 0; i < transaction.outputs.size(); ++i) refreshCoin({txid, i}, change);
}

void Wallet::capRelayed(WalletChange& change) {
    std::map<std::uint64_t, Txid> relayed; // oldest first
    for (const auto& [txid, entry] : m_history.entries()) {
        if (entry.isRelayed()) relayed.emplace(entry.sequence, txid);
    }
    std::size_t left = relayed.size();
    for (auto oldest = relayed.begin(); left > most_relayed && oldest != relayed.end(); ++oldest) {
        if (carriesOurs(oldest->second)) continue;
        forget(oldest->second, change);
        --left;
    }
}

WalletChange Wallet::settle() {
    WalletChange change;
    std::set<Txid> relayed;
    for (const auto& [txid, entry] : m_history.entries()) {
        if (entry.isRelayed()) relayed.insert(txid);
    }
    refreshAll(relayed, change);
    capRelayed(change);
    return change;
}

WalletChange Wallet::forgetUnheard(UnixTime now) {
    constexpr std::chrono::seconds longest = std::chrono::days(14); // as nodes keep what is not mined
    std::vector<Txid> old;
    for (const auto& [txid, entry] : m_history.entries()) {
        if (entry.isRelayed() && entry.state == EntryState::pending && entry.first_seen + longest < now)
            old.push_back(txid);
    }
    WalletChange change;
    for (const Txid& txid : old) {
        if (!carriesOurs(txid)) forget(txid, change);
    }
    return change;
}

std::optional<WalletChange> Wallet::abandon(const Txid& txid) {
    const HistoryEntry* entry = m_history.find(txid);
    if (entry == nullptr || entry->state != EntryState::pending) return std::nullopt;
    WalletChange change;
    drop(txid, EntryState::abandoned, {}, {}, change);
    return change;
}

std::vector<OutPoint> Wallet::watchedOutpoints() const {
    std::vector<OutPoint> result;
    for (const auto& [outpoint, coin] : m_coins.coins()) {
        if (!coin.spent_at) result.push_back(outpoint);
    }
    return result;
}

std::string Wallet::receiveAddress() {
    return addressOf(m_keys.peek(Account::spending, Chain::receive), *m_network).value_or("");
}

std::string Wallet::handOut(Chain chain, WalletChange& change) {
    change.keys = true;
    change.watch_list_grew = true;
    return addressOf(m_keys.take(Account::spending, chain), *m_network).value_or("");
}

Script Wallet::secondChangeScript() {
    const std::uint32_t next = m_keys.progress(Account::spending, Chain::change).next;
    return m_keys.scriptOf({Account::spending, Chain::change, next + 1});
}

Script Wallet::channelScript(WalletChange& change) {
    change.keys = true;
    change.watch_list_grew = true;
    return m_keys.take(Account::channel, Chain::receive);
}

bool Wallet::reserve(const OutPoint& outpoint, std::string_view owner, WalletChange& change) {
    if (!m_coins.reserve(outpoint, owner)) return false;
    change.coins.insert(outpoint);
    return true;
}

bool Wallet::pass(const OutPoint& outpoint, std::string_view from, std::string_view to,
                  WalletChange& change) {
    if (!m_coins.pass(outpoint, from, to)) return false;
    change.coins.insert(outpoint);
    return true;
}

bool Wallet::release(const OutPoint& outpoint, std::string_view owner, WalletChange& change) {
    if (!m_coins.release(outpoint, owner)) return false;
    change.coins.insert(outpoint);
    return true;
}

void Wallet::release(std::string_view owner, WalletChange& change) {
    for (const OutPoint& outpoint : m_coins.release(owner)) change.coins.insert(outpoint);
}

bool Wallet::setLabel(const Txid& txid, std::string_view label, WalletChange& change) {
    HistoryEntry* entry = m_history.find(txid);
    if (entry == nullptr) return false;
    std::size_t size = std::min(label.size(), longest_label);
    // Never cut inside a UTF-8 character: step back over continuation bytes.
    while (size < label.size() && size > 0 && (static_cast<unsigned char>(label[size]) & 0xc0) == 0x80)
        --size;
    entry->label = label.substr(0, size);
    change.transactions.insert(txid);
    return true;
}

} // namespace duplex::bitcoin::wallet
