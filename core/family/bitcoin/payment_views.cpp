// Payments and invoices in the api's words, and as lines of the history.

#include "core/family/bitcoin/foreign_text.h"
#include "core/family/bitcoin/payment_parts.h"
#include "core/family/bitcoin/verified.h"

#include <cctype>

namespace duplex::family::bitcoin {

namespace {

using ln::payment::IncomingPayment;
using ln::payment::IncomingState;
using ln::payment::OutgoingPayment;
using ln::payment::PaymentState;

std::string statusOf(const OutgoingPayment& payment) {
    if (payment.state() == PaymentState::succeeded) return "complete";
    return payment.state() == PaymentState::failed ? "failed" : "pending";
}

std::string statusOf(const IncomingPayment& payment) {
    switch (payment.state) {
    case IncomingState::open:
        // As the payer sees it, even before the next tick.
        return io::calendarNow() >= payment.expires_at ? "expired" : "unpaid";
    case IncomingState::collecting:
        return "unpaid";
    case IncomingState::claiming:
    case IncomingState::claimed:
        return "paid";
    case IncomingState::expired:
        return "expired";
    }
    return "unpaid";
}

/// An invoice is the same in capitals, as QR codes have it.
bool isSameInvoice(std::string_view one, std::string_view other) {
    return std::ranges::equal(
        one, other, {}, [](unsigned char c) { return std::tolower(c); },
        [](unsigned char c) { return std::tolower(c); });
}

ledger::ActivityState activityState(const OutgoingPayment& payment) {
    if (payment.state() == PaymentState::succeeded) return ledger::ActivityState::done;
    return payment.state() == PaymentState::failed ? ledger::ActivityState::failed
                                                   : ledger::ActivityState::pending;
}

} // namespace

api::PaymentInfo PaymentDriver::Parts::describe(const OutgoingPayment& payment,
                                                const PaymentFacts& facts) const {
    const ln::payment::PaymentRequest& request = payment.request();
    api::PaymentInfo info{.payment_hash = request.payment_hash.hex(),
                          .status = statusOf(payment),
                          .bolt11 = facts.bolt11,
                          .destination = toHex(request.payee),
                          .description = facts.description,
                          .label = facts.label};
    info.amount_msat = request.amount.value;
    info.amount_sent_msat = (request.amount + payment.fee()).value;
    if (payment.preimage()) info.preimage = payment.preimage()->hex();
    info.created_at = secondsOf(request.created);
    info.completed_at = payment.isFinal() ? secondsOf(facts.completed) : 0;
    info.created_index = static_cast<std::int64_t>(facts.created_index);
    info.attempts = static_cast<int>(payment.parts().size());
    info.parts =
        static_cast<int>(std::count_if(payment.parts().begin(), payment.parts().end(), [](const auto& part) {
            return part.state != ln::payment::PartState::failed;
        }));
    if (!payment.parts().empty()) info.hops = static_cast<int>(payment.parts().back().route.hops.size());
    info.max_fee_msat = request.max_fee.value;
    if (const auto last = payment.lastExpiry()) info.not_final_until = last->value;
    if (payment.state() == PaymentState::failed)
        info.failure = std::string(ln::payment::textOf(payment.failure()));
    info.verified = verifiedByKeys(payment.isFinal() ? facts.completed : io::calendarNow());
    return info;
}

api::InvoiceInfo PaymentDriver::Parts::describe(const IncomingPayment& payment,
                                                const InvoiceFacts& facts) const {
    api::InvoiceInfo info{.label = facts.label,
                          .bolt11 = facts.bolt11,
                          .payment_hash = payment.payment_hash.hex(),
                          .payment_secret = payment.payment_secret.hex(),
                          .description = facts.description};
    if (payment.amount) info.amount_msat = payment.amount->value;
    info.status = statusOf(payment);
    info.created_at = secondsOf(facts.created);
    info.expires_at = secondsOf(payment.expires_at);
    info.created_index = static_cast<std::int64_t>(facts.created_index);
    if (info.status == "paid") {
        info.amount_received_msat = payment.received.value;
        info.paid_at = secondsOf(facts.paid);
        info.pay_index = static_cast<std::int64_t>(facts.pay_index);
        info.preimage = payment.preimage.hex();
    }
    return info;
}

api::InvoiceList PaymentDriver::invoices(const api::ListInvoices& request) const {
    api::InvoiceList list;
    for (const auto& [hash, facts] : m_parts->invoice_facts) {
        if (!request.label.empty() && facts.label != request.label) continue;
        if (!request.bolt11.empty() && !isSameInvoice(facts.bolt11, request.bolt11)) continue;
        if (!request.payment_hash.empty() && hash.hex() != request.payment_hash) continue;
        list.invoices.push_back(m_parts->describe(*m_parts->incoming.find(hash), facts));
    }
    std::ranges::sort(list.invoices, {}, &api::InvoiceInfo::created_index);
    return list;
}

api::PaymentList PaymentDriver::payments(const api::ListPays& request) const {
    api::PaymentList list;
    for (const auto& [hash, payment] : m_parts->outgoing.all()) {
        const PaymentFacts& facts = m_parts->payment_facts.at(hash);
        if (!request.bolt11.empty() && !isSameInvoice(facts.bolt11, request.bolt11)) continue;
        if (!request.payment_hash.empty() && hash.hex() != request.payment_hash) continue;
        if (!request.status.empty() && statusOf(payment) != request.status) continue;
        list.payments.push_back(m_parts->describe(payment, facts));
    }
    std::ranges::sort(list.payments, {}, &api::PaymentInfo::created_index);
    return list;
}

std::vector<ledger::Activity> PaymentDriver::activity() const {
    const std::string layer = std::string(m_parts->shell.network.caip2_id) + "/lightning";
    std::vector<ledger::Activity> items;
    for (const auto& [hash, payment] : m_parts->outgoing.all()) {
        const PaymentFacts& facts = m_parts->payment_facts.at(hash);
        ledger::Activity item{.id = "payment:" + hash.hex(), .layer = layer};
        item.kind = ledger::ActivityKind::send;
        item.state = activityState(payment);
        item.amount_msat = -payment.request().amount.value;
        item.fee_msat = payment.fee().value;
        item.time = secondsOf(payment.request().created);
        item.label = facts.label.empty() ? foreignLine(facts.description) : facts.label;
        item.details = hash.hex();
        item.verified = verifiedByKeys(payment.isFinal() ? facts.completed : io::calendarNow());
        items.push_back(std::move(item));
    }
    for (const auto& [hash, facts] : m_parts->invoice_facts) {
        const IncomingPayment& payment = *m_parts->incoming.find(hash);
        if (statusOf(payment) != "paid") continue;
        ledger::Activity item{.id = "payment:" + hash.hex(), .layer = layer};
        item.kind = ledger::ActivityKind::receive;
        item.state = ledger::ActivityState::done;
        item.amount_msat = payment.received.value;
        item.time = secondsOf(facts.paid);
        item.label = facts.description.empty() ? facts.label : facts.description;
        item.details = hash.hex();
        item.verified = verifiedByKeys(facts.paid);
        items.push_back(std::move(item));
    }
    return items;
}

} // namespace duplex::family::bitcoin
