#pragma once

#include "core/base/tagged.h"
#include "core/crypto/secret.h"

namespace duplex::crypto {

/// A valid secp256k1 scalar, 1 to n-1. Made only by fromBytes or by an operation below.
class PrivateKey {
public:
    static std::optional<PrivateKey> fromBytes(const ByteArray<32>& bytes);
    const ByteArray<32>& reveal() const { return m_secret.reveal(); }
    friend bool operator==(const PrivateKey&, const PrivateKey&) = default;

private:
    explicit PrivateKey(const ByteArray<32>& bytes) : m_secret(bytes) {}
    Secret<32> m_secret;
};

/// A point of secp256k1 in compressed form. fromBytes checks that it lies on the curve; a default
/// one (all zero) is invalid and stands for "not set".
class PublicKey {
public:
    PublicKey() = default;
    /// 33 bytes compressed; nothing for every other length or form, or a point not on the curve.
    static std::optional<PublicKey> fromBytes(ByteView bytes);
    /// As fromBytes, also accepting the 65-byte uncompressed form (old scripts).
    static std::optional<PublicKey> fromAnyForm(ByteView bytes);
    static std::optional<PublicKey> fromHex(std::string_view text);
    const ByteArray<33>& bytes() const { return m_bytes; }
    std::string hex() const { return toHex(m_bytes); }
    bool isSet() const { return m_bytes[0] != 0; }
    operator ByteView() const { return m_bytes; }
    friend auto operator<=>(const PublicKey&, const PublicKey&) = default;

private:
    friend PublicKey trustedPublicKey(const ByteArray<33>&);
    ByteArray<33> m_bytes{};
};

/// A key that this program computed or stored itself: not checked again.
PublicKey trustedPublicKey(const ByteArray<33>& bytes);

/// x-only public key (BIP 340), 32 bytes.
struct XOnlyTag;
using XOnlyPublicKey = TaggedBytes<XOnlyTag>;

PublicKey publicKey(const PrivateKey& key);
/// The 65-byte form, 04 x y; empty for a key that is not set.
Bytes uncompressed(const PublicKey& key);
XOnlyPublicKey xOnly(const PublicKey& key);

/// key + tweak mod n; nothing when the result is zero or the tweak is not a scalar.
std::optional<PrivateKey> addTweak(const PrivateKey& key, const ByteArray<32>& tweak);
/// key * tweak mod n; nothing for a zero or overlarge tweak.
std::optional<PrivateKey> multiplyTweak(const PrivateKey& key, const ByteArray<32>& tweak);
PrivateKey negated(const PrivateKey& key);
/// point + tweak * G; nothing when the result is infinity.
std::optional<PublicKey> addTweak(const PublicKey& key, const ByteArray<32>& tweak);
/// tweak * point.
std::optional<PublicKey> multiplyTweak(const PublicKey& key, const ByteArray<32>& tweak);
/// The sum of points; nothing when it is infinity.
std::optional<PublicKey> sum(std::initializer_list<PublicKey> keys);

/// SHA-256 of the compressed shared point (BOLT 8 and BOLT 4's ECDH).
Secret<32> ecdh(const PrivateKey& key, const PublicKey& point);

} // namespace duplex::crypto
