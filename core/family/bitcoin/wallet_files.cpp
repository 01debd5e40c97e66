#include "core/family/bitcoin/wallet_files.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/check.h"
#include "core/bitcoin/wallet/rows.h"
#include "core/io/secret_file.h"

#include <filesystem>

namespace duplex::family::bitcoin {

namespace {

constexpr std::uint8_t facts_version = 2; // 1 forgot a rescan at a restart
constexpr std::string_view facts_key = "facts";

Bytes keyOf(const duplex::bitcoin::OutPoint& outpoint) {
    return ByteWriter().bytes(outpoint.txid).u32be(outpoint.index).take();
}

bool restoreRows(OpenWallet& wallet) {
    const store::Database& database = *wallet.database;
    if (const auto keys = database.read(store::Table::key_chain, viewOf(key_chain_row));
        keys && !wallet.value.restoreKeyChain(*keys)) {
        return false;
    }
    for (const store::Row& row : database.scan(store::Table::coins)) {
        if (!wallet.value.restoreCoin(row.value)) return false;
    }
    for (const store::Row& row : database.scan(store::Table::history)) {
        if (!wallet.value.restoreHistory(row.value)) return false;
    }
    for (const store::Row& row : database.scan(store::Table::labels))
        wallet.labels[row.key] = textOf(row.value);
    wallet.value.setTip(wallet.facts.scan.verifiedTo());
    return true;
}

} // namespace

Bytes encodedFacts(const WalletFacts& facts, const duplex::bitcoin::NetworkParameters& network) {
    ByteWriter writer;
    writer.u8(facts_version);
    writer.compactBytes(viewOf(duplex::bitcoin::keys::encoded(facts.accounts.spending, network)));
    writer.compactBytes(viewOf(duplex::bitcoin::keys::encoded(facts.accounts.channel, network)));
    const ScanProgress& scan = facts.scan;
    writer.u32be(scan.birthday().value).u64be(static_cast<std::uint64_t>(secondsOf(facts.birthday_time)));
    writer.u32be(scan.completeTo().value).u8(facts.protected_by_password ? 1 : 0);
    writer.u32be(scan.verifiedTo().value).u8(scan.rescan() ? 1 : 0);
    if (scan.rescan()) writer.u32be(scan.rescan()->birthday.value).u32be(scan.rescan()->complete_to.value);
    writer.compactSize(scan.seen().size());
    for (const SeenBlock& block : scan.seen()) writer.u32be(block.height.value).bytes(block.hash);
    return writer.take();
}

std::optional<WalletFacts> decodedFacts(ByteView row, const duplex::bitcoin::NetworkParameters& network) {
    ByteReader reader(row);
    const std::uint8_t version = reader.u8();
    if (version == 0 || version > facts_version) return std::nullopt;
    const auto spending =
        duplex::bitcoin::keys::decodeExtendedPublicKey(textOf(reader.compactBytes()), network);
    const auto channel =
        duplex::bitcoin::keys::decodeExtendedPublicKey(textOf(reader.compactBytes()), network);
    if (!spending || !channel) return std::nullopt;
    WalletFacts facts{.accounts = {*spending, *channel}, .scan = {}};
    const duplex::bitcoin::BlockHeight birthday{reader.u32be()};
    facts.birthday_time = unixTime(static_cast<std::int64_t>(reader.u64be()));
    const duplex::bitcoin::BlockHeight complete_to{reader.u32be()};
    facts.protected_by_password = reader.u8() != 0;
    duplex::bitcoin::BlockHeight verified_to = complete_to;
    std::optional<ScanProgress::Rescan> rescan;
    if (version >= 2) {
        verified_to = {reader.u32be()};
        if (reader.u8() != 0) {
            rescan.emplace();
            rescan->birthday = {reader.u32be()};
            rescan->complete_to = {reader.u32be()};
        }
    }
    std::deque<SeenBlock> seen;
    const std::size_t count = reader.compactCount(36);
    for (std::size_t i = 0; i < count; ++i) {
        const duplex::bitcoin::BlockHeight height{reader.u32be()};
        seen.push_back({height, {reader.array<32>()}});
    }
    if (!reader.finished()) return std::nullopt;
    facts.scan = ScanProgress(birthday, complete_to, verified_to, rescan, std::move(seen));
    return facts;
}

std::string folderOf(const std::string& data_directory, const std::string& name) {
    return data_directory + "/wallets/" + name;
}

std::string keyFileOf(const std::string& folder) {
    return folder + "/seed.key";
}

bool isWalletName(std::string_view name) {
    if (name.empty() || name.size() > 64 || name.front() == '.' || name.front() == ' ' || name.back() == ' ')
        return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.' || c == ' ';
    });
}

