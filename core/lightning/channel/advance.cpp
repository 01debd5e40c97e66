#include "core/lightning/channel/advance.h"

#include "core/lightning/channel/failure_policy.h"
#include "core/lightning/channel/phases/phases.h"

namespace duplex::lightning::channel {

namespace {

RequestId requestOf(const Event& event) {
    return std::visit(
        []<typename E>(const E& e) {
            if constexpr (requires { e.request; })
                return RequestId{e.request};
            else
                return RequestId{};
        },
        event);
}

void failOpening(Turn& turn, const Event& event, const ChannelError& error) {
    Channel& next = turn.next;
    // Of a message that failed the very first step the id is known from the message only.
    if (const auto* received = std::get_if<MessageReceived>(&event); received && next.id.isZero())
        next.id = wire::channelIdOf(received->message).value_or(ChannelId{});
    if (std::holds_alternative<Disconnected>(event)) next.link = Link::offline;
    const bool established = isEstablished(next);
    const bool idle = !established && std::holds_alternative<Idle>(std::get<Opening>(next.phase).step);
    const bool told = !idle || std::holds_alternative<MessageReceived>(event);
    if (std::holds_alternative<MessageReceived>(event)) next.link = Link::online;
    if (told) sendError(turn, error);
    if (!idle && next.isFunder()) turn.act(ReleaseCoins{});
    RequestId request{next.open_request};
    if (const auto* requested = std::get_if<OpenRequested>(&event)) request = requested->request;
    turn.reply(request, error);
    // Giving up is what this one asked for.
    if (const auto* forced = std::get_if<ForceCloseRequested>(&event)) turn.reply(forced->request);
    if (std::holds_alternative<FundingMismatch>(error) && established)
        turn.act(Alarm{.kind = Alarm::Kind::funding_mismatch, .cause = error});
    next.open_request = 0;
    next.phase = Closed{.cause = textOf(error)};
    turn.act(ForgetChannel{});
    if (!established) return; // there is no row to change
    turn.act(BalanceChanged{});
    turn.store();
}

Outcome apply(Verdict verdict, const Channel& channel, const Event& event, const ChannelError& error,
              const Context& context) {
    Turn turn{.next = channel, .context = context};
    switch (verdict) {
    case Verdict::reject_command:
        turn.reply(requestOf(event), error);
        break;
    case Verdict::ignore:
        break;
    case Verdict::warn_and_disconnect:
        if (channel.link == Link::offline) break;
        turn.send(wire::Warning{.channel_id = channel.id, .data = toBytes(viewOf(textOf(error)))});
        turn.act(DisconnectPeer{});
        // The line is cut after this turn: what came with the refused message builds on it.
        turn.next.link = Link::offline;
        break;
    case Verdict::fail_opening:
        failOpening(turn, event, error);
        break;
    case Verdict::error_and_close:
        forceClose(turn, error);
        break;
    case Verdict::error_and_wait:
        sendError(turn, error);
        break;
    }
    return {.next = std::move(turn.next), .persist = turn.persist, .actions = std::move(turn.actions)};
}

} // namespace

Outcome advance(const Channel& channel, const Event& event, const Context& context) {
    Turn turn{.next = channel, .context = context};
    const Step step = std::visit([&](const auto& phase, const auto& e) { return on(phase, e, turn); },
                                 channel.phase, event);
    if (!step) return apply(verdictOn(step.error(), channel, event), channel, event, step.error(), context);
    return {.next = std::move(turn.next), .persist = turn.persist, .actions = std::move(turn.actions)};
}

} // namespace duplex::lightning::channel
