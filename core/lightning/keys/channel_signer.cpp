#include "core/lightning/keys/channel_signer.h"

#include "core/base/check.h"

namespace duplex::lightning::keys {

namespace {

crypto::Hash32 digestOf(const SpendToSign& spend, std::uint8_t flags = bitcoin::sighash_all) {
    return bitcoin::segwitSighash(spend.transaction, spend.input, spend.script_code, spend.value, flags);
}

} // namespace

void write(ByteWriter& writer, const SignerCounters& counters) {
    writer.u64be(counters.local_stored)
        .u64be(counters.local_released)
        .u64be(counters.remote_signed)
        .bytes(counters.last_remote_digest);
}

SignerCounters readSignerCounters(ByteReader& reader) {
    SignerCounters counters;
    counters.local_stored = reader.u64be();
    counters.local_released = reader.u64be();
    counters.remote_signed = reader.u64be();
    counters.last_remote_digest = reader.array<32>();
    return counters;
}

std::string_view textOf(SignerRefusal refusal) {
    switch (refusal) {
    case SignerRefusal::secret_was_released:
        return "this commitment is revoked";
    case SignerRefusal::commitment_not_stored:
        return "the commitment is not stored with its signatures";
    case SignerRefusal::other_remote_commitment:
        return "another remote commitment of this number was signed";
    case SignerRefusal::remote_number_skipped:
        return "remote commitment numbers go up by one";
    case SignerRefusal::looks_like_commitment:
        return "this transaction has the shape of a commitment";
    case SignerRefusal::not_a_commitment:
        return "this transaction has not the shape of a commitment";
    case SignerRefusal::no_key:
        return "the derivation gives no key";
    }
    return "";
}

bool hasCommitmentShape(const bitcoin::Transaction& transaction) {
    return transaction.inputs.size() == 1 && transaction.inputs[0].sequence >> 24 == 0x80 &&
           transaction.locktime >> 24 == 0x20;
}

ChannelSigner::ChannelSigner(ChannelSecrets secrets)
    : m_secrets(std::move(secrets)), m_public_keys(publicKeysOf(m_secrets)) {}

crypto::PublicKey ChannelSigner::pointAt(CommitmentNumber number) const {
    const auto point = pointOf(perCommitmentSecret(m_secrets.commitment_seed, number));
    check(point.has_value(), "a per-commitment secret is a private key");
    return *point;
}

std::expected<crypto::Secret<32>, SignerRefusal>
ChannelSigner::releaseSecret(CommitmentNumber number, const SignerCounters& counters) const {
    const bool released_before = number.value < counters.local_released;
    const bool successor_stored = counters.local_stored >= 2 && number.value <= counters.local_stored - 2;
    if (!released_before && !successor_stored) return std::unexpected(SignerRefusal::commitment_not_stored);
    return perCommitmentSecret(m_secrets.commitment_seed, number);
}

std::expected<ChannelSigner::RemoteCommitmentSigned, SignerRefusal>
ChannelSigner::signRemoteCommitment(CommitmentNumber number, const SpendToSign& spend,
                                    const SignerCounters& counters) const {
    if (!hasCommitmentShape(spend.transaction)) return std::unexpected(SignerRefusal::not_a_commitment);
    const crypto::Hash32 digest = digestOf(spend);
    const bool same_again = number.value + 1 == counters.remote_signed;
    if (same_again && digest != counters.last_remote_digest)
        return std::unexpected(SignerRefusal::other_remote_commitment);
    if (!same_again && number.value != counters.remote_signed)
        return std::unexpected(SignerRefusal::remote_number_skipped);
    SignerCounters after = counters;
    after.remote_signed = number.value + 1;
    after.last_remote_digest = digest;
    return RemoteCommitmentSigned{.signature = crypto::sign(digest, m_secrets.funding), .counters = after};
}

std::expected<crypto::Signature, SignerRefusal>
ChannelSigner::signRemoteHtlc(const SpendToSign& spend, const crypto::PublicKey& remote_per_commitment_point,
                              std::uint8_t flags) const {
    const auto key = derivePrivateKey(m_secrets.htlc_base, remote_per_commitment_point);
    if (!key) return std::unexpected(SignerRefusal::no_key);
    return crypto::sign(digestOf(spend, flags), *key);
}

std::expected<crypto::Signature, SignerRefusal>
ChannelSigner::signLocalCommitment(CommitmentNumber number, const SpendToSign& spend,
                                   const SignerCounters& counters) const {
    if (number.value < counters.local_released) return std::unexpected(SignerRefusal::secret_was_released);
    if (number.value >= counters.local_stored) return std::unexpected(SignerRefusal::commitment_not_stored);
    if (!hasCommitmentShape(spend.transaction)) return std::unexpected(SignerRefusal::not_a_commitment);
    return crypto::sign(digestOf(spend), m_secrets.funding);
}

std::expected<crypto::Signature, SignerRefusal>
ChannelSigner::signLocalHtlc(CommitmentNumber number, const SpendToSign& spend,
                             const SignerCounters& counters) const {
    if (number.value < counters.local_released) return std::unexpected(SignerRefusal::secret_was_released);
    const auto key = derivePrivateKey(m_secrets.htlc_base, pointAt(number));
    if (!key) return std::unexpected(SignerRefusal::no_key);
    return crypto::sign(digestOf(spend), *key);
}

crypto::PrivateKey ChannelSigner::delayedKeyAt(CommitmentNumber number) const {
    const auto key = derivePrivateKey(m_secrets.delayed_payment_base, pointAt(number));
    check(key.has_value(), "our own base secret and point give a key");
    return *key;
}

crypto::Signature ChannelSigner::signDelayed(CommitmentNumber number, const SpendToSign& spend) const {
    return crypto::sign(digestOf(spend), delayedKeyAt(number));
}

crypto::Signature ChannelSigner::signToRemote(const SpendToSign& spend) const {
    return crypto::sign(digestOf(spend), m_secrets.payment_base);
}

std::expected<crypto::Signature, SignerRefusal>
ChannelSigner::signRemoteHtlcClaim(const SpendToSign& spend,
                                   const crypto::PublicKey& remote_per_commitment_point) const {
    return signRemoteHtlc(spend, remote_per_commitment_point, bitcoin::sighash_all);
}

std::expected<crypto::Signature, SignerRefusal>
ChannelSigner::signPenalty(const SpendToSign& spend, const crypto::Secret<32>& revealed_secret) const {
    const auto secret = crypto::PrivateKey::fromBytes(revealed_secret.reveal());
    if (!secret) return std::unexpected(SignerRefusal::no_key);
    const auto key = deriveRevocationPrivateKey(m_secrets.revocation_base, *secret);
    if (!key) return std::unexpected(SignerRefusal::no_key);
    return crypto::sign(digestOf(spend), *key);
}

std::expected<crypto::Signature, SignerRefusal> ChannelSigner::signClosing(const SpendToSign& spend) const {
    if (hasCommitmentShape(spend.transaction)) return std::unexpected(SignerRefusal::looks_like_commitment);
    return crypto::sign(digestOf(spend), m_secrets.funding);
}

std::expected<crypto::Signature, SignerRefusal> ChannelSigner::signAnchor(const SpendToSign& spend) const {
    return signClosing(spend);
}

crypto::Signature ChannelSigner::signAnnouncement(ByteView announcement_after_signatures) const {
    return crypto::sign(crypto::sha256d(announcement_after_signatures), m_secrets.funding);
}

} // namespace duplex::lightning::keys
