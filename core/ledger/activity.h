#pragma once

#include "core/ledger/chain.h"
#include "core/ledger/finality.h"

#include <string>

namespace duplex::ledger {

enum class ActivityKind { send, receive, move, fee };
enum class ActivityState { pending, done, failed, at_risk };
std::string_view nameOf(ActivityKind kind);
std::string_view nameOf(ActivityState state);

/// One line of the history of both layers.
struct Activity {
    std::string id; // txid or payment hash, with a prefix for its kind: "tx:", "payment:", "move:"
    LayerId layer;
    ActivityKind kind = ActivityKind::receive;
    ActivityState state = ActivityState::pending;
    std::int64_t amount_msat = 0; // signed: what the wallet gained or lost, fee not included
    std::int64_t fee_msat = 0;
    std::int64_t time = 0;
    std::int64_t height = -1;
    int confirmations = 0;
    std::string label;
    std::string details; // txid, payment hash or move id
    Verified verified;
    friend bool operator==(const Activity&, const Activity&) = default;
};

} // namespace duplex::ledger
