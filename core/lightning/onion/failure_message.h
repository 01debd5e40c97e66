#pragma once

#include "core/lightning/onion/hop_payload.h"
#include "core/lightning/wire/gossip_messages.h"

#include <variant>

namespace duplex::lightning::onion {

/// BOLT 4, Failure Messages. Flags: 0x8000 BADONION, 0x4000 PERM, 0x2000 NODE, 0x1000 UPDATE.
enum class FailureCode : std::uint16_t {
    temporary_node_failure = 0x2002,
    permanent_node_failure = 0x6002,
    required_node_feature_missing = 0x6003,
    invalid_onion_version = 0xc004,
    invalid_onion_hmac = 0xc005,
    invalid_onion_key = 0xc006,
    temporary_channel_failure = 0x1007,
    permanent_channel_failure = 0x4008,
    required_channel_feature_missing = 0x4009,
    unknown_next_peer = 0x400a,
    amount_below_minimum = 0x100b,
    fee_insufficient = 0x100c,
    incorrect_cltv_expiry = 0x100d,
    expiry_too_soon = 0x100e,
    incorrect_or_unknown_payment_details = 0x400f,
    final_incorrect_cltv_expiry = 18,
    final_incorrect_htlc_amount = 19,
    channel_disabled = 0x1014,
    expiry_too_far = 21,
    invalid_onion_payload = 0x4016,
    mpp_timeout = 23,
    invalid_onion_blinding = 0xc018,
};
inline constexpr std::uint16_t failure_permanent = 0x4000;
inline constexpr std::uint16_t failure_node = 0x2000;
inline constexpr std::uint16_t failure_update = 0x1000;

struct OnionHash {
    ByteArray<32> sha256_of_onion{};
    friend bool operator==(const OnionHash&, const OnionHash&) = default;
};
/// Of the codes with UPDATE; which fields are meant follows from the code.
struct UpdateData {
    std::uint16_t disabled_flags = 0; // channel_disabled
    MilliSatoshi htlc_msat;           // amount_below_minimum, fee_insufficient
    CltvExpiry cltv_expiry;           // incorrect_cltv_expiry
    Bytes channel_update;             // with or without its message type; may be empty
    friend bool operator==(const UpdateData&, const UpdateData&) = default;
};
struct PaymentDetails {
    MilliSatoshi htlc_msat;
    std::uint32_t height = 0;
    friend bool operator==(const PaymentDetails&, const PaymentDetails&) = default;
};
struct FinalExpiry {
    CltvExpiry cltv_expiry;
    friend bool operator==(const FinalExpiry&, const FinalExpiry&) = default;
};
struct FinalAmount {
    MilliSatoshi incoming_htlc_amt;
    friend bool operator==(const FinalAmount&, const FinalAmount&) = default;
};
/// monostate: a code without data, an unknown code, or data that cannot be read.
using FailureData = std::variant<std::monostate, OnionHash, UpdateData, PaymentDetails, FinalExpiry,
                                 FinalAmount, PayloadFault>;

struct FailureMessage {
    FailureCode code = FailureCode::temporary_node_failure; // as received: may be none of the names
    FailureData data;
    bool has(std::uint16_t flag) const { return (static_cast<std::uint16_t>(code) & flag) != 0; }
    friend bool operator==(const FailureMessage&, const FailureMessage&) = default;
};

Bytes encodeFailure(const FailureMessage& failure);
/// Nothing only where there is not even a code. Records after the data are ignored.
std::optional<FailureMessage> decodeFailure(ByteView bytes);
/// The channel_update inside a failure, its signature unchecked; LND adds the message type, others do not.
std::optional<wire::ChannelUpdate> updateOf(const FailureMessage& failure);
/// The specification's name, or "unknown failure".
std::string_view nameOf(FailureCode code);

} // namespace duplex::lightning::onion
