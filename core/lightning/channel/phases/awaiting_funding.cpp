#include "core/lightning/channel/phases/phases.h"
#include "core/lightning/commitment/scripts.h"

namespace duplex::lightning::channel {

/// Exactly the agreed output, or a typed refusal (threats 22).
Step checkOutput(const Channel& channel, const FundingConfirmed& event) {
    const commitment::ChannelParameters& parameters = channel.terms.parameters;
    using enum FundingMismatch::What;
    if (event.outpoint != parameters.funding) return std::unexpected(FundingMismatch{.what = outpoint});
    if (event.output.script_pubkey != commitment::fundingOutputScript(parameters))
        return std::unexpected(FundingMismatch{.what = script});
    if (event.output.value != parameters.capacity) return std::unexpected(FundingMismatch{.what = amount});
    return done();
}

void noteCoinbase(Turn& turn, const FundingConfirmed& event) {
    if (event.coinbase)
        turn.next.minimum_depth = std::max(turn.next.minimum_depth, turn.context.policy.coinbase_maturity);
}

namespace {

void keepPoint(Turn& turn, const wire::ChannelReady& message) {
    turn.next.commitments.remote_next_point = message.second_per_commitment_point;
    if (message.alias) turn.next.remote_alias = message.alias;
    turn.store();
}

} // namespace

Step on(const AwaitingFunding& phase, const FundingConfirmed& event, Turn& turn) {
    if (Step step = checkOutput(turn.next, event); !step) return step;
    turn.next.scid = event.scid;
    turn.next.funding_height = event.height;
    noteCoinbase(turn, event);
    turn.store();
    if (event.depth < turn.next.minimum_depth) return done();
    if (turn.next.link == Link::online) sendReady(turn);
    if (!phase.remote_ready) {
        turn.next.phase = AwaitingReady{};
        return done();
    }
    becomeNormal(turn);
    return applyHeld(turn);
}

Step on(const AwaitingFunding&, const BlockHeight&, Turn& turn) {
    // The funder never forgets: its coins may be in the output (threats 31).
    return checkFunding(turn);
}

Step on(const AwaitingReady&, const FundingConfirmed& event, Turn& turn) {
    return refreshFunding(turn, event);
}

Step receive(const AwaitingFunding& phase, const wire::ChannelReady& message, Turn& turn) {
    if (phase.remote_ready) return done();
    keepPoint(turn, message);
    turn.next.phase = AwaitingFunding{.remote_ready = true};
    return done();
}

Step receive(const AwaitingReady&, const wire::ChannelReady& message, Turn& turn) {
    keepPoint(turn, message);
    becomeNormal(turn);
    return applyHeld(turn);
}

Step receive(const AwaitingFunding&, const wire::Shutdown& message, Turn& turn) {
    return receive(Normal{}, message, turn);
}
Step receive(const AwaitingReady&, const wire::Shutdown& message, Turn& turn) {
    return receive(Normal{}, message, turn);
}

} // namespace duplex::lightning::channel
