#pragma once

#include "core/api/reply.h"
#include "core/rpc/json.h"

namespace duplex::rpc {

/// {label, evidence, height, time, k, n}; height, time and k of n only where they are known.
Json verifiedJson(const ledger::Verified& verified);
Json feeJson(const ledger::FeeQuote& fee);
Json layerJson(const api::LayerView& view);
Json activityJson(const ledger::Activity& activity);
Json quoteJson(const ledger::MoveQuote& quote);
Json moveJson(const ledger::Move& move);
Json stringsJson(const std::vector<std::string>& texts);

} // namespace duplex::rpc
