#pragma once

#include "core/lightning/channel/action.h"

namespace duplex::lightning::channel {

enum class Persist : std::uint8_t { no, yes };

/// What one event makes of a channel. Persist::yes: store `next` before any of `actions` is released;
/// dropping the whole outcome instead (a failed write) leaves the channel as it was.
struct Outcome {
    Channel next;
    Persist persist = Persist::no;
    std::vector<Action> actions;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// An outcome in the making: handlers work on this value, and `advance` throws it away when one reports an
/// error.
struct Turn {
    Channel next;
    const Context& context;
    Persist persist = Persist::no;
    std::vector<Action> actions = {};

    void store() { persist = Persist::yes; }
    void act(Action action) { actions.push_back(std::move(action)); }
    void send(wire::Message message) { act(SendMessage{.message = std::move(message)}); }
    void reply(RequestId request, std::optional<ChannelError> error = std::nullopt) {
        if (request.value != 0)
            act(Reply{.request = request, .error = std::move(error), .htlc_id = std::nullopt});
    }
};

using Step = std::expected<void, ChannelError>;

} // namespace duplex::lightning::channel
