#include "core/family/bitcoin/move_codec.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::uint8_t move_version = 1;
constexpr std::size_t most_fee_parts = 16;

template <typename T, typename Write>
void writeOptional(ByteWriter& writer, const std::optional<T>& value, Write write) {
    writer.u8(value ? 1 : 0);
    if (value) write(*value);
}

bool readFlag(ByteReader& reader) {
    const std::uint8_t flag = reader.u8();
    if (flag > 1) reader.fail();
    return flag == 1;
}

template <typename T>
std::optional<T> readTagged(ByteReader& reader) {
    if (!readFlag(reader)) return std::nullopt;
    return T{reader.array<32>()};
}

std::optional<io::Endpoint> readEndpoint(ByteReader& reader) {
    if (!readFlag(reader)) return std::nullopt;
    io::Endpoint endpoint{.host = textOf(reader.compactBytes())};
    endpoint.port = reader.u16be();
    return endpoint;
}

/// An enumerator from 0 or 1 to `last`.
template <typename E>
E readSymbol(ByteReader& reader, E first, E last) {
    const std::uint8_t value = reader.u8();
    if (value < static_cast<std::uint8_t>(first) || value > static_cast<std::uint8_t>(last)) {
        reader.fail();
        return first;
    }
    return static_cast<E>(value);
}

} // namespace

std::string_view nameOf(MoveRoute route) {
    switch (route) {
    case MoveRoute::open:
        return "open";
    case MoveRoute::close:
        return "close";
    case MoveRoute::close_alone:
        return "close-alone";
    }
    return "open";
}

std::optional<MoveRoute> moveRouteOf(std::string_view name, WithPartner with) {
    if (name == "open") return MoveRoute::open;
    if (name == "close") return with == WithPartner::yes ? MoveRoute::close : MoveRoute::close_alone;
    if (name == "close-alone") return MoveRoute::close_alone;
    return std::nullopt;
}

std::string moveIdOf(const MoveRecord& record) {
    return toHex(record.id);
}

Bytes encodedMove(const MoveRecord& record) {
    ByteWriter writer;
    writer.u8(move_version).bytes(record.id).u8(static_cast<std::uint8_t>(record.route));
    writer.i64le(record.amount.value).compactSize(record.fee.size());
    for (const ledger::FeePart& part : record.fee)
        writer.compactBytes(viewOf(part.name)).i64le(part.amount_sat);
    writer.i64le(record.feerate.value).i64le(secondsOf(record.started)).u32be(record.started_height);
    writer.bytes(record.peer);
    writeOptional(writer, record.endpoint, [&](const io::Endpoint& endpoint) {
        writer.compactBytes(viewOf(endpoint.host)).u16be(endpoint.port);
    });
    writeOptional(writer, record.channel, [&](const ln::ChannelId& id) { writer.bytes(id); });
    writeOptional(writer, record.transaction, [&](const duplex::bitcoin::Txid& txid) { writer.bytes(txid); });
    writer.u32be(record.transaction_height).u8(record.was_usable ? 1 : 0);
    writer.u8(static_cast<std::uint8_t>(record.end)).compactBytes(viewOf(record.failure));
    return writer.take();
}

std::optional<MoveRecord> decodedMove(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != move_version) return std::nullopt;
    MoveRecord record;
    record.id = reader.array<16>();
    record.route = readSymbol(reader, MoveRoute::open, MoveRoute::close_alone);
    record.amount = {reader.i64le()};
    const std::size_t parts = reader.compactCount(9);
    if (parts > most_fee_parts) return std::nullopt;
    for (std::size_t i = 0; i < parts; ++i) {
        std::string name = textOf(reader.compactBytes());
        record.fee.push_back({std::move(name), reader.i64le()});
    }
    record.feerate = {reader.i64le()};
    record.started = unixTime(reader.i64le());
    record.started_height = reader.u32be();
    const auto peer = ln::NodeId::fromBytes(reader.view(33));
    if (!peer) return std::nullopt;
    record.peer = *peer;
    record.endpoint = readEndpoint(reader);
    record.channel = readTagged<ln::ChannelId>(reader);
    record.transaction = readTagged<duplex::bitcoin::Txid>(reader);
    record.transaction_height = reader.u32be();
    record.was_usable = readFlag(reader);
    record.end = readSymbol(reader, MoveEnd::running, MoveEnd::failed);
    record.failure = textOf(reader.compactBytes());
    if (!reader.finished() || !duplex::bitcoin::inMoneyRange(record.amount)) return std::nullopt;
    return record;
}

} // namespace duplex::family::bitcoin