std::vector<std::string> walletNames(const std::string& data_directory) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(data_directory + "/wallets", ignored)) {
        if (std::filesystem::exists(entry.path() / "seed", ignored))
            names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::expected<std::unique_ptr<OpenWallet>, std::string>
openWallet(const std::string& data_directory, const std::string& name,
           const duplex::bitcoin::NetworkParameters& network) {
    const std::string folder = folderOf(data_directory, name);
    auto database = store::Database::open(folder + "/wallet.sqlite", {.vfs = {}, .must_exist = true});
    if (!database) return std::unexpected(store::textOf(database.error()));
    const auto row = (*database)->read(store::Table::meta, viewOf(facts_key));
    const auto facts = row ? decodedFacts(*row, network) : std::nullopt;
    if (!facts)
        return std::unexpected(
            "The wallet's database does not say whose it is. Restore from your words into a new wallet.");
    std::unique_ptr<OpenWallet> wallet(new OpenWallet{.name = name,
                                                      .folder = folder,
                                                      .database = std::move(*database),
                                                      .facts = *facts,
                                                      .value = wallet::Wallet(facts->accounts, network),
                                                      .master = std::nullopt,
                                                      .labels = {}});
    // The seed file tells, not the row: giving a password replaces the file first, and a crash can follow.
    const auto seed = io::readSecretFile(folder + "/seed");
    if (const auto sealed = seed ? sealedBy(*seed) : std::unexpected(SeedFileError::malformed)) {
        wallet->facts.protected_by_password = *sealed == SealedBy::password;
        if (wallet->facts.protected_by_password) {
            if (const auto removed = io::removeSecretFile(keyFileOf(folder)); !removed)
                return std::unexpected(removed.error().message);
        }
    }
    if (!restoreRows(*wallet)) {
        return std::unexpected("A row of the wallet's database is damaged. It was left as it is; restore "
                               "from your words into a new wallet.");
    }
    return wallet;
}

std::expected<void, std::string> checkFolderFor(const WalletFacts& facts, const std::string& data_directory,
                                                const std::string& name,
                                                const duplex::bitcoin::NetworkParameters& network) {
    const std::string path = folderOf(data_directory, name) + "/wallet.sqlite";
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return {};
    const auto database = store::Database::open(path, {.vfs = {}, .must_exist = true});
    if (!database) return std::unexpected(store::textOf(database.error()));
    const auto row = (*database)->read(store::Table::meta, viewOf(facts_key));
    const auto there = row ? decodedFacts(*row, network) : std::nullopt;
    if (!row || (there && there->accounts == facts.accounts)) return {};
    return std::unexpected("The database of another wallet lies in the folder of '" + name +
                           "'; only its seed is missing. Nothing was changed: choose another name.");
}

std::expected<std::unique_ptr<OpenWallet>, std::string>
createWallet(const std::string& data_directory, const std::string& name,
             const duplex::bitcoin::NetworkParameters& network, const WalletFacts& facts, ByteView seed_file,
             const std::optional<crypto::Secret<32>>& key_file, const store::Changes& more_rows) {
    const std::string folder = folderOf(data_directory, name);
    if (const auto free = checkFolderFor(facts, data_directory, name, network); !free)
        return std::unexpected(free.error());
    for (const std::string& path : {data_directory + "/wallets", folder}) {
        if (const auto made = io::makePrivateFolder(path); !made)
            return std::unexpected(made.error().message);
    }
    auto database = store::Database::open(folder + "/wallet.sqlite");
    if (!database) return std::unexpected(store::textOf(database.error()));
    store::Changes changes = more_rows;
    changes.put(store::Table::meta, viewOf(facts_key), encodedFacts(facts, network));
    if (const auto receipt = (*database)->commit(changes); !receipt) {
        return std::unexpected("The wallet could not be written (" + receipt.error().detail +
                               "). Check the disk's space.");
    }
    database->reset();
    if (key_file) {
        const auto written =
            io::writeSecretFile(keyFileOf(folder), key_file->reveal(), io::Overwrite::replace);
        if (!written) return std::unexpected(written.error().message);
    }
    if (const auto written = io::writeSecretFile(folder + "/seed", seed_file, io::Overwrite::refuse);
        !written) {
        return std::unexpected(written.error().message);
    }
    return openWallet(data_directory, name, network);
}

void store(const wallet::WalletChange& change, const OpenWallet& wallet, store::Changes& changes) {
    for (const auto& outpoint : change.coins) {
        const Bytes key = keyOf(outpoint);
        if (const auto row = wallet.value.coinRow(outpoint))
            changes.put(store::Table::coins, key, *row);
        else
            changes.erase(store::Table::coins, key);
    }
    for (const auto& txid : change.transactions) {
        if (const auto row = wallet.value.historyRow(txid))
            changes.put(store::Table::history, txid, *row);
        else
            changes.erase(store::Table::history, txid);
    }
    if (change.keys) changes.put(store::Table::key_chain, viewOf(key_chain_row), wallet.value.keyChainRow());
}

void storeFacts(const OpenWallet& wallet, store::Changes& changes) {
    changes.put(store::Table::meta, viewOf(facts_key), encodedFacts(wallet.facts, wallet.value.network()));
}

} // namespace duplex::family::bitcoin
