#pragma once

#include "core/bitcoin/keys/derivation_path.h"
#include "core/bitcoin/primitives/network.h"

#include <expected>

namespace duplex::bitcoin::keys {

/// First four bytes of hash160 of a public key (BIP 32).
using Fingerprint = ByteArray<4>;

/// Where an extended key stands in its tree.
struct KeyPosition {
    std::uint8_t depth = 0;
    Fingerprint parent{}; // zero for a master key
    std::uint32_t index = 0;
    friend bool operator==(const KeyPosition&, const KeyPosition&) = default;
};

class ExtendedPublicKey {
public:
    ExtendedPublicKey(const KeyPosition& position, const ByteArray<32>& chain_code,
                      const crypto::PublicKey& key)
        : m_position(position), m_chain_code(chain_code), m_key(key) {}

    const KeyPosition& position() const { return m_position; }
    const ByteArray<32>& chainCode() const { return m_chain_code; }
    const crypto::PublicKey& key() const { return m_key; }
    Fingerprint fingerprint() const;

    /// Nothing for a hardened index, below depth 255, and (chance 2^-127) for an index without a key.
    std::optional<ExtendedPublicKey> child(std::uint32_t index) const;
    std::optional<ExtendedPublicKey> derived(const DerivationPath& path) const;
    friend bool operator==(const ExtendedPublicKey&, const ExtendedPublicKey&) = default;

private:
    KeyPosition m_position;
    ByteArray<32> m_chain_code;
    crypto::PublicKey m_key;
};

class ExtendedPrivateKey {
public:
    ExtendedPrivateKey(const KeyPosition& position, const crypto::Secret<32>& chain_code,
                       const crypto::PrivateKey& key)
        : m_position(position), m_chain_code(chain_code), m_key(key) {}
    /// The master key of a seed of 16 to 64 bytes; nothing for other lengths.
    static std::optional<ExtendedPrivateKey> fromSeed(ByteView seed);

    const KeyPosition& position() const { return m_position; }
    const crypto::PrivateKey& key() const { return m_key; }
    const crypto::Secret<32>& chainCode() const { return m_chain_code; }
    crypto::PublicKey publicKey() const { return crypto::publicKey(m_key); }
    ExtendedPublicKey publicPart() const;
    Fingerprint fingerprint() const;

    /// Nothing below depth 255 and (chance 2^-127) for an index without a key.
    std::optional<ExtendedPrivateKey> child(std::uint32_t index) const;
    std::optional<ExtendedPrivateKey> derived(const DerivationPath& path) const;
    friend bool operator==(const ExtendedPrivateKey&, const ExtendedPrivateKey&) = default;

private:
    KeyPosition m_position;
    crypto::Secret<32> m_chain_code;
    crypto::PrivateKey m_key;
};

enum class ExtendedKeyError {
    bad_checksum,  // not Base58Check
    bad_length,    // not 78 bytes
    wrong_network, // the version of another network or another kind of key
    bad_key,       // prefix, point or scalar is none
    bad_position,  // depth 0 with a parent or an index
    is_private,    // a private key where a public one was asked for
    is_public,     // the other way round
};
std::string_view textOf(ExtendedKeyError error);

/// "xpub..." or "tpub..." (BIP 32), strictly.
std::expected<ExtendedPublicKey, ExtendedKeyError> decodeExtendedPublicKey(std::string_view text,
                                                                           const NetworkParameters& network);
/// "xprv..." or "tprv...".
std::expected<ExtendedPrivateKey, ExtendedKeyError>
decodeExtendedPrivateKey(std::string_view text, const NetworkParameters& network);
std::string encoded(const ExtendedPublicKey& key, const NetworkParameters& network);
/// The text form of a private key, for export only.
crypto::SecretBytes revealedText(const ExtendedPrivateKey& key, const NetworkParameters& network);

/// A private key in wallet import format; `compressed` says which public key it stands for.
struct ImportedKey {
    crypto::PrivateKey key;
    bool compressed = true;
};
std::expected<ImportedKey, ExtendedKeyError> decodeWif(std::string_view text,
                                                       const NetworkParameters& network);

} // namespace duplex::bitcoin::keys
