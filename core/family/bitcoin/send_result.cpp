#include "core/family/bitcoin/send_result.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::uint8_t first_version = 1; // until 2026-11-25
constexpr std::uint8_t version = 2;
constexpr std::int64_t not_known = -1;

// Labels and evidence stand by name: one that comes in between must not change what a row says.
void write(ByteWriter& writer, const ledger::Verified& verified) {
    writer.compactBytes(viewOf(nameOf(verified.label))).compactBytes(viewOf(nameOf(verified.evidence)));
    writer.i64le(verified.height).i64le(verified.time).i32le(verified.k).i32le(verified.n);
}

template <typename Enum>
std::optional<Enum> named(const std::string& name, Enum last) {
    for (int i = 0; i <= static_cast<int>(last); ++i)
        if (nameOf(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
    return std::nullopt;
}

ledger::Verified readVerified(ByteReader& reader) {
    ledger::Verified verified;
    const auto label = named(textOf(reader.compactBytes()), ledger::Label::disputed);
    const auto evidence = named(textOf(reader.compactBytes()), ledger::Evidence::peer);
    verified.height = reader.i64le();
    verified.time = reader.i64le();
    verified.k = reader.i32le();
    verified.n = reader.i32le();
    if (!label || !evidence) {
        reader.fail();
        return verified;
    }
    verified.label = *label;
    verified.evidence = *evidence;
    return verified;
}

} // namespace

Bytes encodedSendResult(const api::SendReply& reply) {
    ByteWriter writer;
    writer.u8(version).compactBytes(viewOf(reply.txid)).compactBytes(reply.transaction);
    writer.i64le(reply.amount_sat).i64le(reply.fee_sat).i64le(reply.weight).i64le(reply.change_sat);
    writer.i64le(reply.feerate_sat_per_kvb).i64le(reply.left_sat).i32le(reply.sent_to_peers);
    writer.i64le(reply.expected_s.value_or(not_known)).compactBytes(viewOf(reply.fee_reason));
    write(writer, reply.fee_verified);
    return writer.take();
}

std::optional<api::SendReply> decodedSendResult(ByteView row) {
    ByteReader reader(row);
    const std::uint8_t written = reader.u8();
    if (written != first_version && written != version) return std::nullopt;
    api::SendReply reply;
    reply.txid = textOf(reader.compactBytes());
    reply.transaction = reader.compactBytes();
    reply.amount_sat = reader.i64le();
    reply.fee_sat = reader.i64le();
    reply.weight = reader.i64le();
    reply.change_sat = reader.i64le();
    if (reply.weight <= 0) return std::nullopt;
    reply.feerate_sat_per_kvb = reply.fee_sat * 4000 / reply.weight;
    if (written == version) {
        reply.feerate_sat_per_kvb = reader.i64le();
        reply.left_sat = reader.i64le();
        reply.sent_to_peers = reader.i32le();
        if (const std::int64_t expected = reader.i64le(); expected != not_known) reply.expected_s = expected;
        reply.fee_reason = textOf(reader.compactBytes());
        reply.fee_verified = readVerified(reader);
    }
    if (!reader.finished()) return std::nullopt;
    return reply;
}

} // namespace duplex::family::bitcoin
