#include "core/base/text.h"
#include "core/bitcoin/primitives/address.h"
#include "core/lightning/invoice/bolt11.h"
#include "core/rpc/ledger_json.h"
#include "core/rpc/lightning_arguments.h"
#include "core/rpc/lightning_json.h"
#include "core/rpc/method_table.h"

#include <algorithm>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Lightning";

// CLN's `fallbacks`: addresses to be paid at where Lightning does not work.
std::expected<std::vector<std::string>, api::Error> fallbacksOf(const Json& value,
                                                                const Environment& environment) {
    std::vector<std::string> fallbacks;
    if (value.isNull()) return fallbacks;
    constexpr std::size_t most = 4; // an invoice is read as a QR code
    if (value.elements()->size() > most)
        return fail(Code::bad_params, fmt::format("fallbacks: at most {} addresses", most));
    for (const Json& item : *value.elements()) {
        const auto script = item.string() ? bitcoin::scriptFromAddress(*item.string(), *environment.network)
                                          : std::unexpected(bitcoin::AddressError{});
        if (!script)
            return fail(Code::bad_params, fmt::format("fallbacks: {} is no address of this network",
                                                      item.string() ? *item.string() : item.text()));
        fallbacks.push_back(*item.string());
    }
    return fallbacks;
}

// CLN's `exposeprivatechannels`. It also takes a list of channels; which ones this invoice names is chosen by
// their room here, so a list is refused instead of being passed over: it is said for privacy's sake.
std::expected<std::optional<bool>, api::Error> exposureOf(const Json& value) {
    if (value.isNull()) return std::optional<bool>{};
    if (value.boolean()) return std::optional(*value.boolean());
    if (value.elements() && value.elements()->empty()) return std::optional(false);
    return fail(Code::bad_params,
                "exposeprivatechannels: true or false. This release cannot choose channels by a list: with "
                "true it names those with the most room, with false none.");
}

RequestResult createInvoice(const Arguments& arguments, const Environment& environment) {
    api::CreateInvoice request{.label = arguments.text("label"),
                               .description = arguments.text("description")};
    const Json& amount = arguments.at("amount_msat");
    if (!(amount.string() && *amount.string() == "any")) {
        const auto msat = millisatoshiOf(amount, 1);
        if (!msat || *msat == 0) return badAmount("amount_msat");
        request.amount_msat = msat;
    }
    request.expiry_s = arguments.integer("expiry", request.expiry_s);
    if (request.expiry_s <= 0) return fail(Code::bad_params, "expiry: should be seconds, more than 0");
    request.preimage_hex = arguments.text("preimage");
    if (!request.preimage_hex.empty() && !arrayFromHex<32>(request.preimage_hex))
        return fail(Code::bad_params, "preimage: should be 64 hex digits");
    if (arguments.has("cltv")) {
        const std::int64_t cltv = arguments.integer("cltv");
        if (cltv < 1 || cltv > 2016) return fail(Code::bad_params, "cltv: should be from 1 to 2016 blocks");
        request.cltv = static_cast<std::uint32_t>(cltv);
    }
    auto fallbacks = fallbacksOf(arguments.at("fallbacks"), environment);
    if (!fallbacks) return std::unexpected(fallbacks.error());
    request.fallbacks = std::move(*fallbacks);
    const auto exposure = exposureOf(arguments.at("exposeprivatechannels"));
    if (!exposure) return std::unexpected(exposure.error());
    request.expose_private_channels = *exposure;
    return request;
}

LocalResult invoiceCreated(const api::InvoiceInfo& invoice, const Arguments&, const Environment&) {
    Json json = Json::object();
    json.set("bolt11", invoice.bolt11);
    json.set("payment_hash", invoice.payment_hash);
    json.set("payment_secret", invoice.payment_secret);
    json.set("expires_at", invoice.expires_at);
    json.set("created_index", invoice.created_index);
    return json.setText("warning_capacity", invoice.warning_capacity);
}

