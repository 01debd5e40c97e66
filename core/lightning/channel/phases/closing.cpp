#include "core/lightning/channel/phases/phases.h"
#include "core/lightning/commitment/scripts.h"

namespace duplex::lightning::channel {

namespace {

void publishAgain(Turn& turn, const Closing& phase) {
    if (!phase.transaction || phase.spend) return;
    const auto what = phase.kind == CloseKind::mutual ? PublishTransaction::What::mutual_close
                                                      : PublishTransaction::What::commitment;
    turn.act(PublishTransaction{.what = what, .transaction = *phase.transaction});
}

/// Only we sign for the funding output. A spend that we do not know, and no commitment of theirs up to the
/// latest that we know, comes from a state that we lost: ours, as stored, may be revoked.
bool provesLostState(const Turn& turn, const bitcoin::Transaction& spend) {
    const Commitments& ours = turn.next.commitments;
    const bitcoin::Txid local =
        localCommitment(turn.next.terms, ours, turn.context.signer).transaction.txid();
    if (isAgreed(turn.next, spend) || spend.txid() == local) return false;
    const auto number = commitment::commitmentNumberOf(turn.next.terms.parameters, spend);
    return !number || number->value > ours.remote_number + (ours.awaiting_revocation ? 1 : 0);
}

} // namespace

Step on(const Closing& phase, const FundingSpent& event, Turn& turn) {
    const bitcoin::Txid txid = event.transaction.txid();
    if (phase.spend && phase.spend->transaction.txid() == txid && phase.spend->height == event.height)
        return done();
    // What confirms decides the kind, whatever we published.
    CloseKind kind = isAgreed(turn.next, event.transaction) ? CloseKind::mutual : CloseKind::remote_force;
    if (kind != CloseKind::mutual && phase.transaction && phase.transaction->txid() == txid)
        kind = phase.kind;
    Closing next = phase;
    next.kind = kind;
    next.spend = FundingSpend{.transaction = event.transaction, .height = event.height};
    turn.next.phase = std::move(next);
    turn.act(ResolveOnChain{});
    turn.store();
    return done();
}

/// The kind is again what we publish, and we close by ourselves: the peer may not try again.
Step on(const Closing& phase, const FundingUnspent&, Turn& turn) {
    Closing next = phase;
    if (phase.spend) {
        const bitcoin::Transaction& seen = phase.spend->transaction;
        if (provesLostState(turn, seen)) {
            turn.next.standing = Standing::stale; // R5: never ours from here on
            if (next.transaction && !isAgreed(turn.next, *next.transaction)) next.transaction.reset();
        }
        if (!next.transaction && isAgreed(turn.next, seen)) next.transaction = seen;
        if (!next.transaction && turn.next.standing != Standing::stale) {
            const auto ours =
                signedLocalCommitment(turn.next.terms, turn.next.commitments, turn.context.signer);
            if (ours) next.transaction = *ours;
        }
        next.kind = !next.transaction                        ? CloseKind::remote_force
                    : isAgreed(turn.next, *next.transaction) ? CloseKind::mutual
                                                             : CloseKind::local_force;
    }
    next.spend.reset();
    publishAgain(turn, next);
    turn.next.phase = std::move(next);
    turn.act(ResolveOnChain{});
    turn.store();
    return done();
}

/// A channel that ended before its funding confirmed may hold something of ours: only now it is known to.
Step on(const Closing& phase, const FundingConfirmed& event, Turn& turn) {
    if (Step step = checkOutput(turn.next, event); !step) return step;
    if (turn.next.funding_height == event.height && turn.next.scid == event.scid) return done();
    // What spends an output that is not there is not relayed.
    if (turn.next.funding_height == 0) publishAgain(turn, phase);
    turn.next.funding_height = event.height;
    turn.next.scid = event.scid;
    turn.act(BalanceChanged{});
    turn.store();
    return done();
}

Step on(const Closing&, const FulfillHtlc& event, Turn& turn) {
    // Nothing to send any more: the preimage goes to the resolver with the facts (R4: stored first).
    const Htlc* htlc = findHtlc(turn.next.commitments, Side::remote, event.id);
    if (!htlc || !htlc->removal) {
        auto next = sendRemoval(turn.next.commitments, event.id, Fulfilled{.preimage = event.preimage});
        if (!next) return std::unexpected(next.error());
        turn.next.commitments = std::move(*next);
        turn.store();
    } else if (htlc->removal->kind != RemovalKind{Fulfilled{.preimage = event.preimage}}) {
        return std::unexpected(UnknownHtlc{.id = event.id});
    }
    turn.reply(event.request);
    turn.act(ResolveOnChain{});
    return done();
}

Step on(const Closing& phase, const ChannelResolved&, Turn& turn) {
    turn.next.phase = Closed{.cause = phase.cause};
    turn.act(ChannelArchived{.kind = phase.kind});
    turn.act(StoreBackup{});
    turn.act(BalanceChanged{});
    turn.store();
    return done();
}

/// An output that never came into being will not be spent: nothing is left to wait for.
Step on(const Closing& phase, const BlockHeight&, Turn& turn) {
    if (!isForgotten(turn) || phase.spend) return done();
    turn.next.phase = Closed{.cause = phase.cause};
    turn.act(ForgetChannel{});
    turn.act(BalanceChanged{});
    turn.store();
    return done();
}

/// The agreed fee may be too low for the blocks that came: our commitment brings a fee of its own. Both stay
/// valid, and what confirms decides the kind.
Step on(const Closing& phase, const ForceCloseRequested& event, Turn& turn) {
    if (!phase.isOnlyAgreed()) return notPossible(CommandNotPossible::Why::wrong_phase);
    if (turn.next.standing == Standing::stale) return notPossible(CommandNotPossible::Why::stale_state);
    turn.reply(event.request);
    forceClose(turn, CloseRequestedByUser{});
    return done();
}

Step on(const Closing&, const Connected&, Turn& turn) {
    turn.next.link = Link::reestablishing;
    if (turn.next.standing != Standing::stale) return done();
    // The zero numbers make LND and LDK close; the `error` after the peer's own reestablish makes Eclair
    // close.
    turn.next.reestablish_sent = true;
    turn.send(ourReestablish(turn.next, turn.context));
    return done();
}

Step on(const Closing&, const Disconnected&, Turn& turn) {
    turn.next.link = Link::offline;
    turn.next.reestablish_sent = false;
    return done();
}

Step on(const Closing& phase, const Restored&, Turn& turn) {
    turn.next.link = Link::offline;
    publishAgain(turn, phase);
    const commitment::ChannelParameters& parameters = turn.next.terms.parameters;
    turn.act(WatchOutput{.outpoint = parameters.funding,
                         .script = commitment::fundingOutputScript(parameters),
                         .birth_height = turn.next.opened_height});
    turn.act(ResolveOnChain{});
    return done();
}

} // namespace duplex::lightning::channel
