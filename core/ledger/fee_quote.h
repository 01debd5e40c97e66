#pragma once

#include "core/ledger/finality.h"

#include <string>
#include <vector>

namespace duplex::ledger {

struct FeePart {
    std::string name; // "opening transaction", "closing later"
    std::int64_t amount_sat = 0;
    friend bool operator==(const FeePart&, const FeePart&) = default;
};

/// What an action costs, in parts, and how the figure is known.
struct FeeQuote {
    std::int64_t total_sat = 0;
    std::vector<FeePart> parts;
    Verified verified;
    friend bool operator==(const FeeQuote&, const FeeQuote&) = default;
};

} // namespace duplex::ledger
