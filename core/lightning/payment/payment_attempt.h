#pragma once

#include "core/lightning/gossip/route_finder.h"
#include "core/lightning/invoice/bolt11.h"
#include "core/lightning/onion/failure_onion.h"
#include "core/lightning/onion/sphinx.h"

namespace duplex::lightning::payment {

struct PaymentIdTag;
/// Random, chosen and stored before the first HTLC (threats 84).
using PaymentId = TaggedBytes<PaymentIdTag, 16>;

/// What to pay, taken from a checked invoice and the user's choices.
struct PaymentRequest {
    PaymentId id;
    PaymentHash payment_hash;
    PaymentSecret payment_secret;
    NodeId payee;
    MilliSatoshi amount;
    CltvDelta min_final_cltv_expiry_delta;
    std::optional<Bytes> payment_metadata;
    std::vector<invoice::RouteHint> route_hints;
    MilliSatoshi max_fee; // over all parts and retries
    UnixTime created{};
    friend bool operator==(const PaymentRequest&, const PaymentRequest&) = default;
};
/// 1 % of the amount, at least 10 sat.
MilliSatoshi defaultMaxFee(MilliSatoshi amount);
enum class RequestError { amount_missing, amount_too_low, amount_too_high, expired };
/// `amount` is needed where the invoice names none; otherwise it may be up to twice the invoice's.
std::expected<PaymentRequest, RequestError> requestFor(const invoice::Invoice& invoice, const PaymentId& id,
                                                       std::optional<MilliSatoshi> amount,
                                                       std::optional<MilliSatoshi> max_fee, UnixTime now);

enum class PartState : std::uint8_t { in_flight = 1, failed = 2, succeeded = 3 };

/// One HTLC of ours and the way it took.
struct PaymentPart {
    std::uint32_t number = 0; // unique in its payment
    gossip::Route route;
    CltvExpiry expiry; // of our own HTLC
    std::vector<crypto::Secret<32>> shared_secrets;
    PartState state = PartState::in_flight;
    friend bool operator==(const PaymentPart&, const PaymentPart&) = default;
};

/// The onion for a route; expiries count from `tip_height`.
struct BuiltOnion {
    wire::OnionRoutingPacket packet{};
    std::vector<crypto::Secret<32>> shared_secrets;
    CltvExpiry first_expiry;
};
std::expected<BuiltOnion, onion::CreateOnionError> buildOnion(const PaymentRequest& request,
                                                              const gossip::Route& route,
                                                              std::uint32_t tip_height,
                                                              const crypto::PrivateKey& session_key);

} // namespace duplex::lightning::payment
