#include "core/family/bitcoin/static_backup.h"

#include "core/crypto/sealed_box.h"
#include "core/lightning/commitment/scripts.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::string_view magic = "DPXSCB";
constexpr std::uint8_t file_version = 1;
constexpr std::size_t smallest_channel = 32 + 33 + 1 + 36 + 1 + 8 + 32 + 1 + 1 + 4 + 4 + 5 * 33;

void write(ByteWriter& writer, const BackedUpChannel& channel) {
    writer.bytes(channel.id).bytes(channel.peer).u8(channel.endpoint ? 1 : 0);
    if (channel.endpoint) writer.compactBytes(viewOf(channel.endpoint->host)).u16be(channel.endpoint->port);
    writer.bytes(channel.funding.txid).u32be(channel.funding.index).compactBytes(channel.funding_script);
    writer.i64le(channel.capacity.value).bytes(channel.nonce).u8(channel.type.scid_alias ? 1 : 0);
    writer.u8(channel.opened_by_us ? 1 : 0);
    writer.u16be(channel.local_to_self_delay).u16be(channel.remote_to_self_delay);
    writer.u32be(channel.opened_height);
    ln::keys::write(writer, channel.remote_keys);
}

bool readFlag(ByteReader& reader) {
    const std::uint8_t flag = reader.u8();
    if (flag > 1) reader.fail();
    return flag == 1;
}

BackedUpChannel readChannel(ByteReader& reader) {
    BackedUpChannel channel;
    channel.id = {reader.array<32>()};
    if (const auto peer = ln::NodeId::fromBytes(reader.view(33)))
        channel.peer = *peer;
    else
        reader.fail();
    if (readFlag(reader)) {
        channel.endpoint = io::Endpoint{.host = textOf(reader.compactBytes())};
        channel.endpoint->port = reader.u16be();
    }
    channel.funding.txid = {reader.array<32>()};
    channel.funding.index = reader.u32be();
    channel.funding_script = {reader.compactBytes()};
    channel.capacity = {reader.i64le()};
    channel.nonce = {reader.array<32>()};
    channel.type.scid_alias = readFlag(reader);
    channel.opened_by_us = readFlag(reader);
    channel.local_to_self_delay = reader.u16be();
    channel.remote_to_self_delay = reader.u16be();
    channel.opened_height = reader.u32be();
    channel.remote_keys = ln::keys::readChannelPublicKeys(reader);
    if (!duplex::bitcoin::inMoneyRange(channel.capacity)) reader.fail();
    return channel;
}

} // namespace

Bytes encodedChannel(const BackedUpChannel& channel) {
    ByteWriter writer;
    write(writer, channel);
    return writer.take();
}

std::optional<BackedUpChannel> decodedChannel(ByteView bytes) {
    ByteReader reader(bytes);
    BackedUpChannel channel = readChannel(reader);
    if (!reader.finished()) return std::nullopt;
    return channel;
}

BackedUpChannel backupOf(const ln::channel::Channel& channel, const std::optional<io::Endpoint>& endpoint) {
    const auto& parameters = channel.terms.parameters;
    BackedUpChannel backup{.id = channel.id, .peer = channel.peer, .endpoint = endpoint};
    backup.funding = parameters.funding;
    backup.funding_script = ln::commitment::fundingOutputScript(parameters);
    backup.capacity = parameters.capacity;
    backup.nonce = channel.nonce;
    backup.type = channel.type;
    backup.opened_by_us = channel.isFunder();
    backup.local_to_self_delay = parameters.local.to_self_delay;
    backup.remote_to_self_delay = parameters.remote.to_self_delay;
    backup.opened_height = channel.opened_height;
    backup.remote_keys = parameters.remote.keys;
    return backup;
}

StaticBackup backupOf(const std::map<ln::ChannelId, const ln::channel::Channel*>& channels,
                      const std::map<ln::ChannelId, std::optional<io::Endpoint>>& endpoints, UnixTime now) {
    StaticBackup backup{.written = now};
    for (const auto& [id, channel] : channels) {
        const bool live = ln::channel::isEstablished(*channel) &&
                          !std::holds_alternative<ln::channel::Closed>(channel->phase);
        if (!live) continue;
        const auto endpoint = endpoints.find(id);
        backup.channels.push_back(
            backupOf(*channel, endpoint == endpoints.end() ? std::nullopt : endpoint->second));
    }
    return backup;
}

std::string_view problemOf(BackupError error) {
    switch (error) {
    case BackupError::malformed:
        return "This file is no channel backup of Duplex, or it is damaged.";
    case BackupError::newer_version:
        return "This channel backup was written by a newer Duplex. Use that version.";
    case BackupError::other_seed_or_damaged:
        return "This channel backup belongs to another wallet, or it is damaged.";
    }
    return {};
}

crypto::Secret<32> backupKey(const ln::keys::LightningRoot& root) {
    return root.secretFor("static channel backup");
}

Bytes sealBackup(const crypto::Secret<32>& key, const StaticBackup& backup, const ByteArray<24>& nonce) {
    ByteWriter content;
    content.i64le(secondsOf(backup.written)).compactSize(backup.channels.size());
    for (const BackedUpChannel& channel : backup.channels) write(content, channel);
    const Bytes head = concat({viewOf(magic), Bytes{file_version}});
    return concat({head, crypto::sealWithKey(key, nonce, head, content.view())});
}

std::expected<StaticBackup, BackupError> openBackup(const crypto::Secret<32>& key, ByteView file) {
    if (file.size() < magic.size() + 1 || !std::ranges::equal(file.first(magic.size()), viewOf(magic)))
        return std::unexpected(BackupError::malformed);
    const ByteView head = file.first(magic.size() + 1);
    if (head.back() > file_version) return std::unexpected(BackupError::newer_version);
    if (head.back() != file_version) return std::unexpected(BackupError::malformed);
    const auto content = crypto::openWithKey(key, head, file.subspan(head.size()));
    if (!content) return std::unexpected(BackupError::other_seed_or_damaged);
    ByteReader reader(content->reveal());
    StaticBackup backup{.written = unixTime(reader.i64le())};
    const std::size_t count = reader.compactCount(smallest_channel);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) backup.channels.push_back(readChannel(reader));
    if (!reader.finished()) return std::unexpected(BackupError::malformed);
    return backup;
}

} // namespace duplex::family::bitcoin
