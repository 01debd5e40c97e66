#pragma once

#include "core/crypto/hash.h"
#include "core/crypto/keys.h"
#include "core/lightning/primitives/channel_id.h"

#include <expected>

namespace duplex::lightning::transport {

inline constexpr std::size_t act_one_size = 50;
inline constexpr std::size_t act_two_size = 50;
inline constexpr std::size_t act_three_size = 66;

enum class NoiseError { bad_version, bad_key, bad_mac };

/// What a finished handshake leaves: the two cipher keys, seen from this side, and the chaining key that
/// rotates them.
struct SessionKeys {
    crypto::Secret<32> send;
    crypto::Secret<32> receive;
    crypto::Secret<32> chaining_key;
};

/// The running hashes of Noise_XK_secp256k1_ChaChaPoly_SHA256 (BOLT 8, handshake state).
class NoiseState {
public:
    explicit NoiseState(const NodeId& responder);
    void mixHash(ByteView data);
    void mixKey(const crypto::Secret<32>& shared);
    /// Under the last mixed key, with nonce `n`, bound to the hash so far; the ciphertext is mixed in.
    Bytes encryptAndHash(std::uint8_t n, ByteView plaintext);
    std::optional<Bytes> decryptAndHash(std::uint8_t n, ByteView ciphertext);
    SessionKeys split() const;

private:
    crypto::Hash32 m_hash;
    crypto::Secret<32> m_chaining_key;
    crypto::Secret<32> m_key;
};

/// The side that connects; it knows the responder's node id. One use: actOne(), then actTwo().
class NoiseInitiator {
public:
    /// `ephemeral` is fresh randomness passed in by the shell.
    NoiseInitiator(const crypto::PrivateKey& local_static, const crypto::PrivateKey& ephemeral,
                   const NodeId& responder);
    ByteArray<act_one_size> actOne();
    struct Finished {
        ByteArray<act_three_size> act_three;
        SessionKeys keys;
    };
    std::expected<Finished, NoiseError> actTwo(const ByteArray<act_two_size>& received);

private:
    crypto::PrivateKey m_static;
    crypto::PrivateKey m_ephemeral;
    NodeId m_responder;
    NoiseState m_state;
};

/// The side that is connected to; it learns the initiator's node id in act three.
class NoiseResponder {
public:
    NoiseResponder(const crypto::PrivateKey& local_static, const crypto::PrivateKey& ephemeral);
    std::expected<ByteArray<act_two_size>, NoiseError> actOne(const ByteArray<act_one_size>& received);
    struct Finished {
        NodeId initiator;
        SessionKeys keys;
    };
    std::expected<Finished, NoiseError> actThree(const ByteArray<act_three_size>& received);

private:
    crypto::PrivateKey m_static;
    crypto::PrivateKey m_ephemeral;
    NoiseState m_state;
};

} // namespace duplex::lightning::transport
