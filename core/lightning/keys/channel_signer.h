#pragma once

#include "core/bitcoin/primitives/sighash.h"
#include "core/crypto/ecdsa.h"
#include "core/lightning/keys/channel_keys.h"

namespace duplex::lightning::keys {

/// The counters of the channel's committed row over which the signer's refusals are checked, for one
/// funding.
struct SignerCounters {
    /// Local commitments 0 .. local_stored-1 are (or were) stored with all the peer's signatures.
    std::uint64_t local_stored = 0;
    /// Secrets 0 .. local_released-1 were released (written to the row before `revoke_and_ack` leaves).
    std::uint64_t local_released = 0;
    /// Remote commitments 0 .. remote_signed-1 were signed by us; the digest is that of the last of them.
    std::uint64_t remote_signed = 0;
    crypto::Hash32 last_remote_digest{};
    friend bool operator==(const SignerCounters&, const SignerCounters&) = default;
};
void write(ByteWriter& writer, const SignerCounters& counters);
SignerCounters readSignerCounters(ByteReader& reader);

enum class SignerRefusal {
    secret_was_released,     // this local commitment is revoked: signing it would cost the channel (R5)
    commitment_not_stored,   // secret n is not released before commitment n+1 is stored with all signatures
                             // (R3)
    other_remote_commitment, // a different one with this number was signed
    remote_number_skipped,   // numbers go up by one
    looks_like_commitment,   // a closing or anchor spend in the shape of a commitment
    not_a_commitment,        // a "commitment" that is none by its locktime and sequence
    no_key                   // derivation from the peer's values gives no key
};
std::string_view textOf(SignerRefusal refusal);

/// The input that is to be signed (segwit v0, SIGHASH_ALL unless the function says otherwise).
struct SpendToSign {
    const bitcoin::Transaction& transaction;
    std::size_t input = 0;
    ByteView script_code; // the witness script
    bitcoin::Satoshi value;
};

/// Holds the secrets of one channel and signs with them. A value: signing is deterministic, and what it
/// refuses depends on the counters given to it only.
class ChannelSigner {
public:
    explicit ChannelSigner(ChannelSecrets secrets);

    const ChannelPublicKeys& publicKeys() const { return m_public_keys; }
    /// Our per-commitment point of a local commitment.
    crypto::PublicKey pointAt(CommitmentNumber number) const;
    /// The secret that revokes local commitment `number`. Allowed once number+1 is stored; again any time
    /// after.
    std::expected<crypto::Secret<32>, SignerRefusal> releaseSecret(CommitmentNumber number,
                                                                   const SignerCounters& counters) const;

    struct RemoteCommitmentSigned {
        crypto::Signature signature;
        SignerCounters counters; // to be stored before the signature is sent
    };
    std::expected<RemoteCommitmentSigned, SignerRefusal>
    signRemoteCommitment(CommitmentNumber number, const SpendToSign& spend,
                         const SignerCounters& counters) const;
    /// Our signature on an HTLC transaction of the peer's commitment: `flags` is
    /// SINGLE|ANYONECANPAY for anchors.
    std::expected<crypto::Signature, SignerRefusal>
    signRemoteHtlc(const SpendToSign& spend, const crypto::PublicKey& remote_per_commitment_point,
                   std::uint8_t flags) const;
    /// Our own signature on our commitment: for broadcast only.
    std::expected<crypto::Signature, SignerRefusal> signLocalCommitment(CommitmentNumber number,
                                                                        const SpendToSign& spend,
                                                                        const SignerCounters& counters) const;

    /// Our signature on an HTLC transaction of our own commitment.
    std::expected<crypto::Signature, SignerRefusal>
    signLocalHtlc(CommitmentNumber number, const SpendToSign& spend, const SignerCounters& counters) const;
    /// to_local of our commitment and of its second-stage outputs, after the delay.
    crypto::Signature signDelayed(CommitmentNumber number, const SpendToSign& spend) const;
    /// to_remote of any of the peer's commitments.
    crypto::Signature signToRemote(const SpendToSign& spend) const;
    /// HTLC outputs of the peer's commitment, claimed directly (timeout, or preimage).
    std::expected<crypto::Signature, SignerRefusal>
    signRemoteHtlcClaim(const SpendToSign& spend, const crypto::PublicKey& remote_per_commitment_point) const;
    /// Outputs of a revoked commitment of the peer (and of its second stage).
    std::expected<crypto::Signature, SignerRefusal>
    signPenalty(const SpendToSign& spend, const crypto::Secret<32>& revealed_secret) const;
    /// A mutual close.
    std::expected<crypto::Signature, SignerRefusal> signClosing(const SpendToSign& spend) const;
    /// Our anchor on either commitment.
    std::expected<crypto::Signature, SignerRefusal> signAnchor(const SpendToSign& spend) const;
    /// Digest with our funding key, for `channel_announcement` (BOLT 7): a hash of a message, never of a
    /// transaction.
    crypto::Signature signAnnouncement(ByteView announcement_after_signatures) const;

private:
    crypto::PrivateKey delayedKeyAt(CommitmentNumber number) const;

    ChannelSecrets m_secrets;
    ChannelPublicKeys m_public_keys;
};

/// BOLT 3: upper byte of sequence 0x80 and of locktime 0x20.
bool hasCommitmentShape(const bitcoin::Transaction& transaction);

} // namespace duplex::lightning::keys
