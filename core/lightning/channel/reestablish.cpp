#include "core/base/variant.h"
#include "core/lightning/channel/phases/phases.h"

namespace duplex::lightning::channel {

namespace {

enum class Resend : std::uint8_t { no, yes };
struct InSync {
    Resend commitment = Resend::no, revocation = Resend::no;
};
struct PeerAhead {}; // proven by a secret of ours that we never gave
struct PeerBehind {};
using Comparison = std::variant<InSync, PeerAhead, PeerBehind>;

bool isSecretOf(const ByteArray<32>& secret, std::uint64_t number, const keys::ChannelSigner& signer) {
    if (number > keys::last_commitment_number.value) return false;
    const auto point = keys::pointOf(crypto::Secret<32>(secret));
    return point && *point == signer.pointAt({number});
}

/// BOLT 2, "Message Retransmission": what the peer's two counters and its secret say about both states.
std::expected<Comparison, ChannelError>
compare(const Commitments& ours, const wire::ChannelReestablish& theirs, const keys::ChannelSigner& signer) {
    using enum ReestablishMismatch::What;
    const auto mismatch = [](ReestablishMismatch::What what, std::uint64_t expected, std::uint64_t received) {
        return std::unexpected(
            ChannelError{ReestablishMismatch{.what = what, .expected = expected, .received = received}});
    };
    const std::uint64_t revoked = theirs.next_revocation_number; // of ours, as the peer knows
    const bool secret_right = revoked == 0
                                  ? theirs.your_last_per_commitment_secret == ByteArray<32>{}
                                  : isSecretOf(theirs.your_last_per_commitment_secret, revoked - 1, signer);
    if (revoked > ours.local_number) {
        if (secret_right) return PeerAhead{};
        return mismatch(claims_to_be_ahead, ours.local_number, revoked);
    }
    if (theirs.next_commitment_number == 0)
        return mismatch(zero_commitment_number, ours.remote_number + 1, 0);
    if (!secret_right) return mismatch(secret, ours.local_number, revoked);

    const std::uint64_t signed_up_to = ours.remote_number + (ours.awaiting_revocation ? 1 : 0);
    if (theirs.next_commitment_number > signed_up_to + 1)
        return mismatch(commitment_number, signed_up_to + 1, theirs.next_commitment_number);
    if (theirs.next_commitment_number <= ours.remote_number || revoked + 1 < ours.local_number)
        return PeerBehind{};
    return InSync{.commitment = theirs.next_commitment_number == signed_up_to + 1 ? Resend::no : Resend::yes,
                  .revocation = revoked == ours.local_number ? Resend::no : Resend::yes};
}

Step resendCommitment(Turn& turn) {
    for (wire::Message& update : updatesToResend(turn.next.commitments, turn.next.id, Stage::committed))
        turn.send(std::move(update));
    auto message = resendCommit(turn.next.terms, turn.next.commitments, turn.context);
    if (!message) return std::unexpected(message.error());
    turn.send(std::move(*message));
    return done();
}

Step resendRevocation(Turn& turn) {
    auto message = resendRevoke(turn.next.commitments, turn.context);
    if (!message) return std::unexpected(message.error());
    message->channel_id = turn.next.id;
    turn.send(std::move(*message));
    return done();
}

/// What was lost, in the order in which it went out the first time (threats 39).
Step resend(Turn& turn, const InSync& plan) {
    const bool revocation_last = turn.next.commitments.last_sent == LastSent::revoke_and_ack;
    if (!revocation_last && plan.revocation == Resend::yes)
        if (Step step = resendRevocation(turn); !step) return step;
    if (plan.commitment == Resend::yes)
        if (Step step = resendCommitment(turn); !step) return step;
    if (revocation_last && plan.revocation == Resend::yes)
        if (Step step = resendRevocation(turn); !step) return step;
    return done();
}

void resendShutdown(Turn& turn) {
    const auto* phase = std::get_if<ShuttingDown>(&turn.next.phase);
    if (phase && phase->local_script)
        turn.send(wire::Shutdown{.channel_id = turn.next.id, .scriptpubkey = *phase->local_script});
    trySendShutdown(turn);
}

Step resume(Turn& turn, const wire::ChannelReestablish& message, const InSync& plan) {
    turn.next.link = Link::online;
    if (turn.next.standing == Standing::peer_behind) turn.next.standing = Standing::in_sync;
    const bool ready_sent =
        std::holds_alternative<Normal>(turn.next.phase) ||
        (!std::holds_alternative<AwaitingFunding>(turn.next.phase) && turn.next.funding_height != 0);
    if (message.next_commitment_number == 1 && turn.next.commitments.local_number == 0 && ready_sent)
        sendReady(turn);
    if (Step step = resend(turn, plan); !step) return step;
    // Removals that the peer never saw signed: kept by us, new to it.
    for (wire::Message& update : updatesToResend(turn.next.commitments, turn.next.id, Stage::proposed))
        turn.send(std::move(update));
    if (turn.next.commitments.awaiting_revocation) turn.next.signed_at = turn.context.now;
    scheduleSigning(turn);
    resendShutdown(turn);
    if (std::holds_alternative<Normal>(turn.next.phase))
        turn.act(ChannelUsable{.scid = turn.next.scid,
                               .local_alias = turn.next.local_aliases.empty()
                                                  ? std::nullopt
                                                  : std::optional(turn.next.local_aliases.back()),
                               .remote_alias = turn.next.remote_alias});
    turn.act(BalanceChanged{});
    return applyHeld(turn);
}

/// Proven: for good, our commitment is never broadcast again; the peer is made to close.
Step becomeStale(Turn& turn) {
    dropUnsigned(turn);
    turn.next.standing = Standing::stale;
    turn.next.phase = Closing{.kind = CloseKind::remote_force};
    turn.store();
    turn.send(wire::Error{.channel_id = turn.next.id,
                          .data = toBytes(viewOf("we lost state: please close the channel"))});
    turn.act(Alarm{.kind = Alarm::Kind::we_are_stale, .cause = std::nullopt});
    turn.act(ResolveOnChain{});
    turn.act(StoreBackup{});
    turn.act(BalanceChanged{});
    return done();
}

} // namespace

Step applyHeld(Turn& turn) {
    const std::vector<wire::Message> held = std::move(turn.next.held);
    turn.next.held.clear();
    for (const wire::Message& message : held)
        if (Step step = receiveMessage(turn, message); !step) return step;
    return done();
}

wire::ChannelReestablish ourReestablish(const Channel& channel, const Context& context) {
    const Commitments& ours = channel.commitments;
    wire::ChannelReestablish message{.channel_id = channel.id,
                                     .my_current_per_commitment_point =
                                         context.signer.pointAt({ours.local_number})};
    if (channel.standing == Standing::stale) return message; // zero numbers: see lightning.md 4.7
    message.next_commitment_number = ours.local_number + 1;
    message.next_revocation_number = ours.remote_number;
    if (ours.remote_number > 0)
        if (const auto secret = ours.remote_secrets.secretOf({ours.remote_number - 1}))
            message.your_last_per_commitment_secret = secret->reveal();
    return message;
}

Step reestablish(Turn& turn, const wire::ChannelReestablish& message) {
    const auto comparison = compare(turn.next.commitments, message, turn.context.signer);
    if (!comparison) return std::unexpected(comparison.error());
    return std::visit(overloaded{
                          [&](const InSync& plan) { return resume(turn, message, plan); },
                          [&](const PeerAhead&) { return becomeStale(turn); },
                          [&](const PeerBehind&) {
                              // We never help it with an old state; its `error` (or zero) lets us close.
                              turn.next.standing = Standing::peer_behind;
                              turn.act(Alarm{.kind = Alarm::Kind::peer_is_behind, .cause = std::nullopt});
                              turn.store();
                              return done();
                          },
                      },
                      *comparison);
}

} // namespace duplex::lightning::channel
