#include "core/crypto/ecdsa.h"

#include "core/base/check.h"
#include "core/crypto/secp_context.h"

#include <secp256k1_recovery.h>

namespace duplex::crypto {

namespace {

Signature compact(const secp256k1_ecdsa_signature& signature) {
    Signature result;
    secp256k1_ecdsa_signature_serialize_compact(secpContext(), result.bytes.data(), &signature);
    return result;
}

std::optional<secp256k1_ecdsa_signature> parsed(const Signature& signature) {
    secp256k1_ecdsa_signature result;
    if (secp256k1_ecdsa_signature_parse_compact(secpContext(), &result, signature.bytes.data()) != 1)
        return std::nullopt;
    return result;
}

std::optional<secp256k1_pubkey> parsed(const PublicKey& key) {
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_parse(secpContext(), &point, key.bytes().data(), key.bytes().size()) != 1)
        return std::nullopt;
    return point;
}

Signature signWith(const Hash32& digest, const PrivateKey& key, const std::uint8_t* extra) {
    secp256k1_ecdsa_signature signature;
    const int made = secp256k1_ecdsa_sign(secpContext(), &signature, digest.data(), key.reveal().data(),
                                          secp256k1_nonce_function_rfc6979, extra);
    check(made == 1, "a valid key signs");
    return compact(signature);
}

} // namespace

Signature sign(const Hash32& digest, const PrivateKey& key) {
    return signWith(digest, key, nullptr);
}

Signature signLowR(const Hash32& digest, const PrivateKey& key) {
    Signature signature = signWith(digest, key, nullptr);
    ByteArray<32> extra{};
    for (std::uint32_t counter = 1; signature.bytes[0] >= 0x80; ++counter) {
        for (std::size_t i = 0; i < 4; ++i) extra[i] = static_cast<std::uint8_t>(counter >> (8 * i));
        signature = signWith(digest, key, extra.data());
    }
    check(verify(digest, signature, publicKey(key)), "our own signature holds");
    return signature;
}

bool verify(const Hash32& digest, const Signature& signature, const PublicKey& key) {
    const auto found = parsed(signature);
    const auto point = parsed(key);
    return found && point && secp256k1_ecdsa_verify(secpContext(), &*found, digest.data(), &*point) == 1;
}

bool verifyAllowingHighS(const Hash32& digest, const Signature& signature, const PublicKey& key) {
    auto found = parsed(signature);
    const auto point = parsed(key);
    if (!found || !point) return false;
    secp256k1_ecdsa_signature_normalize(secpContext(), &*found, &*found);
    return secp256k1_ecdsa_verify(secpContext(), &*found, digest.data(), &*point) == 1;
}

bool isLowS(const Signature& signature) {
    const auto found = parsed(signature);
    return found && secp256k1_ecdsa_signature_normalize(secpContext(), nullptr, &*found) == 0;
}

Bytes derEncoded(const Signature& signature) {
    // Written out here because the library's encoder wants a signature in range, and ours may be anything a
    // peer sent.
    const auto integer = [](ByteView bytes) {
        while (bytes.size() > 1 && bytes[0] == 0) bytes = bytes.subspan(1);
        Bytes result = {0x02, static_cast<std::uint8_t>(bytes.size())};
        if (bytes[0] >= 0x80) {
            ++result[1];
            result.push_back(0);
        }
        result.insert(result.end(), bytes.begin(), bytes.end());
        return result;
    };
    const Bytes r = integer(ByteView(signature.bytes).first(32));
    const Bytes s = integer(ByteView(signature.bytes).last(32));
    const ByteArray<2> head = {0x30, static_cast<std::uint8_t>(r.size() + s.size())};
    return concat({head, r, s});
}

std::optional<Signature> fromDer(ByteView der) {
    // 30 len 02 len R 02 len S, nothing before or after, integers minimal and positive (BIP 66).
    if (der.size() < 8 || der.size() > 72 || der[0] != 0x30 || der[1] != der.size() - 2) return std::nullopt;
    der = der.subspan(2);
    Signature signature;
    for (const std::size_t at : {std::size_t{0}, std::size_t{32}}) {
        if (der.size() < 3 || der[0] != 0x02) return std::nullopt;
        const std::size_t size = der[1];
        if (size == 0 || size > 33 || der.size() < 2 + size) return std::nullopt;
        ByteView integer = der.subspan(2, size);
        der = der.subspan(2 + size);
        if (integer[0] >= 0x80) return std::nullopt;
        if (size > 1 && integer[0] == 0) {
            if (integer[1] < 0x80) return std::nullopt;
            integer = integer.subspan(1);
        }
        if (integer.size() > 32) return std::nullopt;
        std::copy(integer.begin(), integer.end(),
                  signature.bytes.begin() + static_cast<std::ptrdiff_t>(at + 32 - integer.size()));
    }
    return der.empty() ? std::optional(signature) : std::nullopt;
}

RecoverableSignature signRecoverable(const Hash32& digest, const PrivateKey& key) {
    secp256k1_ecdsa_recoverable_signature made;
    check(secp256k1_ecdsa_sign_recoverable(secpContext(), &made, digest.data(), key.reveal().data(),
                                           secp256k1_nonce_function_rfc6979, nullptr) == 1,
          "a valid key signs");
    RecoverableSignature result;
    int recovery_id = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(secpContext(), result.signature.bytes.data(),
                                                            &recovery_id, &made);
    result.recovery_id = static_cast<std::uint8_t>(recovery_id);
    return result;
}

std::optional<PublicKey> recover(const Hash32& digest, const RecoverableSignature& signature) {
    if (signature.recovery_id > 3) return std::nullopt;
    secp256k1_ecdsa_recoverable_signature read;
    secp256k1_pubkey point;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(
            secpContext(), &read, signature.signature.bytes.data(), signature.recovery_id) != 1 ||
        secp256k1_ecdsa_recover(secpContext(), &point, &read, digest.data()) != 1) {
        return std::nullopt;
    }
    ByteArray<33> bytes;
    std::size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(secpContext(), bytes.data(), &size, &point, SECP256K1_EC_COMPRESSED);
    return trustedPublicKey(bytes);
}

} // namespace duplex::crypto
