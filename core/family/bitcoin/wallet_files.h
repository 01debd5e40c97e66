#pragma once

#include "core/bitcoin/wallet/wallet.h"
#include "core/family/bitcoin/scan_progress.h"
#include "core/family/bitcoin/seed_file.h"
#include "core/store/database.h"

#include <memory>
#include <optional>
#include <string>

namespace duplex::family::bitcoin {

namespace wallet = duplex::bitcoin::wallet;

/// What a wallet's database says about it beside coins and history.
struct WalletFacts {
    wallet::AccountKeys accounts;
    UnixTime birthday_time{};
    ScanProgress scan;
    bool protected_by_password = false;
};

/// Where the address chains stand in Table::key_chain.
inline constexpr std::string_view key_chain_row = "chains";

Bytes encodedFacts(const WalletFacts& facts, const duplex::bitcoin::NetworkParameters& network);
std::optional<WalletFacts> decodedFacts(ByteView row, const duplex::bitcoin::NetworkParameters& network);

/// Said wherever a wallet without a password shows itself.
inline constexpr std::string_view no_password_warning =
    "This wallet is not protected by a password: whoever can read this computer's files can spend from it. "
    "Give it one: in the window under Settings, or with walletpassphrasechange \"\" NEW.";

/// A wallet's folder: wallets/NAME with wallet.sqlite and seed.
std::string folderOf(const std::string& data_directory, const std::string& name);
/// Letters, digits, '-', '_', '.' and spaces inside, 1 to 64 characters: it becomes a folder's name.
bool isWalletName(std::string_view name);

/// An open wallet: its database and the value that the database's rows make up.
struct OpenWallet {
    std::string name;
    std::string folder;
    std::unique_ptr<store::Database> database;
    WalletFacts facts;
    wallet::Wallet value;
    std::optional<duplex::bitcoin::keys::ExtendedPrivateKey> master; // while unlocked
    std::map<Bytes, std::string> labels;                             // script -> label
};

/// Where a wallet without a password keeps the key of its seed file when there is no keyring.
std::string keyFileOf(const std::string& folder);

/// Opens the folder's database and reads all rows; or what is wrong and what to do.
std::expected<std::unique_ptr<OpenWallet>, std::string>
openWallet(const std::string& data_directory, const std::string& name,
           const duplex::bitcoin::NetworkParameters& network);
/// Nothing lies in the folder of a wallet that is to be made, or a try of the same that did not come to its
/// end; else what lies there and what to do.
std::expected<void, std::string> checkFolderFor(const WalletFacts& facts, const std::string& data_directory,
                                                const std::string& name,
                                                const duplex::bitcoin::NetworkParameters& network);
/// Makes the folder, the database with its first rows, the key file (where the key is kept in one) and last
/// the sealed seed: a folder without a seed is no wallet, so a crash before leaves none behind. Refuses a
/// name that exists. `more_rows`: those of a restore, in the first commit.
std::expected<std::unique_ptr<OpenWallet>, std::string>
createWallet(const std::string& data_directory, const std::string& name,
             const duplex::bitcoin::NetworkParameters& network, const WalletFacts& facts, ByteView seed_file,
             const std::optional<crypto::Secret<32>>& key_file, const store::Changes& more_rows = {});
std::vector<std::string> walletNames(const std::string& data_directory);

/// Adds the rows that a step of the wallet changed to the turn's changes.
void store(const wallet::WalletChange& change, const OpenWallet& wallet, store::Changes& changes);
void storeFacts(const OpenWallet& wallet, store::Changes& changes);

} // namespace duplex::family::bitcoin
