#pragma once

#include "core/lightning/channel/failure_policy.h"
#include "core/lightning/channel/transition.h"

namespace duplex::lightning::channel {

// Parts of turns that several phases share.

inline Step done() {
    return {};
}
inline Step notPossible(CommandNotPossible::Why why) {
    return std::unexpected(CommandNotPossible{.why = why});
}

/// Asks for a signature when something waits for one and the peer can be told.
void scheduleSigning(Turn& turn);
/// A new connection: our channel_reestablish, nothing else before the peer's.
Step connect(Turn& turn);
/// Forgets what no signature covered and what belonged to the connection.
Step disconnect(Turn& turn);
/// HTLCs whose deadline on chain is reached (R11: the higher of header tip and verified height).
Step checkDeadlines(Turn& turn);
/// Ends a channel of the peer's whose funding never came: 2,016 blocks after its opening (lightning.md 4.3).
Step checkFunding(Turn& turn);
bool isForgotten(const Turn& turn);
/// A peer that does not answer our commitment_signed is pinged, then disconnected; never closed for it.
Step checkAnswerTime(Turn& turn);
/// Loaded from the store: what must be done again.
Step restore(Turn& turn);
/// HtlcFailed for what no commitment ever had, and the log without it.
void dropUnsigned(Turn& turn);

/// The end of all updates: publishes our commitment, tells payments, user and backup. `error` goes out first.
void forceClose(Turn& turn, const ChannelError& cause);
/// Whether this is a mutual close that we signed.
bool isAgreed(const Channel& channel, const bitcoin::Transaction& transaction);
/// Something spends the funding output.
Step fundingSpent(Turn& turn, const FundingSpent& event);
Step fundingUnconfirmed(Turn& turn);

/// channel_ready with our newest alias (LND needs it in each one where both sides set scid_alias).
void sendReady(Turn& turn);
void sendError(Turn& turn, const ChannelError& cause);
void becomeNormal(Turn& turn);

// Closing negotiation, shared by normal, shutting_down and reestablish.
bool isShutdownScript(const bitcoin::Script& script, const Context& context);
/// Sends the `shutdown` that waits, when nothing of ours is in the way.
void trySendShutdown(Turn& turn);
/// Begins closing_signed when both scripts are known and nothing is in flight.
Step tryNegotiate(Turn& turn);

// Updates in normal and shutting_down.
Step fulfillHtlc(Turn& turn, const FulfillHtlc& event);
Step failHtlc(Turn& turn, RequestId request, std::uint64_t id, RemovalKind kind);
Step setFee(Turn& turn, const UpdateFee& event);
Step signCommitment(Turn& turn);
Step receiveRemovalOf(Turn& turn, std::uint64_t id, RemovalKind kind);
Step receiveCommitmentSigned(Turn& turn, const wire::CommitmentSigned& message);
Step receiveRevokeAndAck(Turn& turn, const wire::RevokeAndAck& message);

/// Any message, in any phase: link first, then phase.
Step receiveMessage(Turn& turn, const wire::Message& message);
/// The peer's channel_reestablish.
Step reestablish(Turn& turn, const wire::ChannelReestablish& message);
/// What came before its time and can be applied now.
Step applyHeld(Turn& turn);
wire::ChannelReestablish ourReestablish(const Channel& channel, const Context& context);

} // namespace duplex::lightning::channel
