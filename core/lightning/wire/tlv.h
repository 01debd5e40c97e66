#pragma once

#include "core/base/byte_writer.h"
#include "core/lightning/wire/wire_error.h"

namespace duplex::lightning::wire {

/// One record of a TLV stream; `value` points into the decoded bytes.
struct TlvRecord {
    std::uint64_t type = 0;
    ByteView value;
};

/// Records in strictly ascending order of type with minimal types and lengths (BOLT 1, TLV). Which types are
/// known is the caller's question: see firstUnknownEven.
std::expected<std::vector<TlvRecord>, WireFault> decodeTlvStream(ByteView bytes);
/// The first record of an even type that is not in `known`: a reason to refuse the stream.
std::optional<std::uint64_t> firstUnknownEven(std::span<const TlvRecord> records,
                                              std::span<const std::uint64_t> known);
std::optional<ByteView> findTlv(std::span<const TlvRecord> records, std::uint64_t type);

/// Builds a TLV stream. Types must come in ascending order (checked: the order is ours).
class TlvWriter {
public:
    TlvWriter& record(std::uint64_t type, ByteView value);
    Bytes take() { return m_writer.take(); }

private:
    ByteWriter m_writer;
    std::optional<std::uint64_t> m_last;
};

/// tu16, tu32, tu64: big-endian without leading zero bytes, at most `longest` bytes.
Bytes truncatedInteger(std::uint64_t value);
std::optional<std::uint64_t> truncatedInteger(ByteView bytes, std::size_t longest = 8);

/// Signed integers in the shortest of 1, 2, 4, 8 bytes (BOLT 1, Fundamental Types).
Bytes signedInteger(std::int64_t value);
std::optional<std::int64_t> signedInteger(ByteView bytes);

} // namespace duplex::lightning::wire
