#pragma once

#include "core/base/bytes.h"

namespace duplex::crypto {

inline constexpr std::size_t aead_tag_size = 16;

/// ChaCha20-Poly1305 with a 12-byte nonce (RFC 8439), XChaCha20-Poly1305 with one of 24 bytes. This room's
/// own; others use chacha20_poly1305.h and sealed_box.h.
Bytes aeadSeal(const ByteArray<32>& key, ByteView nonce, ByteView associated, ByteView plaintext);
std::optional<Bytes> aeadOpen(const ByteArray<32>& key, ByteView nonce, ByteView associated, ByteView sealed);

} // namespace duplex::crypto
