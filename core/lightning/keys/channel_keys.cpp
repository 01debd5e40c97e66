#include "core/lightning/keys/channel_keys.h"

#include "core/base/check.h"
#include "core/crypto/hmac.h"

namespace duplex::lightning::keys {

namespace {

constexpr std::string_view root_salt = "duplex lightning root 1";

ByteArray<32> labelled(const crypto::Secret<32>& root, std::string_view label, ByteView data,
                       std::uint8_t attempt) {
    const Bytes message = ByteWriter().compactBytes(viewOf(label)).compactBytes(data).u8(attempt).take();
    return crypto::hmacSha256(root.reveal(), message);
}

crypto::PrivateKey labelledKey(const crypto::Secret<32>& root, std::string_view label, ByteView data) {
    for (std::uint8_t attempt = 0; attempt < 255; ++attempt) {
        ByteArray<32> bytes = labelled(root, label, data, attempt);
        const auto key = crypto::PrivateKey::fromBytes(bytes);
        crypto::wipe(bytes);
        if (key) return *key;
    }
    check(false, "255 hashes in a row are no private keys");
    std::abort();
}

crypto::Hash32 hashOfPair(const crypto::PublicKey& first, const crypto::PublicKey& second) {
    return crypto::sha256(concat({first, second}));
}

crypto::PublicKey readKey(ByteReader& reader) {
    const auto key = crypto::PublicKey::fromBytes(reader.view(33));
    if (!key) reader.fail();
    return key.value_or(crypto::PublicKey{});
}

} // namespace

void write(ByteWriter& writer, const ChannelPublicKeys& keys) {
    writer.bytes(keys.funding_pubkey)
        .bytes(keys.revocation_basepoint)
        .bytes(keys.payment_basepoint)
        .bytes(keys.delayed_payment_basepoint)
        .bytes(keys.htlc_basepoint);
}

ChannelPublicKeys readChannelPublicKeys(ByteReader& reader) {
    ChannelPublicKeys keys;
    keys.funding_pubkey = readKey(reader);
    keys.revocation_basepoint = readKey(reader);
    keys.payment_basepoint = readKey(reader);
    keys.delayed_payment_basepoint = readKey(reader);
    keys.htlc_basepoint = readKey(reader);
    return keys;
}

ChannelPublicKeys publicKeysOf(const ChannelSecrets& secrets) {
    return {.funding_pubkey = crypto::publicKey(secrets.funding),
            .revocation_basepoint = crypto::publicKey(secrets.revocation_base),
            .payment_basepoint = crypto::publicKey(secrets.payment_base),
            .delayed_payment_basepoint = crypto::publicKey(secrets.delayed_payment_base),
            .htlc_basepoint = crypto::publicKey(secrets.htlc_base)};
}

LightningRoot::LightningRoot(ByteView seed) : m_root(crypto::hmacSha256(viewOf(root_salt), seed)) {
    check(!seed.empty(), "a Lightning root needs a seed");
}

crypto::PrivateKey LightningRoot::nodeKey() const {
    return labelledKey(m_root, "node key", {});
}

crypto::PrivateKey LightningRoot::paymentKey(std::uint32_t index) const {
    check(index < payment_key_count, "there are 1,000 payment keys");
    return labelledKey(m_root, "payment basepoint", ByteWriter().u32be(index).take());
}

std::uint32_t LightningRoot::paymentKeyIndexOf(const ChannelNonce& nonce) const {
    const ByteArray<32> hash = labelled(m_root, "payment basepoint index", nonce, 0);
    ByteReader reader(hash);
    return static_cast<std::uint32_t>(reader.u64be() % payment_key_count);
}

ChannelSecrets LightningRoot::channelSecrets(const ChannelNonce& nonce) const {
    return {.funding = labelledKey(m_root, "funding", nonce),
            .revocation_base = labelledKey(m_root, "revocation basepoint", nonce),
            .payment_base = paymentKey(paymentKeyIndexOf(nonce)),
            .delayed_payment_base = labelledKey(m_root, "delayed payment basepoint", nonce),
            .htlc_base = labelledKey(m_root, "htlc basepoint", nonce),
            .commitment_seed = crypto::Secret<32>(labelled(m_root, "commitment seed", nonce, 0))};
}

crypto::Secret<32> LightningRoot::secretFor(std::string_view purpose) const {
    return crypto::Secret<32>(labelled(m_root, "purpose", viewOf(purpose), 0));
}

std::optional<crypto::PublicKey> derivePublicKey(const crypto::PublicKey& basepoint,
                                                 const crypto::PublicKey& per_commitment_point) {
    return crypto::addTweak(basepoint, hashOfPair(per_commitment_point, basepoint));
}

std::optional<crypto::PrivateKey> derivePrivateKey(const crypto::PrivateKey& base_secret,
                                                   const crypto::PublicKey& per_commitment_point) {
    return crypto::addTweak(base_secret, hashOfPair(per_commitment_point, crypto::publicKey(base_secret)));
}

std::optional<crypto::PublicKey> deriveRevocationPublicKey(const crypto::PublicKey& revocation_basepoint,
                                                           const crypto::PublicKey& per_commitment_point) {
    const auto ours =
        crypto::multiplyTweak(revocation_basepoint, hashOfPair(revocation_basepoint, per_commitment_point));
    const auto theirs =
        crypto::multiplyTweak(per_commitment_point, hashOfPair(per_commitment_point, revocation_basepoint));
    if (!ours || !theirs) return std::nullopt;
    return crypto::sum({*ours, *theirs});
}

std::optional<crypto::PrivateKey>
deriveRevocationPrivateKey(const crypto::PrivateKey& revocation_base_secret,
                           const crypto::PrivateKey& per_commitment_secret) {
    const crypto::PublicKey base = crypto::publicKey(revocation_base_secret);
    const crypto::PublicKey point = crypto::publicKey(per_commitment_secret);
    const auto ours = crypto::multiplyTweak(revocation_base_secret, hashOfPair(base, point));
    const auto theirs = crypto::multiplyTweak(per_commitment_secret, hashOfPair(point, base));
    if (!ours || !theirs) return std::nullopt;
    return crypto::addTweak(*ours, theirs->reveal());
}

std::optional<CommitmentKeys> commitmentKeys(const ChannelPublicKeys& owner, const ChannelPublicKeys& other,
                                             const crypto::PublicKey& per_commitment_point) {
    const auto delayed = derivePublicKey(owner.delayed_payment_basepoint, per_commitment_point);
    const auto owner_htlc = derivePublicKey(owner.htlc_basepoint, per_commitment_point);
    const auto other_htlc = derivePublicKey(other.htlc_basepoint, per_commitment_point);
    const auto revocation = deriveRevocationPublicKey(other.revocation_basepoint, per_commitment_point);
    if (!delayed || !owner_htlc || !other_htlc || !revocation) return std::nullopt;
    return CommitmentKeys{.per_commitment_point = per_commitment_point,
                          .owner_delayed_pubkey = *delayed,
                          .owner_htlc_pubkey = *owner_htlc,
                          .other_htlc_pubkey = *other_htlc,
                          .revocation_pubkey = *revocation,
                          .other_payment_pubkey = other.payment_basepoint};
}

} // namespace duplex::lightning::keys
