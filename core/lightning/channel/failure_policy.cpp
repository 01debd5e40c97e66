#include "core/lightning/channel/failure_policy.h"

#include "core/base/variant.h"

namespace duplex::lightning::channel {

namespace {

bool isCommand(const Event& event) {
    return std::visit(
        []<typename E>(const E&) {
            return one_of<E, OpenRequested, AcceptDecision, FundingTransactionSigned, OpenCancelled, AddHtlc,
                          FulfillHtlc, FailHtlc, FailMalformedHtlc, UpdateFee, CloseRequested,
                          ForceCloseRequested>;
        },
        event);
}

/// What a fault of the peer's message means for a channel that holds money.
struct OfMessage {
    const Channel& channel;

    // Faults of an update that no signature covers yet: after a new connection it is as if it had never come,
    // and no money moved. Closing for them would only cost both sides (BOLT 2 leaves the choice). Nor does a
    // fee that is not agreed: the user and his patience decide about closing alone.
    template <one_of<CommandNotPossible, InsufficientBalance, FeeNotAffordable, TooManyHtlcs,
                     HtlcValueInFlightExceeded, HtlcBelowMinimum, DustExposureExceeded, ExpiryOutOfBounds,
                     UnknownHtlc, MalformedCodeInvalid, UnexpectedHtlcId, FeeUpdateByFundee,
                     UnexpectedMessage, TooManyHeldMessages, InvalidShutdownScript, ShutdownScriptMismatch,
                     ClosingFeeOutOfRange, ClosingNotAgreed, SignerRefused, UnacceptableTerm>
                  E>
    Verdict operator()(const E&) const {
        return Verdict::warn_and_disconnect;
    }
    // Signed or proven faults: the peer's next state is not to be trusted.
    template <
        one_of<PreimageMismatch, InvalidCommitmentSignature, InvalidHtlcSignature, WrongHtlcSignatureCount,
               UnexpectedRevocation, RevocationSecretMismatch, InvalidClosingSignature, ReestablishMismatch,
               PeerFailedChannel, HtlcDeadlineReached, CloseRequestedByUser>
            E>
    Verdict operator()(const E&) const {
        return Verdict::error_and_close;
    }
    // Too high is theft by a miner; too low hurts only while an HTLC must get through (threats 42).
    Verdict operator()(const FeerateOutOfBounds& error) const {
        const bool low = error.feerate < error.lowest;
        return low && channel.commitments.htlcs.empty() ? Verdict::warn_and_disconnect
                                                        : Verdict::error_and_close;
    }
    Verdict operator()(const FundingMismatch&) const { return Verdict::fail_opening; }
    Verdict operator()(const NegotiationTimedOut&) const { return Verdict::fail_opening; }
};

} // namespace

Verdict verdictOn(const ChannelError& error, const Channel& channel, const Event& event) {
    const bool over =
        std::holds_alternative<Closing>(channel.phase) || std::holds_alternative<Closed>(channel.phase);
    const bool opening = std::holds_alternative<Opening>(channel.phase);
    const bool asked = isCommand(event);
    if (asked && std::holds_alternative<CommandNotPossible>(error)) return Verdict::reject_command;
    if (opening) return Verdict::fail_opening;
    if (asked) return Verdict::reject_command;
    if (over) return Verdict::ignore;
    const bool message = std::holds_alternative<MessageReceived>(event);
    if (message && channel.link == Link::offline && std::holds_alternative<UnexpectedMessage>(error))
        return Verdict::ignore;
    const Verdict verdict = std::visit(OfMessage{channel}, error);
    if (verdict == Verdict::error_and_close && channel.standing == Standing::stale)
        return Verdict::error_and_wait;
    return verdict;
}

} // namespace duplex::lightning::channel
