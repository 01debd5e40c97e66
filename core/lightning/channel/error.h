#pragma once

#include "core/bitcoin/primitives/feerate.h"
#include "core/lightning/primitives/cltv.h"
#include "core/lightning/primitives/milli_satoshi.h"

#include <string>
#include <variant>

namespace duplex::lightning::channel {

// Every way in which a command of ours or a message of the peer is refused, with the figures that disagree.
// What follows from one is decided in failure_policy.h, never where it is found.

/// A command in a phase, or over a link, where it has no meaning.
struct CommandNotPossible {
    enum class Why { wrong_phase, not_connected, shutting_down, nothing_known, already_open, stale_state };
    Why why = Why::wrong_phase;
    friend bool operator==(const CommandNotPossible&, const CommandNotPossible&) = default;
};
struct InsufficientBalance {
    MilliSatoshi available, needed; // of the side that offers
    friend bool operator==(const InsufficientBalance&, const InsufficientBalance&) = default;
};
/// The funder could not pay the commitment fee and the anchors above its reserve.
struct FeeNotAffordable {
    bitcoin::Satoshi fee;
    MilliSatoshi balance;
    friend bool operator==(const FeeNotAffordable&, const FeeNotAffordable&) = default;
};
struct TooManyHtlcs {
    int limit = 0;
    friend bool operator==(const TooManyHtlcs&, const TooManyHtlcs&) = default;
};
struct HtlcValueInFlightExceeded {
    MilliSatoshi limit, value;
    friend bool operator==(const HtlcValueInFlightExceeded&, const HtlcValueInFlightExceeded&) = default;
};
struct HtlcBelowMinimum {
    MilliSatoshi minimum, amount;
    friend bool operator==(const HtlcBelowMinimum&, const HtlcBelowMinimum&) = default;
};
struct DustExposureExceeded {
    MilliSatoshi limit, exposure;
    friend bool operator==(const DustExposureExceeded&, const DustExposureExceeded&) = default;
};
struct ExpiryOutOfBounds {
    CltvExpiry lowest, highest, expiry;
    friend bool operator==(const ExpiryOutOfBounds&, const ExpiryOutOfBounds&) = default;
};
struct UnknownHtlc {
    std::uint64_t id = 0; // none with this id, not irrevocable yet, or settled already
    friend bool operator==(const UnknownHtlc&, const UnknownHtlc&) = default;
};
struct PreimageMismatch {
    std::uint64_t id = 0;
    friend bool operator==(const PreimageMismatch&, const PreimageMismatch&) = default;
};
struct MalformedCodeInvalid { // BOLT 2: failure_code without the BADONION bit
    std::uint16_t code = 0;
    friend bool operator==(const MalformedCodeInvalid&, const MalformedCodeInvalid&) = default;
};
struct UnexpectedHtlcId {
    std::uint64_t expected = 0, id = 0;
    friend bool operator==(const UnexpectedHtlcId&, const UnexpectedHtlcId&) = default;
};
struct FeerateOutOfBounds {
    bitcoin::FeeratePerKw lowest, highest, feerate;
    friend bool operator==(const FeerateOutOfBounds&, const FeerateOutOfBounds&) = default;
};
/// update_fee from the side that did not fund.
struct FeeUpdateByFundee {
    friend bool operator==(const FeeUpdateByFundee&, const FeeUpdateByFundee&) = default;
};
struct InvalidCommitmentSignature {
    std::uint64_t commitment_number = 0;
    friend bool operator==(const InvalidCommitmentSignature&, const InvalidCommitmentSignature&) = default;
};
struct InvalidHtlcSignature {
    std::size_t index = 0;
    friend bool operator==(const InvalidHtlcSignature&, const InvalidHtlcSignature&) = default;
};
struct WrongHtlcSignatureCount {
    std::size_t expected = 0, count = 0;
    friend bool operator==(const WrongHtlcSignatureCount&, const WrongHtlcSignatureCount&) = default;
};
struct UnexpectedRevocation {
    friend bool operator==(const UnexpectedRevocation&, const UnexpectedRevocation&) = default;
};
/// The secret does not give the point, or does not fit the earlier secrets.
struct RevocationSecretMismatch {
    std::uint64_t commitment_number = 0;
    friend bool operator==(const RevocationSecretMismatch&, const RevocationSecretMismatch&) = default;
};
struct UnexpectedMessage {
    std::uint16_t type = 0;
    friend bool operator==(const UnexpectedMessage&, const UnexpectedMessage&) = default;
};
struct TooManyHeldMessages {
    friend bool operator==(const TooManyHeldMessages&, const TooManyHeldMessages&) = default;
};
/// A term of open_channel or accept_channel that we do not take.
struct UnacceptableTerm {
    enum class Term {
        chain,
        channel_type,
        capacity,
        push,
        dust_limit,
        reserve,
        in_flight,
        htlc_minimum,
        max_accepted_htlcs,
        to_self_delay,
        minimum_depth,
        feerate,
        keys,
        first_balances,
        shutdown_script,
        announced_alias,
        channel_id_in_use,
        refused_by_user,
        link_features,
    };
    Term term = Term::chain;
    std::int64_t limit = 0, value = 0;
    friend bool operator==(const UnacceptableTerm&, const UnacceptableTerm&) = default;
};
/// The funding transaction given, or the output on the chain, is not what was agreed (threats 22).
struct FundingMismatch {
    enum class What { outpoint, script, amount, inputs_not_segwit };
    What what = What::outpoint;
    friend bool operator==(const FundingMismatch&, const FundingMismatch&) = default;
};
struct InvalidShutdownScript {
    friend bool operator==(const InvalidShutdownScript&, const InvalidShutdownScript&) = default;
};
/// Differs from what the peer committed itself to at opening.
struct ShutdownScriptMismatch {
    friend bool operator==(const ShutdownScriptMismatch&, const ShutdownScriptMismatch&) = default;
};
struct ClosingFeeOutOfRange {
    bitcoin::Satoshi lowest, highest, fee;
    friend bool operator==(const ClosingFeeOutOfRange&, const ClosingFeeOutOfRange&) = default;
};
struct InvalidClosingSignature {
    bitcoin::Satoshi fee;
    friend bool operator==(const InvalidClosingSignature&, const InvalidClosingSignature&) = default;
};
struct ClosingNotAgreed {
    int rounds = 0;
    friend bool operator==(const ClosingNotAgreed&, const ClosingNotAgreed&) = default;
};
/// channel_reestablish with numbers or a secret that no honest peer can have.
struct ReestablishMismatch {
    enum class What {
        commitment_number,
        revocation_number,
        secret,
        zero_commitment_number,
        claims_to_be_ahead
    };
    What what = What::commitment_number;
    std::uint64_t expected = 0, received = 0;
    friend bool operator==(const ReestablishMismatch&, const ReestablishMismatch&) = default;
};
struct PeerFailedChannel {
    std::string text; // printable ASCII, at most 200 bytes
    friend bool operator==(const PeerFailedChannel&, const PeerFailedChannel&) = default;
};
/// The signer refused: a broken rule on our side or an exhausted counter.
struct SignerRefused {
    friend bool operator==(const SignerRefused&, const SignerRefused&) = default;
};
struct NegotiationTimedOut {
    friend bool operator==(const NegotiationTimedOut&, const NegotiationTimedOut&) = default;
};
/// An HTLC whose deadline on chain comes too near to wait for the peer.
struct HtlcDeadlineReached {
    std::uint64_t id = 0;
    CltvExpiry expiry;
    friend bool operator==(const HtlcDeadlineReached&, const HtlcDeadlineReached&) = default;
};
struct CloseRequestedByUser {
    friend bool operator==(const CloseRequestedByUser&, const CloseRequestedByUser&) = default;
};

using ChannelError =
    std::variant<CommandNotPossible, InsufficientBalance, FeeNotAffordable, TooManyHtlcs,
                 HtlcValueInFlightExceeded, HtlcBelowMinimum, DustExposureExceeded, ExpiryOutOfBounds,
                 UnknownHtlc, PreimageMismatch, MalformedCodeInvalid, UnexpectedHtlcId, FeerateOutOfBounds,
                 FeeUpdateByFundee, InvalidCommitmentSignature, InvalidHtlcSignature, WrongHtlcSignatureCount,
                 UnexpectedRevocation, RevocationSecretMismatch, UnexpectedMessage, TooManyHeldMessages,
                 UnacceptableTerm, FundingMismatch, InvalidShutdownScript, ShutdownScriptMismatch,
                 ClosingFeeOutOfRange, InvalidClosingSignature, ClosingNotAgreed, ReestablishMismatch,
                 PeerFailedChannel, SignerRefused, NegotiationTimedOut, HtlcDeadlineReached,
                 CloseRequestedByUser>;

/// One English line with the figures, for logs and for the data of an `error` or `warning` message.
std::string textOf(const ChannelError& error);

} // namespace duplex::lightning::channel
