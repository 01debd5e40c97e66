#include "core/crypto/aead.h"

#include "core/base/check.h"

#include <botan/aead.h>
#include <botan/exceptn.h>

namespace duplex::crypto {

namespace {

std::unique_ptr<Botan::AEAD_Mode> cipherFor(const ByteArray<32>& key, ByteView associated,
                                            Botan::Cipher_Dir direction) {
    std::unique_ptr<Botan::AEAD_Mode> cipher = Botan::AEAD_Mode::create("ChaCha20Poly1305", direction);
    check(cipher != nullptr, "the crypto library lacks ChaCha20-Poly1305");
    cipher->set_key(key.data(), key.size());
    cipher->set_associated_data(associated.data(), associated.size());
    return cipher;
}

} // namespace

Bytes aeadSeal(const ByteArray<32>& key, ByteView nonce, ByteView associated, ByteView plaintext) {
    const std::unique_ptr<Botan::AEAD_Mode> cipher = cipherFor(key, associated, Botan::ENCRYPTION);
    Botan::secure_vector<std::uint8_t> buffer(plaintext.begin(), plaintext.end());
    cipher->start(nonce.data(), nonce.size());
    cipher->finish(buffer);
    return Bytes(buffer.begin(), buffer.end());
}

std::optional<Bytes> aeadOpen(const ByteArray<32>& key, ByteView nonce, ByteView associated,
                              ByteView sealed) {
    if (sealed.size() < aead_tag_size) return std::nullopt;
    const std::unique_ptr<Botan::AEAD_Mode> cipher = cipherFor(key, associated, Botan::DECRYPTION);
    Botan::secure_vector<std::uint8_t> buffer(sealed.begin(), sealed.end());
    cipher->start(nonce.data(), nonce.size());
    try {
        cipher->finish(buffer);
    } catch (const Botan::Exception&) { // the library says "wrong tag" with an exception
        return std::nullopt;
    }
    return Bytes(buffer.begin(), buffer.end());
}

} // namespace duplex::crypto
