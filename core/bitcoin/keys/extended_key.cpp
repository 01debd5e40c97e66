#include "core/bitcoin/keys/extended_key.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/bitcoin/primitives/base58.h"
#include "core/crypto/hmac.h"

namespace duplex::bitcoin::keys {

namespace {

constexpr std::size_t encoded_size = 78;
constexpr std::uint8_t deepest = 255;

Fingerprint fingerprintOf(const crypto::PublicKey& key) {
    return toArray<4>(crypto::hash160(key));
}

/// I of BIP 32, split: what is added to the key, and the child's chain code.
struct ChildSecret {
    crypto::Secret<32> tweak;
    crypto::Secret<32> chain_code;
};

ChildSecret split(ByteArray<64> bytes) {
    ByteArray<32> left = toArray<32>(bytes);
    ByteArray<32> right = toArray<32>(ByteView(bytes).subspan(32));
    ChildSecret result{crypto::Secret<32>(left), crypto::Secret<32>(right)};
    crypto::wipe(bytes);
    crypto::wipe(left);
    crypto::wipe(right);
    return result;
}

ChildSecret childSecret(const ByteArray<32>& chain_code, Bytes data, std::uint32_t index) {
    data.reserve(37);
    for (int shift = 24; shift >= 0; shift -= 8) data.push_back(static_cast<std::uint8_t>(index >> shift));
    const crypto::SecretBytes secret(std::move(data));
    return split(crypto::hmacSha512(chain_code, secret.reveal()));
}

struct RawKey {
    ByteArray<4> version{};
    KeyPosition position;
    crypto::Secret<32> chain_code;
    crypto::Secret<33> key;
};

std::expected<RawKey, ExtendedKeyError> decodeRaw(std::string_view text) {
    if (text.size() > 120) return std::unexpected(ExtendedKeyError::bad_length); // 111 or 112 are usual
    auto decoded = decodeBase58Check(text);
    if (!decoded) return std::unexpected(ExtendedKeyError::bad_checksum);
    const crypto::SecretBytes bytes(std::move(*decoded));
    if (bytes.reveal().size() != encoded_size) return std::unexpected(ExtendedKeyError::bad_length);
    ByteReader reader(bytes.reveal());
    RawKey raw;
    raw.version = reader.array<4>();
    raw.position.depth = reader.u8();
    raw.position.parent = reader.array<4>();
    raw.position.index = reader.u32be();
    raw.chain_code = crypto::Secret<32>(reader.array<32>());
    raw.key = crypto::Secret<33>(reader.array<33>());
    if (raw.position.depth == 0 && raw.position != KeyPosition{})
        return std::unexpected(ExtendedKeyError::bad_position);
    return raw;
}

Bytes encodeRaw(const ByteArray<4>& version, const KeyPosition& position, const ByteArray<32>& chain_code,
                ByteView key) {
    ByteWriter writer;
    writer.bytes(version)
        .u8(position.depth)
        .bytes(position.parent)
        .u32be(position.index)
        .bytes(chain_code)
        .bytes(key);
    return writer.take();
}

} // namespace

Fingerprint ExtendedPublicKey::fingerprint() const {
    return fingerprintOf(m_key);
}

std::optional<ExtendedPublicKey> ExtendedPublicKey::child(std::uint32_t index) const {
    if (isHardened(index) || m_position.depth == deepest) return std::nullopt;
    const ChildSecret secret = childSecret(m_chain_code, toBytes(m_key), index);
    const auto key = crypto::addTweak(m_key, secret.tweak.reveal());
    if (!key) return std::nullopt;
    const KeyPosition position{static_cast<std::uint8_t>(m_position.depth + 1), fingerprint(), index};
    return ExtendedPublicKey(position, secret.chain_code.reveal(), *key);
}

std::optional<ExtendedPublicKey> ExtendedPublicKey::derived(const DerivationPath& path) const {
    std::optional<ExtendedPublicKey> key = *this;
    for (const std::uint32_t index : path.indexes) {
        key = key->child(index);
        if (!key) return std::nullopt;
    }
    return key;
}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::fromSeed(ByteView seed) {
    if (seed.size() < 16 || seed.size() > 64) return std::nullopt;
    const ChildSecret secret = split(crypto::hmacSha512(viewOf("Bitcoin seed"), seed));
    const auto key = crypto::PrivateKey::fromBytes(secret.tweak.reveal());
    if (!key) return std::nullopt;
    return ExtendedPrivateKey({}, secret.chain_code, *key);
}

ExtendedPublicKey ExtendedPrivateKey::publicPart() const {
    return ExtendedPublicKey(m_position, m_chain_code.reveal(), publicKey());
}

Fingerprint ExtendedPrivateKey::fingerprint() const {
    return fingerprintOf(publicKey());
}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::child(std::uint32_t index) const {
    if (m_position.depth == deepest) return std::nullopt;
    const crypto::PublicKey point = publicKey();
    const ByteArray<1> zero{};
    const ChildSecret secret = childSecret(
        m_chain_code.reveal(), isHardened(index) ? concat({zero, m_key.reveal()}) : toBytes(point), index);
    const auto key = crypto::addTweak(m_key, secret.tweak.reveal());
    if (!key) return std::nullopt;
    const KeyPosition position{static_cast<std::uint8_t>(m_position.depth + 1), fingerprintOf(point), index};
    return ExtendedPrivateKey(position, secret.chain_code, *key);
}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::derived(const DerivationPath& path) const {
    std::optional<ExtendedPrivateKey> key = *this;
    for (const std::uint32_t index : path.indexes) {
        key = key->child(index);
        if (!key) return std::nullopt;
    }
    return key;
}

std::string_view textOf(ExtendedKeyError error) {
    switch (error) {
    case ExtendedKeyError::bad_checksum:
        return "The key is not complete: its checksum does not fit.";
    case ExtendedKeyError::bad_length:
        return "The key has the wrong length.";
    case ExtendedKeyError::wrong_network:
        return "The key belongs to another network or is of another kind.";
    case ExtendedKeyError::bad_key:
        return "The key is not a valid one.";
    case ExtendedKeyError::bad_position:
        return "The key claims to be a master key, but has a parent.";
    case ExtendedKeyError::is_private:
        return "This is a private key; a public one is needed.";
    case ExtendedKeyError::is_public:
        return "This is a public key; a private one is needed.";
    }
    return {};
}

std::expected<ExtendedPublicKey, ExtendedKeyError> decodeExtendedPublicKey(std::string_view text,
                                                                           const NetworkParameters& network) {
    const auto raw = decodeRaw(text);
    if (!raw) return std::unexpected(raw.error());
    if (raw->version == network.extended_private_version)
        return std::unexpected(ExtendedKeyError::is_private);
    if (raw->version != network.extended_public_version)
        return std::unexpected(ExtendedKeyError::wrong_network);
    const auto key = crypto::PublicKey::fromBytes(raw->key.reveal());
    if (!key) return std::unexpected(ExtendedKeyError::bad_key);
    return ExtendedPublicKey(raw->position, raw->chain_code.reveal(), *key);
}

std::expected<ExtendedPrivateKey, ExtendedKeyError>
decodeExtendedPrivateKey(std::string_view text, const NetworkParameters& network) {
    const auto raw = decodeRaw(text);
    if (!raw) return std::unexpected(raw.error());
    if (raw->version == network.extended_public_version) return std::unexpected(ExtendedKeyError::is_public);
    if (raw->version != network.extended_private_version)
        return std::unexpected(ExtendedKeyError::wrong_network);
    const crypto::Secret<32> bytes(toArray<32>(ByteView(raw->key.reveal()).subspan(1)));
    const auto key = crypto::PrivateKey::fromBytes(bytes.reveal());
    if (raw->key.reveal()[0] != 0 || !key) return std::unexpected(ExtendedKeyError::bad_key);
    return ExtendedPrivateKey(raw->position, raw->chain_code, *key);
}

std::string encoded(const ExtendedPublicKey& key, const NetworkParameters& network) {
    return encodeBase58Check(
        encodeRaw(network.extended_public_version, key.position(), key.chainCode(), key.key()));
}

crypto::SecretBytes revealedText(const ExtendedPrivateKey& key, const NetworkParameters& network) {
    const crypto::SecretBytes padded(concat({ByteArray<1>{}, key.key().reveal()}));
    const crypto::SecretBytes raw(encodeRaw(network.extended_private_version, key.position(),
                                            key.chainCode().reveal(), padded.reveal()));
    std::string text = encodeBase58Check(raw.reveal());
    crypto::SecretBytes result(toBytes(viewOf(text)));
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return result;
}

std::expected<ImportedKey, ExtendedKeyError> decodeWif(std::string_view text,
                                                       const NetworkParameters& network) {
    if (text.size() > 60) return std::unexpected(ExtendedKeyError::bad_length); // 51 or 52 are usual
    auto decoded = decodeBase58Check(text);
    if (!decoded) return std::unexpected(ExtendedKeyError::bad_checksum);
    const crypto::SecretBytes bytes(std::move(*decoded));
    const ByteView view = bytes.reveal();
    const bool compressed = view.size() == 34 && view[33] == 1;
    if (view.size() != 33 && !compressed) return std::unexpected(ExtendedKeyError::bad_length);
    if (view[0] != network.wif_version) return std::unexpected(ExtendedKeyError::wrong_network);
    const crypto::Secret<32> secret(toArray<32>(view.subspan(1)));
    const auto key = crypto::PrivateKey::fromBytes(secret.reveal());
    if (!key) return std::unexpected(ExtendedKeyError::bad_key);
    return ImportedKey{*key, compressed};
}

} // namespace duplex::bitcoin::keys
