#pragma once

#include "core/base/variant.h"
#include "core/bitcoin/primitives/block.h"

#include <tuple>

namespace duplex::bitcoin::wire {

inline constexpr std::int32_t protocol_version = 70016;

enum class Service : std::uint64_t {
    network = 1,
    witness = 1 << 3,
    compact_filters = 1 << 6,
    network_limited = 1 << 10
};
/// What a node offers; unknown bits are kept.
struct Services {
    std::uint64_t bits = 0;
    bool has(Service service) const { return (bits & static_cast<std::uint64_t>(service)) != 0; }
    Services with(Service service) const { return {bits | static_cast<std::uint64_t>(service)}; }
    friend bool operator==(const Services&, const Services&) = default;
};

struct FilterHashTag;
/// Double SHA-256 of a serialised filter (BIP 157).
using FilterHash = TaggedBytes<FilterHashTag>;
struct FilterHeaderTag;
/// Double SHA-256 of filter hash and previous filter header (BIP 157).
using FilterHeader = TaggedBytes<FilterHeaderTag>;

enum class Relay { no, yes };

/// An address as `version` carries it: IPv4 is mapped into IPv6.
struct VersionAddress {
    Services services;
    ByteArray<16> ip{};
    std::uint16_t port = 0;
    friend bool operator==(const VersionAddress&, const VersionAddress&) = default;
};

struct Version {
    std::int32_t version = protocol_version;
    Services services;
    std::int64_t time = 0; // seconds since 1970 by the sender's clock
    VersionAddress receiver;
    VersionAddress sender;
    std::uint64_t nonce = 0; // finds connections to ourselves
    std::string user_agent;
    std::int32_t start_height = 0;
    Relay relay = Relay::yes; // announce transactions to me (BIP 37)
    friend bool operator==(const Version&, const Version&) = default;
};
struct Verack {
    friend bool operator==(const Verack&, const Verack&) = default;
};
/// BIP 339; between version and verack.
struct WtxidRelay {
    friend bool operator==(const WtxidRelay&, const WtxidRelay&) = default;
};
/// BIP 155; between version and verack.
struct SendAddrV2 {
    friend bool operator==(const SendAddrV2&, const SendAddrV2&) = default;
};
/// BIP 130: announce blocks by headers.
struct SendHeaders {
    friend bool operator==(const SendHeaders&, const SendHeaders&) = default;
};
struct GetAddr {
    friend bool operator==(const GetAddr&, const GetAddr&) = default;
};
struct Ping {
    std::uint64_t nonce = 0;
    friend bool operator==(const Ping&, const Ping&) = default;
};
struct Pong {
    std::uint64_t nonce = 0;
    friend bool operator==(const Pong&, const Pong&) = default;
};
/// Headers after the first hash of the locator that the peer knows, up to `stop` (zero: as many as fit).
struct GetHeaders {
    std::vector<BlockHash> locator; // highest first
    BlockHash stop;
    friend bool operator==(const GetHeaders&, const GetHeaders&) = default;
};
struct Headers {
    std::vector<BlockHeader> headers; // 2,000 at most
    friend bool operator==(const Headers&, const Headers&) = default;
};
inline constexpr std::size_t most_headers = 2'000;

inline constexpr std::uint8_t basic_filter = 0; // BIP 158
inline constexpr std::uint32_t most_filters = 1'000;
inline constexpr std::uint32_t most_filter_headers = 2'000;
inline constexpr std::uint32_t filter_checkpoint_interval = 1'000;

struct GetCfCheckpt {
    BlockHash stop;
    friend bool operator==(const GetCfCheckpt&, const GetCfCheckpt&) = default;
};
/// Filter headers at heights 1,000, 2,000, ... up to the stop block.
struct CfCheckpt {
    BlockHash stop;
    std::vector<FilterHeader> headers;
    friend bool operator==(const CfCheckpt&, const CfCheckpt&) = default;
};
struct GetCfHeaders {
    BlockHeight start;
    BlockHash stop;
    friend bool operator==(const GetCfHeaders&, const GetCfHeaders&) = default;
};
struct CfHeaders {
    BlockHash stop;
    FilterHeader previous; // of the block before `start`; zero for the genesis block
    std::vector<FilterHash> hashes;
    friend bool operator==(const CfHeaders&, const CfHeaders&) = default;
};
struct GetCfilters {
    BlockHeight start;
    BlockHash stop;
    friend bool operator==(const GetCfilters&, const GetCfilters&) = default;
};
struct Cfilter {
    BlockHash block;
    Bytes filter; // count as CompactSize, then the Golomb-coded set (BIP 158)
    friend bool operator==(const Cfilter&, const Cfilter&) = default;
};

enum class InventoryKind : std::uint32_t {
    tx = 1,
    block = 2,
    wtx = 5, // BIP 339
    witness_tx = 0x40000001,
    witness_block = 0x40000002
};
/// Other kinds than those above are kept as they are; nobody acts on them.
struct Inventory {
    InventoryKind kind = InventoryKind::tx;
    ByteArray<32> hash{};
    friend auto operator<=>(const Inventory&, const Inventory&) = default;
};
inline constexpr std::size_t most_inventory = 50'000;
struct Inv {
    std::vector<Inventory> entries;
    friend bool operator==(const Inv&, const Inv&) = default;
};
struct GetData {
    std::vector<Inventory> entries;
    friend bool operator==(const GetData&, const GetData&) = default;
};
struct NotFound {
    std::vector<Inventory> entries;
    friend bool operator==(const NotFound&, const NotFound&) = default;
};
struct Tx {
    Transaction transaction;
    friend bool operator==(const Tx&, const Tx&) = default;
};
/// A block's bytes, unread: decodeBlock() is for the room that knows what was asked, because a broken body is
/// the peer's fault and never the header's (threats 14).
struct BlockBody {
    Bytes bytes;
    friend bool operator==(const BlockBody&, const BlockBody&) = default;
};
/// BIP 133: the least feerate that the peer relays.
struct FeeFilter {
    std::int64_t sat_per_kvb = 0;
    friend bool operator==(const FeeFilter&, const FeeFilter&) = default;
};

enum class AddressKind : std::uint8_t { ipv4 = 1, ipv6 = 2, tor_v3 = 4, i2p = 5, cjdns = 6 };
/// A node's address (BIP 155). `address` has the length of its kind: 4, 16, 32, 32 or 16 bytes.
struct NodeAddress {
    std::uint32_t time = 0; // last seen, seconds since 1970
    Services services;
    AddressKind kind = AddressKind::ipv4;
    Bytes address;
    std::uint16_t port = 0;
    friend auto operator<=>(const NodeAddress& a, const NodeAddress& b) {
        return std::tie(a.kind, a.address, a.port) <=> std::tie(b.kind, b.address, b.port);
    }
    friend bool operator==(const NodeAddress&, const NodeAddress&) = default;
};
inline constexpr std::size_t most_addresses = 1'000;
/// Entries with IPv4 and IPv6 only.
struct Addr {
    std::vector<NodeAddress> addresses;
    friend bool operator==(const Addr&, const Addr&) = default;
};
/// Entries of unknown kinds are dropped while reading (BIP 155).
struct AddrV2 {
    std::vector<NodeAddress> addresses;
    friend bool operator==(const AddrV2&, const AddrV2&) = default;
};

using Message =
    std::variant<Version, Verack, WtxidRelay, SendAddrV2, SendHeaders, GetAddr, Ping, Pong, GetHeaders,
                 Headers, GetCfCheckpt, CfCheckpt, GetCfHeaders, CfHeaders, GetCfilters, Cfilter, Inv,
                 GetData, NotFound, Tx, BlockBody, FeeFilter, Addr, AddrV2>;

} // namespace duplex::bitcoin::wire
