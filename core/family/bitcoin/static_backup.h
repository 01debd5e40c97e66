#pragma once

#include "core/base/time.h"
#include "core/io/endpoint.h"
#include "core/lightning/channel/channel.h"

#include <expected>
#include <map>

namespace duplex::family::bitcoin {

namespace ln = duplex::lightning;

/// What of a channel a backup holds: enough to find its funding output, to reach the partner, to derive our
/// keys and to recognise our output when the partner closes. Never a state: an old one is dangerous
/// (lightning.md 9).
struct BackedUpChannel {
    ln::ChannelId id;
    ln::NodeId peer;
    std::optional<io::Endpoint> endpoint; // last address
    duplex::bitcoin::OutPoint funding;
    duplex::bitcoin::Script funding_script; // of the output
    duplex::bitcoin::Satoshi capacity;
    ln::keys::ChannelNonce nonce;
    ln::ChannelType type;
    bool opened_by_us = false;
    std::uint16_t local_to_self_delay = 0, remote_to_self_delay = 0;
    std::uint32_t opened_height = 0;
    ln::keys::ChannelPublicKeys remote_keys;
    friend bool operator==(const BackedUpChannel&, const BackedUpChannel&) = default;
};

/// The static channel backup, lightning.md 9.
struct StaticBackup {
    UnixTime written{};
    std::vector<BackedUpChannel> channels;
    friend bool operator==(const StaticBackup&, const StaticBackup&) = default;
};

BackedUpChannel backupOf(const ln::channel::Channel& channel, const std::optional<io::Endpoint>& endpoint);
/// Live channels only: those with money in them.
StaticBackup backupOf(const std::map<ln::ChannelId, const ln::channel::Channel*>& channels,
                      const std::map<ln::ChannelId, std::optional<io::Endpoint>>& endpoints, UnixTime now);

enum class BackupError {
    malformed,
    newer_version,
    other_seed_or_damaged, // the seal does not open
};
std::string_view problemOf(BackupError error);

/// One channel as a backup holds it, and back; nothing when it is damaged.
Bytes encodedChannel(const BackedUpChannel& channel);
std::optional<BackedUpChannel> decodedChannel(ByteView bytes);

/// The key of every backup of a seed.
crypto::Secret<32> backupKey(const ln::keys::LightningRoot& root);
/// "DPXSCB", version, sealed box. `nonce` is fresh random bytes.
Bytes sealBackup(const crypto::Secret<32>& key, const StaticBackup& backup, const ByteArray<24>& nonce);
std::expected<StaticBackup, BackupError> openBackup(const crypto::Secret<32>& key, ByteView file);

/// The file's name in the wallet's folder.
inline constexpr std::string_view static_backup_file = "channels.backup";

} // namespace duplex::family::bitcoin
