#include "core/bitcoin/wire/message_codec.h"

namespace duplex::bitcoin::wire {

namespace {

constexpr std::size_t longest_user_agent = 256;      // BIP 14 in Core
constexpr std::size_t most_locator_hashes = 101;     // Core
constexpr std::size_t most_checkpoints = 10'000;     // 10,000,000 blocks
constexpr std::size_t longest_filter = 1'000'000;    // four times what any block of 4 M weight can need
constexpr std::size_t longest_transaction = 400'000; // standard weight, should all of it be witness
constexpr std::size_t longest_address = 512;         // BIP 155
constexpr std::size_t inventory_size = 36;
constexpr std::size_t addr_size = 30;

struct MessageType {
    std::string_view command;
    std::size_t limit;
};
/// In the order of the variant.
constexpr std::array<MessageType, std::variant_size_v<Message>> types = {{
    {"version", 85 + 3 + longest_user_agent + 512},
    {"verack", 0},
    {"wtxidrelay", 0},
    {"sendaddrv2", 0},
    {"sendheaders", 0},
    {"getaddr", 0},
    {"ping", 8},
    {"pong", 8},
    {"getheaders", 4 + 3 + most_locator_hashes * 32 + 32},
    {"headers", 3 + most_headers*(header_size + 1)},
    {"getcfcheckpt", 33},
    {"cfcheckpt", 33 + 3 + most_checkpoints * 32},
    {"getcfheaders", 37},
    {"cfheaders", 65 + 3 + most_filter_headers * 32},
    {"getcfilters", 37},
    {"cfilter", 33 + 5 + longest_filter},
    {"inv", 3 + most_inventory* inventory_size},
    {"getdata", 3 + most_inventory* inventory_size},
    {"notfound", 3 + most_inventory* inventory_size},
    {"tx", longest_transaction},
    {"block", static_cast<std::size_t>(longest_block_weight)},
    {"feefilter", 8},
    {"addr", 3 + most_addresses* addr_size},
    {"addrv2", 3 + most_addresses * (4 + 9 + 1 + 3 + longest_address + 2)},
}};

std::optional<std::size_t> typeOf(std::string_view command) {
    for (std::size_t i = 0; i < types.size(); ++i)
        if (types[i].command == command) return i;
    return std::nullopt;
}

// Encoding

void write(ByteWriter& writer, const VersionAddress& address) {
    writer.u64le(address.services.bits).bytes(address.ip).u16be(address.port);
}

void write(ByteWriter& writer, const std::vector<Inventory>& entries) {
    writer.compactSize(entries.size());
    for (const Inventory& entry : entries)
        writer.u32le(static_cast<std::uint32_t>(entry.kind)).bytes(entry.hash);
}

void write(ByteWriter& writer, const Version& message) {
    writer.i32le(message.version).u64le(message.services.bits).i64le(message.time);
    write(writer, message.receiver);
    write(writer, message.sender);
    writer.u64le(message.nonce)
        .compactBytes(viewOf(message.user_agent))
        .i32le(message.start_height)
        .u8(message.relay == Relay::yes ? 1 : 0);
}

void write(ByteWriter& writer, const GetHeaders& message) {
    writer.i32le(protocol_version).compactSize(message.locator.size());
    for (const BlockHash& hash : message.locator) writer.bytes(hash);
    writer.bytes(message.stop);
}

void write(ByteWriter& writer, const Headers& message) {
    writer.compactSize(message.headers.size());
    for (const BlockHeader& header : message.headers) writer.bytes(serialized(header)).u8(0);
}

void write(ByteWriter& writer, const CfCheckpt& message) {
    writer.u8(basic_filter).bytes(message.stop).compactSize(message.headers.size());
    for (const FilterHeader& header : message.headers) writer.bytes(header);
}

void write(ByteWriter& writer, const CfHeaders& message) {
    writer.u8(basic_filter).bytes(message.stop).bytes(message.previous).compactSize(message.hashes.size());
    for (const FilterHash& hash : message.hashes) writer.bytes(hash);
}

/// The old form: IPv4 inside IPv6 (BIP 155 calls it addrv1).
ByteArray<16> mapped(const NodeAddress& address) {
    ByteArray<16> ip{};
    if (address.kind == AddressKind::ipv4 && address.address.size() == 4) {
        ip[10] = ip[11] = 0xff;
        std::copy(address.address.begin(), address.address.end(), ip.begin() + 12);
    } else {
        ip = toArray<16>(address.address);
    }
    return ip;
}

void write(ByteWriter& writer, const Addr& message) {
    writer.compactSize(message.addresses.size());
    for (const NodeAddress& each : message.addresses)
        writer.u32le(each.time).u64le(each.services.bits).bytes(mapped(each)).u16be(each.port);
}

void write(ByteWriter& writer, const AddrV2& message) {
    writer.compactSize(message.addresses.size());
    for (const NodeAddress& each : message.addresses) {
        writer.u32le(each.time)
            .compactSize(each.services.bits)
            .u8(static_cast<std::uint8_t>(each.kind))
            .compactBytes(each.address)
            .u16be(each.port);
    }
}

// Decoding

using Decoded = std::expected<Message, CodecFault>;

VersionAddress readVersionAddress(ByteReader& reader) {
    return {.services = {reader.u64le()}, .ip = reader.array<16>(), .port = reader.u16be()};
}

Decoded readVersion(ByteReader& reader) {
    Version message{.version = reader.i32le(), .services = {reader.u64le()}, .time = reader.i64le()};
    message.receiver = readVersionAddress(reader);
    message.sender = readVersionAddress(reader);
    message.nonce = reader.u64le();
    const std::size_t length = reader.compactCount(1);
    if (length > longest_user_agent) return std::unexpected(CodecFault::count_over_limit);
    message.user_agent = duplex::textOf(reader.view(length));
    message.start_height = reader.i32le();
    message.relay = reader.remaining() == 0 || reader.u8() != 0 ? Relay::yes : Relay::no;
    if (reader.ok()) reader.rest(); // later versions may add fields
    return message;
}

/// A count of elements of this size, at most `most`.
std::expected<std::size_t, CodecFault> readCount(ByteReader& reader, std::size_t element, std::size_t most) {
    const std::size_t count = reader.compactCount(element);
    if (count > most) return std::unexpected(CodecFault::count_over_limit);
    return count;
}

Decoded readGetHeaders(ByteReader& reader) {
    reader.skip(4); // the sender's version
    const auto count = readCount(reader, 32, most_locator_hashes);
    if (!count) return std::unexpected(count.error());
    GetHeaders message;
    for (std::size_t i = 0; i < *count; ++i) message.locator.push_back(BlockHash{reader.array<32>()});
    message.stop = BlockHash{reader.array<32>()};
    return message;
}

Decoded readHeaders(ByteReader& reader) {
    const auto count = readCount(reader, header_size + 1, most_headers);
    if (!count) return std::unexpected(count.error());
    Headers message;
    message.headers.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i) {
        message.headers.push_back(readHeader(reader));
        if (reader.u8() != 0) reader.fail(); // a header carries no transactions
    }
    return message;
}

template <typename Id>
std::expected<std::vector<Id>, CodecFault> readHashes(ByteReader& reader, std::size_t most) {
    const auto count = readCount(reader, 32, most);
    if (!count) return std::unexpected(count.error());
    std::vector<Id> ids;
    ids.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i) ids.push_back(Id{reader.array<32>()});
    return ids;
}

