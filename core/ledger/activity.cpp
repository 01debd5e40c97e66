#include "core/ledger/activity.h"

namespace duplex::ledger {

std::string_view nameOf(ActivityKind kind) {
    switch (kind) {
    case ActivityKind::send:
        return "send";
    case ActivityKind::receive:
        return "receive";
    case ActivityKind::move:
        return "move";
    case ActivityKind::fee:
        return "fee";
    }
    return "send";
}

std::string_view nameOf(ActivityState state) {
    switch (state) {
    case ActivityState::pending:
        return "pending";
    case ActivityState::done:
        return "done";
    case ActivityState::failed:
        return "failed";
    case ActivityState::at_risk:
        return "at-risk";
    }
    return "pending";
}

} // namespace duplex::ledger
