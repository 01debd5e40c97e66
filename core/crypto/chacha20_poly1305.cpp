#include "core/crypto/chacha20_poly1305.h"

#include "core/base/check.h"
#include "core/crypto/aead.h"

#include <botan/stream_cipher.h>

namespace duplex::crypto {

Bytes chacha20Poly1305Seal(const ByteArray<32>& key, const ByteArray<12>& nonce, ByteView associated,
                           ByteView plaintext) {
    return aeadSeal(key, nonce, associated, plaintext);
}

std::optional<Bytes> chacha20Poly1305Open(const ByteArray<32>& key, const ByteArray<12>& nonce,
                                          ByteView associated, ByteView sealed) {
    return aeadOpen(key, nonce, associated, sealed);
}

Bytes chacha20Stream(const ByteArray<32>& key, const ByteArray<12>& nonce, std::size_t length) {
    const std::unique_ptr<Botan::StreamCipher> cipher = Botan::StreamCipher::create("ChaCha(20)");
    check(cipher != nullptr, "the crypto library lacks ChaCha20");
    cipher->set_key(key.data(), key.size());
    cipher->set_iv(nonce.data(), nonce.size());
    Bytes stream(length, 0);
    cipher->cipher1(stream.data(), stream.size());
    return stream;
}

} // namespace duplex::crypto
