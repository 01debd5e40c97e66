#include "core/lightning/payment/outgoing_payment.h"

#include "core/crypto/hmac.h"

namespace duplex::lightning::payment {

namespace {

/// Blocks that may pass on the way (lightning.md 5).
constexpr std::uint32_t expiry_slack = 3;
/// The expiry is moved by up to so many blocks more, in steps as of hops, so that the last hop but one cannot
/// tell the payee by it (a shadow of up to three more hops).
constexpr std::uint32_t shadow_hop_blocks = 40;
constexpr std::uint32_t most_shadow_hops = 3;

ByteArray<32> derived(const ByteArray<32>& entropy, std::string_view use, std::uint8_t counter) {
    return crypto::hmacSha256(entropy, concat({viewOf(use), ByteView(&counter, 1)}));
}

crypto::PrivateKey sessionKey(const ByteArray<32>& entropy) {
    for (std::uint8_t counter = 0;; ++counter)
        if (const auto key = crypto::PrivateKey::fromBytes(derived(entropy, "session key", counter)))
            return *key;
}

std::uint32_t shadowBlocks(const ByteArray<32>& entropy) {
    return derived(entropy, "expiry offset", 0)[0] % (most_shadow_hops + 1) * shadow_hop_blocks;
}

PaymentFailure failureOf(gossip::RouteError error) {
    switch (error) {
    case gossip::RouteError::fee_too_high:
        return PaymentFailure::fee_too_high;
    case gossip::RouteError::no_local_balance:
        return PaymentFailure::no_local_balance;
    case gossip::RouteError::bad_request:
    case gossip::RouteError::no_route:
    case gossip::RouteError::too_far:
        return PaymentFailure::no_route;
    }
    return PaymentFailure::no_route;
}

gossip::DirectedChannel channelOf(const gossip::RouteHop& hop) {
    return {hop.short_channel_id, hop.direction};
}

} // namespace

std::string_view textOf(PaymentFailure failure) {
    switch (failure) {
    case PaymentFailure::none:
        return "";
    case PaymentFailure::no_route:
        return "No way to the payee was found.";
    case PaymentFailure::fee_too_high:
        return "Every way to the payee costs more than the fee limit.";
    case PaymentFailure::no_local_balance:
        return "No channel can send this much.";
    case PaymentFailure::rejected_by_payee:
        return "The payee refused: the invoice may be paid, expired or unknown there.";
    case PaymentFailure::out_of_attempts:
        return "All attempts failed on the way.";
    case PaymentFailure::cancelled:
        return "Cancelled.";
    case PaymentFailure::expired:
        return "The invoice is expired.";
    }
    return "";
}

gossip::RouteRequest OutgoingPayment::routeRequest(const PaymentEnvironment& environment) const {
    gossip::RouteRequest request{
        .source = environment.us,
        .target = m_request.payee,
        .amount = m_request.amount,
        .final_cltv_delta = {m_request.min_final_cltv_expiry_delta.value + expiry_slack +
                             shadowBlocks(environment.entropy)},
        .max_fee = m_request.max_fee - fee(),
        .excluded_channels = m_excluded_channels,
        .excluded_nodes = m_excluded_nodes,
        .policies = m_policies,
        .now = environment.now,
    };
    for (const gossip::FirstHop& hop : environment.first_hops)
        if (!m_excluded_first.contains(hop.channel_id)) request.first_hops.push_back(hop);
    for (const invoice::RouteHint& hint : m_request.route_hints) {
        std::vector<gossip::HintedHop> hops;
        for (const invoice::RouteHintHop& hop : hint)
            hops.push_back({.node_id = hop.node_id,
                            .short_channel_id = hop.short_channel_id,
                            .fee_base_msat = hop.fee_base_msat,
                            .fee_proportional_millionths = hop.fee_proportional_millionths,
                            .cltv_expiry_delta = hop.cltv_expiry_delta});
        request.hints.push_back(std::move(hops));
    }
    return request;
}

PaymentActions OutgoingPayment::proceed(const PaymentEnvironment& environment) {
    if (m_state != PaymentState::created && m_state != PaymentState::routing) return {};
    if (hasLiveParts()) return {};
    m_state = PaymentState::routing;
    if (m_parts.size() >= most_attempts || environment.now - m_request.created >= longest_trying)
        return fail(m_failure == PaymentFailure::none ? PaymentFailure::out_of_attempts : m_failure);
    const auto route = gossip::findRoute(environment.graph, environment.liquidity, routeRequest(environment));
    if (!route) return fail(failureOf(route.error()));
    auto built = buildOnion(m_request, *route, environment.tip_height, sessionKey(environment.entropy));
    if (!built) return fail(PaymentFailure::no_route);
    const auto number = static_cast<std::uint32_t>(m_parts.size());
    m_parts.push_back({.number = number,
                       .route = *route,
                       .expiry = built->first_expiry,
                       .shared_secrets = std::move(built->shared_secrets)});
    m_state = PaymentState::in_flight;
    return {SendPart{.payment = m_request.id,
                     .part = number,
                     .channel_id = route->first_channel,
                     .amount = route->amountSent(),
                     .cltv_expiry = built->first_expiry,
                     .payment_hash = m_request.payment_hash,
                     .onion = built->packet}};
}

PaymentActions OutgoingPayment::fail(PaymentFailure reason) {
    if (m_state == PaymentState::succeeded || m_state == PaymentState::failed) return {};
    m_failure = reason;
    // Threats 85: "failed" only when nothing can succeed any more.
    m_state = hasLiveParts() ? PaymentState::failing : PaymentState::failed;
    if (m_state == PaymentState::failing) return {};
    return {PaymentFailed{.payment = m_request.id, .reason = reason}};
}

PaymentPart* OutgoingPayment::find(std::uint32_t part) {
    for (PaymentPart& known : m_parts)
        if (known.number == part) return &known;
    return nullptr;
}

PaymentActions OutgoingPayment::afterFailure(const PaymentEnvironment& environment) {
    if (hasLiveParts() || isFinal()) return {};
    if (m_state == PaymentState::failing) return fail(m_failure);
    m_state = PaymentState::routing;
    return proceed(environment);
}

PaymentActions OutgoingPayment::onPartRefused(std::uint32_t part, const PaymentEnvironment& environment) {
    PaymentPart* found = find(part);
    if (!found || found->state != PartState::in_flight) return {};
    found->state = PartState::failed;
    m_excluded_first.insert(found->route.first_channel);
    return afterFailure(environment);
}

PaymentActions OutgoingPayment::onPartNeverSent(std::uint32_t part) {
    PaymentPart* found = find(part);
    if (!found || found->state != PartState::in_flight) return {};
    found->state = PartState::failed;
    if (hasLiveParts() || isFinal()) return {};
    if (m_state == PaymentState::failing) return fail(m_failure);
    m_state = PaymentState::routing;
    return {};
}

PaymentActions OutgoingPayment::onPartLost(std::uint32_t part, const PaymentEnvironment& environment) {
    PaymentPart* found = find(part);
    if (!found || found->state != PartState::in_flight) return {};
    found->state = PartState::failed;
    // Our peer could not read the onion, or let the HTLC run out: not by this channel again.
    m_excluded_first.insert(found->route.first_channel);
    return afterFailure(environment);
}

PaymentActions OutgoingPayment::onPartFailed(std::uint32_t part, ByteView reason,
                                             const PaymentEnvironment& environment) {
    PaymentPart* found = find(part);
    if (!found || found->state != PartState::in_flight) return {};
    found->state = PartState::failed;
    const auto failure = onion::unwrapFailurePacket(found->shared_secrets, reason);
    learn(*found, failure, environment);
    const bool from_payee = failure && failure->hop + 1 == found->route.hops.size();
    if (from_payee && !isFinal()) {
        const bool may_retry =
            failure->message && (failure->message->code == onion::FailureCode::mpp_timeout ||
                                 failure->message->code == onion::FailureCode::temporary_node_failure);
        if (!may_retry) return fail(PaymentFailure::rejected_by_payee);
    }
    return afterFailure(environment);
}

// BOLT 4, "Receiving Failure Codes". Hop i of the route receives over channel i; a failure of hop i that
// names a channel means the one to hop i + 1.
void OutgoingPayment::learn(const PaymentPart& part, const std::optional<onion::FailureFromHop>& failure,
                            const PaymentEnvironment& environment) {
    const auto& hops = part.route.hops;
    if (!failure || !failure->message) {
        // Nobody to blame: do not take the same channels again, our own excepted.
        for (std::size_t i = 1; i < hops.size(); ++i) m_excluded_channels.insert(channelOf(hops[i]));
        if (hops.size() == 1) m_excluded_first.insert(part.route.first_channel);
        return;
    }
    const std::size_t at = failure->hop;
    for (std::size_t i = 1; i <= at && i < hops.size(); ++i)
        if (hops[i].in_graph)
            environment.liquidity.passed(channelOf(hops[i]), hops[i].amount, environment.now);
    if (at + 1 >= hops.size()) return; // the payee
    const onion::FailureMessage& message = *failure->message;
    if (message.has(onion::failure_node)) {
        m_excluded_nodes.insert(hops[at].node_id);
        return;
    }
    const gossip::DirectedChannel channel = channelOf(hops[at + 1]);
    if (message.code == onion::FailureCode::temporary_channel_failure && hops[at + 1].in_graph)
        environment.liquidity.failed(channel, hops[at + 1].amount, environment.now);
    // A new policy may make the channel usable; it counts for this payment only, and once
    // (lightning.md 4.15).
    const auto update = onion::updateOf(message);
    const bool about_policy = message.code == onion::FailureCode::fee_insufficient ||
                              message.code == onion::FailureCode::incorrect_cltv_expiry ||
                              message.code == onion::FailureCode::amount_below_minimum ||
                              message.code == onion::FailureCode::expiry_too_soon;
    if (about_policy && update && update->short_channel_id == channel.short_channel_id &&
        update->direction() == channel.direction && !m_policies.contains(channel) &&
        gossip::signatureFits(*update, hops[at].node_id))
        m_policies.emplace(channel, gossip::policyOf(*update));
    else
        m_excluded_channels.insert(channel);
}

PaymentActions OutgoingPayment::onPreimage(const Preimage& preimage, UnixTime now,
                                           gossip::LiquidityEstimate& liquidity) {
    if (paymentHashOf(preimage) != m_request.payment_hash) return {};
    if (m_state == PaymentState::succeeded) return {};
    m_preimage = preimage;
    m_state = PaymentState::succeeded;
    m_failure = PaymentFailure::none;
    for (PaymentPart& part : m_parts) {
        if (part.state != PartState::in_flight) continue;
        part.state = PartState::succeeded;
        for (const gossip::RouteHop& hop : part.route.hops)
            if (hop.in_graph) liquidity.moved(channelOf(hop), hop.amount, now);
    }
    return {PaymentSucceeded{.payment = m_request.id, .preimage = preimage, .fee = fee()}};
}

PaymentActions OutgoingPayment::cancel(PaymentFailure reason) {
    if (isFinal() || m_state == PaymentState::failing) return {};
    return fail(reason);
}

bool OutgoingPayment::hasLiveParts() const {
    return std::any_of(m_parts.begin(), m_parts.end(),
                       [](const PaymentPart& part) { return part.state == PartState::in_flight; });
}

std::optional<CltvExpiry> OutgoingPayment::lastExpiry() const {
    std::optional<CltvExpiry> last;
    for (const PaymentPart& part : m_parts)
        if (part.state == PartState::in_flight && (!last || part.expiry > *last)) last = part.expiry;
    return last;
}

MilliSatoshi OutgoingPayment::fee() const {
    MilliSatoshi total;
    for (const PaymentPart& part : m_parts)
        if (part.state != PartState::failed) total += part.route.fee();
    return total;
}

std::expected<OutgoingPayment*, OutgoingPayments::AdmitError>
OutgoingPayments::admit(PaymentRequest request) {
    const auto found = m_by_hash.find(request.payment_hash);
    if (found != m_by_hash.end()) {
        if (found->second.state() == PaymentState::succeeded)
            return std::unexpected(AdmitError::already_paid);
        if (found->second.state() != PaymentState::failed) return std::unexpected(AdmitError::running);
        m_by_hash.erase(found);
    }
    const PaymentHash hash = request.payment_hash;
    return &m_by_hash.emplace(hash, OutgoingPayment(std::move(request))).first->second;
}

void OutgoingPayments::restore(OutgoingPayment payment) {
    const PaymentHash hash = payment.request().payment_hash;
    const auto found = m_by_hash.find(hash);
    // Of several of one hash all but one have failed: that one counts.
    if (found == m_by_hash.end())
        m_by_hash.emplace(hash, std::move(payment));
    else if (found->second.state() == PaymentState::failed)
        found->second = std::move(payment);
}

OutgoingPayment* OutgoingPayments::find(const PaymentHash& hash) {
    const auto found = m_by_hash.find(hash);
    return found == m_by_hash.end() ? nullptr : &found->second;
}

OutgoingPayment* OutgoingPayments::find(const PaymentId& id) {
    for (auto& [hash, payment] : m_by_hash)
        if (payment.request().id == id) return &payment;
    return nullptr;
}

} // namespace duplex::lightning::payment
