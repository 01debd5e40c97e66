#include "core/crypto/sealed_box.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/check.h"
#include "core/crypto/aead.h"

#include <botan/pwdhash.h>

namespace duplex::crypto {

namespace {

constexpr std::uint8_t box_version = 1;
constexpr std::size_t nonce_size = 24;
constexpr std::size_t salt_size = 16;

/// What a stored box may ask of this machine: a changed file must not take all memory.
bool isBearable(const KeyStretching& cost) {
    return cost.lanes >= 1 && cost.lanes <= 16 && cost.passes >= 1 && cost.passes <= 64 &&
           cost.memory_kib >= 8 * cost.lanes && cost.memory_kib <= 2'097'152;
}

Bytes passwordHeader(const ByteArray<16>& salt, const KeyStretching& cost) {
    return ByteWriter()
        .u8(box_version)
        .u32le(cost.memory_kib)
        .u32le(cost.passes)
        .u32le(cost.lanes)
        .bytes(salt)
        .take();
}

} // namespace

Secret<32> stretchPassword(ByteView password, const ByteArray<16>& salt, const KeyStretching& cost) {
    check(isBearable(cost), "the cost of a password is within bounds");
    const std::unique_ptr<Botan::PasswordHashFamily> family = Botan::PasswordHashFamily::create("Argon2id");
    check(family != nullptr, "the crypto library lacks Argon2id");
    ByteArray<32> key;
    family->from_params(cost.memory_kib, cost.passes, cost.lanes)
        ->derive_key(key.data(), key.size(), reinterpret_cast<const char*>(password.data()), password.size(),
                     salt.data(), salt.size());
    Secret<32> secret(key);
    wipe(key);
    return secret;
}

Bytes sealWithKey(const Secret<32>& key, const ByteArray<24>& nonce, ByteView associated,
                  ByteView plaintext) {
    const Bytes bound = concat({ByteView(&box_version, 1), associated});
    return concat({ByteView(&box_version, 1), nonce, aeadSeal(key.reveal(), nonce, bound, plaintext)});
}

std::optional<SecretBytes> openWithKey(const Secret<32>& key, ByteView associated, ByteView sealed) {
    if (sealed.size() < 1 + nonce_size + aead_tag_size || sealed[0] != box_version) return std::nullopt;
    const Bytes bound = concat({sealed.first(1), associated});
    auto plaintext =
        aeadOpen(key.reveal(), sealed.subspan(1, nonce_size), bound, sealed.subspan(1 + nonce_size));
    if (!plaintext) return std::nullopt;
    return SecretBytes(std::move(*plaintext));
}

Bytes sealWithPassword(ByteView password, const ByteArray<16>& salt, const ByteArray<24>& nonce,
                       const KeyStretching& cost, ByteView associated, ByteView plaintext) {
    const Bytes header = passwordHeader(salt, cost);
    const Secret<32> key = stretchPassword(password, salt, cost);
    return concat({header, sealWithKey(key, nonce, concat({header, associated}), plaintext)});
}

std::expected<SecretBytes, OpenError> openWithPassword(ByteView password, ByteView associated,
                                                       ByteView sealed) {
    ByteReader reader(sealed);
    const std::uint8_t version = reader.u8();
    KeyStretching cost;
    cost.memory_kib = reader.u32le();
    cost.passes = reader.u32le();
    cost.lanes = reader.u32le();
    const ByteArray<16> salt = reader.array<salt_size>();
    const ByteView box = reader.rest();
    if (!reader.ok() || version != box_version || !isBearable(cost) ||
        box.size() < 1 + nonce_size + aead_tag_size || box[0] != box_version) {
        return std::unexpected(OpenError::malformed);
    }
    const Secret<32> key = stretchPassword(password, salt, cost);
    auto plaintext = openWithKey(key, concat({passwordHeader(salt, cost), associated}), box);
    if (!plaintext) return std::unexpected(OpenError::wrong_password_or_changed);
    return std::move(*plaintext);
}

} // namespace duplex::crypto
