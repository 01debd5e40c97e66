#include "core/bitcoin/wallet/rows.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/bitcoin/wallet/wallet.h"

namespace duplex::bitcoin::wallet {

namespace {

/// A one-byte flag, then the value where there is one.
template <typename T, typename Write>
void writeOptional(ByteWriter& writer, const std::optional<T>& value, Write write) {
    writer.u8(value ? 1 : 0);
    if (value) write(*value);
}

template <typename Read>
auto readOptional(ByteReader& reader, Read read) -> std::optional<decltype(read())> {
    const std::uint8_t flag = reader.u8();
    if (flag > 1) reader.fail();
    if (flag != 1 || !reader.ok()) return std::nullopt;
    return read();
}

bool readBool(ByteReader& reader) {
    const std::uint8_t flag = reader.u8();
    if (flag > 1) reader.fail();
    return flag == 1;
}

template <typename Enum>
Enum readEnum(ByteReader& reader, Enum last) {
    const std::uint8_t value = reader.u8();
    if (value > static_cast<std::uint8_t>(last)) reader.fail();
    return static_cast<Enum>(value);
}

void writeHeight(ByteWriter& writer, const std::optional<BlockHeight>& height) {
    writeOptional(writer, height, [&](BlockHeight value) { writer.u32le(value.value); });
}

std::optional<BlockHeight> readHeight(ByteReader& reader) {
    return readOptional(reader, [&] { return BlockHeight{reader.u32le()}; });
}

void writeTxid(ByteWriter& writer, const std::optional<Txid>& txid) {
    writeOptional(writer, txid, [&](const Txid& value) { writer.bytes(value); });
}

std::optional<Txid> readTxid(ByteReader& reader) {
    return readOptional(reader, [&] { return Txid{reader.array<32>()}; });
}

Satoshi readAmount(ByteReader& reader) {
    const Satoshi amount{reader.i64le()};
    if (!inMoneyRange(amount)) reader.fail();
    return amount;
}

constexpr std::array accounts = {Account::spending, Account::channel};
constexpr std::array chains = {Chain::receive, Chain::change};
constexpr std::uint32_t most_addresses = 10'000'000; // a damaged row must not derive for hours

} // namespace

Bytes encodeCoin(const Coin& coin) {
    ByteWriter writer;
    writer.u8(row_version)
        .bytes(coin.outpoint.txid)
        .u32le(coin.outpoint.index)
        .i64le(coin.output.value.value);
    writer.compactBytes(coin.output.script_pubkey);
    writer.u8(static_cast<std::uint8_t>(coin.place.account))
        .u8(static_cast<std::uint8_t>(coin.place.chain))
        .u32le(coin.place.index);
    writeHeight(writer, coin.height);
    writer.u8(coin.coinbase ? 1 : 0).u8(coin.own ? 1 : 0);
    writeTxid(writer, coin.spent_by);
    writeHeight(writer, coin.spent_at);
    writer.compactBytes(viewOf(coin.reserved_by));
    return writer.take();
}

std::optional<Coin> decodeCoin(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != row_version) return std::nullopt;
    Coin coin;
    coin.outpoint.txid.bytes = reader.array<32>();
    coin.outpoint.index = reader.u32le();
    coin.output.value = readAmount(reader);
    coin.output.script_pubkey.bytes = reader.compactBytes();
    coin.place.account = readEnum(reader, Account::channel);
    coin.place.chain = readEnum(reader, Chain::change);
    coin.place.index = reader.u32le();
    coin.height = readHeight(reader);
    coin.coinbase = readBool(reader);
    coin.own = readBool(reader);
    coin.spent_by = readTxid(reader);
    coin.spent_at = readHeight(reader);
    coin.reserved_by = duplex::textOf(reader.compactBytes());
    return reader.finished() ? std::optional(coin) : std::nullopt;
}

