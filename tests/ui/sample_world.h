#pragma once

#include "core/api/session.h"

namespace duplex::test {

/// A believable wallet for pages and models: two channels of four kinds, moves, history, blocks. The clock of
/// everything in it is `sample_now`.
inline constexpr std::int64_t sample_now = 1'795'532'400; // 2026-11-24 14:20 UTC
inline constexpr const char* ground_id = "bip122:000000000019d6689c085ae165831e93";
inline constexpr const char* upper_id = "bip122:000000000019d6689c085ae165831e93/lightning";

api::StatusSnapshot sampleStatus();
api::PortfolioSnapshot samplePortfolio();
api::ActivitySnapshot sampleActivity();
api::ChannelsSnapshot sampleChannels();
api::MovesSnapshot sampleMoves();
api::BlocksSnapshot sampleBlocks();
/// Answers every request that the window asks.
api::Answer sampleAnswer(const api::Request& request);

} // namespace duplex::test
