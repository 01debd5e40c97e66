#pragma once

#include "core/base/variant.h"
#include "core/lightning/channel/phases/turns.h"

namespace duplex::lightning::channel {

// One overload per (phase, event); a cell without one does not compile. What a phase ignores or refuses is
// listed.

template <typename P>
concept LivePhase = one_of<P, AwaitingFunding, AwaitingReady, Normal, ShuttingDown, Negotiating>;
template <typename E>
concept OpeningCommand = one_of<E, OpenRequested, AcceptDecision, FundingTransactionSigned, OpenCancelled>;
template <typename E>
concept UpdateCommand = one_of<E, AddHtlc, FulfillHtlc, FailHtlc, FailMalformedHtlc, UpdateFee>;

template <typename P>
Step on(const P&, const MessageReceived& event, Turn& turn) {
    return receiveMessage(turn, event.message);
}

// opening
Step on(const Opening&, const OpenRequested&, Turn&);
Step on(const Opening&, const AcceptDecision&, Turn&);
Step on(const Opening&, const FundingTransactionSigned&, Turn&);
Step on(const Opening&, const OpenCancelled&, Turn&);
Step on(const Opening&, const ForceCloseRequested&, Turn&);
Step on(const Opening&, const Connected&, Turn&);
Step on(const Opening&, const Disconnected&, Turn&);
Step on(const Opening&, const Restored&, Turn&);
Step on(const Opening&, const Tick&, Turn&);
template <UpdateCommand E>
Step on(const Opening&, const E&, Turn&) {
    return notPossible(CommandNotPossible::Why::wrong_phase);
}
inline Step on(const Opening&, const CloseRequested&, Turn&) {
    return notPossible(CommandNotPossible::Why::wrong_phase);
}
template <one_of<SignCommitment, BlockHeight, FundingConfirmed, FundingUnconfirmed, FundingSpent,
                 FundingUnspent, ChannelResolved>
              E>
Step on(const Opening&, const E&, Turn&) {
    return done();
}

// every phase between opening and closing
template <LivePhase P, OpeningCommand E>
Step on(const P&, const E&, Turn&) {
    return notPossible(CommandNotPossible::Why::already_open);
}
template <LivePhase P>
Step on(const P&, const Connected&, Turn& turn) {
    return connect(turn);
}
template <LivePhase P>
Step on(const P&, const Disconnected&, Turn& turn) {
    return disconnect(turn);
}
template <LivePhase P>
Step on(const P&, const Restored&, Turn& turn) {
    return restore(turn);
}
template <LivePhase P>
Step on(const P&, const FundingSpent& event, Turn& turn) {
    return fundingSpent(turn, event);
}
template <LivePhase P>
Step on(const P&, const ForceCloseRequested& event, Turn& turn) {
    if (turn.next.standing == Standing::stale) return notPossible(CommandNotPossible::Why::stale_state);
    turn.reply(event.request);
    forceClose(turn, CloseRequestedByUser{});
    return done();
}
template <LivePhase P>
Step on(const P&, const FundingUnconfirmed&, Turn& turn) {
    return fundingUnconfirmed(turn);
}
template <LivePhase P, one_of<FundingUnspent, ChannelResolved> E>
Step on(const P&, const E&, Turn&) {
    return done();
}

// awaiting_funding, awaiting_ready
Step checkOutput(const Channel& channel, const FundingConfirmed& event);
/// Claims on a coinbase wait until it can be spent (threats 26): its channel does so before its first use.
void noteCoinbase(Turn& turn, const FundingConfirmed& event);
Step on(const AwaitingFunding&, const FundingConfirmed&, Turn&);
Step on(const AwaitingFunding&, const BlockHeight&, Turn&);
Step on(const AwaitingReady&, const FundingConfirmed&, Turn&);
template <one_of<AwaitingFunding, AwaitingReady> P, UpdateCommand E>
Step on(const P&, const E&, Turn&) {
    return notPossible(CommandNotPossible::Why::wrong_phase);
}
template <one_of<AwaitingFunding, AwaitingReady> P>
Step on(const P&, const CloseRequested&, Turn&) {
    return notPossible(CommandNotPossible::Why::wrong_phase);
}
template <one_of<AwaitingFunding, AwaitingReady> P, one_of<SignCommitment, Tick> E>
Step on(const P&, const E&, Turn&) {
    return done();
}
inline Step on(const AwaitingReady&, const BlockHeight&, Turn&) {
    return done();
}

// normal, shutting_down: updates
template <typename P>
concept UpdatingPhase = one_of<P, Normal, ShuttingDown>;
template <UpdatingPhase P>
Step on(const P&, const FulfillHtlc& event, Turn& turn) {
    return fulfillHtlc(turn, event);
}
template <UpdatingPhase P>
Step on(const P&, const FailHtlc& event, Turn& turn) {
    return failHtlc(turn, event.request, event.id, Failed{.reason = event.reason});
}
template <UpdatingPhase P>
Step on(const P&, const FailMalformedHtlc& event, Turn& turn) {
    return failHtlc(
        turn, event.request, event.id,
        FailedMalformed{.sha256_of_onion = event.sha256_of_onion, .failure_code = event.failure_code});
}
template <UpdatingPhase P>
Step on(const P&, const UpdateFee& event, Turn& turn) {
    return setFee(turn, event);
}
template <UpdatingPhase P>
Step on(const P&, const SignCommitment&, Turn& turn) {
    return signCommitment(turn);
}
template <UpdatingPhase P>
Step on(const P&, const BlockHeight&, Turn& turn) {
    if (Step step = checkFunding(turn); !step) return step;
    return checkDeadlines(turn);
}
template <UpdatingPhase P>
Step on(const P&, const Tick&, Turn& turn) {
    if (Step step = checkDeadlines(turn); !step) return step;
    return checkAnswerTime(turn);
}
/// The real scid may change by a reorganization; aliases stay.
Step refreshFunding(Turn& turn, const FundingConfirmed& event);
template <one_of<Normal, ShuttingDown, Negotiating> P>
Step on(const P&, const FundingConfirmed& event, Turn& turn) {
    return refreshFunding(turn, event);
}
Step on(const Normal&, const AddHtlc&, Turn&);
Step on(const Normal&, const CloseRequested&, Turn&);
template <one_of<ShuttingDown, Negotiating> P>
Step on(const P&, const AddHtlc&, Turn&) {
    return notPossible(CommandNotPossible::Why::shutting_down);
}
/// A second request changes nothing: the close is on its way.
template <one_of<ShuttingDown, Negotiating> P>
Step on(const P&, const CloseRequested& event, Turn& turn) {
    turn.reply(event.request);
    return done();
}

// negotiating: nothing is in flight any more
template <one_of<FulfillHtlc, FailHtlc, FailMalformedHtlc, UpdateFee> E>
Step on(const Negotiating&, const E&, Turn&) {
    return notPossible(CommandNotPossible::Why::shutting_down);
}
template <one_of<SignCommitment, Tick> E>
Step on(const Negotiating&, const E&, Turn&) {
    return done();
}
inline Step on(const Negotiating&, const BlockHeight&, Turn& turn) {
    return checkFunding(turn);
}

// closing
Step on(const Closing&, const FundingSpent&, Turn&);
Step on(const Closing&, const FundingUnspent&, Turn&);
Step on(const Closing&, const FundingConfirmed&, Turn&);
Step on(const Closing&, const FulfillHtlc&, Turn&);
Step on(const Closing&, const ChannelResolved&, Turn&);
Step on(const Closing&, const BlockHeight&, Turn&);
Step on(const Closing&, const ForceCloseRequested&, Turn&);
Step on(const Closing&, const Connected&, Turn&);
Step on(const Closing&, const Disconnected&, Turn&);
Step on(const Closing&, const Restored&, Turn&);
template <one_of<OpenRequested, AcceptDecision, FundingTransactionSigned, OpenCancelled, AddHtlc, FailHtlc,
                 FailMalformedHtlc, UpdateFee, CloseRequested>
              E>
Step on(const Closing&, const E&, Turn&) {
    return notPossible(CommandNotPossible::Why::wrong_phase);
}
inline Step on(const Closing&, const FundingUnconfirmed&, Turn& turn) {
    return fundingUnconfirmed(turn);
}
template <one_of<SignCommitment, Tick> E>
Step on(const Closing&, const E&, Turn&) {
    return done();
}

// closed
template <one_of<OpenRequested, AcceptDecision, FundingTransactionSigned, OpenCancelled, AddHtlc, FulfillHtlc,
                 FailHtlc, FailMalformedHtlc, UpdateFee, CloseRequested, ForceCloseRequested>
              E>
Step on(const Closed&, const E&, Turn&) {
    return notPossible(CommandNotPossible::Why::wrong_phase);
}
template <one_of<SignCommitment, Connected, Disconnected, BlockHeight, FundingConfirmed, FundingUnconfirmed,
                 FundingSpent, FundingUnspent, ChannelResolved, Restored, Tick>
              E>
Step on(const Closed&, const E&, Turn&) {
    return done();
}

// Messages, by phase; what is not listed is UnexpectedMessage.
template <typename P, typename M>
Step receive(const P&, const M&, Turn&) {
    return std::unexpected(UnexpectedMessage{.type = M::type});
}
template <typename P>
Step receive(const P&, const wire::UnknownMessage&, Turn&) {
    return done();
}
Step receive(const Opening&, const wire::OpenChannel&, Turn&);
Step receive(const Opening&, const wire::AcceptChannel&, Turn&);
Step receive(const Opening&, const wire::FundingCreated&, Turn&);
Step receive(const Opening&, const wire::FundingSigned&, Turn&);

Step receive(const AwaitingFunding&, const wire::ChannelReady&, Turn&);
Step receive(const AwaitingReady&, const wire::ChannelReady&, Turn&);
Step receive(const Normal&, const wire::ChannelReady&, Turn&);
Step receive(const ShuttingDown&, const wire::ChannelReady&, Turn&);
Step receive(const Negotiating&, const wire::ChannelReady&, Turn&);

Step receive(const AwaitingFunding&, const wire::Shutdown&, Turn&);
Step receive(const AwaitingReady&, const wire::Shutdown&, Turn&);
Step receive(const Normal&, const wire::Shutdown&, Turn&);
Step receive(const ShuttingDown&, const wire::Shutdown&, Turn&);
Step receive(const Negotiating&, const wire::ClosingSigned&, Turn&);

Step receive(const Normal&, const wire::UpdateAddHtlc&, Turn&);
Step receive(const ShuttingDown&, const wire::UpdateAddHtlc&, Turn&);
template <UpdatingPhase P>
Step receive(const P&, const wire::UpdateFulfillHtlc& message, Turn& turn) {
    return receiveRemovalOf(turn, message.id, Fulfilled{.preimage = message.payment_preimage});
}
template <UpdatingPhase P>
Step receive(const P&, const wire::UpdateFailHtlc& message, Turn& turn) {
    return receiveRemovalOf(turn, message.id, Failed{.reason = message.reason});
}
template <UpdatingPhase P>
Step receive(const P&, const wire::UpdateFailMalformedHtlc& message, Turn& turn) {
    return receiveRemovalOf(
        turn, message.id,
        FailedMalformed{.sha256_of_onion = message.sha256_of_onion, .failure_code = message.failure_code});
}
Step receiveUpdateFee(Turn& turn, const wire::UpdateFee& message);
template <UpdatingPhase P>
Step receive(const P&, const wire::UpdateFee& message, Turn& turn) {
    return receiveUpdateFee(turn, message);
}
template <UpdatingPhase P>
Step receive(const P&, const wire::CommitmentSigned& message, Turn& turn) {
    return receiveCommitmentSigned(turn, message);
}
template <UpdatingPhase P>
Step receive(const P&, const wire::RevokeAndAck& message, Turn& turn) {
    return receiveRevokeAndAck(turn, message);
}

} // namespace duplex::lightning::channel
