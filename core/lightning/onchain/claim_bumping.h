#pragma once

#include "core/lightning/onchain/claim.h"

#include <set>

namespace duplex::lightning::onchain {

struct FeeFacts {
    FeeratePerKw slow{1000};     // 12 blocks
    FeeratePerKw fast{5000};     // 2 blocks
    FeeratePerKw floor{253};     // relay minimum
    FeeratePerKw increment{250}; // relay increment
    friend bool operator==(const FeeFacts&, const FeeFacts&) = default;
};

/// The fee curve (lightning.md 10): `slow` at the start, `fast` half way, then up to `budget` at deadline
/// - 6. Without a deadline `slow`. Never above `budget`, never under the floor.
FeeratePerKw feerateAt(const FeeFacts& fees, BlockHeight started, BlockHeight now,
                       std::optional<BlockHeight> deadline, FeeratePerKw budget);

/// What bumping draws on: passed in, so that the same facts give the same claims.
struct BumpingFacts {
    FeeFacts fees;
    BlockHeight now; // the higher of header tip and verified height (R11)
    Script payout;   // of the wallet: sweeps and change
    std::vector<WalletCoin> coins;
    std::vector<ClaimAttempt> attempts; // those that left
    std::set<OutPoint> spent;     // in the chain: an attempt with such an input is void, its fee level is not
    std::set<OutPoint> contested; // inputs on which a rival transaction was seen: bump at once
};

enum class BumpingError {
    uneconomic, // costs more than it brings, or leaves dust
    no_coins    // the wallet cannot pay the fee
};

/// One transaction for these inputs at the fee due now. Inputs of one claim have equal locktimes and are all
/// paired or all not. Coins taken are removed from `facts`, so that none is in two claims.
std::expected<Claim, BumpingError> buildClaim(std::vector<ClaimInput> inputs, BumpingFacts& facts);

/// A child that lifts `parent` (with the fee it pays) to the feerate due; `value_at_stake` bounds what it may
/// cost. Uneconomic where the parent pays enough by itself.
std::expected<Claim, BumpingError> buildAnchorChild(const ClaimInput& anchor, const Transaction& parent,
                                                    bitcoin::Weight parent_weight, Satoshi parent_fee,
                                                    Satoshi value_at_stake, BumpingFacts& facts);

} // namespace duplex::lightning::onchain
