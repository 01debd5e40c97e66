#include "core/lightning/channel/phases/turns.h"

#include "core/base/variant.h"
#include "core/lightning/commitment/scripts.h"

#include <algorithm>

namespace duplex::lightning::channel {

namespace {

void watchFunding(Turn& turn) {
    const commitment::ChannelParameters& parameters = turn.next.terms.parameters;
    turn.act(WatchOutput{.outpoint = parameters.funding,
                         .script = commitment::fundingOutputScript(parameters),
                         .birth_height = turn.next.opened_height});
}

HtlcAddedIrrevocably::MustFail mustFail(const Turn& turn, const Htlc& htlc) {
    using enum HtlcAddedIrrevocably::MustFail;
    const Policy& policy = turn.context.policy;
    const std::uint64_t tip = turn.context.tip(), expiry = htlc.cltv_expiry.value;
    if (!isFundingDeep(turn.next, turn.context.height)) return funding_unconfirmed;
    if (expiry < tip + policy.shortest_incoming_expiry) return expiry_too_soon;
    if (expiry > tip + policy.longest_expiry) return expiry_too_far;
    const MilliSatoshi limit = dustExposureLimit(turn.next.terms, policy);
    for (const Side owner : {Side::local, Side::remote})
        if (dustExposure(turn.next.terms, turn.next.commitments, owner, policy) > limit) return dust_exposure;
    return no;
}

void announceAdded(Turn& turn, const Htlc& htlc) {
    turn.act(HtlcAddedIrrevocably{.id = htlc.id,
                                  .amount = htlc.amount,
                                  .payment_hash = htlc.payment_hash,
                                  .cltv_expiry = htlc.cltv_expiry,
                                  .onion = htlc.onion,
                                  .path_key = htlc.path_key,
                                  .must_fail = mustFail(turn, htlc)});
}

void announceFulfilled(Turn& turn, const Htlc& htlc) {
    if (!htlc.removal || htlc.offered_by != Side::local) return;
    if (const auto* fulfilled = std::get_if<Fulfilled>(&htlc.removal->kind))
        turn.act(HtlcFulfilled{.origin = htlc.origin, .id = htlc.id, .preimage = fulfilled->preimage});
}

void leaveConnection(Channel& channel) {
    channel.link = Link::offline;
    channel.reestablish_sent = false;
    channel.held.clear();
    channel.signed_at.reset();
    channel.ping_sent = false;
    // Closing negotiation starts again after the reestablishment; our script stays.
    if (const auto* negotiating = std::get_if<Negotiating>(&channel.phase))
        channel.phase = ShuttingDown{.local_script = negotiating->local_script};
    else if (auto* shutting_down = std::get_if<ShuttingDown>(&channel.phase))
        if (shutting_down->local_script) shutting_down->remote_script.reset();
}

/// An HTLC of ours that is still unsettled this long after its expiry, or one of theirs that we have paid
/// for.
std::optional<HtlcDeadlineReached> deadlineOf(const Htlc& htlc, const Context& context) {
    const Policy& policy = context.policy;
    const std::uint64_t tip = context.tip(), expiry = htlc.cltv_expiry.value;
    const bool fulfilled = htlc.removal && std::holds_alternative<Fulfilled>(htlc.removal->kind);
    const HtlcDeadlineReached reached{.id = htlc.id, .expiry = htlc.cltv_expiry};
    if (htlc.offered_by == Side::remote)
        return fulfilled && tip + policy.close_before_incoming_expiry >= expiry ? std::optional(reached)
                                                                                : std::nullopt;
    if (htlc.stage == Stage::proposed || fulfilled) return std::nullopt;
    return tip < expiry + policy.close_after_outgoing_expiry ? std::nullopt : std::optional(reached);
}

/// lightning.md 5: the peer gets a minute after each reconnection to fail what expired while either end was
/// away.
void giveGrace(Turn& turn) {
    const bool overdue = std::ranges::any_of(turn.next.commitments.htlcs, [&](const Htlc& htlc) {
        return htlc.offered_by == Side::local && deadlineOf(htlc, turn.context);
    });
    turn.next.graces = overdue ? turn.next.graces + 1 : 0;
    if (turn.next.graces <= turn.context.policy.reconnect_graces)
        turn.next.grace_until = turn.context.now + turn.context.policy.reconnect_grace;
}

} // namespace

void scheduleSigning(Turn& turn) {
    if (turn.next.link == Link::online && !turn.next.commitments.awaiting_revocation &&
        hasChangesToSign(turn.next.commitments))
        turn.act(ScheduleSignCommitment{});
}

Step connect(Turn& turn) {
    leaveConnection(turn.next);
    turn.next.link = Link::reestablishing;
    turn.next.reestablish_sent = true;
    giveGrace(turn);
    dropUnsigned(turn);
    turn.send(ourReestablish(turn.next, turn.context));
    return done();
}

void dropUnsigned(Turn& turn) {
    for (const Htlc& htlc : turn.next.commitments.htlcs) announceFulfilled(turn, htlc);
    Dropped dropped = dropUncommitted(turn.next.commitments);
    for (const Htlc& htlc : dropped.htlcs)
        turn.act(HtlcFailed{.origin = htlc.origin, .id = htlc.id, .cause = NotCommitted{}});
    if (!dropped.htlcs.empty()) turn.act(BalanceChanged{});
    turn.next.commitments = std::move(dropped.next);
    turn.store();
}

Step disconnect(Turn& turn) {
    leaveConnection(turn.next);
    dropUnsigned(turn);
    return done();
}

Step checkDeadlines(Turn& turn) {
    const bool grace = turn.context.now < turn.next.grace_until;
    for (const Htlc& htlc : turn.next.commitments.htlcs) {
        if (grace && htlc.offered_by == Side::local) continue;
        if (const auto reached = deadlineOf(htlc, turn.context)) return std::unexpected(*reached);
    }
    return done();
}

bool isForgotten(const Turn& turn) {
    return wasNeverFunded(turn.next) &&
           turn.context.height > turn.next.opened_height + turn.context.policy.fundee_forgets_after;
}

Step checkFunding(Turn& turn) {
    if (isForgotten(turn)) return std::unexpected(NegotiationTimedOut{});
    return done();
}

Step checkAnswerTime(Turn& turn) {
    if (turn.next.link != Link::online || !turn.next.signed_at) return done();
    const Ticks waited = turn.context.now - *turn.next.signed_at;
    if (waited >= turn.context.policy.commitment_disconnect_after) {
        turn.act(DisconnectPeer{});
    } else if (waited >= turn.context.policy.commitment_ping_after && !turn.next.ping_sent) {
        turn.next.ping_sent = true;
        turn.act(PingPeer{});
    }
    return done();
}

Step restore(Turn& turn) {
    leaveConnection(turn.next);
    giveGrace(turn);
    dropUnsigned(turn);
    if (turn.next.funding_transaction && turn.next.funding_height == 0)
        turn.act(PublishTransaction{.what = PublishTransaction::What::funding,
                                    .transaction = *turn.next.funding_transaction});
    watchFunding(turn);
    for (const Htlc& htlc : turn.next.commitments.htlcs)
        if (htlc.offered_by == Side::remote && htlc.stage == Stage::irrevocable && !htlc.removal)
            announceAdded(turn, htlc);
    return done();
}

void sendError(Turn& turn, const ChannelError& cause) {
    // An `error` is not answered by one.
    if (turn.next.link == Link::offline || std::holds_alternative<PeerFailedChannel>(cause)) return;
    turn.send(wire::Error{.channel_id = turn.next.id, .data = toBytes(viewOf(textOf(cause)))});
}

void forceClose(Turn& turn, const ChannelError& cause) {
    sendError(turn, cause);
    dropUnsigned(turn);
    const auto transaction =
        signedLocalCommitment(turn.next.terms, turn.next.commitments, turn.context.signer);
    Closing closing{.kind = CloseKind::local_force, .cause = textOf(cause)};
    if (transaction && turn.next.standing != Standing::stale) {
        closing.transaction = *transaction;
        turn.act(
            PublishTransaction{.what = PublishTransaction::What::commitment, .transaction = *transaction});
    } else {
        closing.kind = CloseKind::remote_force;
    }
    turn.next.phase = std::move(closing);
    turn.act(ResolveOnChain{});
    turn.act(Alarm{.kind = Alarm::Kind::force_closing, .cause = cause});
    turn.act(StoreBackup{});
    turn.act(BalanceChanged{});
    turn.store();
}

bool isAgreed(const Channel& channel, const bitcoin::Transaction& transaction) {
    const bitcoin::Txid txid = transaction.txid();
    return std::ranges::any_of(channel.signed_closings,
                               [&](const bitcoin::Transaction& closing) { return closing.txid() == txid; });
}

Step fundingSpent(Turn& turn, const FundingSpent& event) {
    dropUnsigned(turn);
    const bitcoin::Txid txid = event.transaction.txid();
    const bool mutual = isAgreed(turn.next, event.transaction);
    const bool ours =
        localCommitment(turn.next.terms, turn.next.commitments, turn.context.signer).transaction.txid() ==
        txid;
    turn.next.phase = Closing{
        .kind = mutual ? CloseKind::mutual : (ours ? CloseKind::local_force : CloseKind::remote_force),
        .spend = FundingSpend{.transaction = event.transaction, .height = event.height}};
    turn.act(ResolveOnChain{});
    if (!mutual) turn.act(Alarm{.kind = Alarm::Kind::closed_by_peer, .cause = std::nullopt});
    turn.act(StoreBackup{});
    turn.act(BalanceChanged{});
    turn.store();
    return done();
}

Step fundingUnconfirmed(Turn& turn) {
    if (turn.next.funding_height == 0) return done();
    turn.next.funding_height = 0;
    turn.act(Alarm{.kind = Alarm::Kind::funding_reorganized, .cause = std::nullopt});
    if (turn.next.funding_transaction)
        turn.act(PublishTransaction{.what = PublishTransaction::What::funding,
                                    .transaction = *turn.next.funding_transaction});
    turn.act(BalanceChanged{});
    turn.store();
    return done();
}

void sendReady(Turn& turn) {
    std::optional<ShortChannelId> alias;
    if (turn.context.negotiated(Feature::scid_alias) && !turn.next.local_aliases.empty())
        alias = turn.next.local_aliases.back();
    turn.send(wire::ChannelReady{.channel_id = turn.next.id,
                                 .second_per_commitment_point = turn.context.signer.pointAt({1}),
                                 .alias = alias});
}

void becomeNormal(Turn& turn) {
    turn.next.phase = Normal{};
    turn.act(ChannelUsable{.scid = turn.next.scid,
                           .local_alias = turn.next.local_aliases.empty()
                                              ? std::nullopt
                                              : std::optional(turn.next.local_aliases.back()),
                           .remote_alias = turn.next.remote_alias});
    turn.act(BalanceChanged{});
    turn.store();
}

Step fulfillHtlc(Turn& turn, const FulfillHtlc& event) {
    const Htlc* htlc = findHtlc(turn.next.commitments, Side::remote, event.id);
    if (htlc && htlc->removal && htlc->removal->kind == RemovalKind{Fulfilled{.preimage = event.preimage}}) {
        turn.reply(event.request); // said before: it goes out again by itself
        return done();
    }
    return failHtlc(turn, event.request, event.id, Fulfilled{.preimage = event.preimage});
}

Step failHtlc(Turn& turn, RequestId request, std::uint64_t id, RemovalKind kind) {
    auto next = sendRemoval(turn.next.commitments, id, std::move(kind));
    if (!next) return std::unexpected(next.error());
    turn.next.commitments = std::move(*next);
    turn.store(); // kept over disconnects and restarts until the peer has it
    if (turn.next.link == Link::online)
        turn.send(updatesToResend(turn.next.commitments, turn.next.id, Stage::proposed).back());
    turn.reply(request);
    scheduleSigning(turn);
    return done();
}

Step setFee(Turn& turn, const UpdateFee& event) {
    if (turn.next.link != Link::online) return notPossible(CommandNotPossible::Why::not_connected);
    auto next = sendFee(turn.next.terms, turn.next.commitments, event.feerate, turn.context);
    if (!next) return std::unexpected(next.error());
    turn.next.commitments = std::move(*next);
    turn.send(wire::UpdateFee{.channel_id = turn.next.id, .feerate_per_kw = event.feerate});
    turn.reply(event.request);
    scheduleSigning(turn);
    return done();
}

Step signCommitment(Turn& turn) {
    if (turn.next.link != Link::online || turn.next.commitments.awaiting_revocation ||
        !hasChangesToSign(turn.next.commitments))
        return done();
    auto signed_commitment = sendCommit(turn.next.terms, turn.next.commitments, turn.context);
    if (!signed_commitment) return std::unexpected(signed_commitment.error());
    turn.next.commitments = std::move(signed_commitment->next);
    turn.next.signed_at = turn.context.now;
    turn.store();
    turn.send(std::move(signed_commitment->message));
    return done();
}

Step receiveRemovalOf(Turn& turn, std::uint64_t id, RemovalKind kind) {
    auto next = receiveRemoval(turn.next.commitments, id, std::move(kind));
    if (!next) return std::unexpected(next.error());
    turn.next.commitments = std::move(*next);
    const Htlc* htlc = findHtlc(turn.next.commitments, Side::local, id);
    if (std::holds_alternative<Fulfilled>(htlc->removal->kind)) {
        turn.store(); // R4: the preimage before anything that follows from it
        announceFulfilled(turn, *htlc);
    }
    return done();
}

Step receiveCommitmentSigned(Turn& turn, const wire::CommitmentSigned& message) {
    auto revoked = receiveCommit(turn.next.terms, turn.next.commitments, message, turn.context);
    if (!revoked) return std::unexpected(revoked.error());
    turn.next.commitments = std::move(revoked->next);
    turn.store();
    turn.send(std::move(revoked->message));
    for (const Htlc& htlc : revoked->settled)
        turn.act(IncomingHtlcResolved{.id = htlc.id,
                                      .payment_hash = htlc.payment_hash,
                                      .fulfilled = std::holds_alternative<Fulfilled>(htlc.removal->kind)});
    turn.act(BalanceChanged{});
    scheduleSigning(turn);
    trySendShutdown(turn);
    return tryNegotiate(turn);
}

Step receiveRevokeAndAck(Turn& turn, const wire::RevokeAndAck& message) {
    auto acknowledged = receiveRevoke(turn.next.commitments, message);
    if (!acknowledged) return std::unexpected(acknowledged.error());
    turn.next.commitments = std::move(acknowledged->next);
    turn.next.signed_at.reset();
    turn.next.ping_sent = false;
    turn.store();
    for (const Htlc& htlc : acknowledged->added) announceAdded(turn, htlc);
    for (const Htlc& htlc : acknowledged->settled) {
        if (const auto* failed = std::get_if<Failed>(&htlc.removal->kind))
            turn.act(HtlcFailed{.origin = htlc.origin, .id = htlc.id, .cause = *failed});
        else if (const auto* malformed = std::get_if<FailedMalformed>(&htlc.removal->kind))
            turn.act(HtlcFailed{.origin = htlc.origin, .id = htlc.id, .cause = *malformed});
    }
    turn.act(BalanceChanged{});
    scheduleSigning(turn);
    trySendShutdown(turn);
    return tryNegotiate(turn);
}

} // namespace duplex::lightning::channel
