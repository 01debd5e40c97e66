#pragma once

#include "core/bitcoin/keys/mnemonic.h"
#include "core/crypto/sealed_box.h"

#include <expected>

namespace duplex::family::bitcoin {

/// What a wallet is made from: words and BIP 39 passphrase.
struct SeedContents {
    duplex::bitcoin::keys::Mnemonic mnemonic;
    crypto::SecretBytes mnemonic_passphrase; // NFKD
    crypto::Secret<64> seed() const;
};

/// How a seed file is sealed: by a password (Argon2id), or by a random key that the system keyring, else a
/// 0600 file, keeps: then the wallet is not protected by a password and every page says so.
enum class SealedBy : std::uint8_t { password = 1, random_key = 2 };

enum class SeedFileError { malformed, newer_version, wrong_password, wrong_key };

/// Bytes of the seed file: "DPXSEED", version, SealedBy, box. Salt and nonce are fresh random bytes.
Bytes sealSeedWithPassword(const SeedContents& contents, ByteView password, const crypto::KeyStretching& cost,
                           const ByteArray<16>& salt, const ByteArray<24>& nonce);
Bytes sealSeedWithKey(const SeedContents& contents, const crypto::Secret<32>& key,
                      const ByteArray<24>& nonce);

std::expected<SealedBy, SeedFileError> sealedBy(ByteView file);
/// Takes about a second with the full cost: run it on a worker.
std::expected<SeedContents, SeedFileError> openSeedWithPassword(ByteView file, ByteView password);
std::expected<SeedContents, SeedFileError> openSeedWithKey(ByteView file, const crypto::Secret<32>& key);

} // namespace duplex::family::bitcoin
