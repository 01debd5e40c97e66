#pragma once

#include "core/lightning/primitives/features.h"

namespace duplex::lightning {

/// The channel types this program opens and accepts: static_remotekey + anchors (zero-fee HTLC), with or
/// without scid_alias.
struct ChannelType {
    bool scid_alias = false;
    friend bool operator==(const ChannelType&, const ChannelType&) = default;
};
Bytes encoded(const ChannelType& type);
/// Nothing for any other combination of bits (legacy, bits 20/21, zeroconf, taproot, ...).
std::optional<ChannelType> channelTypeFromBytes(ByteView bytes);

} // namespace duplex::lightning
