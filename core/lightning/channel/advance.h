#pragma once

#include "core/lightning/channel/transition.h"

namespace duplex::lightning::channel {

/// The next channel, whether it must be stored first, and the actions, for any event in any phase. Total:
/// never throws, never aborts on what a peer or user sent. BOLT 2.
Outcome advance(const Channel& channel, const Event& event, const Context& context);

} // namespace duplex::lightning::channel
