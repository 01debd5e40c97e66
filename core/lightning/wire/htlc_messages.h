#pragma once

#include "core/bitcoin/primitives/feerate.h"
#include "core/bitcoin/primitives/transaction.h"
#include "core/crypto/ecdsa.h"
#include "core/lightning/primitives/channel_id.h"
#include "core/lightning/primitives/cltv.h"
#include "core/lightning/primitives/milli_satoshi.h"

namespace duplex::lightning::wire {

// BOLT 2, normal operation. Field names are the specification's.

inline constexpr std::size_t onion_packet_size = 1366;
using OnionRoutingPacket = ByteArray<onion_packet_size>;

struct UpdateAddHtlc {
    static constexpr std::uint16_t type = 128;
    ChannelId channel_id;
    std::uint64_t id = 0;
    MilliSatoshi amount_msat;
    PaymentHash payment_hash;
    CltvExpiry cltv_expiry;
    OnionRoutingPacket onion_routing_packet{};
    std::optional<crypto::PublicKey> path_key; // TLV 0 (blinded_path): the HTLC is inside a blinded path
    friend bool operator==(const UpdateAddHtlc&, const UpdateAddHtlc&) = default;
};

struct UpdateFulfillHtlc {
    static constexpr std::uint16_t type = 130;
    ChannelId channel_id;
    std::uint64_t id = 0;
    Preimage payment_preimage;
    friend bool operator==(const UpdateFulfillHtlc&, const UpdateFulfillHtlc&) = default;
};

struct UpdateFailHtlc {
    static constexpr std::uint16_t type = 131;
    ChannelId channel_id;
    std::uint64_t id = 0;
    Bytes reason; // onion-encrypted
    friend bool operator==(const UpdateFailHtlc&, const UpdateFailHtlc&) = default;
};

struct UpdateFailMalformedHtlc {
    static constexpr std::uint16_t type = 135;
    ChannelId channel_id;
    std::uint64_t id = 0;
    ByteArray<32> sha256_of_onion{};
    std::uint16_t failure_code = 0;
    friend bool operator==(const UpdateFailMalformedHtlc&, const UpdateFailMalformedHtlc&) = default;
};

struct CommitmentSigned {
    static constexpr std::uint16_t type = 132;
    ChannelId channel_id;
    crypto::Signature signature;
    std::vector<crypto::Signature> htlc_signature; // at most 483 * 2 are read
    std::optional<bitcoin::Txid> funding_txid;     // TLV 1
    friend bool operator==(const CommitmentSigned&, const CommitmentSigned&) = default;
};

struct RevokeAndAck {
    static constexpr std::uint16_t type = 133;
    ChannelId channel_id;
    ByteArray<32> per_commitment_secret{};
    crypto::PublicKey next_per_commitment_point;
    friend bool operator==(const RevokeAndAck&, const RevokeAndAck&) = default;
};

struct UpdateFee {
    static constexpr std::uint16_t type = 134;
    ChannelId channel_id;
    bitcoin::FeeratePerKw feerate_per_kw;
    friend bool operator==(const UpdateFee&, const UpdateFee&) = default;
};

} // namespace duplex::lightning::wire
