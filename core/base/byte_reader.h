#pragma once

#include "core/base/bytes.h"

namespace duplex {

/// Reads numbers and byte strings from a view, bounds-checked. The first read past the end (or an
/// explicit fail()) latches the reader: every later read gives zeros and ok() stays false, so a
/// decoder reads all its fields and asks once. `le` = little-endian (Bitcoin), `be` = big-endian (Lightning).
class ByteReader {
public:
    explicit ByteReader(ByteView bytes) : m_bytes(bytes) {}

    bool ok() const { return m_ok; }
    /// True when nothing failed and nothing is left: what a decoder demands at its end.
    bool finished() const { return m_ok && m_at == m_bytes.size(); }
    std::size_t remaining() const { return m_ok ? m_bytes.size() - m_at : 0; }
    std::size_t position() const { return m_at; }
    void fail() { m_ok = false; }

    std::uint8_t u8();
    std::uint16_t u16le();
    std::uint32_t u32le();
    std::uint64_t u64le();
    std::uint16_t u16be();
    std::uint32_t u32be();
    std::uint64_t u64be();
    std::int32_t i32le() { return static_cast<std::int32_t>(u32le()); }
    std::int64_t i64le() { return static_cast<std::int64_t>(u64le()); }

    /// A view into the input; empty after a failure.
    ByteView view(std::size_t count);
    ByteView rest() { return view(remaining()); }
    Bytes bytes(std::size_t count) { return toBytes(view(count)); }
    void skip(std::size_t count) { view(count); }

    template <std::size_t N>
    ByteArray<N> array() {
        const ByteView from = view(N);
        return from.size() == N ? toArray<N>(from) : ByteArray<N>{};
    }

    /// Bitcoin's CompactSize; a non-minimal encoding fails (threats 11).
    std::uint64_t compactSize();
    /// A CompactSize that counts elements of at least `smallest` bytes each: fails when the rest of
    /// the input cannot hold that many, so that nobody reserves memory for a lie (threats 11).
    std::size_t compactCount(std::size_t smallest);
    /// CompactSize length, then that many bytes.
    Bytes compactBytes();
    /// BOLT 1 BigSize (big-endian CompactSize); a non-minimal encoding fails.
    std::uint64_t bigSize();

private:
    ByteView m_bytes;
    std::size_t m_at = 0;
    bool m_ok = true;
};

} // namespace duplex
