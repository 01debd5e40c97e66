#pragma once

#include "core/ledger/amount.h"
#include "core/ledger/chain.h"
#include "core/ledger/finality.h"

#include <string>
#include <vector>

namespace duplex::ledger {

enum class PartState { spendable, pending_in, pending_out, locked_until, reserve, in_flight };
std::string_view nameOf(PartState state); // "spendable", "pending-in", ...

/// A piece of a balance and why it is in that state.
struct BalancePart {
    PartState state = PartState::spendable;
    Amount amount;
    std::string why;        // a sentence without amounts, for people
    std::int64_t until = 0; // block height at which the state ends; 0 where none is known
    Verified verified;
    friend bool operator==(const BalancePart&, const BalancePart&) = default;
};

struct LayerBalance {
    LayerId layer;
    std::vector<BalancePart> parts;
    Amount receivable; // what can arrive now; on level 1 without bound, then 0
    Verified verified; // the weakest of the parts
    friend bool operator==(const LayerBalance&, const LayerBalance&) = default;
};
/// Sum of the parts in this state.
Amount sumOf(const LayerBalance& balance, PartState state);

} // namespace duplex::ledger
