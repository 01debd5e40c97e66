#include "core/lightning/onion/onion_keys.h"

#include "core/crypto/chacha20_poly1305.h"
#include "core/crypto/hmac.h"

namespace duplex::lightning::onion {

ByteArray<32> onionKey(std::string_view kind, ByteView secret) {
    return crypto::hmacSha256(viewOf(kind), secret);
}

void mixStream(const ByteArray<32>& key, std::span<std::uint8_t> bytes) {
    const Bytes stream = crypto::chacha20Stream(key, ByteArray<12>{}, bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] ^= stream[i];
}

ByteArray<32> blindingFactor(const crypto::PublicKey& ephemeral, const crypto::Secret<32>& shared) {
    return crypto::sha256(concat({ephemeral, shared.reveal()}));
}

} // namespace duplex::lightning::onion
