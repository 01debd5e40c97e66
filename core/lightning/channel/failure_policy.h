#pragma once

#include "core/lightning/channel/event.h"

namespace duplex::lightning::channel {

enum class Verdict {
    reject_command,      // Reply with the error, nothing changes
    ignore,              // nothing happens
    warn_and_disconnect, // `warning`, then close the connection; reestablish puts things right
    fail_opening,        // `error`, forget the channel: no money is committed
    error_and_close,     // `error`, publish our commitment
    error_and_wait,      // `error`, but never publish: we are stale (or the peer is behind and must close)
};

/// What an error means here. One table, so that no handler closes a channel by itself.
Verdict verdictOn(const ChannelError& error, const Channel& channel, const Event& event);

} // namespace duplex::lightning::channel
