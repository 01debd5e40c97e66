// Invoices of ours: made, waited for, deleted (lightning.md 4.17). Codes are Core Lightning's.

#include "core/bitcoin/primitives/address.h"
#include "core/family/bitcoin/payment_parts.h"

namespace duplex::family::bitcoin {

namespace {

using ln::payment::IncomingPayment;
using ln::payment::IncomingState;

/// The payment is accepted with 144 blocks left (threats 41); three may pass on the way.
constexpr std::uint32_t usual_final_delta = 147;
constexpr std::uint32_t longest_final_delta = 1008;
constexpr std::int64_t longest_expiry_s = 10LL * 365 * 24 * 60 * 60;
constexpr std::size_t longest_label = 1024;
constexpr std::size_t most_hints = 4;

bool isPaid(const IncomingPayment& payment) {
    return payment.state == IncomingState::claiming || payment.state == IncomingState::claimed;
}

} // namespace

std::optional<api::Error> PaymentDriver::Parts::problemOf(const api::CreateInvoice& request) const {
    if (request.label.empty() || request.label.size() > longest_label)
        return api::Error{-32602, "Give the invoice a label of at most 1,024 bytes."};
    if (labels.contains(request.label))
        return api::Error{900, "An invoice has this label already. Choose another label."};
    if (request.description.size() > ln::invoice::longest_description)
        return api::Error{-32602, "A description has at most 639 bytes. Shorten it."};
    if (request.amount_msat &&
        (*request.amount_msat <= 0 ||
         *request.amount_msat > ln::MilliSatoshi::fromSatoshi(duplex::bitcoin::max_money).value))
        return api::Error{-32602, "The amount must be more than 0 and at most 21 million BTC."};
    if (request.expiry_s <= 0 || request.expiry_s > longest_expiry_s)
        return api::Error{-32602, "The expiry must be between 1 second and 10 years."};
    if (request.cltv && (*request.cltv < usual_final_delta || *request.cltv > longest_final_delta))
        return api::Error{-32602, "cltv must be from 147 to 1008 blocks: with less time left Duplex could "
                                  "not claim the payment safely."};
    if (shell.client.staleness() != light::Staleness::fresh)
        return api::Error{-1, "No invoice was made: the chain looks stale, so a payment might not be claimed "
                              "in time. Check your connection."};
    return std::nullopt;
}

void PaymentDriver::Parts::invoice(const api::CreateInvoice& request, const Answered& answered) {
    if (const auto problem = problemOf(request)) return fail(answered, problem->code, problem->message);
    IncomingPayment payment;
    if (request.preimage_hex.empty()) {
        payment.preimage = ln::payment::preimageFor(preimage_key, io::randomBytes<32>());
    } else {
        const auto given = ln::Preimage::fromHex(request.preimage_hex);
        if (!given) return fail(answered, -32602, "preimage: should be 64 hex digits");
        payment.preimage = *given;
    }
    payment.payment_hash = ln::paymentHashOf(payment.preimage);
    if (isPreimageKnown(payment.payment_hash)) // threats 86
        return fail(answered, 901, "This preimage was used before. Whoever saw it could take the payment.");

    const UnixTime now = io::calendarNow();
    ln::invoice::Invoice invoice;
    if (request.amount_msat) invoice.amount = ln::MilliSatoshi{*request.amount_msat};
    invoice.timestamp = now;
    invoice.payment_hash = payment.payment_hash;
    invoice.payment_secret = {io::randomBytes<32>()};
    invoice.description = request.description;
    invoice.expiry = std::chrono::seconds(request.expiry_s);
    invoice.min_final_cltv_expiry_delta = {request.cltv.value_or(usual_final_delta)};
    invoice.features = ln::ourInvoiceFeatures();
    std::string warning;
    invoice.route_hints = routeHints(invoice.amount, warning);
    if (!request.expose_private_channels.value_or(true) && !invoice.route_hints.empty()) {
        invoice.route_hints.clear();
        if (warning.empty())
            warning = "The invoice names none of your channels, as asked: only those who know a way to you, "
                      "such as the partner itself, can pay it.";
    }
    for (const std::string& address : request.fallbacks) {
        const auto script = duplex::bitcoin::scriptFromAddress(address, shell.network);
        if (!script)
            return fail(answered, -32602, "fallbacks: " + address + " is no address of this network.");
        invoice.fallbacks.push_back(*script);
    }
    const auto text = ln::invoice::signInvoice(invoice, shell.network, node_key);
    if (!text) return fail(answered, -32602, "The invoice cannot be written with this description.");

    payment.payment_secret = invoice.payment_secret;
    payment.amount = invoice.amount;
    payment.expires_at = invoice.expiresAt();
    const ln::PaymentHash hash = payment.payment_hash;
    if (!incoming.add(std::move(payment))) return fail(answered, 901, "This preimage was used before.");
    labels[request.label] = hash;
    invoice_facts[hash] = {.bolt11 = *text,
                           .label = request.label,
                           .description = request.description,
                           .created = now,
                           .created_index = next(&PaymentIndexes::invoices)};
    storeChangedInvoices();
    api::InvoiceInfo info = describe(*incoming.find(hash), invoice_facts[hash]);
    info.warning_capacity = warning;
    answer(answered, std::move(info));
}

bool PaymentDriver::Parts::isPreimageKnown(const ln::PaymentHash& hash) const {
    return known_preimages.contains(hash) || incoming.find(hash) != nullptr;
}

/// How payers that do not know our channels reach us: those with the most room first. Without the scid or the
/// partner's own policy there is nothing to write (lightning.md 4.17).
std::vector<ln::invoice::RouteHint> PaymentDriver::Parts::routeHints(std::optional<ln::MilliSatoshi> amount,
                                                                     std::string& warning) const {
    std::vector<HintChannel> ways = channels.hintChannels();
    std::stable_sort(ways.begin(), ways.end(),
                     [](const HintChannel& a, const HintChannel& b) { return a.receivable > b.receivable; });
    std::vector<ln::invoice::RouteHint> hints;
    ln::MilliSatoshi receivable;
    for (const HintChannel& way : ways) {
        receivable = std::max(receivable, way.receivable);
        const auto policy = gossip.peerPolicy(way.channel_id);
        if (!policy || hints.size() == most_hints) continue;
        hints.push_back({{.node_id = way.peer,
                          .short_channel_id = way.scid,
                          .fee_base_msat = policy->fee_base_msat,
                          .fee_proportional_millionths = policy->fee_proportional_millionths,
                          .cltv_expiry_delta = {policy->cltv_expiry_delta}}});
    }
    if (receivable.value <= 0 || (amount && receivable < *amount))
        warning = ways.empty() ? "Nobody can pay this yet: there is no channel that can receive. Open one."
                               : "No channel can receive this much now: at most " +
                                     std::to_string(receivable.value) + " msat.";
    else if (hints.empty())
        warning = "The partner's fees are not known yet: only the partner itself can pay this invoice.";
    return hints;
}

void PaymentDriver::Parts::waitInvoice(const api::WaitInvoice& request, const Answered& answered) {
    const auto found = labels.find(request.label);
    if (found == labels.end()) return fail(answered, 905, "No invoice has this label.");
    invoice_waiters.push_back({.hash = found->second, .answered = answered});
    const IncomingPayment& payment = *incoming.find(found->second);
    if (isPaid(payment) || payment.state == IncomingState::expired) answerInvoiceWaiters(found->second);
}

void PaymentDriver::Parts::answerInvoiceWaiters(const ln::PaymentHash& hash) {
    const IncomingPayment* payment = incoming.find(hash);
    std::erase_if(invoice_waiters, [&](const InvoiceWaiter& waiter) {
        if (waiter.hash != hash) return false;
        if (payment == nullptr)
            fail(waiter.answered, 905, "The invoice was deleted.");
        else if (isPaid(*payment))
            answer(waiter.answered, describe(*payment, invoice_facts.at(hash)));
        else
            fail(waiter.answered, 903, "The invoice expired before it was paid.");
        return true;
    });
}

void PaymentDriver::Parts::deleteInvoice(const api::DeleteInvoice& request, const Answered& answered) {
    const auto found = labels.find(request.label);
    if (found == labels.end()) return fail(answered, 905, "No invoice has this label.");
    const ln::PaymentHash hash = found->second;
    api::InvoiceInfo info = describe(*incoming.find(hash), invoice_facts.at(hash));
    if (info.status != request.status)
        return fail(answered, 906,
                    "Nothing was deleted: the invoice is " + info.status + ", not " + request.status + ".");
    if (!incoming.remove(hash))
        return fail(answered, 906,
                    "Nothing was deleted: the invoice is being paid right now. Try again in a minute.");
    labels.erase(found);
    invoice_facts.erase(hash);
    shell.rows().erase(store::Table::invoices, hash);
    answerInvoiceWaiters(hash);
    answer(answered, std::move(info));
    shell.changed();
}

} // namespace duplex::family::bitcoin
