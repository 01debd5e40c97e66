#pragma once

#include "core/lightning/primitives/channel_id.h"
#include "core/lightning/wire/htlc_messages.h"

#include <expected>

namespace duplex::lightning::onion {

/// Bytes that the payloads of all hops share, lengths and HMACs included (BOLT 4).
inline constexpr std::size_t hop_payloads_size = 1300;
inline constexpr std::size_t most_hops = 20; // of a route of ours

struct OnionHop {
    NodeId node_id;
    Bytes payload; // TLV stream without its length
};

struct CreatedOnion {
    wire::OnionRoutingPacket packet{};
    std::vector<crypto::Secret<32>> shared_secrets; // one a hop, to read a failure with
};

enum class CreateOnionError { no_hops, too_long, bad_key };

/// The packet for hops[0]. `session_key` is fresh randomness, one use; `associated_data` is the payment hash.
std::expected<CreatedOnion, CreateOnionError>
createOnion(const crypto::PrivateKey& session_key, std::span<const OnionHop> hops, ByteView associated_data);

/// Faults that are answered by update_fail_malformed_htlc, since the sender of the onion cannot be reached by
/// key.
enum class BadOnion : std::uint16_t { version = 0xc004, hmac = 0xc005, key = 0xc006 };

struct PeeledOnion {
    crypto::Secret<32> shared_secret; // for failures towards the origin
    /// TLV stream for us; nothing when its length was 0, 1 or more than fits: answered by
    /// invalid_onion_payload.
    std::optional<Bytes> payload;
    std::optional<wire::OnionRoutingPacket> next; // nothing: we are the last hop
};

/// Takes our layer off. Nothing is allocated by a length of the sender before it is bounded (CVE-2024-38359).
std::expected<PeeledOnion, BadOnion> peelOnion(const crypto::PrivateKey& node_key,
                                               const wire::OnionRoutingPacket& packet,
                                               ByteView associated_data);

} // namespace duplex::lightning::onion
