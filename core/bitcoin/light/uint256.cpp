#include "core/bitcoin/light/uint256.h"

#include "core/base/check.h"

#include <bit>

namespace duplex::bitcoin::light {

UInt256 UInt256::fromLittleEndian(const ByteArray<32>& bytes) {
    UInt256 result;
    for (std::size_t i = 0; i < 32; ++i) result.limbs[i / 8] |= std::uint64_t{bytes[i]} << (8 * (i % 8));
    return result;
}

UInt256 UInt256::fromBigEndian(const ByteArray<32>& bytes) {
    return fromLittleEndian(reversed(bytes));
}

ByteArray<32> UInt256::bigEndian() const {
    ByteArray<32> result{};
    for (std::size_t i = 0; i < 32; ++i)
        result[31 - i] = static_cast<std::uint8_t>(limbs[i / 8] >> (8 * (i % 8)));
    return result;
}

int UInt256::bitLength() const {
    for (int i = 3; i >= 0; --i)
        if (limbs[static_cast<std::size_t>(i)] != 0)
            return 64 * i + std::bit_width(limbs[static_cast<std::size_t>(i)]);
    return 0;
}

std::strong_ordering operator<=>(const UInt256& a, const UInt256& b) {
    for (std::size_t i = 4; i-- > 0;)
        if (a.limbs[i] != b.limbs[i]) return a.limbs[i] <=> b.limbs[i];
    return std::strong_ordering::equal;
}

UInt256 operator+(const UInt256& a, const UInt256& b) {
    UInt256 sum;
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::uint64_t part = a.limbs[i] + carry;
        const std::uint64_t whole = part + b.limbs[i];
        carry = static_cast<std::uint64_t>(part < carry) + static_cast<std::uint64_t>(whole < part);
        sum.limbs[i] = whole;
    }
    return sum;
}

UInt256 operator~(const UInt256& a) {
    UInt256 result;
    for (std::size_t i = 0; i < 4; ++i) result.limbs[i] = ~a.limbs[i];
    return result;
}

UInt256 operator-(const UInt256& a, const UInt256& b) {
    return a + ~b + UInt256::of(1);
}

UInt256 operator*(const UInt256& a, std::uint32_t b) {
    UInt256 product;
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < 8; ++i) { // in halves of a limb, so that nothing overflows
        const std::uint64_t half = a.limbs[i / 2] >> (32 * (i % 2)) & 0xffffffff;
        const std::uint64_t part = half * b + carry;
        product.limbs[i / 2] |= (part & 0xffffffff) << (32 * (i % 2));
        carry = part >> 32;
    }
    return product;
}

UInt256 operator<<(const UInt256& a, int bits) {
    UInt256 result;
    const std::size_t words = static_cast<std::size_t>(bits) / 64;
    const int rest = bits % 64;
    for (std::size_t i = words; i < 4; ++i) {
        result.limbs[i] = a.limbs[i - words] << rest;
        if (rest > 0 && i > words) result.limbs[i] |= a.limbs[i - words - 1] >> (64 - rest);
    }
    return result;
}

UInt256 operator>>(const UInt256& a, int bits) {
    UInt256 result;
    const std::size_t words = static_cast<std::size_t>(bits) / 64;
    const int rest = bits % 64;
    for (std::size_t i = 0; i + words < 4; ++i) {
        result.limbs[i] = a.limbs[i + words] >> rest;
        if (rest > 0 && i + words + 1 < 4) result.limbs[i] |= a.limbs[i + words + 1] << (64 - rest);
    }
    return result;
}

UInt256 operator/(const UInt256& a, const UInt256& b) {
    check(!b.isZero(), "no division by zero");
    UInt256 quotient;
    UInt256 rest = a;
    for (int shift = a.bitLength() - b.bitLength(); shift >= 0; --shift) {
        const UInt256 part = b << shift;
        if (rest < part) continue;
        rest = rest - part;
        quotient.limbs[static_cast<std::size_t>(shift) / 64] |= std::uint64_t{1} << (shift % 64);
    }
    return quotient;
}

} // namespace duplex::bitcoin::light
