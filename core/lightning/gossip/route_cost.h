#pragma once

#include "core/lightning/gossip/network_graph.h"

namespace duplex::lightning::gossip {

/// log2(numerator / denominator) in 64ths, interpolated linearly between powers of two; both at least 1 and
/// numerator >= denominator.
std::int64_t log2In64ths(std::uint64_t numerator, std::uint64_t denominator);

/// What one hop costs beside its fee, in millisatoshi: time locked, and the chance that it fails.
std::int64_t hopPenalty(MilliSatoshi amount, std::uint16_t cltv_expiry_delta);
/// The part that our knowledge of the channel's liquidity gives.
std::int64_t liquidityPenalty(MilliSatoshi amount, const LiquidityBounds& bounds, Verification verification);

} // namespace duplex::lightning::gossip
