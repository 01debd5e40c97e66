#include "core/crypto/keys.h"

#include "core/base/check.h"
#include "core/crypto/secp_context.h"

#include <secp256k1_ecdh.h>

namespace duplex::crypto {

namespace {

std::optional<secp256k1_pubkey> parsed(ByteView bytes) {
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_parse(secpContext(), &point, bytes.data(), bytes.size()) != 1)
        return std::nullopt;
    return point;
}

PublicKey compressed(const secp256k1_pubkey& point) {
    ByteArray<33> bytes;
    std::size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(secpContext(), bytes.data(), &size, &point, SECP256K1_EC_COMPRESSED);
    return trustedPublicKey(bytes);
}

std::optional<PrivateKey> takenFrom(ByteArray<32>& bytes, bool good) {
    std::optional<PrivateKey> key;
    if (good) key = PrivateKey::fromBytes(bytes);
    wipe(bytes);
    return key;
}

} // namespace

const secp256k1_context* secpContext() {
    static const secp256k1_context* const context =
        secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    return context;
}

std::optional<PrivateKey> PrivateKey::fromBytes(const ByteArray<32>& bytes) {
    if (secp256k1_ec_seckey_verify(secpContext(), bytes.data()) != 1) return std::nullopt;
    return PrivateKey(bytes);
}

std::optional<PublicKey> PublicKey::fromBytes(ByteView bytes) {
    if (bytes.size() != 33 || !parsed(bytes)) return std::nullopt;
    return trustedPublicKey(toArray<33>(bytes));
}

std::optional<PublicKey> PublicKey::fromAnyForm(ByteView bytes) {
    if (bytes.size() == 33) return fromBytes(bytes);
    if (bytes.size() != 65 || bytes[0] != 0x04) return std::nullopt; // the hybrid forms 06 and 07 stay out
    const auto point = parsed(bytes);
    return point ? std::optional(compressed(*point)) : std::nullopt;
}

std::optional<PublicKey> PublicKey::fromHex(std::string_view text) {
    const auto bytes = duplex::fromHex(text);
    return bytes ? fromBytes(*bytes) : std::nullopt;
}

PublicKey trustedPublicKey(const ByteArray<33>& bytes) {
    PublicKey key;
    key.m_bytes = bytes;
    return key;
}

PublicKey publicKey(const PrivateKey& key) {
    secp256k1_pubkey point;
    check(secp256k1_ec_pubkey_create(secpContext(), &point, key.reveal().data()) == 1,
          "a private key is a scalar");
    return compressed(point);
}

Bytes uncompressed(const PublicKey& key) {
    const auto point = parsed(key);
    if (!point) return {};
    Bytes bytes(65);
    std::size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(secpContext(), bytes.data(), &size, &*point, SECP256K1_EC_UNCOMPRESSED);
    return bytes;
}

XOnlyPublicKey xOnly(const PublicKey& key) {
    return {toArray<32>(ByteView(key).subspan(1))};
}

std::optional<PrivateKey> addTweak(const PrivateKey& key, const ByteArray<32>& tweak) {
    ByteArray<32> bytes = key.reveal();
    const bool good = secp256k1_ec_seckey_tweak_add(secpContext(), bytes.data(), tweak.data()) == 1;
    return takenFrom(bytes, good);
}

std::optional<PrivateKey> multiplyTweak(const PrivateKey& key, const ByteArray<32>& tweak) {
    ByteArray<32> bytes = key.reveal();
    const bool good = secp256k1_ec_seckey_tweak_mul(secpContext(), bytes.data(), tweak.data()) == 1;
    return takenFrom(bytes, good);
}

PrivateKey negated(const PrivateKey& key) {
    ByteArray<32> bytes = key.reveal();
    const bool good = secp256k1_ec_seckey_negate(secpContext(), bytes.data()) == 1;
    const std::optional<PrivateKey> result = takenFrom(bytes, good);
    check(result.has_value(), "the negative of a scalar is one");
    return *result;
}

std::optional<PublicKey> addTweak(const PublicKey& key, const ByteArray<32>& tweak) {
    auto point = parsed(key);
    if (!point || secp256k1_ec_pubkey_tweak_add(secpContext(), &*point, tweak.data()) != 1)
        return std::nullopt;
    return compressed(*point);
}

std::optional<PublicKey> multiplyTweak(const PublicKey& key, const ByteArray<32>& tweak) {
    auto point = parsed(key);
    if (!point || secp256k1_ec_pubkey_tweak_mul(secpContext(), &*point, tweak.data()) != 1)
        return std::nullopt;
    return compressed(*point);
}

std::optional<PublicKey> sum(std::initializer_list<PublicKey> keys) {
    std::vector<secp256k1_pubkey> points;
    for (const PublicKey& key : keys) {
        const auto point = parsed(key);
        if (!point) return std::nullopt;
        points.push_back(*point);
    }
    if (points.empty()) return std::nullopt;
    std::vector<const secp256k1_pubkey*> pointers;
    for (const secp256k1_pubkey& point : points) pointers.push_back(&point);
    secp256k1_pubkey total;
    if (secp256k1_ec_pubkey_combine(secpContext(), &total, pointers.data(), pointers.size()) != 1)
        return std::nullopt;
    return compressed(total);
}

Secret<32> ecdh(const PrivateKey& key, const PublicKey& point) {
    const auto other = parsed(point);
    check(other.has_value(), "a set public key lies on the curve");
    ByteArray<32> shared;
    check(secp256k1_ecdh(secpContext(), shared.data(), &*other, key.reveal().data(), nullptr, nullptr) == 1,
          "a scalar times a point is a point");
    Secret<32> secret(shared);
    wipe(shared);
    return secret;
}

} // namespace duplex::crypto
