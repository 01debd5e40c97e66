#include "core/lightning/payment/outgoing_payment.h"
#include "core/lightning/payment/payment_storage.h"

namespace duplex::lightning::payment {

namespace {

constexpr std::uint8_t blob_version = 1;
constexpr std::size_t smallest_hop = 33 + 8 + 1 + 1 + 8 + 4;
constexpr std::size_t hint_hop_size = 33 + 8 + 4 + 4 + 4;

crypto::PublicKey readKey(ByteReader& reader) {
    const auto key = crypto::PublicKey::fromBytes(reader.view(33));
    if (!key) reader.fail();
    return key.value_or(crypto::PublicKey{});
}

void write(ByteWriter& writer, const PaymentRequest& request) {
    writer.bytes(request.id).bytes(request.payment_hash).bytes(request.payment_secret).bytes(request.payee);
    writeAmount(writer, request.amount);
    writer.u32le(request.min_final_cltv_expiry_delta.value);
    writer.u8(request.payment_metadata ? 1 : 0);
    if (request.payment_metadata) writer.compactBytes(*request.payment_metadata);
    writer.compactSize(request.route_hints.size());
    for (const invoice::RouteHint& hint : request.route_hints) {
        writer.compactSize(hint.size());
        for (const invoice::RouteHintHop& hop : hint)
            writer.bytes(hop.node_id)
                .u64le(hop.short_channel_id.value)
                .u32le(hop.fee_base_msat)
                .u32le(hop.fee_proportional_millionths)
                .u32le(hop.cltv_expiry_delta.value);
    }
    writeAmount(writer, request.max_fee);
    writer.i64le(secondsOf(request.created));
}

PaymentRequest readRequest(ByteReader& reader) {
    PaymentRequest request;
    request.id = readTagged<PaymentId>(reader);
    request.payment_hash = readTagged<PaymentHash>(reader);
    request.payment_secret = readTagged<PaymentSecret>(reader);
    request.payee = readKey(reader);
    request.amount = readAmount(reader);
    request.min_final_cltv_expiry_delta = {reader.u32le()};
    if (readFlag(reader)) request.payment_metadata = reader.compactBytes();
    request.route_hints.resize(reader.compactCount(1));
    for (invoice::RouteHint& hint : request.route_hints) {
        hint.resize(reader.compactCount(hint_hop_size));
        for (invoice::RouteHintHop& hop : hint) {
            hop.node_id = readKey(reader);
            hop.short_channel_id = {reader.u64le()};
            hop.fee_base_msat = reader.u32le();
            hop.fee_proportional_millionths = reader.u32le();
            hop.cltv_expiry_delta = {reader.u32le()};
        }
    }
    request.max_fee = readAmount(reader);
    request.created = unixTime(reader.i64le());
    return request;
}

void write(ByteWriter& writer, const PaymentPart& part) {
    writer.u32le(part.number).u32le(part.expiry.value).u8(static_cast<std::uint8_t>(part.state));
    writer.bytes(part.route.first_channel).compactSize(part.route.hops.size());
    for (const gossip::RouteHop& hop : part.route.hops) {
        writer.bytes(hop.node_id).u64le(hop.short_channel_id.value);
        writer.u8(static_cast<std::uint8_t>(hop.direction)).u8(hop.in_graph ? 1 : 0);
        writeAmount(writer, hop.amount);
        writer.u32le(hop.cltv_delta.value);
    }
    writer.compactSize(part.shared_secrets.size());
    for (const crypto::Secret<32>& secret : part.shared_secrets) writer.bytes(secret.reveal());
}

PaymentPart readPart(ByteReader& reader) {
    PaymentPart part;
    part.number = reader.u32le();
    part.expiry = {reader.u32le()};
    part.state = readEnum(reader, PartState::in_flight, PartState::succeeded);
    part.route.first_channel = readTagged<ChannelId>(reader);
    part.route.hops.resize(reader.compactCount(smallest_hop));
    for (gossip::RouteHop& hop : part.route.hops) {
        hop.node_id = readKey(reader);
        hop.short_channel_id = {reader.u64le()};
        hop.direction = readFlag(reader) ? 1 : 0;
        hop.in_graph = readFlag(reader);
        hop.amount = readAmount(reader);
        hop.cltv_delta = {reader.u32le()};
    }
    if (part.route.hops.empty()) reader.fail();
    const std::size_t secrets = reader.compactCount(32);
    for (std::size_t i = 0; i < secrets; ++i) part.shared_secrets.emplace_back(reader.array<32>());
    return part;
}

} // namespace

Bytes OutgoingPayment::serialized() const {
    ByteWriter writer;
    writer.u8(blob_version);
    write(writer, m_request);
    writer.u8(static_cast<std::uint8_t>(m_state)).u8(static_cast<std::uint8_t>(m_failure));
    writer.u8(m_preimage ? 1 : 0);
    if (m_preimage) writer.bytes(*m_preimage);
    writer.compactSize(m_parts.size());
    for (const PaymentPart& part : m_parts) write(writer, part);
    return writer.take();
}

std::expected<OutgoingPayment, OutgoingPayment::LoadError> OutgoingPayment::fromBytes(ByteView bytes) {
    ByteReader reader(bytes);
    if (reader.u8() != blob_version) return std::unexpected(LoadError::bad_version);
    OutgoingPayment payment(readRequest(reader));
    payment.m_state = readEnum(reader, PaymentState::created, PaymentState::failed);
    payment.m_failure = readEnum(reader, PaymentFailure::none, PaymentFailure::expired);
    if (readFlag(reader)) payment.m_preimage = readTagged<Preimage>(reader);
    const std::size_t parts = reader.compactCount(4 + 4 + 1 + 32 + 1 + 1);
    for (std::size_t i = 0; i < parts && reader.ok(); ++i) payment.m_parts.push_back(readPart(reader));
    if (!reader.finished()) return std::unexpected(LoadError::damaged);
    return payment;
}

} // namespace duplex::lightning::payment