Bytes encodeHistoryEntry(const HistoryEntry& entry) {
    ByteWriter writer;
    writer.u8(history_row_version).compactBytes(serialized(entry.transaction));
    writer.i64le(entry.received.value).i64le(entry.sent.value);
    writeOptional(writer, entry.fee, [&](Satoshi fee) { writer.i64le(fee.value); });
    writeHeight(writer, entry.height);
    writeOptional(writer, entry.block, [&](const BlockHash& hash) { writer.bytes(hash); });
    writer.i64le(secondsOf(entry.time)).i64le(secondsOf(entry.first_seen));
    writer.u8(static_cast<std::uint8_t>(entry.state));
    writeTxid(writer, entry.replaced_by);
    writeHeight(writer, entry.replaced_at);
    writer.compactBytes(viewOf(entry.label)).u64le(entry.sequence);
    writer.u8(static_cast<std::uint8_t>(entry.source));
    return writer.take();
}

std::optional<HistoryEntry> decodeHistoryEntry(ByteView row) {
    ByteReader reader(row);
    const std::uint8_t version = reader.u8();
    if (version != 1 && version != history_row_version) return std::nullopt;
    HistoryEntry entry;
    auto transaction = decodeTransaction(reader.compactBytes());
    if (!transaction) return std::nullopt;
    entry.transaction = std::move(*transaction);
    entry.received = Satoshi{reader.i64le()};
    entry.sent = Satoshi{reader.i64le()};
    entry.fee = readOptional(reader, [&] { return Satoshi{reader.i64le()}; });
    entry.height = readHeight(reader);
    entry.block = readOptional(reader, [&] { return BlockHash{reader.array<32>()}; });
    entry.time = unixTime(reader.i64le());
    entry.first_seen = unixTime(reader.i64le());
    entry.state = readEnum(reader, EntryState::abandoned);
    entry.replaced_by = readTxid(reader);
    entry.replaced_at = readHeight(reader);
    entry.label = duplex::textOf(reader.compactBytes());
    entry.sequence = reader.u64le();
    if (version == 1)
        entry.source = entry.state == EntryState::confirmed ? Source::block : Source::relayed;
    else
        entry.source = readEnum(reader, Source::block);
    return reader.finished() && entry.sequence != 0 ? std::optional(entry) : std::nullopt;
}

Bytes Wallet::keyChainRow() const {
    ByteWriter writer;
    writer.u8(row_version);
    for (const Account account : accounts) {
        for (const Chain chain : chains) {
            const ChainProgress progress = m_keys.progress(account, chain);
            writer.u32le(progress.next).u32le(progress.derived);
        }
    }
    return writer.take();
}

bool Wallet::restoreKeyChain(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != row_version) return false;
    std::vector<ChainProgress> all;
    for (std::size_t i = 0; i < accounts.size() * chains.size(); ++i) {
        ChainProgress progress;
        progress.next = reader.u32le();
        progress.derived = reader.u32le();
        if (progress.next > most_addresses || progress.derived > most_addresses) reader.fail();
        all.push_back(progress);
    }
    if (!reader.finished()) return false;
    auto progress = all.begin();
    for (const Account account : accounts) {
        for (const Chain chain : chains) m_keys.restore(account, chain, *progress++);
    }
    return true;
}

std::optional<Bytes> Wallet::coinRow(const OutPoint& outpoint) const {
    const Coin* coin = m_coins.find(outpoint);
    return coin == nullptr ? std::nullopt : std::optional(encodeCoin(*coin));
}

std::optional<Bytes> Wallet::historyRow(const Txid& txid) const {
    const HistoryEntry* entry = m_history.find(txid);
    return entry == nullptr ? std::nullopt : std::optional(encodeHistoryEntry(*entry));
}

bool Wallet::restoreCoin(ByteView row) {
    auto coin = decodeCoin(row);
    if (!coin) return false;
    m_coins.restore(std::move(*coin));
    return true;
}

bool Wallet::restoreHistory(ByteView row) {
    auto entry = decodeHistoryEntry(row);
    if (!entry) return false;
    const Txid txid = entry->transaction.txid();
    if (m_history.find(txid) != nullptr) return false;
    if (entry->height) m_tip = std::max(m_tip, *entry->height);
    m_history.add(txid, std::move(*entry));
    return true;
}

} // namespace duplex::bitcoin::wallet
