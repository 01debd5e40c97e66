#include "core/bitcoin/light/proof_of_work.h"

#include "core/base/check.h"

namespace duplex::bitcoin::light {

std::optional<UInt256> targetOf(std::uint32_t bits) {
    const int size = static_cast<int>(bits >> 24);
    const std::uint32_t word = bits & 0x007fffff;
    const bool negative = word != 0 && (bits & 0x00800000) != 0;
    const bool too_large =
        word != 0 && (size > 34 || (word > 0xff && size > 33) || (word > 0xffff && size > 32));
    if (negative || too_large) return std::nullopt;
    const UInt256 target =
        size <= 3 ? UInt256::of(word >> (8 * (3 - size))) : UInt256::of(word) << (8 * (size - 3));
    return target.isZero() ? std::nullopt : std::optional(target);
}

std::uint32_t bitsOf(const UInt256& target) {
    int size = (target.bitLength() + 7) / 8;
    auto word = static_cast<std::uint32_t>(size <= 3 ? target.limbs[0] << (8 * (3 - size))
                                                     : (target >> (8 * (size - 3))).limbs[0]);
    if ((word & 0x00800000) != 0) { // the sign bit: one byte more of size instead
        word >>= 8;
        ++size;
    }
    return word | static_cast<std::uint32_t>(size) << 24;
}

Work workOf(std::uint32_t bits) {
    const auto target = targetOf(bits);
    if (!target) return {};
    // 2^256 does not fit: 2^256 / (t + 1) = (2^256 - t - 1) / (t + 1) + 1.
    return ~*target / (*target + UInt256::of(1)) + UInt256::of(1);
}

bool meetsTarget(const BlockHash& hash, std::uint32_t bits, const NetworkParameters& network) {
    const auto target = targetOf(bits);
    if (!target || *target > *targetOf(network.power_limit_bits)) return false;
    return UInt256::fromLittleEndian(hash.bytes) <= *target;
}

std::uint32_t retarget(std::uint32_t base_bits, std::int64_t timespan, const NetworkParameters& network) {
    const auto base = targetOf(base_bits);
    check(base.has_value(), "bits of an accepted header stand for a target");
    const std::int64_t taken = std::clamp(timespan, retarget_timespan / 4, retarget_timespan * 4);
    const UInt256 target = *base * static_cast<std::uint32_t>(taken) /
                           UInt256::of(static_cast<std::uint64_t>(retarget_timespan));
    return bitsOf(std::min(target, *targetOf(network.power_limit_bits)));
}

bool bitsMayFollow(std::uint32_t height, std::uint32_t previous_bits, std::uint32_t bits,
                   const NetworkParameters& network) {
    if (network.allows_minimum_difficulty) return true;
    if (!network.retargets || height % retarget_interval != 0) return bits == previous_bits;
    const auto target = targetOf(bits);
    if (!target || !targetOf(previous_bits)) return false;
    return *target >= *targetOf(retarget(previous_bits, 0, network)) &&
           *target <= *targetOf(retarget(previous_bits, retarget_timespan * 4, network));
}

} // namespace duplex::bitcoin::light
