#include "core/lightning/onion/failure_message.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/variant.h"
#include "core/lightning/wire/message.h"

namespace duplex::lightning::onion {

namespace {

std::uint64_t raw(MilliSatoshi amount) {
    return static_cast<std::uint64_t>(amount.value);
}

MilliSatoshi readAmount(ByteReader& reader) {
    const auto amount = checkedMilliSatoshi(reader.u64be());
    if (!amount) reader.fail();
    return amount.value_or(MilliSatoshi{});
}

UpdateData readUpdate(FailureCode code, ByteReader& reader) {
    UpdateData data;
    if (code == FailureCode::channel_disabled) data.disabled_flags = reader.u16be();
    if (code == FailureCode::amount_below_minimum || code == FailureCode::fee_insufficient)
        data.htlc_msat = readAmount(reader);
    if (code == FailureCode::incorrect_cltv_expiry) data.cltv_expiry = {reader.u32be()};
    data.channel_update = reader.bytes(reader.u16be());
    return data;
}

void write(ByteWriter& writer, FailureCode code, const UpdateData& data) {
    if (code == FailureCode::channel_disabled) writer.u16be(data.disabled_flags);
    if (code == FailureCode::amount_below_minimum || code == FailureCode::fee_insufficient)
        writer.u64be(raw(data.htlc_msat));
    if (code == FailureCode::incorrect_cltv_expiry) writer.u32be(data.cltv_expiry.value);
    writer.u16be(static_cast<std::uint16_t>(data.channel_update.size())).bytes(data.channel_update);
}

FailureData readData(FailureCode code, ByteReader& reader) {
    switch (code) {
    case FailureCode::invalid_onion_version:
    case FailureCode::invalid_onion_hmac:
    case FailureCode::invalid_onion_key:
    case FailureCode::invalid_onion_blinding:
        return OnionHash{reader.array<32>()};
    case FailureCode::temporary_channel_failure:
    case FailureCode::amount_below_minimum:
    case FailureCode::fee_insufficient:
    case FailureCode::incorrect_cltv_expiry:
    case FailureCode::expiry_too_soon:
    case FailureCode::channel_disabled:
        return readUpdate(code, reader);
    case FailureCode::incorrect_or_unknown_payment_details: {
        const MilliSatoshi amount = readAmount(reader);
        return PaymentDetails{.htlc_msat = amount, .height = reader.u32be()};
    }
    case FailureCode::final_incorrect_cltv_expiry:
        return FinalExpiry{{reader.u32be()}};
    case FailureCode::final_incorrect_htlc_amount:
        return FinalAmount{readAmount(reader)};
    case FailureCode::invalid_onion_payload: {
        const std::uint64_t type = reader.bigSize();
        return PayloadFault{.type = type, .offset = reader.u16be()};
    }
    case FailureCode::temporary_node_failure:
    case FailureCode::permanent_node_failure:
    case FailureCode::required_node_feature_missing:
    case FailureCode::permanent_channel_failure:
    case FailureCode::required_channel_feature_missing:
    case FailureCode::unknown_next_peer:
    case FailureCode::expiry_too_far:
    case FailureCode::mpp_timeout:
        return std::monostate{};
    }
    return std::monostate{}; // a code of the future
}

} // namespace

Bytes encodeFailure(const FailureMessage& failure) {
    ByteWriter writer;
    writer.u16be(static_cast<std::uint16_t>(failure.code));
    std::visit(
        overloaded{[](std::monostate) {}, [&](const OnionHash& data) { writer.bytes(data.sha256_of_onion); },
                   [&](const UpdateData& data) { write(writer, failure.code, data); },
                   [&](const PaymentDetails& data) { writer.u64be(raw(data.htlc_msat)).u32be(data.height); },
                   [&](const FinalExpiry& data) { writer.u32be(data.cltv_expiry.value); },
                   [&](const FinalAmount& data) { writer.u64be(raw(data.incoming_htlc_amt)); },
                   [&](const PayloadFault& data) { writer.bigSize(data.type).u16be(data.offset); }},
        failure.data);
    return writer.take();
}

std::optional<FailureMessage> decodeFailure(ByteView bytes) {
    ByteReader reader(bytes);
    FailureMessage failure{.code = static_cast<FailureCode>(reader.u16be()), .data = {}};
    if (!reader.ok()) return std::nullopt;
    FailureData data = readData(failure.code, reader);
    if (reader.ok()) failure.data = std::move(data);
    return failure;
}

std::optional<wire::ChannelUpdate> updateOf(const FailureMessage& failure) {
    const auto* data = std::get_if<UpdateData>(&failure.data);
    if (!data || data->channel_update.empty()) return std::nullopt;
    const Bytes type = ByteWriter().u16be(wire::ChannelUpdate::type).take();
    const ByteView update(data->channel_update);
    for (const Bytes& bytes : {toBytes(update), concat({type, update})}) {
        const auto message = wire::decode(bytes);
        if (!message) continue;
        if (const auto* found = std::get_if<wire::ChannelUpdate>(&*message)) return *found;
    }
    return std::nullopt;
}

std::string_view nameOf(FailureCode code) {
    switch (code) {
    case FailureCode::temporary_node_failure:
        return "temporary_node_failure";
    case FailureCode::permanent_node_failure:
        return "permanent_node_failure";
    case FailureCode::required_node_feature_missing:
        return "required_node_feature_missing";
    case FailureCode::invalid_onion_version:
        return "invalid_onion_version";
    case FailureCode::invalid_onion_hmac:
        return "invalid_onion_hmac";
    case FailureCode::invalid_onion_key:
        return "invalid_onion_key";
    case FailureCode::temporary_channel_failure:
        return "temporary_channel_failure";
    case FailureCode::permanent_channel_failure:
        return "permanent_channel_failure";
    case FailureCode::required_channel_feature_missing:
        return "required_channel_feature_missing";
    case FailureCode::unknown_next_peer:
        return "unknown_next_peer";
    case FailureCode::amount_below_minimum:
        return "amount_below_minimum";
    case FailureCode::fee_insufficient:
        return "fee_insufficient";
    case FailureCode::incorrect_cltv_expiry:
        return "incorrect_cltv_expiry";
    case FailureCode::expiry_too_soon:
        return "expiry_too_soon";
    case FailureCode::incorrect_or_unknown_payment_details:
        return "incorrect_or_unknown_payment_details";
    case FailureCode::final_incorrect_cltv_expiry:
        return "final_incorrect_cltv_expiry";
    case FailureCode::final_incorrect_htlc_amount:
        return "final_incorrect_htlc_amount";
    case FailureCode::channel_disabled:
        return "channel_disabled";
    case FailureCode::expiry_too_far:
        return "expiry_too_far";
    case FailureCode::invalid_onion_payload:
        return "invalid_onion_payload";
    case FailureCode::mpp_timeout:
        return "mpp_timeout";
    case FailureCode::invalid_onion_blinding:
        return "invalid_onion_blinding";
    }
    return "unknown failure";
}

} // namespace duplex::lightning::onion
