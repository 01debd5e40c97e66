#pragma once

#include "core/crypto/keys.h"

namespace duplex::lightning::onion {

/// A key of BOLT 4's kind ("rho", "mu", "um", "ammag", "pad") from a shared secret.
ByteArray<32> onionKey(std::string_view kind, ByteView secret);
/// The pseudo random stream of a key (ChaCha20, zero nonce), exclusive-ored into `bytes` from its start.
void mixStream(const ByteArray<32>& key, std::span<std::uint8_t> bytes);
/// SHA-256 of ephemeral key and shared secret: what blinds the ephemeral key for the next hop.
ByteArray<32> blindingFactor(const crypto::PublicKey& ephemeral, const crypto::Secret<32>& shared);

} // namespace duplex::lightning::onion
