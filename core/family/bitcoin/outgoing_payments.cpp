// Paying: admits a payment once, feeds the machine with what channels report, and answers those who wait.

#include "core/family/bitcoin/payment_parts.h"

#include <fmt/format.h>

namespace duplex::family::bitcoin {

namespace {

using ln::payment::OutgoingPayment;
using ln::payment::PaymentFailure;
using ln::payment::PaymentState;

/// The channel layer carries 32 bytes: the id in front, zeros after.
ln::channel::PaymentId originOf(const ln::payment::PaymentId& id) {
    ln::channel::PaymentId origin;
    std::copy(id.bytes.begin(), id.bytes.end(), origin.bytes.begin());
    return origin;
}
ln::payment::PaymentId paymentOf(const ln::channel::HtlcOrigin& origin) {
    return {toArray<ln::payment::PaymentId::size>(origin.payment)};
}

/// CLN's codes (interface.md).
int codeOf(PaymentFailure failure) {
    switch (failure) {
    case PaymentFailure::no_route:
    case PaymentFailure::no_local_balance:
        return 205;
    case PaymentFailure::fee_too_high:
        return 206;
    case PaymentFailure::rejected_by_payee:
        return 203;
    case PaymentFailure::none:
    case PaymentFailure::out_of_attempts:
    case PaymentFailure::cancelled:
        return 210;
    case PaymentFailure::expired:
        return 207;
    }
    return 210;
}

std::string failureText(PaymentFailure failure) {
    std::string text = "Nothing was paid. " + std::string(ln::payment::textOf(failure));
    switch (failure) {
    case PaymentFailure::no_route:
        return text + " Try again later, or open a channel that leads there.";
    case PaymentFailure::no_local_balance:
        return text + " Pay less, wait until a channel is connected, or open one.";
    case PaymentFailure::fee_too_high:
        return text + " Raise the fee limit.";
    case PaymentFailure::rejected_by_payee:
    case PaymentFailure::expired:
        return text + " Ask for a new invoice.";
    case PaymentFailure::none:
    case PaymentFailure::out_of_attempts:
    case PaymentFailure::cancelled:
        return text + " It can be tried again.";
    }
    return text;
}

api::Error errorOf(ln::payment::RequestError error) {
    using enum ln::payment::RequestError;
    switch (error) {
    case amount_missing:
        return {-32602, "The invoice names no amount: say how much to pay."};
    case amount_too_low:
        return {-32602, "Nothing was paid: that is less than the invoice asks for. Leave the amount out."};
    case amount_too_high:
        return {-32602, "Nothing was paid: that is more than twice what the invoice asks for."};
    case expired:
        return {207, "Nothing was paid: the invoice is expired. Ask for a new one."};
    }
    return {-32602, "Nothing was paid: the amount does not fit."};
}

bool waitsForChannel(const OutgoingPayment& payment) {
    return (payment.state() == PaymentState::created || payment.state() == PaymentState::routing) &&
           !payment.hasLiveParts();
}

} // namespace

void PaymentDriver::Parts::pay(const api::Pay& request, const Answered& answered) {
    if (const auto earlier = pay_requests.find(request.request_id);
        earlier != pay_requests.end() && !request.plan_only)
        return join(earlier->second, request, answered); // threats 84: never pays twice
    const auto invoice = ln::invoice::decodeInvoice(request.bolt11, shell.network);
    if (!invoice)
        return fail(answered, -32602, "Invalid bolt11: " + std::string(ln::invoice::textOf(invoice.error())));
    if (invoice->payee == us)
        return fail(answered, 205, "Nothing was paid: this invoice is this wallet's own.");
    const OutgoingPayment* known = outgoing.find(invoice->payment_hash);
    if (known != nullptr && known->state() != PaymentState::failed) {
        // Said as done it would be believed: the payee has another amount than asked for now.
        if (request.amount_msat && *request.amount_msat != known->request().amount.value)
            return fail(answered, 201,
                        fmt::format("Nothing was paid now: this invoice {} with {} msat, not {}. The list of "
                                    "payments shows it; for another one ask for a new invoice.",
                                    known->state() == PaymentState::succeeded ? "is paid already"
                                                                              : "is being paid already",
                                    known->request().amount.value, *request.amount_msat));
        if (!request.plan_only) return join(invoice->payment_hash, request, answered);
        return fail(answered, 201,
                    known->state() == PaymentState::succeeded ? "This invoice is paid already."
                                                              : "This invoice is being paid already.");
    }
    const auto msat = [](const std::optional<std::int64_t>& value) {
        return value ? std::optional(ln::MilliSatoshi{*value}) : std::nullopt;
    };
    auto wanted = ln::payment::requestFor(*invoice, {io::randomBytes<16>()}, msat(request.amount_msat),
                                          msat(request.max_fee_msat), io::calendarNow());
    if (!wanted) {
        const api::Error error = errorOf(wanted.error());
        return fail(answered, error.code, error.message);
    }
    if (request.plan_only) return plan(*wanted, request, *invoice, answered);

    const auto admitted = outgoing.admit(*wanted);
    if (!admitted) return join(invoice->payment_hash, request, answered);
    payment_facts[wanted->payment_hash] = {.bolt11 = request.bolt11,
                                           .label = request.label,
                                           .description = invoice->description.value_or(""),
                                           .created_index = next(&PaymentIndexes::payments)};
    if (!request.request_id.empty()) {
        pay_requests[request.request_id] = wanted->payment_hash;
        shell.rows().put(store::Table::requests, payRequestKey(request.request_id),
                         encodedPayRequest(wanted->payment_hash));
    }
    store(**admitted);
    join(wanted->payment_hash, request, answered);
    if (!channels.firstHops().empty() || !isWorthWaiting())
        perform(**admitted, (*admitted)->proceed(environment()));
    shell.changed();
}

void PaymentDriver::Parts::plan(const ln::payment::PaymentRequest& request, const api::Pay& asked,
                                const ln::invoice::Invoice& invoice, const Answered& answered) {
    // A payment that nobody keeps: it finds its way and is forgotten.
    OutgoingPayment payment(request);
    payment.proceed(environment());
    if (payment.state() == PaymentState::failed)
        return fail(answered, codeOf(payment.failure()), failureText(payment.failure()));
    api::PaymentInfo info = describe(
        payment,
        {.bolt11 = asked.bolt11, .label = asked.label, .description = invoice.description.value_or("")});
    info.not_final_until = 0;
    answer(answered, std::move(info));
}

void PaymentDriver::Parts::join(const ln::PaymentHash& hash, const api::Pay& request,
                                const Answered& answered) {
    const OutgoingPayment* payment = outgoing.find(hash);
    if (payment == nullptr)
        return fail(answered, 210,
                    "The payment that this request_id began is not known any more. Nothing was paid now.");
    if (payment->isFinal()) return answerWith(*payment, answered);
    payers.push_back(
        {.hash = hash, .answered = answered, .until = io::now() + std::chrono::seconds(request.retry_for_s)});
}

ln::payment::PaymentEnvironment PaymentDriver::Parts::environment() {
    return {.graph = gossip.graph(),
            .liquidity = gossip.liquidity(),
            .us = us,
            .first_hops = channels.firstHops(),
            .tip_height = shell.headerTip(),
            .now = io::calendarNow(),
            .entropy = io::randomBytes<32>()};
}

void PaymentDriver::Parts::perform(OutgoingPayment& payment, const ln::payment::PaymentActions& actions) {
    const ln::payment::PaymentRequest& request = payment.request();
    if (payment.isFinal() && running.contains(request.payment_hash))
        payment_facts[request.payment_hash].completed = io::calendarNow();
    store(payment);
    for (const ln::payment::PaymentAction& action : actions) {
        if (const auto* part = std::get_if<ln::payment::SendPart>(&action)) send(*part);
        if (std::holds_alternative<ln::payment::PaymentSucceeded>(action))
            notify(request.payment_hash, "settled", request.amount);
        if (std::holds_alternative<ln::payment::PaymentFailed>(action))
            notify(request.payment_hash, "failed", request.amount);
    }
    if (payment.isFinal()) answerPayers(payment);
    shell.changed();
}

void PaymentDriver::Parts::send(const ln::payment::SendPart& part) {
    channels.addHtlc(
        part.channel_id,
        {.origin = {.payment = originOf(part.payment), .part = part.part},
         .amount = part.amount,
         .payment_hash = part.payment_hash,
         .cltv_expiry = part.cltv_expiry,
         .onion = part.onion,
         .path_key = std::nullopt},
        [this, id = part.payment, number = part.part](const std::optional<ln::channel::ChannelError>& error) {
            if (error) work([=, this] { onRefused(id, number); });
        });
}

void PaymentDriver::Parts::onRefused(const ln::payment::PaymentId& id, std::uint32_t part) {
    OutgoingPayment* payment = outgoing.find(id);
    if (payment != nullptr) perform(*payment, payment->onPartRefused(part, environment()));
}

void PaymentDriver::Parts::onFulfilled(const ln::channel::HtlcOrigin& origin, const ln::Preimage& preimage) {
    // R4: durable with this turn, whatever the payment makes of it.
    storePreimage(ln::paymentHashOf(preimage), preimage);
    OutgoingPayment* payment = outgoing.find(paymentOf(origin));
    if (payment == nullptr) return;
    const auto actions = payment->onPreimage(preimage, io::calendarNow(), gossip.liquidity());
    if (!actions.empty()) perform(*payment, actions);
}

void PaymentDriver::Parts::onFailed(const ln::channel::HtlcOrigin& origin,
                                    const ln::channel::HtlcFailed& failed) {
    OutgoingPayment* payment = outgoing.find(paymentOf(origin));
    if (payment == nullptr) return;
    if (std::holds_alternative<ln::channel::NotCommitted>(failed.cause)) {
        perform(*payment, payment->onPartNeverSent(origin.part));
        return proceedWaiting();
    }
    const auto* reason = std::get_if<ln::channel::Failed>(&failed.cause);
    perform(*payment, reason != nullptr && !reason->reason.empty()
                          ? payment->onPartFailed(origin.part, reason->reason, environment())
                          : payment->onPartLost(origin.part, environment()));
}

/// True while a channel of ours may come back: a payment given right after a start does not fail at once.
bool PaymentDriver::Parts::isWorthWaiting() const {
    const auto all = channels.all();
    return std::any_of(all.begin(), all.end(), [](const auto& entry) {
        const auto* normal = std::get_if<ln::channel::Normal>(&entry.second->phase);
        return normal != nullptr && !normal->closing_script &&
               entry.second->link != ln::channel::Link::online;
    });
}

void PaymentDriver::Parts::proceedWaiting() {
    if (running.empty()) return;
    const bool can_send = !channels.firstHops().empty();
    const bool hopeless = !can_send && !isWorthWaiting();
    for (const ln::PaymentHash& hash : std::set(running)) {
        OutgoingPayment* payment = outgoing.find(hash);
        if (payment == nullptr || !waitsForChannel(*payment)) continue;
        const bool is_late =
            io::calendarNow() - payment->request().created >= OutgoingPayment::longest_trying;
        if (can_send || hopeless || is_late) perform(*payment, payment->proceed(environment()));
    }
}

void PaymentDriver::Parts::resumeOutgoing() {
    for (const ln::PaymentHash& hash : std::set(running)) {
        OutgoingPayment& payment = *outgoing.find(hash);
        const auto parts = payment.parts();
        for (const ln::payment::PaymentPart& part : parts) {
            const bool is_out =
                part.state != ln::payment::PartState::in_flight ||
                channels.holdsHtlcOf({.payment = originOf(payment.request().id), .part = part.number});
            // In one commit with its channel: what no channel knows was never sent (house.md, story 2).
            if (!is_out) perform(payment, payment.onPartNeverSent(part.number));
        }
    }
    proceedWaiting();
}

void PaymentDriver::Parts::payersTick() {
    std::set<ln::PaymentHash> left;
    std::erase_if(payers, [&](const Payer& payer) {
        const OutgoingPayment* payment = outgoing.find(payer.hash);
        if (payment == nullptr || io::now() < payer.until) return false;
        left.insert(payer.hash);
        if (!payment->hasLiveParts()) return false; // cancelled below, and answered by that
        answerWith(*payment, payer.answered);
        return true;
    });
    for (const ln::PaymentHash& hash : left) {
        // What was said of the last block holds only while no new part leaves.
        OutgoingPayment* payment = outgoing.find(hash);
        const bool others_wait = std::any_of(payers.begin(), payers.end(), [&](const Payer& payer) {
            return payer.hash == hash && io::now() < payer.until;
        });
        if (!others_wait || payment->hasLiveParts())
            perform(*payment, payment->cancel(PaymentFailure::out_of_attempts));
    }
}

void PaymentDriver::Parts::answerPayers(const OutgoingPayment& payment) {
    std::erase_if(payers, [&](const Payer& payer) {
        if (payer.hash != payment.request().payment_hash) return false;
        answerWith(payment, payer.answered);
        return true;
    });
}

void PaymentDriver::Parts::answerWith(const OutgoingPayment& payment, const Answered& answered) const {
    if (payment.state() == PaymentState::succeeded)
        return answer(answered, describe(payment, payment_facts.at(payment.request().payment_hash)));
    if (payment.state() == PaymentState::failed)
        return fail(answered, codeOf(payment.failure()), failureText(payment.failure()));
    // Threats 85: never "failed" while a part may still succeed. 200 is CLN's code for that; its 210 says
    // that nothing is on its way.
    const auto last = payment.lastExpiry();
    fail(answered, 200,
         "This payment is not final: it may still succeed until block " +
             std::to_string(last ? last->value : 0) +
             ". Do not pay it by another way before that; the list of payments tells what became of it.");
}

} // namespace duplex::family::bitcoin
