#include "core/family/bitcoin/chain_watch.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace duplex::family::bitcoin {

namespace {

using duplex::bitcoin::OutPoint;
using duplex::bitcoin::Transaction;

constexpr std::uint8_t row_version = 1;
constexpr std::uint8_t has_output = 1;
constexpr std::uint8_t has_spend = 2;

Bytes keyOf(const OutPoint& outpoint) {
    return ByteWriter().bytes(outpoint.txid).u32be(outpoint.index).take();
}

} // namespace

void ChainWatch::store(const OutPoint& outpoint) {
    const Entry& entry = m_entries.at(outpoint);
    ByteWriter row;
    row.u8(row_version).compactBytes(entry.watched.script).u32le(entry.watched.birth);
    row.u8(static_cast<std::uint8_t>((entry.seen ? has_output : 0) | (entry.spend ? has_spend : 0)));
    if (entry.seen) {
        row.i64le(entry.seen->output.value.value).compactBytes(entry.seen->output.script_pubkey);
        row.u32le(entry.seen->height).u32le(entry.seen->position).u8(entry.seen->coinbase ? 1 : 0);
    }
    if (entry.spend)
        row.compactBytes(duplex::bitcoin::serialized(entry.spend->transaction)).u32le(entry.spend->height);
    m_shell.rows().put(store::Table::chain_spends, keyOf(outpoint), row.take());
}

std::expected<void, std::string> ChainWatch::load() {
    for (const store::Row& row : m_shell.wallet.database->scan(store::Table::chain_spends)) {
        ByteReader key(row.key);
        OutPoint outpoint;
        outpoint.txid.bytes = key.array<32>();
        outpoint.index = key.u32be();
        ByteReader reader(row.value);
        if (reader.u8() != row_version) reader.fail();
        Entry entry{.watched = {.outpoint = outpoint}};
        entry.watched.script = duplex::bitcoin::Script(reader.compactBytes());
        entry.watched.birth = reader.u32le();
        const std::uint8_t flags = reader.u8();
        if (flags & has_output) {
            SeenOutput seen;
            seen.output.value = {reader.i64le()};
            seen.output.script_pubkey = duplex::bitcoin::Script(reader.compactBytes());
            seen.height = reader.u32le();
            seen.position = reader.u32le();
            seen.coinbase = reader.u8() != 0;
            entry.seen = std::move(seen);
        }
        if (flags & has_spend) {
            const auto transaction = duplex::bitcoin::decodeTransaction(reader.compactBytes());
            if (!transaction) reader.fail();
            SeenSpend spend;
            if (transaction) spend.transaction = *transaction;
            spend.height = reader.u32le();
            entry.spend = std::move(spend);
        }
        if (!key.finished() || !reader.finished())
            return std::unexpected("A row about a channel's outputs is damaged. It was left as it is.");
        m_entries[outpoint] = std::move(entry);
    }
    return {};
}

void ChainWatch::watch(const Watched& watched) {
    const auto [at, is_new] = m_entries.try_emplace(watched.outpoint, Entry{.watched = watched});
    if (!is_new) return;
    store(watched.outpoint);
    // In this commit: after a crash before the search below is done, it begins again.
    m_shell.wallet.facts.scan.searchFrom({watched.birth});
    storeFacts(m_shell.wallet, m_shell.rows());
    // The light client demands new scripts before it is told that the present block was applied; effects of
    // one turn run in their order, and that one comes last.
    m_shell.turn().after([this, watched] {
        m_shell.client.watch({watched.script}, {{watched.outpoint, watched.script}}, {watched.birth});
    });
}

void ChainWatch::unwatch(const OutPoint& outpoint) {
    if (m_entries.erase(outpoint) > 0) m_shell.rows().erase(store::Table::chain_spends, keyOf(outpoint));
}

std::set<OutPoint> ChainWatch::connect(std::uint32_t height, const duplex::bitcoin::Block& block) {
    std::set<OutPoint> found;
    for (std::size_t position = 0; position < block.transactions.size(); ++position) {
        const Transaction& transaction = block.transactions[position];
        for (const auto& input : transaction.inputs) {
            const auto entry = m_entries.find(input.previous);
            if (entry == m_entries.end()) continue;
            if (entry->second.spend && entry->second.spend->height == height) continue;
            entry->second.spend = SeenSpend{.transaction = transaction, .height = height};
            found.insert(input.previous);
        }
        const auto txid = transaction.txid();
        for (auto entry = m_entries.lower_bound({.txid = txid, .index = 0});
             entry != m_entries.end() && entry->first.txid == txid; ++entry) {
            if (entry->first.index >= transaction.outputs.size()) continue;
            SeenOutput seen{.output = transaction.outputs[entry->first.index],
                            .height = height,
                            .position = static_cast<std::uint32_t>(position),
                            .coinbase = position == 0};
            if (entry->second.seen == seen) continue;
            entry->second.seen = std::move(seen);
            found.insert(entry->first);
        }
    }
    for (const OutPoint& outpoint : found) store(outpoint);
    return found;
}

std::set<OutPoint> ChainWatch::disconnect(std::uint32_t height) {
    std::set<OutPoint> lost;
    for (auto& [outpoint, entry] : m_entries) {
        if (entry.seen && entry.seen->height >= height) {
            entry.seen.reset();
            lost.insert(outpoint);
        }
        if (entry.spend && entry.spend->height >= height) {
            entry.spend.reset();
            lost.insert(outpoint);
        }
    }
    for (const OutPoint& outpoint : lost) store(outpoint);
    return lost;
}

const SeenOutput* ChainWatch::seen(const OutPoint& outpoint) const {
    const auto found = m_entries.find(outpoint);
    return found != m_entries.end() && found->second.seen ? &*found->second.seen : nullptr;
}

const SeenSpend* ChainWatch::spend(const OutPoint& outpoint) const {
    const auto found = m_entries.find(outpoint);
    return found != m_entries.end() && found->second.spend ? &*found->second.spend : nullptr;
}

std::vector<duplex::bitcoin::Script> ChainWatch::scripts() const {
    std::vector<duplex::bitcoin::Script> result;
    for (const auto& [outpoint, entry] : m_entries) result.push_back(entry.watched.script);
    return result;
}

std::vector<light::WatchedOutPoint> ChainWatch::outpoints() const {
    std::vector<light::WatchedOutPoint> result;
    for (const auto& [outpoint, entry] : m_entries) result.push_back({outpoint, entry.watched.script});
    return result;
}

} // namespace duplex::family::bitcoin
