#pragma once

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/lightning/primitives/cltv.h"
#include "core/lightning/wire/message.h"
#include "core/lightning/wire/tlv.h"

namespace duplex::lightning::wire {

/// Reads the fields of one message in order. A message's fields are listed once (message_fields.h) and run
/// with a FieldReader or a FieldWriter, so that both directions cannot differ. The first fault stands; later
/// reads give zeros.
class FieldReader {
public:
    explicit FieldReader(ByteView bytes) : m_reader(bytes) {}

    void operator()(std::uint8_t& value) { value = m_reader.u8(); }
    void operator()(std::uint16_t& value) { value = m_reader.u16be(); }
    void operator()(std::uint32_t& value) { value = m_reader.u32be(); }
    void operator()(std::uint64_t& value) { value = m_reader.u64be(); }
    template <std::size_t N>
    void operator()(ByteArray<N>& value) {
        value = m_reader.array<N>();
    }
    template <typename Tag, std::size_t N>
    void operator()(TaggedBytes<Tag, N>& value) {
        value.bytes = m_reader.array<N>();
    }
    void operator()(crypto::PublicKey& key);
    void operator()(bitcoin::Satoshi& amount);
    void operator()(MilliSatoshi& amount);
    void operator()(bitcoin::FeeratePerKw& rate) { rate.value = m_reader.u32be(); }
    void operator()(CltvExpiry& expiry) { expiry.value = m_reader.u32be(); }
    void operator()(CltvDelta& delta) { delta.value = m_reader.u16be(); }
    void operator()(ShortChannelId& id) { id.value = m_reader.u64be(); }
    void operator()(FeeRange& range);
    void operator()(std::vector<crypto::Signature>& signatures); // u16 count in front

    /// An amount limit: a value above all bitcoin means "no limit" (CLN sends 2^64-1).
    void saturated(MilliSatoshi& amount);
    void counted(Bytes& bytes) { bytes = m_reader.bytes(m_reader.u16be()); }
    void counted(bitcoin::Script& script) { counted(script.bytes); }
    void counted(Features& features);
    /// `count` zero or other bytes that are not kept.
    void ignored(std::uint16_t& count);
    void rest(Bytes& bytes) { bytes = toBytes(m_reader.rest()); }
    void rest(bitcoin::Script& script) { rest(script.bytes); }
    void rest(std::vector<bitcoin::BlockHash>& hashes);
    void bigSize(std::uint64_t& value) { value = m_reader.bigSize(); }

    /// A TLV stream to the end of the message: `list` names each known record by record()/restRecord() in
    /// order.
    template <typename List>
    void tlvs(List list) {
        const auto records = decodeTlvStream(m_reader.rest());
        if (!records) return fail(records.error());
        m_records = *records;
        list(*this);
        if (firstUnknownEven(m_records, m_known)) fail(WireFault::unknown_even_tlv);
    }
    template <typename T>
    void record(std::uint64_t type, std::optional<T>& value) {
        readRecord(type, value, [](FieldReader& reader, T& found) { reader(found); });
    }
    template <typename T>
    void restRecord(std::uint64_t type, std::optional<T>& value) {
        readRecord(type, value, [](FieldReader& reader, T& found) { reader.rest(found); });
    }
    void bigSizeRecord(std::uint64_t type, std::optional<std::uint64_t>& value) {
        readRecord(type, value, [](FieldReader& reader, std::uint64_t& found) { reader.bigSize(found); });
    }

    void fail(WireFault fault) {
        if (!m_fault) m_fault = fault;
        m_reader.fail();
    }
    /// Nothing when all was read without a fault. Bytes left over: BOLT 1 lets a message be longer than we
    /// know.
    std::optional<WireFault> fault() const;

private:
    template <typename T, typename Read>
    void readRecord(std::uint64_t type, std::optional<T>& value, Read read) {
        m_known.push_back(type);
        const std::optional<ByteView> bytes = findTlv(m_records, type);
        if (!bytes) return;
        FieldReader reader(*bytes);
        T found{};
        read(reader, found);
        if (reader.fault() || !reader.m_reader.finished()) return fail(WireFault::bad_tlv_value);
        value = std::move(found);
    }

    ByteReader m_reader;
    std::optional<WireFault> m_fault;
    std::vector<TlvRecord> m_records;
    std::vector<std::uint64_t> m_known;
};

/// The mirror of FieldReader.
class FieldWriter {
public:
    void operator()(std::uint8_t value) { m_writer.u8(value); }
    void operator()(std::uint16_t value) { m_writer.u16be(value); }
    void operator()(std::uint32_t value) { m_writer.u32be(value); }
    void operator()(std::uint64_t value) { m_writer.u64be(value); }
    template <std::size_t N>
    void operator()(const ByteArray<N>& value) {
        m_writer.bytes(value);
    }
    template <typename Tag, std::size_t N>
    void operator()(const TaggedBytes<Tag, N>& value) {
        m_writer.bytes(value.bytes);
    }
    void operator()(const crypto::PublicKey& key) { m_writer.bytes(key.bytes()); }
    void operator()(bitcoin::Satoshi amount) { m_writer.u64be(static_cast<std::uint64_t>(amount.value)); }
    void operator()(MilliSatoshi amount) { m_writer.u64be(static_cast<std::uint64_t>(amount.value)); }
    void operator()(bitcoin::FeeratePerKw rate) { m_writer.u32be(static_cast<std::uint32_t>(rate.value)); }
    void operator()(CltvExpiry expiry) { m_writer.u32be(expiry.value); }
    void operator()(CltvDelta delta) { m_writer.u16be(static_cast<std::uint16_t>(delta.value)); }
    void operator()(ShortChannelId id) { m_writer.u64be(id.value); }
    void operator()(const FeeRange& range);
    void operator()(const std::vector<crypto::Signature>& signatures);

    void saturated(MilliSatoshi amount) { (*this)(amount); }
    void counted(ByteView bytes) { m_writer.u16be(static_cast<std::uint16_t>(bytes.size())).bytes(bytes); }
    void counted(const Features& features) { counted(ByteView(features.bytes())); }
    void ignored(std::uint16_t count) { m_writer.u16be(count).bytes(Bytes(count, 0)); }
    void rest(ByteView bytes) { m_writer.bytes(bytes); }
    void rest(const std::vector<bitcoin::BlockHash>& hashes);
    void bigSize(std::uint64_t value) { m_writer.bigSize(value); }

    template <typename List>
    void tlvs(List list) {
        list(*this);
        m_writer.bytes(m_tlvs.take());
    }
    template <typename T>
    void record(std::uint64_t type, const std::optional<T>& value) {
        if (value) writeRecord(type, [&](FieldWriter& writer) { writer(*value); });
    }
    template <typename T>
    void restRecord(std::uint64_t type, const std::optional<T>& value) {
        if (value) writeRecord(type, [&](FieldWriter& writer) { writer.rest(*value); });
    }
    void bigSizeRecord(std::uint64_t type, const std::optional<std::uint64_t>& value) {
        if (value) writeRecord(type, [&](FieldWriter& writer) { writer.bigSize(*value); });
    }

    Bytes take() { return m_writer.take(); }

private:
    template <typename Write>
    void writeRecord(std::uint64_t type, Write write) {
        FieldWriter value;
        write(value);
        m_tlvs.record(type, value.take());
    }

    ByteWriter m_writer;
    TlvWriter m_tlvs;
};

} // namespace duplex::lightning::wire
