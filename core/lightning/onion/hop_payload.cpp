#include "core/lightning/onion/hop_payload.h"

#include "core/base/byte_writer.h"
#include "core/lightning/wire/tlv.h"

namespace duplex::lightning::onion {

namespace {
constexpr std::uint64_t amt_to_forward = 2;
constexpr std::uint64_t outgoing_cltv_value = 4;
constexpr std::uint64_t short_channel_id = 6;
constexpr std::uint64_t payment_data = 8;
constexpr std::uint64_t payment_metadata = 16;
constexpr std::uint64_t known_types[] = {amt_to_forward, outgoing_cltv_value, short_channel_id, payment_data,
                                         payment_metadata};

std::optional<MilliSatoshi> amountOf(ByteView bytes) {
    const auto value = wire::truncatedInteger(bytes);
    return value ? checkedMilliSatoshi(*value) : std::nullopt;
}

std::optional<PaymentData> paymentDataOf(ByteView bytes) {
    if (bytes.size() < 32) return std::nullopt;
    const auto total = amountOf(bytes.subspan(32));
    if (!total) return std::nullopt;
    return PaymentData{.payment_secret = {toArray<32>(bytes)}, .total_msat = *total};
}

std::expected<HopPayload, PayloadFault> fault(std::uint64_t type) {
    return std::unexpected(PayloadFault{.type = type, .offset = 0});
}
} // namespace

Bytes encodePayload(const HopPayload& payload) {
    wire::TlvWriter writer;
    writer.record(amt_to_forward,
                  wire::truncatedInteger(static_cast<std::uint64_t>(payload.amt_to_forward.value)));
    writer.record(outgoing_cltv_value, wire::truncatedInteger(payload.outgoing_cltv_value.value));
    if (payload.short_channel_id)
        writer.record(short_channel_id, ByteWriter().u64be(payload.short_channel_id->value).view());
    if (payload.payment_data)
        writer.record(payment_data, concat({payload.payment_data->payment_secret,
                                            wire::truncatedInteger(static_cast<std::uint64_t>(
                                                payload.payment_data->total_msat.value))}));
    if (payload.payment_metadata) writer.record(payment_metadata, *payload.payment_metadata);
    return writer.take();
}

std::expected<HopPayload, PayloadFault> decodePayload(ByteView bytes, HopPosition position) {
    const auto records = wire::decodeTlvStream(bytes);
    if (!records) return fault(0);
    if (const auto unknown = wire::firstUnknownEven(*records, known_types)) return fault(*unknown);
    HopPayload payload;

    const auto amount = wire::findTlv(*records, amt_to_forward);
    const auto amount_value = amount ? amountOf(*amount) : std::nullopt;
    if (!amount_value) return fault(amt_to_forward);
    payload.amt_to_forward = *amount_value;

    const auto expiry = wire::findTlv(*records, outgoing_cltv_value);
    const auto expiry_value = expiry ? wire::truncatedInteger(*expiry, 4) : std::nullopt;
    if (!expiry_value) return fault(outgoing_cltv_value);
    payload.outgoing_cltv_value = {static_cast<std::uint32_t>(*expiry_value)};

    const auto channel = wire::findTlv(*records, short_channel_id);
    if (channel) {
        const auto value = channel->size() == 8 ? std::optional(*channel) : std::nullopt;
        if (!value) return fault(short_channel_id);
        std::uint64_t id = 0;
        for (const std::uint8_t byte : *value) id = id << 8 | byte;
        payload.short_channel_id = ShortChannelId{id};
    }
    if (position == HopPosition::intermediate && !channel) return fault(short_channel_id);

    if (const auto data = wire::findTlv(*records, payment_data)) {
        payload.payment_data = paymentDataOf(*data);
        if (!payload.payment_data) return fault(payment_data);
    }
    if (const auto metadata = wire::findTlv(*records, payment_metadata))
        payload.payment_metadata = toBytes(*metadata);
    return payload;
}

} // namespace duplex::lightning::onion
