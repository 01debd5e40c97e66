#include "core/base/byte_writer.h"

namespace duplex {

namespace {

void appendLittle(Bytes& buffer, std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) buffer.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void appendBig(Bytes& buffer, std::uint64_t value, int count) {
    for (int i = count; i-- > 0;) buffer.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

} // namespace

ByteWriter& ByteWriter::u8(std::uint8_t value) {
    m_buffer.push_back(value);
    return *this;
}
ByteWriter& ByteWriter::u16le(std::uint16_t value) {
    appendLittle(m_buffer, value, 2);
    return *this;
}
ByteWriter& ByteWriter::u32le(std::uint32_t value) {
    appendLittle(m_buffer, value, 4);
    return *this;
}
ByteWriter& ByteWriter::u64le(std::uint64_t value) {
    appendLittle(m_buffer, value, 8);
    return *this;
}
ByteWriter& ByteWriter::u16be(std::uint16_t value) {
    appendBig(m_buffer, value, 2);
    return *this;
}
ByteWriter& ByteWriter::u32be(std::uint32_t value) {
    appendBig(m_buffer, value, 4);
    return *this;
}
ByteWriter& ByteWriter::u64be(std::uint64_t value) {
    appendBig(m_buffer, value, 8);
    return *this;
}

ByteWriter& ByteWriter::bytes(ByteView value) {
    m_buffer.insert(m_buffer.end(), value.begin(), value.end());
    return *this;
}

ByteWriter& ByteWriter::compactSize(std::uint64_t value) {
    if (value < 0xfd) return u8(static_cast<std::uint8_t>(value));
    if (value <= 0xffff) return u8(0xfd).u16le(static_cast<std::uint16_t>(value));
    if (value <= 0xffffffff) return u8(0xfe).u32le(static_cast<std::uint32_t>(value));
    return u8(0xff).u64le(value);
}

ByteWriter& ByteWriter::compactBytes(ByteView value) {
    return compactSize(value.size()).bytes(value);
}

ByteWriter& ByteWriter::bigSize(std::uint64_t value) {
    if (value < 0xfd) return u8(static_cast<std::uint8_t>(value));
    if (value <= 0xffff) return u8(0xfd).u16be(static_cast<std::uint16_t>(value));
    if (value <= 0xffffffff) return u8(0xfe).u32be(static_cast<std::uint32_t>(value));
    return u8(0xff).u64be(value);
}

} // namespace duplex
