#pragma once

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

#include <expected>

namespace duplex::crypto {

/// Argon2id's cost. The program always uses the defaults; tests pass smaller ones.
struct KeyStretching {
    std::uint32_t memory_kib = 262'144;
    std::uint32_t passes = 3;
    std::uint32_t lanes = 1;
    friend bool operator==(const KeyStretching&, const KeyStretching&) = default;
};

/// 32-byte key from a password (already NFKD-normalised UTF-8): Argon2id version 0x13.
Secret<32> stretchPassword(ByteView password, const ByteArray<16>& salt, const KeyStretching& cost);

/// Authenticated encryption under a 32-byte key with a random 24-byte nonce (XChaCha20-Poly1305): version
/// byte, nonce, ciphertext, tag. `associated` is bound to it but not stored.
Bytes sealWithKey(const Secret<32>& key, const ByteArray<24>& nonce, ByteView associated, ByteView plaintext);
/// Nothing for a wrong key, a changed byte or another version.
std::optional<SecretBytes> openWithKey(const Secret<32>& key, ByteView associated, ByteView sealed);

/// A password-sealed box: version, cost, salt, then sealWithKey's bytes. The cost stands beside it so that it
/// can grow.
Bytes sealWithPassword(ByteView password, const ByteArray<16>& salt, const ByteArray<24>& nonce,
                       const KeyStretching& cost, ByteView associated, ByteView plaintext);
enum class OpenError { malformed, wrong_password_or_changed };
std::expected<SecretBytes, OpenError> openWithPassword(ByteView password, ByteView associated,
                                                       ByteView sealed);

} // namespace duplex::crypto
