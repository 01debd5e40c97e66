#include "core/ledger/balance.h"

namespace duplex::ledger {

std::string_view nameOf(PartState state) {
    switch (state) {
    case PartState::spendable:
        return "spendable";
    case PartState::pending_in:
        return "pending-in";
    case PartState::pending_out:
        return "pending-out";
    case PartState::locked_until:
        return "locked-until";
    case PartState::reserve:
        return "reserve";
    case PartState::in_flight:
        return "in-flight";
    }
    return "spendable";
}

Amount sumOf(const LayerBalance& balance, PartState state) {
    Amount sum;
    for (const BalancePart& part : balance.parts) {
        if (part.state == state) sum.units += part.amount.units;
    }
    return sum;
}

} // namespace duplex::ledger
