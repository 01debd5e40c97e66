#pragma once

#include "core/lightning/channel/channel.h"

namespace duplex::lightning::channel {

/// First byte of every blob. A change of the format adds a reader; old blobs load for ever (tests/golden).
inline constexpr std::uint8_t channel_blob_version = 1;

/// The stored form: everything but the facts of this connection.
Bytes encodeChannel(const Channel& channel);

enum class ChannelCodecError { unknown_version, malformed };
/// Link::offline and no held messages; follow with the event Restored.
std::expected<Channel, ChannelCodecError> decodeChannel(ByteView blob);

/// Takes out the HTLCs of revoked commitments that are settled: they never change again. To be stored with
/// the channel, each in a row of its own, else the channel's row would grow with every payment.
std::vector<RevokedHtlc> takeSettledRevoked(Commitments& commitments);
/// Channel, direction, HTLC id: begins with the channel's id.
Bytes keyOf(const ChannelId& channel, const RevokedHtlc& revoked);
Bytes encodeRevokedHtlc(const RevokedHtlc& revoked);
std::expected<RevokedHtlc, ChannelCodecError> decodeRevokedHtlc(ByteView blob);

} // namespace duplex::lightning::channel
