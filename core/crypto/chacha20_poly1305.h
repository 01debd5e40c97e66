#pragma once

#include "core/base/bytes.h"

namespace duplex::crypto {

/// Ciphertext with its 16-byte tag at the end (RFC 8439).
Bytes chacha20Poly1305Seal(const ByteArray<32>& key, const ByteArray<12>& nonce, ByteView associated,
                           ByteView plaintext);
/// The plaintext, or nothing when the tag does not fit (compared in constant time).
std::optional<Bytes> chacha20Poly1305Open(const ByteArray<32>& key, const ByteArray<12>& nonce,
                                          ByteView associated, ByteView sealed);
/// `length` bytes of the ChaCha20 key stream from block 0 (BOLT 4, pseudo random byte stream).
Bytes chacha20Stream(const ByteArray<32>& key, const ByteArray<12>& nonce, std::size_t length);

} // namespace duplex::crypto
