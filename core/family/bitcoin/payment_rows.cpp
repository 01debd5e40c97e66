#include "core/family/bitcoin/payment_rows.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace duplex::family::bitcoin {

namespace ln = duplex::lightning;

namespace {

constexpr std::uint8_t row_version = 1;
constexpr std::string_view pay_request = "pay ";

std::string readText(ByteReader& reader) {
    return textOf(reader.compactBytes());
}

template <typename T>
Bytes encodedTagged(const T& value) {
    return ByteWriter().u8(row_version).bytes(value).take();
}

template <typename T>
std::optional<T> decodedTagged(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != row_version) return std::nullopt;
    const T value{reader.array<T::size>()};
    return reader.finished() ? std::optional(value) : std::nullopt;
}

} // namespace

Bytes encodedPayment(const ln::payment::OutgoingPayment& payment, const PaymentFacts& facts) {
    return ByteWriter()
        .u8(row_version)
        .compactBytes(payment.serialized())
        .compactBytes(viewOf(facts.bolt11))
        .compactBytes(viewOf(facts.label))
        .compactBytes(viewOf(facts.description))
        .i64le(secondsOf(facts.completed))
        .u64le(facts.created_index)
        .take();
}

std::optional<StoredPayment> decodedPayment(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != row_version) return std::nullopt;
    auto payment = ln::payment::OutgoingPayment::fromBytes(reader.compactBytes());
    if (!payment) return std::nullopt;
    PaymentFacts facts;
    facts.bolt11 = readText(reader);
    facts.label = readText(reader);
    facts.description = readText(reader);
    facts.completed = unixTime(reader.i64le());
    facts.created_index = reader.u64le();
    if (!reader.finished()) return std::nullopt;
    return StoredPayment{.payment = std::move(*payment), .facts = std::move(facts)};
}

Bytes encodedInvoice(const ln::payment::IncomingPayment& payment, const InvoiceFacts& facts) {
    return ByteWriter()
        .u8(row_version)
        .compactBytes(payment.serialized())
        .compactBytes(viewOf(facts.bolt11))
        .compactBytes(viewOf(facts.label))
        .compactBytes(viewOf(facts.description))
        .i64le(secondsOf(facts.created))
        .i64le(secondsOf(facts.paid))
        .u64le(facts.pay_index)
        .u64le(facts.created_index)
        .take();
}

std::optional<StoredInvoice> decodedInvoice(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != row_version) return std::nullopt;
    auto payment = ln::payment::IncomingPayment::fromBytes(reader.compactBytes());
    if (!payment) return std::nullopt;
    InvoiceFacts facts;
    facts.bolt11 = readText(reader);
    facts.label = readText(reader);
    facts.description = readText(reader);
    facts.created = unixTime(reader.i64le());
    facts.paid = unixTime(reader.i64le());
    facts.pay_index = reader.u64le();
    facts.created_index = reader.u64le();
    if (!reader.finished()) return std::nullopt;
    return StoredInvoice{.payment = std::move(*payment), .facts = std::move(facts)};
}

Bytes encodedPreimage(const ln::Preimage& preimage) {
    return encodedTagged(preimage);
}
std::optional<ln::Preimage> decodedPreimage(ByteView row) {
    return decodedTagged<ln::Preimage>(row);
}

Bytes payRequestKey(const std::string& request_id) {
    return concat({viewOf(pay_request), viewOf(request_id)});
}
Bytes encodedPayRequest(const ln::PaymentHash& hash) {
    return encodedTagged(hash);
}
std::optional<ln::PaymentHash> decodedPayRequest(ByteView row) {
    return decodedTagged<ln::PaymentHash>(row);
}

Bytes encodedIndexes(const PaymentIndexes& indexes) {
    return ByteWriter()
        .u8(row_version)
        .u64le(indexes.payments)
        .u64le(indexes.invoices)
        .u64le(indexes.paid)
        .take();
}

std::optional<PaymentIndexes> decodedIndexes(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != row_version) return std::nullopt;
    PaymentIndexes indexes;
    indexes.payments = reader.u64le();
    indexes.invoices = reader.u64le();
    indexes.paid = reader.u64le();
    return reader.finished() ? std::optional(indexes) : std::nullopt;
}

} // namespace duplex::family::bitcoin
