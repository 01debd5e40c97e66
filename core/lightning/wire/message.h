#pragma once

#include "core/lightning/wire/channel_messages.h"
#include "core/lightning/wire/gossip_messages.h"
#include "core/lightning/wire/htlc_messages.h"
#include "core/lightning/wire/setup_messages.h"
#include "core/lightning/wire/wire_error.h"

#include <variant>

namespace duplex::lightning::wire {

/// A message of an odd type that we do not know: ignored (BOLT 1).
struct UnknownMessage {
    std::uint16_t type = 0;
    Bytes payload;
    friend bool operator==(const UnknownMessage&, const UnknownMessage&) = default;
};

using Message =
    std::variant<Init, Error, Warning, Ping, Pong, OpenChannel, AcceptChannel, FundingCreated, FundingSigned,
                 ChannelReady, Shutdown, ClosingSigned, ChannelReestablish, UpdateAddHtlc, UpdateFulfillHtlc,
                 UpdateFailHtlc, UpdateFailMalformedHtlc, CommitmentSigned, RevokeAndAck, UpdateFee,
                 AnnouncementSignatures, ChannelAnnouncement, NodeAnnouncement, ChannelUpdate,
                 QueryShortChannelIds, ReplyShortChannelIdsEnd, QueryChannelRange, ReplyChannelRange,
                 GossipTimestampFilter, UnknownMessage>;

/// A Lightning message is at most this long, its type included (BOLT 8).
inline constexpr std::size_t longest_message = 65535;

/// Type and payload, as they go into the transport.
Bytes encode(const Message& message);
/// One message. Odd unknown types give UnknownMessage, even ones an error.
std::expected<Message, WireError> decode(ByteView bytes);
std::uint16_t typeOf(const Message& message);
/// The channel (or temporary channel) that a message names; nothing for messages about no channel.
std::optional<ChannelId> channelIdOf(const Message& message);
/// Gossip and its queries: a fault in one of these is no reason to close a connection.
bool isGossip(std::uint16_t type);

} // namespace duplex::lightning::wire
