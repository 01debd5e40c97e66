#include "core/lightning/channel/phases/phases.h"

#include <algorithm>

namespace duplex::lightning::channel {

namespace {

/// Printable ASCII, at most 200 bytes: all of a peer's text that is ever shown.
std::string printable(ByteView data) {
    constexpr std::size_t longest = 200;
    std::string text;
    for (const std::uint8_t byte : data.first(std::min(data.size(), longest)))
        text.push_back(byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '?');
    return text;
}

/// LND sends `internal error` for faults that a new connection heals: the channel fails only at the third in
/// this time.
constexpr std::size_t internal_errors_allowed = 2;
constexpr Ticks internal_errors_counted = std::chrono::hours(24);

Step receiveError(Turn& turn, const wire::Error& message) {
    if (std::holds_alternative<Closing>(turn.next.phase) || std::holds_alternative<Closed>(turn.next.phase))
        return done();
    const std::string text = printable(message.data);
    const bool internal =
        text.ends_with("internal error") && !std::holds_alternative<Opening>(turn.next.phase);
    std::vector<Ticks>& errors = turn.next.internal_errors;
    std::erase_if(errors, [now = turn.context.now](Ticks at) { return now - at > internal_errors_counted; });
    if (internal && errors.size() < internal_errors_allowed && checkDeadlines(turn)) {
        errors.push_back(turn.context.now);
        turn.act(DisconnectPeer{});
        return done();
    }
    return std::unexpected(PeerFailedChannel{.text = text});
}

Step receiveInPhase(Turn& turn, const wire::Message& message) {
    const Phase phase = turn.next.phase; // handlers change it
    return std::visit([&](const auto& p, const auto& m) { return receive(p, m, turn); }, phase, message);
}

/// Before both channel_reestablish passed only these may come, from peers that are a little early.
bool mayBeHeld(const wire::Message& message) {
    return std::holds_alternative<wire::ChannelReady>(message) ||
           std::holds_alternative<wire::AnnouncementSignatures>(message) ||
           std::holds_alternative<wire::UpdateFee>(message);
}

Step hold(Turn& turn, const wire::Message& message) {
    if (turn.next.held.size() >= turn.context.policy.held_messages)
        return std::unexpected(TooManyHeldMessages{});
    turn.next.held.push_back(message);
    return done();
}

} // namespace

Step receiveMessage(Turn& turn, const wire::Message& message) {
    if (const auto* error = std::get_if<wire::Error>(&message)) return receiveError(turn, *error);
    if (std::holds_alternative<wire::Warning>(message)) return done();
    const bool opening = std::holds_alternative<Opening>(turn.next.phase);
    if (opening) return receiveInPhase(turn, message);
    const auto* theirs = std::get_if<wire::ChannelReestablish>(&message);
    if (const auto* closing = std::get_if<Closing>(&turn.next.phase)) {
        // An agreed close needs no answer: its transaction is out. A forced one is told again.
        if (theirs && closing->kind != CloseKind::mutual)
            turn.send(wire::Error{
                .channel_id = turn.next.id,
                .data = toBytes(viewOf(closing->cause ? *closing->cause : "the channel is closed"))});
        return done();
    }
    if (std::holds_alternative<Closed>(turn.next.phase)) return done();
    const UnexpectedMessage unexpected{.type = wire::typeOf(message)};
    if (turn.next.link == Link::offline) return std::unexpected(unexpected);
    if (turn.next.link == Link::reestablishing) {
        if (theirs) return reestablish(turn, *theirs);
        if (mayBeHeld(message)) return hold(turn, message);
        return std::unexpected(unexpected);
    }
    if (theirs) return std::unexpected(unexpected);
    // The funder may set the fee as soon as it has both channel_ready; ours may still be on its way.
    if (std::holds_alternative<wire::UpdateFee>(message) &&
        (std::holds_alternative<AwaitingReady>(turn.next.phase) ||
         std::holds_alternative<AwaitingFunding>(turn.next.phase)))
        return hold(turn, message);
    if (std::holds_alternative<wire::AnnouncementSignatures>(message)) return done();
    return receiveInPhase(turn, message);
}

} // namespace duplex::lightning::channel
