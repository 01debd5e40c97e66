#include "core/lightning/channel/error.h"

#include "core/base/variant.h"

#include <fmt/core.h>

namespace duplex::lightning::channel {

namespace {

std::string_view nameOf(UnacceptableTerm::Term term) {
    using enum UnacceptableTerm::Term;
    switch (term) {
    case chain:
        return "chain_hash";
    case channel_type:
        return "channel_type";
    case capacity:
        return "funding_satoshis";
    case push:
        return "push_msat";
    case dust_limit:
        return "dust_limit_satoshis";
    case reserve:
        return "channel_reserve_satoshis";
    case in_flight:
        return "max_htlc_value_in_flight_msat";
    case htlc_minimum:
        return "htlc_minimum_msat";
    case max_accepted_htlcs:
        return "max_accepted_htlcs";
    case to_self_delay:
        return "to_self_delay";
    case minimum_depth:
        return "minimum_depth";
    case feerate:
        return "feerate_per_kw";
    case keys:
        return "keys";
    case first_balances:
        return "first balances";
    case shutdown_script:
        return "upfront_shutdown_script";
    case announced_alias:
        return "scid_alias in an announced channel";
    case channel_id_in_use:
        return "channel id in use";
    case refused_by_user:
        return "not accepted";
    case link_features:
        return "features";
    }
    return "";
}

struct Text {
    std::string operator()(const CommandNotPossible&) const { return "not possible in this state"; }
    std::string operator()(const InsufficientBalance& e) const {
        return fmt::format("insufficient balance: {} msat available, {} msat needed", e.available.value,
                           e.needed.value);
    }
    std::string operator()(const FeeNotAffordable& e) const {
        return fmt::format("commitment fee of {} sat not affordable with {} msat", e.fee.value,
                           e.balance.value);
    }
    std::string operator()(const TooManyHtlcs& e) const { return fmt::format("more than {} HTLCs", e.limit); }
    std::string operator()(const HtlcValueInFlightExceeded& e) const {
        return fmt::format("{} msat in flight, at most {} msat", e.value.value, e.limit.value);
    }
    std::string operator()(const HtlcBelowMinimum& e) const {
        return fmt::format("HTLC of {} msat, at least {} msat", e.amount.value, e.minimum.value);
    }
    std::string operator()(const DustExposureExceeded& e) const {
        return fmt::format("dust exposure of {} msat, at most {} msat", e.exposure.value, e.limit.value);
    }
    std::string operator()(const ExpiryOutOfBounds& e) const {
        return fmt::format("expiry {} outside {} to {}", e.expiry.value, e.lowest.value, e.highest.value);
    }
    std::string operator()(const UnknownHtlc& e) const { return fmt::format("no HTLC {} to settle", e.id); }
    std::string operator()(const PreimageMismatch& e) const {
        return fmt::format("wrong preimage for HTLC {}", e.id);
    }
    std::string operator()(const MalformedCodeInvalid& e) const {
        return fmt::format("failure code {} without BADONION", e.code);
    }
    std::string operator()(const UnexpectedHtlcId& e) const {
        return fmt::format("HTLC id {}, expected {}", e.id, e.expected);
    }
    std::string operator()(const FeerateOutOfBounds& e) const {
        return fmt::format("feerate {} outside {} to {} sat/kw", e.feerate.value, e.lowest.value,
                           e.highest.value);
    }
    std::string operator()(const FeeUpdateByFundee&) const {
        return "update_fee by the side that does not pay";
    }
    std::string operator()(const InvalidCommitmentSignature& e) const {
        return fmt::format("invalid signature on commitment {}", e.commitment_number);
    }
    std::string operator()(const InvalidHtlcSignature& e) const {
        return fmt::format("invalid HTLC signature {}", e.index);
    }
    std::string operator()(const WrongHtlcSignatureCount& e) const {
        return fmt::format("{} HTLC signatures, expected {}", e.count, e.expected);
    }
    std::string operator()(const UnexpectedRevocation&) const { return "unexpected revoke_and_ack"; }
    std::string operator()(const RevocationSecretMismatch& e) const {
        return fmt::format("wrong secret for commitment {}", e.commitment_number);
    }
    std::string operator()(const UnexpectedMessage& e) const {
        return fmt::format("unexpected message of type {}", e.type);
    }
    std::string operator()(const TooManyHeldMessages&) const { return "too many messages before their time"; }
    std::string operator()(const UnacceptableTerm& e) const {
        return fmt::format("unacceptable {}: {} (limit {})", nameOf(e.term), e.value, e.limit);
    }
    std::string operator()(const FundingMismatch&) const { return "funding transaction is not as agreed"; }
    std::string operator()(const InvalidShutdownScript&) const { return "invalid shutdown script"; }
    std::string operator()(const ShutdownScriptMismatch&) const {
        return "shutdown script differs from upfront_shutdown_script";
    }
    std::string operator()(const ClosingFeeOutOfRange& e) const {
        return fmt::format("closing fee {} outside {} to {} sat", e.fee.value, e.lowest.value,
                           e.highest.value);
    }
    std::string operator()(const InvalidClosingSignature& e) const {
        return fmt::format("invalid closing signature at fee {} sat", e.fee.value);
    }
    std::string operator()(const ClosingNotAgreed& e) const {
        return fmt::format("no closing fee agreed in {} rounds", e.rounds);
    }
    std::string operator()(const ReestablishMismatch& e) const {
        switch (e.what) {
        case ReestablishMismatch::What::commitment_number:
            return fmt::format("next_commitment_number {}, expected {}", e.received, e.expected);
        case ReestablishMismatch::What::revocation_number:
            return fmt::format("next_revocation_number {}, expected {}", e.received, e.expected);
        case ReestablishMismatch::What::secret:
            return "your_last_per_commitment_secret is wrong";
        case ReestablishMismatch::What::zero_commitment_number:
            return "next_commitment_number is 0";
        case ReestablishMismatch::What::claims_to_be_ahead:
            return fmt::format("next_revocation_number {} without its secret, expected {}", e.received,
                               e.expected);
        }
        return "";
    }
    std::string operator()(const PeerFailedChannel& e) const {
        return fmt::format("peer failed the channel: {}", e.text);
    }
    std::string operator()(const SignerRefused&) const { return "internal error"; }
    std::string operator()(const NegotiationTimedOut&) const { return "opening took too long"; }
    std::string operator()(const HtlcDeadlineReached& e) const {
        return fmt::format("HTLC {} with expiry {} must be settled on chain", e.id, e.expiry.value);
    }
    std::string operator()(const CloseRequestedByUser&) const { return "closed by the user"; }
};

} // namespace

std::string textOf(const ChannelError& error) {
    return std::visit(Text{}, error);
}

} // namespace duplex::lightning::channel
