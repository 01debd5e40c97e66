#pragma once

#include "core/base/bytes.h"

#include <compare>

namespace duplex::bitcoin::light {

/// An unsigned number of 256 bits: proof-of-work targets and summed work. Wraps like a machine word.
struct UInt256 {
    std::array<std::uint64_t, 4> limbs{}; // least first

    static UInt256 of(std::uint64_t value) { return {{value, 0, 0, 0}}; }
    static UInt256 fromLittleEndian(const ByteArray<32>& bytes);
    static UInt256 fromBigEndian(const ByteArray<32>& bytes);
    ByteArray<32> bigEndian() const;

    bool isZero() const { return limbs == std::array<std::uint64_t, 4>{}; }
    /// Number of the highest set bit, counted from 1; 0 for zero.
    int bitLength() const;

    friend bool operator==(const UInt256&, const UInt256&) = default;
    friend std::strong_ordering operator<=>(const UInt256& a, const UInt256& b);
    friend UInt256 operator+(const UInt256& a, const UInt256& b);
    friend UInt256 operator-(const UInt256& a, const UInt256& b);
    friend UInt256 operator*(const UInt256& a, std::uint32_t b);
    /// Rounds down; the divisor is not zero.
    friend UInt256 operator/(const UInt256& a, const UInt256& b);
    friend UInt256 operator<<(const UInt256& a, int bits);
    friend UInt256 operator>>(const UInt256& a, int bits);
    friend UInt256 operator~(const UInt256& a);
};

/// Expected number of hashes: of a header, or summed over a chain.
using Work = UInt256;

} // namespace duplex::bitcoin::light
