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

} // namespace duplex::lightning::channel
