#include "core/family/bitcoin/seed_file.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::string_view magic = "DPXSEED";
constexpr std::uint8_t file_version = 1;
constexpr std::uint8_t contents_version = 1;

Bytes header(SealedBy kind) {
    return ByteWriter().bytes(viewOf(magic)).u8(file_version).u8(static_cast<std::uint8_t>(kind)).take();
}

crypto::SecretBytes encoded(const SeedContents& contents) {
    const ByteView entropy = contents.mnemonic.entropy().reveal();
    return crypto::SecretBytes(ByteWriter()
                                   .u8(contents_version)
                                   .compactBytes(entropy)
                                   .compactBytes(contents.mnemonic_passphrase.reveal())
                                   .take());
}

std::expected<SeedContents, SeedFileError> decoded(const crypto::SecretBytes& bytes) {
    ByteReader reader(bytes.reveal());
    if (reader.u8() != contents_version) return std::unexpected(SeedFileError::newer_version);
    const crypto::SecretBytes entropy(reader.compactBytes());
    crypto::SecretBytes passphrase(reader.compactBytes());
    const auto mnemonic = duplex::bitcoin::keys::Mnemonic::fromEntropy(entropy.reveal());
    if (!reader.finished() || !mnemonic) return std::unexpected(SeedFileError::malformed);
    return SeedContents{*mnemonic, std::move(passphrase)};
}

/// The box inside the file; the header before it is bound to it as associated data.
std::expected<ByteView, SeedFileError> boxIn(ByteView file, SealedBy expected) {
    const auto kind = sealedBy(file);
    if (!kind) return std::unexpected(kind.error());
    if (*kind != expected) return std::unexpected(SeedFileError::wrong_key);
    return file.subspan(magic.size() + 2);
}

} // namespace

crypto::Secret<64> SeedContents::seed() const {
    return mnemonic.seed(
        duplex::bitcoin::keys::NormalizedText::fromNfkd(textOf(mnemonic_passphrase.reveal())));
}

Bytes sealSeedWithPassword(const SeedContents& contents, ByteView password, const crypto::KeyStretching& cost,
                           const ByteArray<16>& salt, const ByteArray<24>& nonce) {
    const Bytes head = header(SealedBy::password);
    return concat(
        {head, crypto::sealWithPassword(password, salt, nonce, cost, head, encoded(contents).reveal())});
}

Bytes sealSeedWithKey(const SeedContents& contents, const crypto::Secret<32>& key,
                      const ByteArray<24>& nonce) {
    const Bytes head = header(SealedBy::random_key);
    return concat({head, crypto::sealWithKey(key, nonce, head, encoded(contents).reveal())});
}

std::expected<SealedBy, SeedFileError> sealedBy(ByteView file) {
    ByteReader reader(file);
    const ByteView found = reader.view(magic.size());
    const std::uint8_t version = reader.u8();
    const std::uint8_t kind = reader.u8();
    if (!reader.ok() || !std::equal(found.begin(), found.end(), magic.begin(), magic.end())) {
        return std::unexpected(SeedFileError::malformed);
    }
    if (version != file_version) return std::unexpected(SeedFileError::newer_version);
    if (kind != 1 && kind != 2) return std::unexpected(SeedFileError::malformed);
    return static_cast<SealedBy>(kind);
}

std::expected<SeedContents, SeedFileError> openSeedWithPassword(ByteView file, ByteView password) {
    const auto box = boxIn(file, SealedBy::password);
    if (!box) return std::unexpected(box.error());
    const auto opened = crypto::openWithPassword(password, header(SealedBy::password), *box);
    if (!opened) {
        return std::unexpected(opened.error() == crypto::OpenError::malformed
                                   ? SeedFileError::malformed
                                   : SeedFileError::wrong_password);
    }
    return decoded(*opened);
}

std::expected<SeedContents, SeedFileError> openSeedWithKey(ByteView file, const crypto::Secret<32>& key) {
    const auto box = boxIn(file, SealedBy::random_key);
    if (!box) return std::unexpected(box.error());
    const auto opened = crypto::openWithKey(key, header(SealedBy::random_key), *box);
    if (!opened) return std::unexpected(SeedFileError::wrong_key);
    return decoded(*opened);
}

} // namespace duplex::family::bitcoin
