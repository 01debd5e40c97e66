#pragma once

#include "core/base/bytes.h"

#include <utility>

namespace duplex {

/// Appends numbers and byte strings to a buffer that it owns; the mirror of ByteReader.
class ByteWriter {
public:
    ByteWriter& u8(std::uint8_t value);
    ByteWriter& u16le(std::uint16_t value);
    ByteWriter& u32le(std::uint32_t value);
    ByteWriter& u64le(std::uint64_t value);
    ByteWriter& u16be(std::uint16_t value);
    ByteWriter& u32be(std::uint32_t value);
    ByteWriter& u64be(std::uint64_t value);
    ByteWriter& i32le(std::int32_t value) { return u32le(static_cast<std::uint32_t>(value)); }
    ByteWriter& i64le(std::int64_t value) { return u64le(static_cast<std::uint64_t>(value)); }
    ByteWriter& bytes(ByteView value);
    ByteWriter& compactSize(std::uint64_t value);
    /// CompactSize length, then the bytes.
    ByteWriter& compactBytes(ByteView value);
    ByteWriter& bigSize(std::uint64_t value);

    std::size_t size() const { return m_buffer.size(); }
    const Bytes& view() const { return m_buffer; }
    Bytes take() { return std::move(m_buffer); }

private:
    Bytes m_buffer;
};

} // namespace duplex