RequestResult payRequest(const Arguments& arguments, std::string bolt11,
                         std::optional<std::int64_t> max_fee) {
    api::Pay request{.bolt11 = withoutScheme(std::move(bolt11)), .max_fee_msat = max_fee};
    if (arguments.has("amount_msat")) {
        request.amount_msat = millisatoshiOf(arguments.at("amount_msat"), 1);
        if (!request.amount_msat || *request.amount_msat == 0) return badAmount("amount_msat");
    }
    if (arguments.has("maxfee")) {
        request.max_fee_msat = millisatoshiOf(arguments.at("maxfee"), 1);
        if (!request.max_fee_msat) return badAmount("maxfee");
    }
    request.retry_for_s = std::clamp<std::int64_t>(arguments.integer("retry_for", 60), 1, 86'400);
    auto request_id = requestIdOf(arguments.at("request_id"));
    if (!request_id) return std::unexpected(request_id.error());
    request.request_id = std::move(*request_id);
    return request;
}

RequestResult pay(const Arguments& arguments, const Environment&) {
    auto request = payRequest(arguments, arguments.text("bolt11"), std::nullopt);
    if (request) std::get<api::Pay>(*request).label = arguments.text("label");
    return request;
}

RequestResult xpay(const Arguments& arguments, const Environment&) {
    return payRequest(arguments, arguments.text("invstring"), std::nullopt);
}

// A filter that fits nothing at all is a slip of the caller: said, instead of an empty list.
std::expected<std::string, api::Error> paymentHashOf(const Arguments& arguments) {
    std::string hash = lowerCase(arguments.text("payment_hash"));
    if (!hash.empty() && !arrayFromHex<32>(hash))
        return fail(Code::bad_params, "payment_hash: should be 64 hex digits");
    return hash;
}

std::expected<std::string, api::Error> invoiceTextOf(const Arguments& arguments, std::string_view name,
                                                     const Environment& environment) {
    const std::string text = withoutScheme(arguments.text(name));
    if (text.empty()) return text;
    if (const auto invoice = lightning::invoice::decodeInvoice(text, *environment.network); !invoice)
        return fail(Code::bad_params,
                    fmt::format("{}: Invalid bolt11: {}", name, lightning::invoice::textOf(invoice.error())));
    return lowerCase(text);
}

RequestResult listPays(const Arguments& arguments, const Environment& environment) {
    const std::string status = arguments.text("status");
    if (!status.empty() && status != "pending" && status != "complete" && status != "failed")
        return fail(Code::bad_params, "status: should be pending, complete or failed");
    auto invoice = invoiceTextOf(arguments, "bolt11", environment);
    if (!invoice) return std::unexpected(invoice.error());
    auto hash = paymentHashOf(arguments);
    if (!hash) return std::unexpected(hash.error());
    return api::ListPays{.bolt11 = std::move(*invoice), .payment_hash = std::move(*hash), .status = status};
}

RequestResult listInvoices(const Arguments& arguments, const Environment& environment) {
    auto invoice = invoiceTextOf(arguments, "invstring", environment);
    if (!invoice) return std::unexpected(invoice.error());
    auto hash = paymentHashOf(arguments);
    if (!hash) return std::unexpected(hash.error());
    api::ListInvoices request{
        .label = arguments.text("label"), .bolt11 = std::move(*invoice), .payment_hash = std::move(*hash)};
    if (int{!request.label.empty()} + int{!request.bolt11.empty()} + int{!request.payment_hash.empty()} > 1)
        return fail(Code::bad_params, "Can only specify one of label, invstring and payment_hash");
    return request;
}

} // namespace

