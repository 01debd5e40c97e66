#include "core/lightning/transport/noise_handshake.h"

#include "core/base/check.h"
#include "core/crypto/chacha20_poly1305.h"
#include "core/crypto/hmac.h"

namespace duplex::lightning::transport {

namespace {

constexpr std::uint8_t handshake_version = 0;

ByteArray<12> nonceOf(std::uint8_t n) {
    ByteArray<12> nonce{};
    nonce[4] = n; // 32 zero bits, then 64 bits little-endian
    return nonce;
}

/// An act of 50 bytes: version, ephemeral key, tag over nothing.
ByteArray<50> shortAct(const crypto::PublicKey& ephemeral, ByteView tag) {
    const Bytes act = concat({ByteView(&handshake_version, 1), ephemeral, tag});
    return toArray<50>(act);
}

/// The key of a 50-byte act, its version checked.
std::expected<crypto::PublicKey, NoiseError> keyOfAct(const ByteArray<50>& act) {
    if (act[0] != handshake_version) return std::unexpected(NoiseError::bad_version);
    const auto key = crypto::PublicKey::fromBytes(ByteView(act).subspan(1, 33));
    if (!key) return std::unexpected(NoiseError::bad_key);
    return *key;
}

} // namespace

NoiseState::NoiseState(const NodeId& responder)
    : m_hash(crypto::sha256(viewOf("Noise_XK_secp256k1_ChaChaPoly_SHA256"))), m_chaining_key(m_hash) {
    mixHash(viewOf("lightning"));
    mixHash(responder);
}

void NoiseState::mixHash(ByteView data) {
    m_hash = crypto::sha256(concat({m_hash, data}));
}

void NoiseState::mixKey(const crypto::Secret<32>& shared) {
    Bytes both = crypto::hkdfSha256(m_chaining_key.reveal(), shared.reveal(), {}, 64);
    m_chaining_key = crypto::Secret<32>(toArray<32>(both));
    m_key = crypto::Secret<32>(toArray<32>(ByteView(both).subspan(32)));
    crypto::wipe(both);
}

Bytes NoiseState::encryptAndHash(std::uint8_t n, ByteView plaintext) {
    Bytes ciphertext = crypto::chacha20Poly1305Seal(m_key.reveal(), nonceOf(n), m_hash, plaintext);
    mixHash(ciphertext);
    return ciphertext;
}

std::optional<Bytes> NoiseState::decryptAndHash(std::uint8_t n, ByteView ciphertext) {
    std::optional<Bytes> plaintext =
        crypto::chacha20Poly1305Open(m_key.reveal(), nonceOf(n), m_hash, ciphertext);
    if (plaintext) mixHash(ciphertext);
    return plaintext;
}

SessionKeys NoiseState::split() const {
    Bytes both = crypto::hkdfSha256(m_chaining_key.reveal(), {}, {}, 64);
    SessionKeys keys{.send = crypto::Secret<32>(toArray<32>(both)),
                     .receive = crypto::Secret<32>(toArray<32>(ByteView(both).subspan(32))),
                     .chaining_key = m_chaining_key};
    crypto::wipe(both);
    return keys;
}

NoiseInitiator::NoiseInitiator(const crypto::PrivateKey& local_static, const crypto::PrivateKey& ephemeral,
                               const NodeId& responder)
    : m_static(local_static), m_ephemeral(ephemeral), m_responder(responder), m_state(responder) {}

ByteArray<act_one_size> NoiseInitiator::actOne() {
    const crypto::PublicKey ephemeral = crypto::publicKey(m_ephemeral);
    m_state.mixHash(ephemeral);
    m_state.mixKey(crypto::ecdh(m_ephemeral, m_responder));
    return shortAct(ephemeral, m_state.encryptAndHash(0, {}));
}

std::expected<NoiseInitiator::Finished, NoiseError>
NoiseInitiator::actTwo(const ByteArray<act_two_size>& received) {
    const auto remote_ephemeral = keyOfAct(received);
    if (!remote_ephemeral) return std::unexpected(remote_ephemeral.error());
    m_state.mixHash(*remote_ephemeral);
    m_state.mixKey(crypto::ecdh(m_ephemeral, *remote_ephemeral));
    if (!m_state.decryptAndHash(0, ByteView(received).subspan(34)))
        return std::unexpected(NoiseError::bad_mac);

    const Bytes sealed_static = m_state.encryptAndHash(1, crypto::publicKey(m_static));
    m_state.mixKey(crypto::ecdh(m_static, *remote_ephemeral));
    const Bytes tag = m_state.encryptAndHash(0, {});
    const Bytes act_three = concat({ByteView(&handshake_version, 1), sealed_static, tag});
    check(act_three.size() == act_three_size, "act three has 66 bytes");
    return Finished{.act_three = toArray<act_three_size>(act_three), .keys = m_state.split()};
}

NoiseResponder::NoiseResponder(const crypto::PrivateKey& local_static, const crypto::PrivateKey& ephemeral)
    : m_static(local_static), m_ephemeral(ephemeral), m_state(crypto::publicKey(local_static)) {}

std::expected<ByteArray<act_two_size>, NoiseError>
NoiseResponder::actOne(const ByteArray<act_one_size>& received) {
    const auto remote_ephemeral = keyOfAct(received);
    if (!remote_ephemeral) return std::unexpected(remote_ephemeral.error());
    m_state.mixHash(*remote_ephemeral);
    m_state.mixKey(crypto::ecdh(m_static, *remote_ephemeral));
    if (!m_state.decryptAndHash(0, ByteView(received).subspan(34)))
        return std::unexpected(NoiseError::bad_mac);

    const crypto::PublicKey ephemeral = crypto::publicKey(m_ephemeral);
    m_state.mixHash(ephemeral);
    m_state.mixKey(crypto::ecdh(m_ephemeral, *remote_ephemeral));
    return shortAct(ephemeral, m_state.encryptAndHash(0, {}));
}

std::expected<NoiseResponder::Finished, NoiseError>
NoiseResponder::actThree(const ByteArray<act_three_size>& received) {
    if (received[0] != handshake_version) return std::unexpected(NoiseError::bad_version);
    const std::optional<Bytes> opened = m_state.decryptAndHash(1, ByteView(received).subspan(1, 49));
    if (!opened) return std::unexpected(NoiseError::bad_mac);
    const auto initiator = crypto::PublicKey::fromBytes(*opened);
    if (!initiator) return std::unexpected(NoiseError::bad_key);
    m_state.mixKey(crypto::ecdh(m_ephemeral, *initiator));
    if (!m_state.decryptAndHash(0, ByteView(received).subspan(50)))
        return std::unexpected(NoiseError::bad_mac);
    SessionKeys keys = m_state.split();
    std::swap(keys.send, keys.receive);
    return Finished{.initiator = *initiator, .keys = std::move(keys)};
}

} // namespace duplex::lightning::transport
