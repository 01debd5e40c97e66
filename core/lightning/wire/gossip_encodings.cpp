#include "core/lightning/wire/gossip_messages.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace duplex::lightning::wire {

namespace {
constexpr std::uint8_t plain_encoding = 0;

std::optional<std::vector<UpdatePair>> decodePairs(ByteView bytes) {
    if (bytes.size() % 8 != 0) return std::nullopt;
    std::vector<UpdatePair> pairs;
    pairs.reserve(bytes.size() / 8);
    ByteReader reader(bytes);
    while (reader.remaining() > 0) {
        const std::uint32_t first = reader.u32be();
        pairs.push_back({.node_id_1 = first, .node_id_2 = reader.u32be()});
    }
    return pairs;
}

void writePairs(ByteWriter& writer, std::span<const UpdatePair> pairs) {
    for (const UpdatePair& pair : pairs) writer.u32be(pair.node_id_1).u32be(pair.node_id_2);
}

/// Length of an address after its kind byte (dns: of its length byte and what follows); 0 for an unknown
/// kind.
std::size_t hostLength(std::uint8_t kind) {
    switch (kind) {
    case static_cast<std::uint8_t>(NetworkAddress::Kind::ipv4):
        return 4;
    case static_cast<std::uint8_t>(NetworkAddress::Kind::ipv6):
        return 16;
    case 3:
        return 10; // Tor v2, gone: read over
    case static_cast<std::uint8_t>(NetworkAddress::Kind::tor_v3):
        return 35;
    default:
        return 0;
    }
}
} // namespace

Bytes encodeShortIds(std::span<const ShortChannelId> ids) {
    ByteWriter writer;
    writer.u8(plain_encoding);
    for (const ShortChannelId id : ids) writer.u64be(id.value);
    return writer.take();
}

std::optional<std::vector<ShortChannelId>> decodeShortIds(ByteView encoded) {
    std::vector<ShortChannelId> ids;
    if (encoded.empty()) return std::nullopt;
    if (encoded[0] != plain_encoding || encoded.size() % 8 != 1) return std::nullopt;
    ids.reserve(encoded.size() / 8);
    ByteReader reader(encoded.subspan(1));
    while (reader.remaining() > 0) {
        const ShortChannelId id{reader.u64be()};
        if (!ids.empty() && id <= ids.back()) return std::nullopt; // BOLT 7: ascending
        ids.push_back(id);
    }
    return ids;
}

std::optional<std::vector<UpdatePair>> decodeTimestamps(ByteView timestamps_tlv) {
    if (timestamps_tlv.empty() || timestamps_tlv[0] != plain_encoding) return std::nullopt;
    return decodePairs(timestamps_tlv.subspan(1));
}

std::optional<std::vector<UpdatePair>> decodeChecksums(ByteView checksums_tlv) {
    return decodePairs(checksums_tlv);
}

Bytes encodeTimestamps(std::span<const UpdatePair> pairs) {
    ByteWriter writer;
    writer.u8(plain_encoding);
    writePairs(writer, pairs);
    return writer.take();
}

Bytes encodeChecksums(std::span<const UpdatePair> pairs) {
    ByteWriter writer;
    writePairs(writer, pairs);
    return writer.take();
}

std::vector<NetworkAddress> addressesOf(ByteView addresses) {
    std::vector<NetworkAddress> result;
    ByteReader reader(addresses);
    while (reader.remaining() > 0) {
        const std::uint8_t kind = reader.u8();
        const bool dns = kind == static_cast<std::uint8_t>(NetworkAddress::Kind::dns);
        const std::size_t length = dns ? reader.u8() : hostLength(kind);
        if (length == 0) break;
        NetworkAddress address{.kind = static_cast<NetworkAddress::Kind>(kind), .host = reader.bytes(length)};
        address.port = reader.u16be();
        if (!reader.ok()) break;
        if (kind != 3) result.push_back(std::move(address));
    }
    return result;
}

Bytes encodeAddresses(std::span<const NetworkAddress> addresses) {
    ByteWriter writer;
    for (const NetworkAddress& address : addresses) {
        writer.u8(static_cast<std::uint8_t>(address.kind));
        if (address.kind == NetworkAddress::Kind::dns)
            writer.u8(static_cast<std::uint8_t>(address.host.size()));
        writer.bytes(address.host).u16be(address.port);
    }
    return writer.take();
}

} // namespace duplex::lightning::wire