template <typename M>
Decoded readInventory(ByteReader& reader) {
    const auto count = readCount(reader, inventory_size, most_inventory);
    if (!count) return std::unexpected(count.error());
    M message;
    message.entries.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i)
        message.entries.push_back({static_cast<InventoryKind>(reader.u32le()), reader.array<32>()});
    return message;
}

NodeAddress unmapped(const ByteArray<16>& ip) {
    constexpr ByteArray<12> prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(prefix.begin(), prefix.end(), ip.begin()))
        return {.kind = AddressKind::ipv4, .address = Bytes(ip.begin() + 12, ip.end())};
    return {.kind = AddressKind::ipv6, .address = Bytes(ip.begin(), ip.end())};
}

Decoded readAddr(ByteReader& reader) {
    const auto count = readCount(reader, addr_size, most_addresses);
    if (!count) return std::unexpected(count.error());
    Addr message;
    for (std::size_t i = 0; i < *count; ++i) {
        const std::uint32_t time = reader.u32le();
        const Services services{reader.u64le()};
        NodeAddress address = unmapped(reader.array<16>());
        address.time = time;
        address.services = services;
        address.port = reader.u16be();
        message.addresses.push_back(std::move(address));
    }
    return message;
}

/// Length of an address of a known kind (BIP 155).
std::optional<std::size_t> addressLength(std::uint8_t kind) {
    switch (static_cast<AddressKind>(kind)) {
    case AddressKind::ipv4:
        return 4;
    case AddressKind::ipv6:
    case AddressKind::cjdns:
        return 16;
    case AddressKind::tor_v3:
    case AddressKind::i2p:
        return 32;
    }
    return std::nullopt;
}

Decoded readAddrV2(ByteReader& reader) {
    const auto count = readCount(reader, 9, most_addresses);
    if (!count) return std::unexpected(count.error());
    AddrV2 message;
    for (std::size_t i = 0; i < *count && reader.ok(); ++i) {
        NodeAddress address{.time = reader.u32le(), .services = {reader.compactSize()}};
        const std::uint8_t kind = reader.u8();
        const auto length = readCount(reader, 1, longest_address);
        if (!length) return std::unexpected(length.error());
        address.address = reader.bytes(*length);
        address.port = reader.u16be();
        const auto expected = addressLength(kind);
        if (!expected) continue;
        if (address.address.size() != *expected) reader.fail();
        address.kind = static_cast<AddressKind>(kind);
        message.addresses.push_back(std::move(address));
    }
    return message;
}

