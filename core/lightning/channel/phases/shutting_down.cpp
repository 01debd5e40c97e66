#include "core/lightning/channel/phases/phases.h"

namespace duplex::lightning::channel {

bool isShutdownScript(const bitcoin::Script& script, const Context& context) {
    using enum bitcoin::ScriptKind;
    switch (bitcoin::kindOf(script)) {
    case witness_public_key_hash:
    case witness_script_hash:
        return true;
    case taproot:
    case witness_unknown:
        // BOLT 2: versions 1 to 16 with 2 to 40 bytes, if option_shutdown_anysegwit is negotiated.
        return context.negotiated(Feature::shutdown_anysegwit);
    case public_key:
    case public_key_hash:
    case script_hash:
    case anchor:
    case multisig:
    case null_data:
    case nonstandard:
        return false;
    }
    return false;
}

void trySendShutdown(Turn& turn) {
    if (turn.next.link != Link::online || hasUnacknowledgedUpdates(turn.next.commitments)) return;
    if (const auto* normal = std::get_if<Normal>(&turn.next.phase)) {
        if (!normal->closing_script) return;
        turn.next.phase = ShuttingDown{.wanted_script = normal->closing_script};
    }
    auto* phase = std::get_if<ShuttingDown>(&turn.next.phase);
    if (!phase || !phase->wanted_script) return;
    phase->local_script = phase->wanted_script;
    phase->wanted_script.reset();
    turn.send(wire::Shutdown{.channel_id = turn.next.id, .scriptpubkey = *phase->local_script});
    turn.act(BalanceChanged{});
    turn.store();
}

Step receive(const Normal& phase, const wire::Shutdown& message, Turn& turn) {
    if (!isShutdownScript(message.scriptpubkey, turn.context))
        return std::unexpected(InvalidShutdownScript{});
    const auto& upfront = turn.next.remote_upfront_script;
    if (upfront && !upfront->empty() && *upfront != message.scriptpubkey)
        return std::unexpected(ShutdownScriptMismatch{});
    // BOLT 2: no shutdown while an HTLC of the sender waits for its first signature.
    for (const Htlc& htlc : turn.next.commitments.htlcs)
        if (htlc.offered_by == Side::remote && htlc.stage == Stage::proposed)
            return std::unexpected(UnexpectedMessage{.type = wire::Shutdown::type});
    const auto& locked = turn.next.local_upfront_script;
    const bitcoin::Script ours = phase.closing_script         ? *phase.closing_script
                                 : locked && !locked->empty() ? *locked
                                                              : turn.context.payout_script;
    turn.next.phase = ShuttingDown{.wanted_script = ours, .remote_script = message.scriptpubkey};
    turn.store();
    trySendShutdown(turn);
    return tryNegotiate(turn);
}

Step receive(const ShuttingDown& phase, const wire::Shutdown& message, Turn& turn) {
    if (!phase.local_script) {
        // Their `shutdown` again while ours waits; after a reconnection that is right.
        return receive(Normal{.closing_script = phase.wanted_script}, message, turn);
    }
    if (!isShutdownScript(message.scriptpubkey, turn.context))
        return std::unexpected(InvalidShutdownScript{});
    const auto& upfront = turn.next.remote_upfront_script;
    if (upfront && !upfront->empty() && *upfront != message.scriptpubkey)
        return std::unexpected(ShutdownScriptMismatch{});
    if (phase.remote_script && *phase.remote_script != message.scriptpubkey)
        return std::unexpected(ShutdownScriptMismatch{});
    turn.next.phase = ShuttingDown{.local_script = phase.local_script, .remote_script = message.scriptpubkey};
    turn.store();
    return tryNegotiate(turn);
}

Step receive(const ShuttingDown& phase, const wire::UpdateAddHtlc& message, Turn& turn) {
    // BOLT 2: none after the sender's own shutdown; until then they cross ours.
    if (phase.remote_script) return std::unexpected(UnexpectedMessage{.type = wire::UpdateAddHtlc::type});
    return receive(Normal{}, message, turn);
}

} // namespace duplex::lightning::channel
