#include "core/family/bitcoin/wallet_backup.h"

#include "core/crypto/sealed_box.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::string_view magic = "DPXBACKUP";
constexpr std::uint8_t first_version = 1; // named no network
constexpr std::uint8_t file_version = 2;
constexpr std::size_t checksum_size = 4;

struct Pieces {
    WalletBackupHead head;
    Bytes sealed;
};

ByteArray<checksum_size> checksumOf(ByteView bytes) {
    return toArray<checksum_size>(crypto::sha256d(bytes));
}

std::expected<Pieces, BackupError> piecesOf(ByteView file) {
    if (file.size() < magic.size() + 1 + checksum_size ||
        !std::ranges::equal(file.first(magic.size()), viewOf(magic)))
        return std::unexpected(BackupError::malformed);
    const std::uint8_t version = file[magic.size()];
    if (version > file_version) return std::unexpected(BackupError::newer_version);
    const ByteView body = file.first(file.size() - checksum_size);
    if (version < first_version || !std::ranges::equal(checksumOf(body), file.last(checksum_size)))
        return std::unexpected(BackupError::malformed);
    ByteReader reader(body.subspan(magic.size() + 1));
    Pieces pieces;
    if (version > first_version) {
        pieces.head.network = textOf(reader.compactBytes());
        if (pieces.head.network.empty()) reader.fail();
    }
    pieces.head.seed_file = reader.compactBytes();
    const std::uint8_t has_key = reader.u8();
    if (has_key > 1) reader.fail();
    if (has_key == 1) pieces.head.key = reader.bytes(32);
    pieces.sealed = reader.compactBytes();
    if (!reader.finished()) return std::unexpected(BackupError::malformed);
    return pieces;
}

} // namespace

Bytes encodedWalletBackup(const crypto::Secret<32>& key, const WalletBackup& backup,
                          const ByteArray<24>& nonce) {
    ByteWriter content;
    content.u32be(backup.birthday).i64le(secondsOf(backup.birthday_time)).compactBytes(backup.key_chain);
    content.compactSize(backup.labels.size());
    for (const auto& [script, label] : backup.labels) content.compactBytes(script).compactBytes(label);
    content.compactBytes(backup.static_backup);
    ByteWriter file;
    file.bytes(viewOf(magic)).u8(backup.network.empty() ? first_version : file_version);
    if (!backup.network.empty()) file.compactBytes(viewOf(backup.network));
    file.compactBytes(backup.seed_file).u8(backup.key ? 1 : 0);
    if (backup.key) file.bytes(*backup.key);
    file.compactBytes(crypto::sealWithKey(key, nonce, viewOf(magic), content.view()));
    const auto checksum = checksumOf(file.view());
    return file.bytes(checksum).take();
}

std::expected<WalletBackupHead, BackupError> walletBackupHead(ByteView file) {
    auto pieces = piecesOf(file);
    if (!pieces) return std::unexpected(pieces.error());
    return std::move(pieces->head);
}

std::expected<WalletBackup, BackupError> decodedWalletBackup(const crypto::Secret<32>& key, ByteView file) {
    auto pieces = piecesOf(file);
    if (!pieces) return std::unexpected(pieces.error());
    const auto content = crypto::openWithKey(key, viewOf(magic), pieces->sealed);
    if (!content) return std::unexpected(BackupError::other_seed_or_damaged);
    ByteReader reader(content->reveal());
    WalletBackup backup{.network = pieces->head.network,
                        .seed_file = std::move(pieces->head.seed_file),
                        .key = std::move(pieces->head.key)};
    backup.birthday = reader.u32be();
    backup.birthday_time = unixTime(reader.i64le());
    backup.key_chain = reader.compactBytes();
    const std::size_t labels = reader.compactCount(2);
    for (std::size_t i = 0; i < labels && reader.ok(); ++i) {
        Bytes script = reader.compactBytes();
        backup.labels.emplace_back(std::move(script), reader.compactBytes());
    }
    backup.static_backup = reader.compactBytes();
    if (!reader.finished()) return std::unexpected(BackupError::malformed);
    return backup;
}

} // namespace duplex::family::bitcoin
