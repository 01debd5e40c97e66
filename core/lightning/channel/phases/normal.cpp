#include "core/lightning/channel/phases/phases.h"

namespace duplex::lightning::channel {

Step on(const Normal& phase, const AddHtlc& event, Turn& turn) {
    if (turn.next.link != Link::online) return notPossible(CommandNotPossible::Why::not_connected);
    if (phase.closing_script) return notPossible(CommandNotPossible::Why::shutting_down);
    // Threats 31: no HTLC over a funding that a reorganization took away.
    if (turn.next.funding_height == 0) return notPossible(CommandNotPossible::Why::wrong_phase);
    auto next = sendAdd(turn.next.terms, turn.next.commitments, event.htlc, turn.context);
    if (!next) return std::unexpected(next.error());
    turn.next.commitments = std::move(*next);
    const std::uint64_t id = turn.next.commitments.htlcs.back().id;
    turn.send(wire::UpdateAddHtlc{.channel_id = turn.next.id,
                                  .id = id,
                                  .amount_msat = event.htlc.amount,
                                  .payment_hash = event.htlc.payment_hash,
                                  .cltv_expiry = event.htlc.cltv_expiry,
                                  .onion_routing_packet = event.htlc.onion,
                                  .path_key = event.htlc.path_key});
    if (event.request.value != 0)
        turn.act(Reply{.request = event.request, .error = std::nullopt, .htlc_id = id});
    turn.act(BalanceChanged{});
    scheduleSigning(turn);
    return done();
}

Step on(const Normal&, const CloseRequested& event, Turn& turn) {
    const auto& upfront = turn.next.local_upfront_script;
    const bool locked = upfront && !upfront->empty();
    const bitcoin::Script& script = locked ? *upfront : event.script;
    if (!isShutdownScript(script, turn.context)) return std::unexpected(InvalidShutdownScript{});
    turn.next.phase = Normal{.closing_script = script};
    turn.reply(event.request);
    turn.store();
    trySendShutdown(turn);
    return done();
}

Step receive(const Normal&, const wire::ChannelReady& message, Turn& turn) {
    // Redundant: after a reconnection, or with a new alias (BOLT 2: the newer is kept).
    if (message.alias && message.alias != turn.next.remote_alias) {
        turn.next.remote_alias = message.alias;
        turn.store();
    }
    return done();
}
Step receive(const ShuttingDown&, const wire::ChannelReady& message, Turn& turn) {
    return receive(Normal{}, message, turn);
}
Step receive(const Negotiating&, const wire::ChannelReady& message, Turn& turn) {
    return receive(Normal{}, message, turn);
}

Step receive(const Normal&, const wire::UpdateAddHtlc& message, Turn& turn) {
    auto next = receiveAdd(turn.next.terms, turn.next.commitments, message, turn.context);
    if (!next) return std::unexpected(next.error());
    turn.next.commitments = std::move(*next);
    return done();
}

Step receiveUpdateFee(Turn& turn, const wire::UpdateFee& message) {
    auto next = receiveFee(turn.next.terms, turn.next.commitments, message.feerate_per_kw, turn.context);
    if (!next) return std::unexpected(next.error());
    turn.next.commitments = std::move(*next);
    return done();
}

Step refreshFunding(Turn& turn, const FundingConfirmed& event) {
    if (Step step = checkOutput(turn.next, event); !step) return step;
    noteCoinbase(turn, event);
    // After a reorganization it counts again only when it is as deep as before its first use.
    if (event.depth < turn.next.minimum_depth) return done();
    if (turn.next.funding_height == event.height && turn.next.scid == event.scid) return done();
    turn.next.funding_height = event.height;
    turn.next.scid = event.scid;
    turn.store();
    turn.act(BalanceChanged{});
    return done();
}

} // namespace duplex::lightning::channel
