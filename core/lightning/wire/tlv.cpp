#include "core/lightning/wire/tlv.h"

#include "core/base/byte_reader.h"
#include "core/base/check.h"

namespace duplex::lightning::wire {

std::expected<std::vector<TlvRecord>, WireFault> decodeTlvStream(ByteView bytes) {
    std::vector<TlvRecord> records;
    ByteReader reader(bytes);
    while (reader.ok() && reader.remaining() > 0) {
        const std::uint64_t type = reader.bigSize();
        const std::uint64_t length = reader.bigSize();
        if (!reader.ok() || length > reader.remaining()) return std::unexpected(WireFault::bad_tlv);
        if (!records.empty() && type <= records.back().type) return std::unexpected(WireFault::bad_tlv);
        records.push_back({.type = type, .value = reader.view(static_cast<std::size_t>(length))});
    }
    if (!reader.finished()) return std::unexpected(WireFault::bad_tlv);
    return records;
}

std::optional<std::uint64_t> firstUnknownEven(std::span<const TlvRecord> records,
                                              std::span<const std::uint64_t> known) {
    for (const TlvRecord& record : records)
        if (record.type % 2 == 0 && std::find(known.begin(), known.end(), record.type) == known.end())
            return record.type;
    return std::nullopt;
}

std::optional<ByteView> findTlv(std::span<const TlvRecord> records, std::uint64_t type) {
    for (const TlvRecord& record : records)
        if (record.type == type) return record.value;
    return std::nullopt;
}

TlvWriter& TlvWriter::record(std::uint64_t type, ByteView value) {
    check(!m_last || type > *m_last, "TLV records are written in ascending order");
    m_last = type;
    m_writer.bigSize(type).bigSize(value.size()).bytes(value);
    return *this;
}

Bytes truncatedInteger(std::uint64_t value) {
    Bytes result;
    for (int shift = 56; shift >= 0; shift -= 8) {
        const auto byte = static_cast<std::uint8_t>(value >> shift);
        if (byte != 0 || !result.empty()) result.push_back(byte);
    }
    return result;
}

std::optional<std::uint64_t> truncatedInteger(ByteView bytes, std::size_t longest) {
    if (bytes.size() > longest || (!bytes.empty() && bytes[0] == 0)) return std::nullopt;
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return value;
}

namespace {
std::size_t shortestSigned(std::int64_t value) {
    if (value >= INT8_MIN && value <= INT8_MAX) return 1;
    if (value >= INT16_MIN && value <= INT16_MAX) return 2;
    if (value >= INT32_MIN && value <= INT32_MAX) return 4;
    return 8;
}
} // namespace

Bytes signedInteger(std::int64_t value) {
    const std::size_t size = shortestSigned(value);
    Bytes result(size);
    for (std::size_t i = 0; i < size; ++i)
        result[size - 1 - i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> 8 * i);
    return result;
}

std::optional<std::int64_t> signedInteger(ByteView bytes) {
    if (bytes.empty() || bytes.size() > 8) return std::nullopt;
    std::uint64_t value = bytes[0] & 0x80 ? ~std::uint64_t{0} : 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    const auto result = static_cast<std::int64_t>(value);
    if (shortestSigned(result) != bytes.size()) return std::nullopt;
    return result;
}

} // namespace duplex::lightning::wire
