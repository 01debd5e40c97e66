#pragma once

#include "core/lightning/primitives/channel_id.h"
#include "core/lightning/primitives/cltv.h"
#include "core/lightning/primitives/milli_satoshi.h"
#include "core/lightning/primitives/short_channel_id.h"

#include <expected>

namespace duplex::lightning::onion {

struct PaymentData {
    PaymentSecret payment_secret;
    MilliSatoshi total_msat;
    friend bool operator==(const PaymentData&, const PaymentData&) = default;
};

/// What one hop reads (BOLT 4, Payload Format; BOLT names).
struct HopPayload {
    MilliSatoshi amt_to_forward;                    // TLV 2
    CltvExpiry outgoing_cltv_value;                 // TLV 4
    std::optional<ShortChannelId> short_channel_id; // TLV 6, not for the last hop
    std::optional<PaymentData> payment_data;        // TLV 8, the last hop
    std::optional<Bytes> payment_metadata;          // TLV 16, the last hop
    friend bool operator==(const HopPayload&, const HopPayload&) = default;
};

enum class HopPosition { intermediate, last };

/// Data of invalid_onion_payload: the TLV type at fault (0 where the stream itself is bad).
struct PayloadFault {
    std::uint64_t type = 0;
    std::uint16_t offset = 0;
    friend bool operator==(const PayloadFault&, const PayloadFault&) = default;
};

Bytes encodePayload(const HopPayload& payload);
/// Records of other even types, blinded paths among them, are a fault: this program does not understand them
/// yet.
std::expected<HopPayload, PayloadFault> decodePayload(ByteView bytes, HopPosition position);

} // namespace duplex::lightning::onion
