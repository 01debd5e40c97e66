#include "core/ledger/move.h"

namespace duplex::ledger {

std::string_view nameOf(StepState state) {
    switch (state) {
    case StepState::waiting:
        return "waiting";
    case StepState::running:
        return "running";
    case StepState::done:
        return "done";
    case StepState::failed:
        return "failed";
    }
    return "waiting";
}

} // namespace duplex::ledger
