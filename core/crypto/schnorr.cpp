#include "core/crypto/schnorr.h"

#include "core/base/check.h"
#include "core/crypto/secp_context.h"

#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

namespace duplex::crypto {

namespace {

secp256k1_keypair keyPairOf(const PrivateKey& key) {
    secp256k1_keypair pair;
    check(secp256k1_keypair_create(secpContext(), &pair, key.reveal().data()) == 1,
          "a private key is a scalar");
    return pair;
}

void wipePair(secp256k1_keypair& pair) {
    wipe(pair.data);
}

} // namespace

SchnorrSignature signSchnorr(ByteView message, const PrivateKey& key, const ByteArray<32>& auxiliary) {
    secp256k1_keypair pair = keyPairOf(key);
    secp256k1_schnorrsig_extraparams parameters = SECP256K1_SCHNORRSIG_EXTRAPARAMS_INIT;
    ByteArray<32> extra = auxiliary;
    parameters.ndata = extra.data();
    SchnorrSignature signature;
    const int made = secp256k1_schnorrsig_sign_custom(secpContext(), signature.bytes.data(), message.data(),
                                                      message.size(), &pair, &parameters);
    wipePair(pair);
    check(made == 1, "a valid key signs");
    return signature;
}

bool verifySchnorr(ByteView message, const SchnorrSignature& signature, const XOnlyPublicKey& key) {
    secp256k1_xonly_pubkey point;
    if (secp256k1_xonly_pubkey_parse(secpContext(), &point, key.bytes.data()) != 1) return false;
    return secp256k1_schnorrsig_verify(secpContext(), signature.bytes.data(), message.data(), message.size(),
                                       &point) == 1;
}

std::optional<TaprootOutputKey> taprootOutputKey(const XOnlyPublicKey& internal, ByteView merkle_root) {
    secp256k1_xonly_pubkey point;
    if (secp256k1_xonly_pubkey_parse(secpContext(), &point, internal.bytes.data()) != 1) return std::nullopt;
    const Hash32 tweak = taggedHash("TapTweak", concat({internal, merkle_root}));
    secp256k1_pubkey tweaked;
    if (secp256k1_xonly_pubkey_tweak_add(secpContext(), &tweaked, &point, tweak.data()) != 1)
        return std::nullopt;
    secp256k1_xonly_pubkey output;
    int odd = 0;
    if (secp256k1_xonly_pubkey_from_pubkey(secpContext(), &output, &odd, &tweaked) != 1) return std::nullopt;
    TaprootOutputKey result{.odd_y = odd == 1};
    secp256k1_xonly_pubkey_serialize(secpContext(), result.key.bytes.data(), &output);
    return result;
}

std::optional<PrivateKey> taprootPrivateKey(const PrivateKey& internal, ByteView merkle_root) {
    const XOnlyPublicKey internal_key = xOnly(publicKey(internal));
    const Hash32 tweak = taggedHash("TapTweak", concat({internal_key, merkle_root}));
    secp256k1_keypair pair = keyPairOf(internal);
    ByteArray<32> bytes{};
    const bool good = secp256k1_keypair_xonly_tweak_add(secpContext(), &pair, tweak.data()) == 1 &&
                      secp256k1_keypair_sec(secpContext(), bytes.data(), &pair) == 1;
    wipePair(pair);
    std::optional<PrivateKey> result;
    if (good) result = PrivateKey::fromBytes(bytes);
    wipe(bytes);
    return result;
}

} // namespace duplex::crypto
