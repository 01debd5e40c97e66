#include "core/lightning/payment/payment_attempt.h"

namespace duplex::lightning::payment {

namespace {
constexpr MilliSatoshi least_max_fee{10'000};
constexpr std::int64_t fee_share = 100; // 1 %
} // namespace

MilliSatoshi defaultMaxFee(MilliSatoshi amount) {
    return std::max(least_max_fee, MilliSatoshi{amount.value / fee_share});
}

std::expected<PaymentRequest, RequestError> requestFor(const invoice::Invoice& invoice, const PaymentId& id,
                                                       std::optional<MilliSatoshi> amount,
                                                       std::optional<MilliSatoshi> max_fee, UnixTime now) {
    if (!amount && !invoice.amount) return std::unexpected(RequestError::amount_missing);
    const MilliSatoshi wanted = amount ? *amount : *invoice.amount;
    if (wanted.value <= 0 || (invoice.amount && wanted < *invoice.amount))
        return std::unexpected(RequestError::amount_too_low);
    if (wanted > MilliSatoshi::fromSatoshi(bitcoin::max_money))
        return std::unexpected(RequestError::amount_too_high);
    // BOLT 4: payees accept up to twice what they asked for.
    if (invoice.amount && wanted - *invoice.amount > *invoice.amount)
        return std::unexpected(RequestError::amount_too_high);
    if (now >= invoice.expiresAt()) return std::unexpected(RequestError::expired);
    return PaymentRequest{.id = id,
                          .payment_hash = invoice.payment_hash,
                          .payment_secret = invoice.payment_secret,
                          .payee = invoice.payee,
                          .amount = wanted,
                          .min_final_cltv_expiry_delta = invoice.min_final_cltv_expiry_delta,
                          .payment_metadata = invoice.payment_metadata,
                          .route_hints = invoice.route_hints,
                          .max_fee = max_fee.value_or(defaultMaxFee(wanted)),
                          .created = now};
}

std::expected<BuiltOnion, onion::CreateOnionError> buildOnion(const PaymentRequest& request,
                                                              const gossip::Route& route,
                                                              std::uint32_t tip_height,
                                                              const crypto::PrivateKey& session_key) {
    std::vector<onion::OnionHop> hops;
    for (std::size_t i = 0; i < route.hops.size(); ++i) {
        const bool last = i + 1 == route.hops.size();
        // Each hop reads what it has to send on: the next hop's amount and expiry; the last its own.
        const gossip::RouteHop& next = route.hops[last ? i : i + 1];
        onion::HopPayload payload{.amt_to_forward = next.amount,
                                  .outgoing_cltv_value = {tip_height + next.cltv_delta.value}};
        if (last) {
            payload.payment_data =
                onion::PaymentData{.payment_secret = request.payment_secret, .total_msat = request.amount};
            payload.payment_metadata = request.payment_metadata;
        } else {
            payload.short_channel_id = next.short_channel_id;
        }
        hops.push_back({.node_id = route.hops[i].node_id, .payload = onion::encodePayload(payload)});
    }
    auto created = onion::createOnion(session_key, hops, request.payment_hash);
    if (!created) return std::unexpected(created.error());
    return BuiltOnion{.packet = created->packet,
                      .shared_secrets = std::move(created->shared_secrets),
                      .first_expiry = {tip_height + route.hops.front().cltv_delta.value}};
}

} // namespace duplex::lightning::payment