std::vector<Method> paymentMethods() {
    const auto invoice_info =
        onReply<api::InvoiceInfo>([](const api::InvoiceInfo& reply, const Arguments&, const Environment&) {
            return invoiceJson(reply);
        });
    const auto paid = onReply<api::PaymentInfo>([](const api::PaymentInfo& reply, const Arguments&,
                                                   const Environment&) { return paymentResultJson(reply); });
    const Param amount{.name = "amount_msat",
                       .type = ParamType::msat,
                       .help = "millisatoshi, for invoices without an amount"};
    const Param max_fee{
        .name = "maxfee",
        .type = ParamType::msat,
        .help = "most that may be spent on fees, in millisatoshi; default the larger of 10 sat and 1 %"};
    const Param retry_for{.name = "retry_for", .type = ParamType::integer, .help = "seconds; default 60"};
    const Param request_id{.name = "request_id",
                           .help = "a repeated one returns the first result and never pays twice"};
    return {
        {.name = "invoice",
         .group = group,
         .params = {{.name = "amount_msat",
                     .type = ParamType::msat,
                     .needed = Needed::yes,
                     .help = "millisatoshi, or any"},
                    {.name = "label", .needed = Needed::yes, .help = "unique"},
                    {.name = "description", .needed = Needed::yes, .help = "the payer sees it"},
                    {.name = "expiry", .type = ParamType::integer, .help = "seconds; default 604800"},
                    {.name = "fallbacks",
                     .type = ParamType::array,
                     .help = "addresses of this network where it can be paid without Lightning"},
                    {.name = "preimage",
                     .help = "64 hex digits; default: made here",
                     .secrecy = Secrecy::secret},
                    {.name = "exposeprivatechannels",
                     .type = ParamType::text_or_json,
                     .help = "false: the invoice names no channel of yours, and only those who know a way "
                             "can pay it; default true"},
                    {.name = "cltv", .type = ParamType::integer, .help = "blocks the last hop must leave"}},
         .summary = "Makes a BOLT 11 invoice.",
         .result_help = "{bolt11, payment_hash, payment_secret, expires_at, created_index, warning_capacity}",
         .example = "10000 coffee-1 \"a coffee\"",
         .request = createInvoice,
         .result = onReply<api::InvoiceInfo>(invoiceCreated)},
        {.name = "listinvoices",
         .group = group,
         .params = {{.name = "label", .help = "only this one"},
                    {.name = "invstring", .help = "only this one"},
                    {.name = "payment_hash", .help = "only this one"}},
         .summary = "Invoices of ours.",
         .result_help = "{invoices: [...]}",
         .request = listInvoices,
         .result = listed("invoices", &api::InvoiceList::invoices, invoiceJson)},
        {.name = "waitinvoice",
         .group = group,
         .params = {{.name = "label", .needed = Needed::yes, .help = "of the invoice"}},
         .summary = "Waits until an invoice is paid or has expired.",
         .result_help = "the invoice",
         .example = "coffee-1",
         .request = asking(
             [](const Arguments& arguments) { return api::WaitInvoice{.label = arguments.text("label")}; }),
         .result = invoice_info},
        {.name = "delinvoice",
         .group = group,
         .params = {{.name = "label", .needed = Needed::yes, .help = "of the invoice"},
                    {.name = "status",
                     .needed = Needed::yes,
                     .help = "that it must have: unpaid, paid or expired"}},
         .summary = "Deletes an invoice.",
         .result_help = "the invoice",
         .example = "coffee-1 expired",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             const std::string status = arguments.text("status");
             if (status != "unpaid" && status != "paid" && status != "expired")
                 return fail(Code::bad_params, "status: should be unpaid, paid or expired");
             return api::DeleteInvoice{.label = arguments.text("label"), .status = status};
         },
         .result = invoice_info},
        {.name = "pay",
         .group = group,
         .params = {{.name = "bolt11", .needed = Needed::yes, .help = "the invoice"},
                    amount,
                    {.name = "label", .help = "for your records"},
                    retry_for,
                    max_fee,
                    request_id},
         .summary = "Pays an invoice. Answers when it is paid or has finally failed.",
         .result_help = "{destination, payment_hash, payment_preimage, amount_msat, amount_sent_msat, ...}",
         .example = "lnbc1...",
         .request = pay,
         .result = paid},
        {.name = "xpay",
         .group = group,
         .params = {{.name = "invstring", .needed = Needed::yes, .help = "the invoice"},
                    amount,
                    max_fee,
                    {.name = "layers", .type = ParamType::array, .help = "taken for Core Lightning's sake"},
                    retry_for,
                    request_id},
         .summary = "Pays an invoice.",
         .result_help = "as pay",
         .example = "lnbc1...",
         .request = xpay,
         .result = paid,
         .alias_of = "pay"},
        {.name = "listpays",
         .group = group,
         .params = {{.name = "bolt11", .help = "only this one"},
                    {.name = "payment_hash", .help = "only this one"},
                    {.name = "status", .help = "pending, complete or failed"}},
         .summary = "Payments of ours.",
         .result_help = "{pays: [...]}",
         .request = listPays,
         .result = listed("pays", &api::PaymentList::payments, paymentJson)},
    };
}

} // namespace duplex::rpc
