#pragma once

#include "core/bitcoin/primitives/block.h"
#include "core/bitcoin/primitives/feerate.h"
#include "core/bitcoin/primitives/script.h"
#include "core/bitcoin/primitives/transaction.h"
#include "core/crypto/ecdsa.h"
#include "core/lightning/primitives/channel_id.h"
#include "core/lightning/primitives/milli_satoshi.h"
#include "core/lightning/primitives/short_channel_id.h"

namespace duplex::lightning::wire {

// BOLT 2, channel establishment v1, close and reestablish. Field names are the specification's.

struct OpenChannel {
    static constexpr std::uint16_t type = 32;
    static constexpr std::uint8_t announce_channel = 1; // bit of channel_flags
    bitcoin::BlockHash chain_hash;
    ChannelId temporary_channel_id;
    bitcoin::Satoshi funding_satoshis;
    MilliSatoshi push_msat;
    bitcoin::Satoshi dust_limit_satoshis;
    MilliSatoshi max_htlc_value_in_flight_msat; // a larger u64 than all bitcoin reads as all bitcoin
    bitcoin::Satoshi channel_reserve_satoshis;
    MilliSatoshi htlc_minimum_msat;
    bitcoin::FeeratePerKw feerate_per_kw;
    std::uint16_t to_self_delay = 0;
    std::uint16_t max_accepted_htlcs = 0;
    crypto::PublicKey funding_pubkey;
    crypto::PublicKey revocation_basepoint;
    crypto::PublicKey payment_basepoint;
    crypto::PublicKey delayed_payment_basepoint;
    crypto::PublicKey htlc_basepoint;
    crypto::PublicKey first_per_commitment_point;
    std::uint8_t channel_flags = 0;
    std::optional<bitcoin::Script> upfront_shutdown_script; // TLV 0, may be empty
    std::optional<Bytes> channel_type;                      // TLV 1, feature bits; see channelTypeFromBytes
    friend bool operator==(const OpenChannel&, const OpenChannel&) = default;
};

struct AcceptChannel {
    static constexpr std::uint16_t type = 33;
    ChannelId temporary_channel_id;
    bitcoin::Satoshi dust_limit_satoshis;
    MilliSatoshi max_htlc_value_in_flight_msat; // as in OpenChannel
    bitcoin::Satoshi channel_reserve_satoshis;
    MilliSatoshi htlc_minimum_msat;
    std::uint32_t minimum_depth = 0;
    std::uint16_t to_self_delay = 0;
    std::uint16_t max_accepted_htlcs = 0;
    crypto::PublicKey funding_pubkey;
    crypto::PublicKey revocation_basepoint;
    crypto::PublicKey payment_basepoint;
    crypto::PublicKey delayed_payment_basepoint;
    crypto::PublicKey htlc_basepoint;
    crypto::PublicKey first_per_commitment_point;
    std::optional<bitcoin::Script> upfront_shutdown_script; // TLV 0
    std::optional<Bytes> channel_type;                      // TLV 1
    friend bool operator==(const AcceptChannel&, const AcceptChannel&) = default;
};

struct FundingCreated {
    static constexpr std::uint16_t type = 34;
    ChannelId temporary_channel_id;
    bitcoin::Txid funding_txid;
    std::uint16_t funding_output_index = 0;
    crypto::Signature signature;
    friend bool operator==(const FundingCreated&, const FundingCreated&) = default;
};

struct FundingSigned {
    static constexpr std::uint16_t type = 35;
    ChannelId channel_id;
    crypto::Signature signature;
    friend bool operator==(const FundingSigned&, const FundingSigned&) = default;
};

struct ChannelReady {
    static constexpr std::uint16_t type = 36;
    ChannelId channel_id;
    crypto::PublicKey second_per_commitment_point;
    std::optional<ShortChannelId> alias; // TLV 1
    friend bool operator==(const ChannelReady&, const ChannelReady&) = default;
};

struct Shutdown {
    static constexpr std::uint16_t type = 38;
    ChannelId channel_id;
    bitcoin::Script scriptpubkey;
    friend bool operator==(const Shutdown&, const Shutdown&) = default;
};

struct FeeRange {
    bitcoin::Satoshi min_fee_satoshis;
    bitcoin::Satoshi max_fee_satoshis;
    friend bool operator==(const FeeRange&, const FeeRange&) = default;
};

struct ClosingSigned {
    static constexpr std::uint16_t type = 39;
    ChannelId channel_id;
    bitcoin::Satoshi fee_satoshis;
    crypto::Signature signature;
    std::optional<FeeRange> fee_range; // TLV 1
    friend bool operator==(const ClosingSigned&, const ClosingSigned&) = default;
};

struct ChannelReestablish {
    static constexpr std::uint16_t type = 136;
    ChannelId channel_id;
    std::uint64_t next_commitment_number = 0;
    std::uint64_t next_revocation_number = 0;
    ByteArray<32> your_last_per_commitment_secret{};
    crypto::PublicKey my_current_per_commitment_point;
    friend bool operator==(const ChannelReestablish&, const ChannelReestablish&) = default;
};

} // namespace duplex::lightning::wire
