#include "core/crypto/hmac.h"

#include "core/base/check.h"

#include <botan/kdf.h>
#include <botan/mac.h>
#include <botan/pwdhash.h>

namespace duplex::crypto {

namespace {

template <std::size_t N>
ByteArray<N> hmac(const char* name, ByteView key, ByteView data) {
    const std::unique_ptr<Botan::MessageAuthenticationCode> mac =
        Botan::MessageAuthenticationCode::create(name);
    check(mac != nullptr && mac->output_length() == N, "the crypto library lacks a MAC");
    mac->set_key(key.data(), key.size());
    mac->update(data.data(), data.size());
    ByteArray<N> result;
    mac->final(result.data());
    return result;
}

} // namespace

ByteArray<32> hmacSha256(ByteView key, ByteView data) {
    return hmac<32>("HMAC(SHA-256)", key, data);
}

ByteArray<64> hmacSha512(ByteView key, ByteView data) {
    return hmac<64>("HMAC(SHA-512)", key, data);
}

Bytes hkdfSha256(ByteView salt, ByteView key_material, ByteView info, std::size_t length) {
    check(length <= std::size_t{255} * 32, "HKDF gives at most 255 blocks");
    // An absent salt is a block of zeros, which HMAC makes of an empty key anyway (RFC 5869, 2.2).
    const ByteArray<32> key = hmacSha256(salt, key_material);
    Bytes result;
    Bytes block;
    for (std::uint8_t counter = 1; result.size() < length; ++counter) {
        block = toBytes(hmacSha256(key, concat({block, info, ByteView(&counter, 1)})));
        const std::size_t taken = std::min(block.size(), length - result.size());
        result.insert(result.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(taken));
    }
    wipe(block);
    return result;
}

Secret<64> pbkdf2Sha512(ByteView password, ByteView salt, std::uint32_t iterations) {
    const std::unique_ptr<Botan::PasswordHashFamily> family =
        Botan::PasswordHashFamily::create("PBKDF2(SHA-512)");
    check(family != nullptr, "the crypto library lacks PBKDF2");
    ByteArray<64> result;
    family->from_params(iterations)
        ->derive_key(result.data(), result.size(), reinterpret_cast<const char*>(password.data()),
                     password.size(), salt.data(), salt.size());
    Secret<64> secret(result);
    wipe(result);
    return secret;
}

} // namespace duplex::crypto
