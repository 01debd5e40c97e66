#pragma once

#include "core/bitcoin/light/uint256.h"
#include "core/bitcoin/primitives/network.h"

namespace duplex::bitcoin::light {

inline constexpr std::uint32_t retarget_interval = 2'016;
inline constexpr std::int64_t retarget_timespan = 14LL * 24 * 60 * 60; // seconds

/// The target that compact bits stand for; nothing where they are negative, zero or over 256 bits.
std::optional<UInt256> targetOf(std::uint32_t bits);
/// The compact form, rounded down as Bitcoin does.
std::uint32_t bitsOf(const UInt256& target);
/// Expected hashes for one block of these bits: 2^256 / (target + 1); zero for bits that stand for no target.
Work workOf(std::uint32_t bits);
/// True when the hash is at most the target and the target at most the network's limit.
bool meetsTarget(const BlockHash& hash, std::uint32_t bits, const NetworkParameters& network);
/// The bits of a new period, from the time its predecessor took and the bits it starts from.
std::uint32_t retarget(std::uint32_t base_bits, std::int64_t timespan, const NetworkParameters& network);
/// False when a chain cannot move from these bits to those across `height` (only to the factor of four at a
/// retarget). Always true on networks with least-difficulty blocks.
bool bitsMayFollow(std::uint32_t height, std::uint32_t previous_bits, std::uint32_t bits,
                   const NetworkParameters& network);

} // namespace duplex::bitcoin::light
