#pragma once

#include "core/lightning/commitment/commitment_spec.h"

namespace duplex::lightning::commitment {

inline constexpr bitcoin::Satoshi anchor_value{330};

/// The one place that says whether an HTLC has an output (BOLT 3, trimmed outputs); builder, fee, signature
/// count and dust exposure all ask here (threats 33).
bool isTrimmed(const CommitmentHtlc& htlc, bitcoin::FeeratePerKw feerate, bitcoin::Satoshi owner_dust_limit,
               Format format);

/// Fee of the second-stage transaction: zero for anchors.
bitcoin::Satoshi secondStageFee(HtlcDirection direction, bitcoin::FeeratePerKw feerate, Format format);

/// Number of HTLCs with an output.
std::size_t untrimmedCount(const CommitmentSpec& spec, bitcoin::Satoshi owner_dust_limit, Format format);

/// BOLT 3's expected weight: 724 or 1124, and 172 for each HTLC output.
bitcoin::Weight commitmentWeight(std::size_t untrimmed_htlcs, Format format);

/// The base fee, without the anchors' 660 sat and without what trimming adds.
bitcoin::Satoshi commitmentFee(std::size_t untrimmed_htlcs, bitcoin::FeeratePerKw feerate, Format format);

/// All that the funder pays: base fee and, with anchors, 660 sat.
bitcoin::Satoshi funderCost(const CommitmentSpec& spec, bitcoin::Satoshi owner_dust_limit, Format format);

/// Value of trimmed HTLCs: what a dust exposure limit counts (the excess fee is the caller's).
MilliSatoshi trimmedValue(const CommitmentSpec& spec, bitcoin::Satoshi owner_dust_limit, Format format);

} // namespace duplex::lightning::commitment
