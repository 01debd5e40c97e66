#include "core/lightning/payment/incoming_payment.h"
#include "core/lightning/payment/payment_storage.h"

namespace duplex::lightning::payment {

namespace {
constexpr std::uint8_t blob_version = 1;
constexpr std::size_t part_size = 32 + 8 + 8 + 4 + 8 + 32 + 1;

IncomingPart readPart(ByteReader& reader) {
    IncomingPart part;
    part.htlc.channel_id = readTagged<ChannelId>(reader);
    part.htlc.id = reader.u64le();
    part.amount = readAmount(reader);
    part.cltv_expiry = {reader.u32le()};
    part.total_msat = readAmount(reader);
    part.shared_secret = crypto::Secret<32>(reader.array<32>());
    part.settled = readFlag(reader);
    return part;
}
} // namespace

Bytes IncomingPayment::serialized() const {
    ByteWriter writer;
    writer.u8(blob_version).bytes(payment_hash).bytes(preimage).bytes(payment_secret);
    writer.u8(amount ? 1 : 0);
    if (amount) writeAmount(writer, *amount);
    writer.i64le(secondsOf(expires_at)).u8(static_cast<std::uint8_t>(state));
    writer.compactSize(parts.size());
    for (const IncomingPart& part : parts) {
        writer.bytes(part.htlc.channel_id).u64le(part.htlc.id);
        writeAmount(writer, part.amount);
        writer.u32le(part.cltv_expiry.value);
        writeAmount(writer, part.total_msat);
        writer.bytes(part.shared_secret.reveal()).u8(part.settled ? 1 : 0);
    }
    writeAmount(writer, received);
    return writer.take();
}

std::expected<IncomingPayment, IncomingPayment::LoadError> IncomingPayment::fromBytes(ByteView bytes) {
    ByteReader reader(bytes);
    if (reader.u8() != blob_version) return std::unexpected(LoadError::bad_version);
    IncomingPayment payment;
    payment.payment_hash = readTagged<PaymentHash>(reader);
    payment.preimage = readTagged<Preimage>(reader);
    payment.payment_secret = readTagged<PaymentSecret>(reader);
    if (readFlag(reader)) payment.amount = readAmount(reader);
    payment.expires_at = unixTime(reader.i64le());
    payment.state = readEnum(reader, IncomingState::open, IncomingState::expired);
    const std::size_t parts = reader.compactCount(part_size);
    for (std::size_t i = 0; i < parts; ++i) payment.parts.push_back(readPart(reader));
    payment.received = readAmount(reader);
    if (!reader.finished()) return std::unexpected(LoadError::damaged);
    return payment;
}

} // namespace duplex::lightning::payment
