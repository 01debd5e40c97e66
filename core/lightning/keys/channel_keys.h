#pragma once

#include "core/lightning/keys/per_commitment_secret.h"
#include "core/lightning/primitives/channel_id.h"

namespace duplex::lightning::keys {

struct ChannelNonceTag;
/// 32 random bytes, chosen at opening and kept in the channel's row and in every backup: with the seed they
/// give all keys of the channel.
using ChannelNonce = TaggedBytes<ChannelNonceTag>;

/// The five keys that `open_channel` and `accept_channel` carry, of one side.
struct ChannelPublicKeys {
    crypto::PublicKey funding_pubkey;
    crypto::PublicKey revocation_basepoint;
    crypto::PublicKey payment_basepoint;
    crypto::PublicKey delayed_payment_basepoint;
    crypto::PublicKey htlc_basepoint;
    friend bool operator==(const ChannelPublicKeys&, const ChannelPublicKeys&) = default;
};
void write(ByteWriter& writer, const ChannelPublicKeys& keys);
/// Latches the reader when a key is not a point.
ChannelPublicKeys readChannelPublicKeys(ByteReader& reader);

/// Our secrets of one channel.
struct ChannelSecrets {
    crypto::PrivateKey funding;
    crypto::PrivateKey revocation_base;
    crypto::PrivateKey payment_base;
    crypto::PrivateKey delayed_payment_base;
    crypto::PrivateKey htlc_base;
    crypto::Secret<32> commitment_seed;
};
ChannelPublicKeys publicKeysOf(const ChannelSecrets& secrets);

/// All to_remote outputs pay to one of this many keys, which the seed alone gives (lightning.md 9).
inline constexpr std::uint32_t payment_key_count = 1000;

/// Root of every Lightning key; see the room's README for the derivation, which never changes.
class LightningRoot {
public:
    /// From the wallet's BIP 39 seed (64 bytes; any non-empty length is accepted).
    explicit LightningRoot(ByteView seed);
    crypto::PrivateKey nodeKey() const;
    /// `index` below payment_key_count.
    crypto::PrivateKey paymentKey(std::uint32_t index) const;
    std::uint32_t paymentKeyIndexOf(const ChannelNonce& nonce) const;
    ChannelSecrets channelSecrets(const ChannelNonce& nonce) const;
    /// 32 bytes for another use of the seed (payment preimages, backup encryption), by its name.
    crypto::Secret<32> secretFor(std::string_view purpose) const;

private:
    crypto::Secret<32> m_root;
};

/// BOLT 3, key derivation. Nothing where the result is no key (chance 2^-128, or a peer's contrived point).
std::optional<crypto::PublicKey> derivePublicKey(const crypto::PublicKey& basepoint,
                                                 const crypto::PublicKey& per_commitment_point);
std::optional<crypto::PrivateKey> derivePrivateKey(const crypto::PrivateKey& base_secret,
                                                   const crypto::PublicKey& per_commitment_point);
std::optional<crypto::PublicKey> deriveRevocationPublicKey(const crypto::PublicKey& revocation_basepoint,
                                                           const crypto::PublicKey& per_commitment_point);
std::optional<crypto::PrivateKey> deriveRevocationPrivateKey(const crypto::PrivateKey& revocation_base_secret,
                                                             const crypto::PrivateKey& per_commitment_secret);

/// The keys in the scripts of one commitment. "Owner" is the side that can broadcast it, "other" its peer.
struct CommitmentKeys {
    crypto::PublicKey per_commitment_point; // the owner's
    crypto::PublicKey owner_delayed_pubkey;
    crypto::PublicKey owner_htlc_pubkey;
    crypto::PublicKey other_htlc_pubkey;
    crypto::PublicKey revocation_pubkey;
    crypto::PublicKey other_payment_pubkey; // static_remotekey: the basepoint itself
    friend bool operator==(const CommitmentKeys&, const CommitmentKeys&) = default;
};
std::optional<CommitmentKeys> commitmentKeys(const ChannelPublicKeys& owner, const ChannelPublicKeys& other,
                                             const crypto::PublicKey& per_commitment_point);

} // namespace duplex::lightning::keys
