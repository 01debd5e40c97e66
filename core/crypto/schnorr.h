#pragma once

#include "core/crypto/hash.h"
#include "core/crypto/keys.h"

namespace duplex::crypto {

struct SchnorrSignatureTag;
using SchnorrSignature = TaggedBytes<SchnorrSignatureTag, 64>;

/// BIP 340 signature; `auxiliary` is fresh randomness passed in by the shell.
SchnorrSignature signSchnorr(ByteView message, const PrivateKey& key, const ByteArray<32>& auxiliary);
bool verifySchnorr(ByteView message, const SchnorrSignature& signature, const XOnlyPublicKey& key);

/// The output key of a taproot output: internal key + taggedHash("TapTweak", internal [|| merkle root]) * G
/// (BIP 341).
struct TaprootOutputKey {
    XOnlyPublicKey key;
    bool odd_y = false;
};
std::optional<TaprootOutputKey> taprootOutputKey(const XOnlyPublicKey& internal, ByteView merkle_root = {});
/// The private key that signs for taprootOutputKey.
std::optional<PrivateKey> taprootPrivateKey(const PrivateKey& internal, ByteView merkle_root = {});

} // namespace duplex::crypto
