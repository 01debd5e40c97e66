#include "core/lightning/commitment/commitment_spec.h"

namespace duplex::lightning::commitment {

namespace {

bitcoin::Satoshi readSatoshi(ByteReader& reader) {
    const bitcoin::Satoshi amount{reader.i64le()};
    if (!bitcoin::inMoneyRange(amount)) reader.fail();
    return amount;
}

MilliSatoshi readMilliSatoshi(ByteReader& reader) {
    const auto amount = checkedMilliSatoshi(reader.u64le());
    if (!amount) reader.fail();
    return amount.value_or(MilliSatoshi{});
}

template <typename E>
E readEnum(ByteReader& reader, E last) {
    const std::uint8_t value = reader.u8();
    if (value > static_cast<std::uint8_t>(last)) reader.fail();
    return reader.ok() ? static_cast<E>(value) : E{};
}

void write(ByteWriter& writer, const SideParameters& side) {
    keys::write(writer, side.keys);
    writer.i64le(side.dust_limit.value).u16le(side.to_self_delay);
}

SideParameters readSide(ByteReader& reader) {
    SideParameters side;
    side.keys = keys::readChannelPublicKeys(reader);
    side.dust_limit = readSatoshi(reader);
    side.to_self_delay = reader.u16le();
    return side;
}

} // namespace

void write(ByteWriter& writer, const ChannelParameters& parameters) {
    writer.bytes(parameters.funding.txid)
        .u32le(parameters.funding.index)
        .i64le(parameters.capacity.value)
        .u8(static_cast<std::uint8_t>(parameters.format))
        .u8(static_cast<std::uint8_t>(parameters.funder));
    write(writer, parameters.local);
    write(writer, parameters.remote);
}

ChannelParameters readChannelParameters(ByteReader& reader) {
    ChannelParameters parameters;
    parameters.funding.txid = {reader.array<32>()};
    parameters.funding.index = reader.u32le();
    parameters.capacity = readSatoshi(reader);
    parameters.format = readEnum(reader, Format::anchors);
    parameters.funder = readEnum(reader, Side::remote);
    parameters.local = readSide(reader);
    parameters.remote = readSide(reader);
    return parameters;
}

void write(ByteWriter& writer, const CommitmentHtlc& htlc) {
    writer.u8(static_cast<std::uint8_t>(htlc.direction))
        .u64le(htlc.id)
        .i64le(htlc.amount.value)
        .bytes(htlc.payment_hash)
        .u32le(htlc.cltv_expiry.value);
}

CommitmentHtlc readCommitmentHtlc(ByteReader& reader) {
    CommitmentHtlc htlc;
    htlc.direction = readEnum(reader, HtlcDirection::received);
    htlc.id = reader.u64le();
    htlc.amount = readMilliSatoshi(reader);
    htlc.payment_hash = {reader.array<32>()};
    htlc.cltv_expiry = {reader.u32le()};
    return htlc;
}

void write(ByteWriter& writer, const CommitmentSpec& spec) {
    writer.u8(static_cast<std::uint8_t>(spec.owner))
        .i64le(spec.feerate.value)
        .i64le(spec.to_owner.value)
        .i64le(spec.to_other.value)
        .compactSize(spec.htlcs.size());
    for (const CommitmentHtlc& htlc : spec.htlcs) write(writer, htlc);
}

CommitmentSpec readCommitmentSpec(ByteReader& reader) {
    CommitmentSpec spec;
    spec.owner = readEnum(reader, Side::remote);
    spec.feerate = {reader.i64le()};
    if (spec.feerate.value < 0 || spec.feerate.value > 0xffffffffLL) reader.fail();
    spec.to_owner = readMilliSatoshi(reader);
    spec.to_other = readMilliSatoshi(reader);
    const std::size_t count = reader.compactCount(53);
    if (count > htlc_limit) reader.fail();
    for (std::size_t i = 0; reader.ok() && i < count; ++i) spec.htlcs.push_back(readCommitmentHtlc(reader));
    return spec;
}

bool conserves(const CommitmentSpec& spec, bitcoin::Satoshi capacity) {
    if (spec.htlcs.size() > htlc_limit || !bitcoin::inMoneyRange(capacity)) return false;
    // Each term is at most 2.1e18 msat before it is added, so that a rest that never goes below zero cannot
    // overflow.
    std::int64_t rest = MilliSatoshi::fromSatoshi(capacity).value;
    const auto take = [&rest](MilliSatoshi amount) {
        if (amount.value < 0 || amount.value > rest) return false;
        rest -= amount.value;
        return true;
    };
    if (!take(spec.to_owner) || !take(spec.to_other)) return false;
    for (const CommitmentHtlc& htlc : spec.htlcs) {
        if (!take(htlc.amount)) return false;
    }
    return rest == 0;
}

} // namespace duplex::lightning::commitment
