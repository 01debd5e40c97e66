#pragma once

#include "core/ledger/chain.h"
#include "core/ledger/fee_quote.h"

#include <string>
#include <vector>

namespace duplex::ledger {

/// A way to bring an amount from one layer to the other, priced now.
struct MoveQuote {
    std::string quote_id;
    std::string route; // "open", "close", ...
    bool available = false;
    std::string why_not; // when not available: the reason and what to do
    LayerId from;
    LayerId to;
    std::int64_t amount_sat = 0;
    FeeQuote fee;
    std::int64_t delay_s = 0;
    int confirmations = 0;
    std::string trust;           // who must be trusted for what
    std::string risk;            // the worst case, in a sentence
    std::string mechanism;       // the technical word, shown in grey: "channel opening"
    std::string channel_id;      // route close: which channel
    std::string peer_id;         // route open: with whom
    std::int64_t locked_sat = 0; // not spendable while the move runs
    std::int64_t expires_at = 0;
    friend bool operator==(const MoveQuote&, const MoveQuote&) = default;
};

enum class StepState { waiting, running, done, failed };
std::string_view nameOf(StepState state);

struct MoveStep {
    std::string name;
    StepState state = StepState::waiting;
    std::string evidence;        // txid or payment hash
    std::int64_t earliest_s = 0; // UNIX seconds before which it cannot end; 0 unknown
    std::int64_t deadline_height = 0;
    std::string lost_if_missed; // what happens when the deadline passes
    Verified verified;
    friend bool operator==(const MoveStep&, const MoveStep&) = default;
};

struct Move {
    std::string move_id;
    std::string route;
    LayerId from;
    LayerId to;
    std::int64_t amount_sat = 0;
    FeeQuote fee;
    StepState state = StepState::running;
    std::string failure; // what happened to the money, when failed
    std::int64_t locked_sat = 0;
    std::string channel_id;
    std::int64_t started = 0;
    std::vector<MoveStep> steps;
    friend bool operator==(const Move&, const Move&) = default;
};

} // namespace duplex::ledger
