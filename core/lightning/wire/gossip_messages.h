#pragma once

#include "core/bitcoin/primitives/block.h"
#include "core/crypto/ecdsa.h"
#include "core/lightning/primitives/channel_id.h"
#include "core/lightning/primitives/cltv.h"
#include "core/lightning/primitives/features.h"
#include "core/lightning/primitives/milli_satoshi.h"
#include "core/lightning/primitives/short_channel_id.h"

namespace duplex::lightning::wire {

// BOLT 7. Field names are the specification's. `extra` holds what follows the known fields: signatures cover
// it.

struct AnnouncementSignatures {
    static constexpr std::uint16_t type = 259;
    ChannelId channel_id;
    ShortChannelId short_channel_id;
    crypto::Signature node_signature;
    crypto::Signature bitcoin_signature;
    friend bool operator==(const AnnouncementSignatures&, const AnnouncementSignatures&) = default;
};

struct ChannelAnnouncement {
    static constexpr std::uint16_t type = 256;
    crypto::Signature node_signature_1;
    crypto::Signature node_signature_2;
    crypto::Signature bitcoin_signature_1;
    crypto::Signature bitcoin_signature_2;
    Bytes features; // as received: signed
    bitcoin::BlockHash chain_hash;
    ShortChannelId short_channel_id;
    crypto::PublicKey node_id_1;
    crypto::PublicKey node_id_2;
    crypto::PublicKey bitcoin_key_1;
    crypto::PublicKey bitcoin_key_2;
    Bytes extra;
    friend bool operator==(const ChannelAnnouncement&, const ChannelAnnouncement&) = default;
};

struct NodeAnnouncement {
    static constexpr std::uint16_t type = 257;
    crypto::Signature signature;
    Bytes features; // as received: signed
    std::uint32_t timestamp = 0;
    crypto::PublicKey node_id;
    ByteArray<3> rgb_color{};
    ByteArray<32> alias{}; // foreign text: sanitised before it is shown
    Bytes addresses;       // see addressesOf
    Bytes extra;
    friend bool operator==(const NodeAnnouncement&, const NodeAnnouncement&) = default;
};

struct ChannelUpdate {
    static constexpr std::uint16_t type = 258;
    crypto::Signature signature;
    bitcoin::BlockHash chain_hash;
    ShortChannelId short_channel_id;
    std::uint32_t timestamp = 0;
    std::uint8_t message_flags = 1; // bit 0 must be 1, bit 1 = dont_forward
    std::uint8_t channel_flags = 0; // bit 0 = direction, bit 1 = disable
    CltvDelta cltv_expiry_delta;    // 16 bits on the wire
    MilliSatoshi htlc_minimum_msat;
    std::uint32_t fee_base_msat = 0;
    std::uint32_t fee_proportional_millionths = 0;
    MilliSatoshi htlc_maximum_msat;
    Bytes extra;
    int direction() const { return channel_flags & 1; }
    bool disabled() const { return (channel_flags & 2) != 0; }
    friend bool operator==(const ChannelUpdate&, const ChannelUpdate&) = default;
};

struct QueryShortChannelIds {
    static constexpr std::uint16_t type = 261;
    bitcoin::BlockHash chain_hash;
    Bytes encoded_short_ids;                  // see encodeShortIds
    std::optional<Bytes> encoded_query_flags; // TLV 1: encoding byte, then the flags
    friend bool operator==(const QueryShortChannelIds&, const QueryShortChannelIds&) = default;
};

struct ReplyShortChannelIdsEnd {
    static constexpr std::uint16_t type = 262;
    bitcoin::BlockHash chain_hash;
    std::uint8_t full_information = 0;
    friend bool operator==(const ReplyShortChannelIdsEnd&, const ReplyShortChannelIdsEnd&) = default;
};

struct QueryChannelRange {
    static constexpr std::uint16_t type = 263;
    static constexpr std::uint64_t want_timestamps = 1;
    static constexpr std::uint64_t want_checksums = 2;
    bitcoin::BlockHash chain_hash;
    std::uint32_t first_blocknum = 0;
    std::uint32_t number_of_blocks = 0;
    std::optional<std::uint64_t> query_option_flags; // TLV 1
    friend bool operator==(const QueryChannelRange&, const QueryChannelRange&) = default;
};

struct ReplyChannelRange {
    static constexpr std::uint16_t type = 264;
    bitcoin::BlockHash chain_hash;
    std::uint32_t first_blocknum = 0;
    std::uint32_t number_of_blocks = 0;
    std::uint8_t sync_complete = 0;
    Bytes encoded_short_ids;
    std::optional<Bytes> timestamps_tlv; // TLV 1: encoding byte, then pairs of u32
    std::optional<Bytes> checksums_tlv;  // TLV 3: pairs of u32
    friend bool operator==(const ReplyChannelRange&, const ReplyChannelRange&) = default;
};

struct GossipTimestampFilter {
    static constexpr std::uint16_t type = 265;
    bitcoin::BlockHash chain_hash;
    std::uint32_t first_timestamp = 0;
    std::uint32_t timestamp_range = 0;
    friend bool operator==(const GossipTimestampFilter&, const GossipTimestampFilter&) = default;
};

/// Encoding 0 (plain, sorted ascending). Encoding 1 (zlib) left the specification: nothing for it.
Bytes encodeShortIds(std::span<const ShortChannelId> ids);
std::optional<std::vector<ShortChannelId>> decodeShortIds(ByteView encoded);

struct UpdatePair {
    std::uint32_t node_id_1 = 0;
    std::uint32_t node_id_2 = 0;
    friend bool operator==(const UpdatePair&, const UpdatePair&) = default;
};
/// Timestamps (with an encoding byte in front) and checksums (without) of reply_channel_range.
std::optional<std::vector<UpdatePair>> decodeTimestamps(ByteView timestamps_tlv);
std::optional<std::vector<UpdatePair>> decodeChecksums(ByteView checksums_tlv);
Bytes encodeTimestamps(std::span<const UpdatePair> pairs);
Bytes encodeChecksums(std::span<const UpdatePair> pairs);

struct NetworkAddress {
    enum class Kind : std::uint8_t { ipv4 = 1, ipv6 = 2, tor_v3 = 4, dns = 5 };
    Kind kind = Kind::ipv4;
    Bytes host; // 4, 16, 35 bytes, or an ASCII name
    std::uint16_t port = 0;
    friend bool operator==(const NetworkAddress&, const NetworkAddress&) = default;
};
/// The addresses of a node_announcement that we know how to read, up to the first unknown kind (BOLT 7).
std::vector<NetworkAddress> addressesOf(ByteView addresses);
Bytes encodeAddresses(std::span<const NetworkAddress> addresses);

/// Double SHA-256 of what the signatures of a gossip message cover (BOLT 7).
crypto::Hash32 signedDigest(const ChannelAnnouncement& message);
crypto::Hash32 signedDigest(const NodeAnnouncement& message);
crypto::Hash32 signedDigest(const ChannelUpdate& message);

} // namespace duplex::lightning::wire
