#include "core/lightning/payment/incoming_payment.h"

#include "core/crypto/hmac.h"

namespace duplex::lightning::payment {

namespace {

/// A payment is claimed only while every part leaves time to close and claim on chain (72 blocks) with a
/// margin.
constexpr std::uint32_t least_blocks_to_claim = 108;

onion::FailureMessage wrongDetails(MilliSatoshi amount, std::uint32_t height) {
    return {.code = onion::FailureCode::incorrect_or_unknown_payment_details,
            .data = onion::PaymentDetails{.htlc_msat = amount, .height = height}};
}

IncomingActions failure(const HtlcKey& htlc, const crypto::Secret<32>& shared_secret,
                        const onion::FailureMessage& message) {
    return {FailHtlc{.htlc = htlc, .reason = onion::createFailurePacket(shared_secret, message)}};
}

IncomingActions malformed(const ArrivedHtlc& htlc, onion::FailureCode code) {
    return {FailMalformedHtlc{.htlc = htlc.htlc,
                              .sha256_of_onion = crypto::sha256(htlc.onion),
                              .failure_code = static_cast<std::uint16_t>(code)}};
}

/// What is wrong between an HTLC and its own onion (BOLT 4, the last two are not the sender's secret).
std::optional<onion::FailureMessage> mismatch(const ArrivedHtlc& htlc, const onion::HopPayload& payload) {
    if (htlc.cltv_expiry < payload.outgoing_cltv_value)
        return onion::FailureMessage{.code = onion::FailureCode::final_incorrect_cltv_expiry,
                                     .data = onion::FinalExpiry{htlc.cltv_expiry}};
    if (htlc.amount_msat < payload.amt_to_forward)
        return onion::FailureMessage{.code = onion::FailureCode::final_incorrect_htlc_amount,
                                     .data = onion::FinalAmount{htlc.amount_msat}};
    return std::nullopt;
}

bool totalFits(const IncomingPayment& payment, MilliSatoshi total) {
    if (total.value <= 0) return false;
    if (!payment.parts.empty() && payment.parts.front().total_msat != total) return false;
    return !payment.amount || (total >= *payment.amount && total - *payment.amount <= *payment.amount);
}

MilliSatoshi sumOf(const std::vector<IncomingPart>& parts) {
    MilliSatoshi sum; // at most 30 parts of at most all bitcoin could overflow: saturate
    for (const IncomingPart& part : parts)
        sum = std::min(sum + part.amount, MilliSatoshi::fromSatoshi(bitcoin::max_money));
    return sum;
}

bool expiryFits(CltvExpiry expiry, std::uint32_t tip_height) {
    return expiry.value >= tip_height + IncomingPayments::least_blocks_left &&
           expiry.value <= tip_height + IncomingPayments::most_blocks_ahead;
}

} // namespace

Preimage preimageFor(const crypto::Secret<32>& seed_key, const ByteArray<32>& random) {
    return {crypto::hmacSha256(seed_key.reveal(), random)};
}

std::expected<void, IncomingPayments::AddError> IncomingPayments::add(IncomingPayment payment) {
    const PaymentHash hash = payment.payment_hash;
    if (!m_payments.try_emplace(hash, std::move(payment)).second) return std::unexpected(AddError::hash_used);
    m_changed.insert(hash);
    return {};
}

std::expected<void, IncomingPayments::RemoveError> IncomingPayments::remove(const PaymentHash& hash) {
    const auto found = m_payments.find(hash);
    if (found == m_payments.end()) return std::unexpected(RemoveError::unknown);
    // Claiming needs the preimage until the last HTLC is gone, on chain too (threats 87).
    const IncomingState state = found->second.state;
    if (state == IncomingState::collecting || state == IncomingState::claiming)
        return std::unexpected(RemoveError::being_paid);
    for (const IncomingPart& part : found->second.parts) m_by_htlc.erase(part.htlc);
    m_changed.erase(hash);
    m_payments.erase(found);
    return {};
}

void IncomingPayments::restore(IncomingPayment payment, Ticks ticks) {
    const PaymentHash hash = payment.payment_hash;
    for (const IncomingPart& part : payment.parts) m_by_htlc.emplace(part.htlc, hash);
    if (payment.state == IncomingState::collecting) m_collecting_since[hash] = ticks;
    m_payments.insert_or_assign(hash, std::move(payment));
}

IncomingActions IncomingPayments::onHtlc(const ArrivedHtlc& htlc, const crypto::PrivateKey& node_key,
                                         const IncomingEnvironment& environment) {
    if (m_by_htlc.contains(htlc.htlc)) return {};
    if (htlc.in_blinded_path) return malformed(htlc, onion::FailureCode::invalid_onion_blinding);
    const auto peeled = onion::peelOnion(node_key, htlc.onion, htlc.payment_hash);
    if (!peeled) return malformed(htlc, static_cast<onion::FailureCode>(peeled.error()));
    const auto refuse = [&](const onion::FailureMessage& message) {
        return failure(htlc.htlc, peeled->shared_secret, message);
    };
    if (!peeled->payload)
        return refuse({.code = onion::FailureCode::invalid_onion_payload, .data = onion::PayloadFault{}});
    if (peeled->next)
        return refuse({.code = onion::FailureCode::unknown_next_peer, .data = {}}); // we do not forward
    const auto payload = onion::decodePayload(*peeled->payload, onion::HopPosition::last);
    if (!payload) return refuse({.code = onion::FailureCode::invalid_onion_payload, .data = payload.error()});
    if (const auto message = mismatch(htlc, *payload)) return refuse(*message);

    // From here on one code for everything, so that a probe learns nothing (threats 80).
    const auto wrong = wrongDetails(htlc.amount_msat, environment.tip_height);
    // A full or unconfirmed channel is not the payee's answer: the payer may try again.
    if (htlc.refusal == ArrivedHtlc::Refusal::dust_exposure ||
        htlc.refusal == ArrivedHtlc::Refusal::funding_unconfirmed)
        return refuse({.code = onion::FailureCode::temporary_node_failure, .data = {}});
    if (htlc.refusal == ArrivedHtlc::Refusal::expiry) return refuse(wrong);
    const auto found = m_payments.find(htlc.payment_hash);
    if (found == m_payments.end() || !payload->payment_data) return refuse(wrong);
    IncomingPayment& payment = found->second;
    // Threats 82: grouped by hash and secret; the hash is right already.
    if (!equalInConstantTime(payload->payment_data->payment_secret, payment.payment_secret))
        return refuse(wrong);
    const bool takes_parts = (payment.state == IncomingState::open && environment.now < payment.expires_at) ||
                             payment.state == IncomingState::collecting;
    if (!takes_parts || payment.parts.size() >= most_parts) return refuse(wrong);
    if (!totalFits(payment, payload->payment_data->total_msat)) return refuse(wrong);
    if (!expiryFits(htlc.cltv_expiry, environment.tip_height)) return refuse(wrong);
    return accept(payment,
                  {.htlc = htlc.htlc,
                   .amount = htlc.amount_msat,
                   .cltv_expiry = htlc.cltv_expiry,
                   .total_msat = payload->payment_data->total_msat,
                   .shared_secret = peeled->shared_secret},
                  environment);
}

IncomingActions IncomingPayments::accept(IncomingPayment& payment, IncomingPart part,
                                         const IncomingEnvironment& environment) {
    m_by_htlc.emplace(part.htlc, payment.payment_hash);
    m_collecting_since.try_emplace(payment.payment_hash, environment.ticks);
    const MilliSatoshi total = part.total_msat;
    payment.parts.push_back(std::move(part));
    payment.state = IncomingState::collecting;
    touch(payment);
    if (sumOf(payment.parts) < total) return {};
    const bool in_time =
        std::all_of(payment.parts.begin(), payment.parts.end(), [&](const IncomingPart& each) {
            return each.cltv_expiry.value >= environment.tip_height + least_blocks_to_claim;
        });
    if (!in_time) return failAll(payment, wrongDetails(total, environment.tip_height));

    payment.state = IncomingState::claiming;
    payment.received = sumOf(payment.parts);
    m_collecting_since.erase(payment.payment_hash);
    IncomingActions actions{
        PaymentReceived{.payment_hash = payment.payment_hash, .amount = payment.received}};
    for (const IncomingPart& each : payment.parts)
        actions.push_back(FulfillHtlc{.htlc = each.htlc, .preimage = payment.preimage});
    return actions;
}

IncomingActions IncomingPayments::failAll(IncomingPayment& payment, const onion::FailureMessage& message) {
    IncomingActions actions;
    for (const IncomingPart& part : payment.parts) {
        m_by_htlc.erase(part.htlc);
        actions.push_back(
            FailHtlc{.htlc = part.htlc, .reason = onion::createFailurePacket(part.shared_secret, message)});
    }
    payment.parts.clear();
    payment.state = IncomingState::open;
    m_collecting_since.erase(payment.payment_hash);
    touch(payment);
    return actions;
}

IncomingActions IncomingPayments::tick(const IncomingEnvironment& environment) {
    IncomingActions actions;
    std::vector<PaymentHash> late;
    for (const auto& [hash, since] : m_collecting_since)
        if (environment.ticks - since >= longest_collecting) late.push_back(hash);
    for (const PaymentHash& hash : late)
        for (IncomingAction& action :
             failAll(m_payments.at(hash), {.code = onion::FailureCode::mpp_timeout, .data = {}}))
            actions.push_back(std::move(action));
    for (auto& [hash, payment] : m_payments)
        if (payment.state == IncomingState::open && environment.now >= payment.expires_at) {
            payment.state = IncomingState::expired;
            touch(payment);
        }
    return actions;
}

std::optional<Ticks> IncomingPayments::nextDeadline() const {
    std::optional<Ticks> next;
    for (const auto& [hash, since] : m_collecting_since)
        if (!next || since + longest_collecting < *next) next = since + longest_collecting;
    return next;
}

void IncomingPayments::onSettled(const HtlcKey& htlc) {
    const auto found = m_by_htlc.find(htlc);
    if (found == m_by_htlc.end()) return;
    IncomingPayment& payment = m_payments.at(found->second);
    if (payment.state != IncomingState::claiming) return;
    for (IncomingPart& part : payment.parts)
        if (part.htlc == htlc) part.settled = true;
    if (std::all_of(payment.parts.begin(), payment.parts.end(),
                    [](const IncomingPart& part) { return part.settled; }))
        payment.state = IncomingState::claimed;
    touch(payment);
}

void IncomingPayments::onGone(const HtlcKey& htlc) {
    const auto found = m_by_htlc.find(htlc);
    if (found == m_by_htlc.end()) return;
    IncomingPayment& payment = m_payments.at(found->second);
    const auto part = std::find_if(payment.parts.begin(), payment.parts.end(),
                                   [&](const IncomingPart& each) { return each.htlc == htlc; });
    if (payment.state == IncomingState::claiming && !part->settled) {
        // The preimage is out, yet this part timed out on chain: the rest is still claimed.
        payment.received -= part->amount;
        onSettled(htlc);
        return;
    }
    if (payment.state != IncomingState::collecting) return;
    payment.parts.erase(part);
    m_by_htlc.erase(found);
    if (payment.parts.empty()) {
        payment.state = IncomingState::open;
        m_collecting_since.erase(payment.payment_hash);
    }
    touch(payment);
}

IncomingActions IncomingPayments::claims() const {
    IncomingActions actions;
    for (const auto& [hash, payment] : m_payments) {
        if (payment.state != IncomingState::claiming) continue;
        for (const IncomingPart& part : payment.parts)
            if (!part.settled)
                actions.push_back(FulfillHtlc{.htlc = part.htlc, .preimage = payment.preimage});
    }
    return actions;
}

std::optional<Preimage> IncomingPayments::preimageForChain(const HtlcKey& htlc) const {
    const auto found = m_by_htlc.find(htlc);
    if (found == m_by_htlc.end()) return std::nullopt;
    const IncomingPayment& payment = m_payments.at(found->second);
    const bool ours = payment.state == IncomingState::claiming || payment.state == IncomingState::claimed;
    return ours ? std::optional(payment.preimage) : std::nullopt;
}

const IncomingPayment* IncomingPayments::find(const PaymentHash& hash) const {
    const auto found = m_payments.find(hash);
    return found == m_payments.end() ? nullptr : &found->second;
}

std::vector<PaymentHash> IncomingPayments::changed() {
    std::vector<PaymentHash> hashes(m_changed.begin(), m_changed.end());
    m_changed.clear();
    return hashes;
}

} // namespace duplex::lightning::payment
