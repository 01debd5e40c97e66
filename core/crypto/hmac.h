#pragma once

#include "core/crypto/hash.h"
#include "core/crypto/secret.h"

namespace duplex::crypto {

ByteArray<32> hmacSha256(ByteView key, ByteView data);
ByteArray<64> hmacSha512(ByteView key, ByteView data);
/// HKDF with SHA-256 (RFC 5869), `length` at most 255 * 32.
Bytes hkdfSha256(ByteView salt, ByteView key_material, ByteView info, std::size_t length);
/// PBKDF2 with HMAC-SHA-512, 64 bytes out (BIP 39).
Secret<64> pbkdf2Sha512(ByteView password, ByteView salt, std::uint32_t iterations);

} // namespace duplex::crypto
