#include "core/base/byte_reader.h"

namespace duplex {

namespace {

std::uint64_t littleEndian(ByteView bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

std::uint64_t bigEndian(ByteView bytes) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return value;
}

} // namespace

ByteView ByteReader::view(std::size_t count) {
    if (!m_ok || count > m_bytes.size() - m_at) {
        m_ok = false;
        return {};
    }
    const ByteView found = m_bytes.subspan(m_at, count);
    m_at += count;
    return found;
}

std::uint8_t ByteReader::u8() {
    return static_cast<std::uint8_t>(bigEndian(view(1)));
}
std::uint16_t ByteReader::u16le() {
    return static_cast<std::uint16_t>(littleEndian(view(2)));
}
std::uint32_t ByteReader::u32le() {
    return static_cast<std::uint32_t>(littleEndian(view(4)));
}
std::uint64_t ByteReader::u64le() {
    return littleEndian(view(8));
}
std::uint16_t ByteReader::u16be() {
    return static_cast<std::uint16_t>(bigEndian(view(2)));
}
std::uint32_t ByteReader::u32be() {
    return static_cast<std::uint32_t>(bigEndian(view(4)));
}
std::uint64_t ByteReader::u64be() {
    return bigEndian(view(8));
}

std::uint64_t ByteReader::compactSize() {
    const std::uint8_t first = u8();
    if (first < 0xfd) return first;
    const std::uint64_t value = first == 0xfd ? u16le() : first == 0xfe ? u32le() : u64le();
    const std::uint64_t least = first == 0xfd ? 0xfd : first == 0xfe ? 0x10000 : 0x100000000;
    if (value < least) fail();
    return m_ok ? value : 0;
}

std::size_t ByteReader::compactCount(std::size_t smallest) {
    const std::uint64_t count = compactSize();
    if (count > remaining() / (smallest == 0 ? 1 : smallest)) fail();
    return m_ok ? static_cast<std::size_t>(count) : 0;
}

Bytes ByteReader::compactBytes() {
    return bytes(compactCount(1));
}

std::uint64_t ByteReader::bigSize() {
    const std::uint8_t first = u8();
    if (first < 0xfd) return first;
    const std::uint64_t value = first == 0xfd ? u16be() : first == 0xfe ? u32be() : u64be();
    const std::uint64_t least = first == 0xfd ? 0xfd : first == 0xfe ? 0x10000 : 0x100000000;
    if (value < least) fail();
    return m_ok ? value : 0;
}

} // namespace duplex
