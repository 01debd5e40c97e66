#pragma once

#include "core/family/bitcoin/bitcoin_family.h"
#include "core/family/bitcoin/turn.h"

#include <utility>

namespace duplex::family::bitcoin {

/// Tells whoever listens by `notify` (interface.md, Transport), once the turn is stored. The outlet must
/// outlive the turn's effects: drivers may be gone by then.
inline void tell(Turn& turn, const Outlet& outlet, api::Notification notification) {
    turn.after([&outlet, notification = std::move(notification)] { outlet.notify(notification); });
}

} // namespace duplex::family::bitcoin
