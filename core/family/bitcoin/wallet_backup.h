#pragma once

#include "core/family/bitcoin/static_backup.h"

namespace duplex::family::bitcoin {

/// What `backupwallet` writes beside the sealed seed: nothing that could be out of date and dangerous.
struct WalletBackup {
    std::string network;        // its name; nothing in a file of version 1
    Bytes seed_file;            // as it stands in the wallet's folder, sealed
    std::optional<Bytes> key;   // 32 bytes: of a wallet without a password, whose seed a random key seals
    std::uint32_t birthday = 0; // height
    UnixTime birthday_time{};
    Bytes key_chain;                             // which addresses were given out
    std::vector<std::pair<Bytes, Bytes>> labels; // script -> label
    Bytes static_backup;                         // sealed; empty: no channel ever
    friend bool operator==(const WalletBackup&, const WalletBackup&) = default;
};

/// "DPXBACKUP", version, the network's name, seed file and key in the open (the seed is sealed as it was),
/// the rest sealed under a key of the seed, and a checksum.
Bytes encodedWalletBackup(const crypto::Secret<32>& key, const WalletBackup& backup,
                          const ByteArray<24>& nonce);
/// The part that needs no key: to open the seed with.
struct WalletBackupHead {
    std::string network;
    Bytes seed_file;
    std::optional<Bytes> key;
};
std::expected<WalletBackupHead, BackupError> walletBackupHead(ByteView file);
std::expected<WalletBackup, BackupError> decodedWalletBackup(const crypto::Secret<32>& key, ByteView file);

} // namespace duplex::family::bitcoin
