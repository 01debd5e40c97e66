#pragma once

#include "core/crypto/hash.h"
#include "core/crypto/keys.h"

namespace duplex::crypto {

/// ECDSA signature in compact form: r (32 bytes) then s (32 bytes), as BOLT messages carry it.
struct SignatureTag;
using Signature = TaggedBytes<SignatureTag, 64>;

/// Plain RFC 6979, low S: what Lightning uses (BOLT 3's vectors hold high-R signatures).
Signature sign(const Hash32& digest, const PrivateKey& key);
/// RFC 6979 ground until R's top byte is below 0x80 (first without extra data, then with a 32-bit
/// little-endian counter): the wallet's inputs, 71 bytes at most in DER.
Signature signLowR(const Hash32& digest, const PrivateKey& key);
/// Strict: a high S is refused, nothing is normalised before (CVE-2020-26895, threats 35).
bool verify(const Hash32& digest, const Signature& signature, const PublicKey& key);
/// As verify, but a high S passes: only where consensus accepts it (script engine).
bool verifyAllowingHighS(const Hash32& digest, const Signature& signature, const PublicKey& key);
bool isLowS(const Signature& signature);

/// Strict DER, without a sighash byte.
Bytes derEncoded(const Signature& signature);
std::optional<Signature> fromDer(ByteView der);

struct RecoverableSignature {
    Signature signature;
    std::uint8_t recovery_id = 0; // 0 to 3
    friend bool operator==(const RecoverableSignature&, const RecoverableSignature&) = default;
};
RecoverableSignature signRecoverable(const Hash32& digest, const PrivateKey& key);
std::optional<PublicKey> recover(const Hash32& digest, const RecoverableSignature& signature);

} // namespace duplex::crypto
