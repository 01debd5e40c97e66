#pragma once

#include "core/lightning/onchain/claim.h"

namespace duplex::lightning::onchain {

/// An input of somebody's transaction that spends what a claim of ours spends.
struct Contest {
    std::size_t input = 0;
    OutPoint outpoint;
    TxOut spent;
    friend bool operator==(const Contest&, const Contest&) = default;
};

/// What of `claims` a transaction contests, if its witnesses hold: those are for the caller to verify. Each
/// outpoint once, as in any valid transaction. Nothing where all of it is paid to us (`payout` and the paired
/// outputs): that is a version of a claim of ours, of this run or an earlier one.
std::vector<Contest> contestsOf(const Transaction& transaction, const std::vector<Claim>& claims,
                                const Script& payout);

} // namespace duplex::lightning::onchain