Decoded readTx(ByteReader& reader) {
    return Tx{readTransaction(reader)};
}

Decoded readCfCheckpt(ByteReader& reader) {
    CfCheckpt message{.stop = BlockHash{reader.array<32>()}};
    auto hashes = readHashes<FilterHeader>(reader, most_checkpoints);
    if (!hashes) return std::unexpected(hashes.error());
    message.headers = std::move(*hashes);
    return message;
}

Decoded readCfHeaders(ByteReader& reader) {
    CfHeaders message{.stop = BlockHash{reader.array<32>()}, .previous = FilterHeader{reader.array<32>()}};
    auto hashes = readHashes<FilterHash>(reader, most_filter_headers);
    if (!hashes) return std::unexpected(hashes.error());
    message.hashes = std::move(*hashes);
    return message;
}

Decoded readFilterMessage(ByteReader& reader, std::string_view command) {
    if (reader.u8() != basic_filter) return std::unexpected(CodecFault::unknown_filter_type);
    if (command == "getcfcheckpt") return GetCfCheckpt{BlockHash{reader.array<32>()}};
    if (command == "cfcheckpt") return readCfCheckpt(reader);
    if (command == "cfheaders") return readCfHeaders(reader);
    if (command == "cfilter") {
        const BlockHash block{reader.array<32>()};
        const auto length = readCount(reader, 1, longest_filter);
        if (!length) return std::unexpected(length.error());
        return Cfilter{block, reader.bytes(*length)};
    }
    const BlockHeight start{reader.u32le()};
    const BlockHash stop{reader.array<32>()};
    if (command == "getcfheaders") return GetCfHeaders{start, stop};
    return GetCfilters{start, stop};
}

Decoded readMessage(ByteReader& reader, std::string_view command) {
    if (command == "version") return readVersion(reader);
    if (command == "verack") return Verack{};
    if (command == "wtxidrelay") return WtxidRelay{};
    if (command == "sendaddrv2") return SendAddrV2{};
    if (command == "sendheaders") return SendHeaders{};
    if (command == "getaddr") return GetAddr{};
    if (command == "ping") return Ping{reader.u64le()};
    if (command == "pong") return Pong{reader.u64le()};
    if (command == "getheaders") return readGetHeaders(reader);
    if (command == "headers") return readHeaders(reader);
    if (command == "inv") return readInventory<Inv>(reader);
    if (command == "getdata") return readInventory<GetData>(reader);
    if (command == "notfound") return readInventory<NotFound>(reader);
    if (command == "tx") return readTx(reader);
    if (command == "block") return BlockBody{toBytes(reader.rest())};
    if (command == "feefilter") return FeeFilter{reader.i64le()};
    if (command == "addr") return readAddr(reader);
    if (command == "addrv2") return readAddrV2(reader);
    return readFilterMessage(reader, command);
}

} // namespace

std::string_view commandOf(const Message& message) {
    return types[message.index()].command;
}

std::optional<std::size_t> payloadLimit(std::string_view command) {
    const auto type = typeOf(command);
    return type ? std::optional(types[*type].limit) : std::nullopt;
}

Bytes encodePayload(const Message& message) {
    ByteWriter writer;
    std::visit(
        overloaded{
            [](const one_of<Verack, WtxidRelay, SendAddrV2, SendHeaders, GetAddr> auto&) {},
            [&](const one_of<Version, GetHeaders, Headers, CfCheckpt, CfHeaders, Addr, AddrV2> auto& each) {
                write(writer, each);
            },
            [&](const one_of<Ping, Pong> auto& each) { writer.u64le(each.nonce); },
            [&](const GetCfCheckpt& each) { writer.u8(basic_filter).bytes(each.stop); },
            [&](const one_of<GetCfHeaders, GetCfilters> auto& each) {
                writer.u8(basic_filter).u32le(each.start.value).bytes(each.stop);
            },
            [&](const Cfilter& each) { writer.u8(basic_filter).bytes(each.block).compactBytes(each.filter); },
            [&](const one_of<Inv, GetData, NotFound> auto& each) { write(writer, each.entries); },
            [&](const Tx& each) { writer.bytes(serialized(each.transaction)); },
            [&](const BlockBody& each) { writer.bytes(each.bytes); },
            [&](const FeeFilter& each) { writer.i64le(each.sat_per_kvb); },
        },
        message);
    return writer.take();
}

std::expected<Message, CodecFault> decodePayload(std::string_view command, ByteView payload) {
    const auto limit = payloadLimit(command);
    if (!limit) return std::unexpected(CodecFault::unknown_command);
    if (payload.size() > *limit) return std::unexpected(CodecFault::truncated_or_oversized);
    ByteReader reader(payload);
    auto message = readMessage(reader, command);
    if (!message) return message;
    if (!reader.ok()) return std::unexpected(CodecFault::truncated_or_oversized);
    if (!reader.finished()) return std::unexpected(CodecFault::trailing_bytes);
    return message;
}

} // namespace duplex::bitcoin::wire
