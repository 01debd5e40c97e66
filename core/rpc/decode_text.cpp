#include "core/rpc/decode_text.h"

#include "core/base/text.h"
#include "core/bitcoin/primitives/address.h"
#include "core/lightning/invoice/bolt11.h"
#include "core/rpc/lightning_arguments.h"
#include "core/rpc/payment_link.h"

#include <algorithm>

namespace duplex::rpc {

namespace {

/// What of Lightning this release knows by sight only.
struct Unread {
    std::string_view prefix;
    std::string_view type;
    std::string_view name;
};
constexpr Unread unread[] = {{"lno1", "bolt12 offer", "a BOLT 12 offer"},
                             {"lni1", "bolt12 invoice", "a BOLT 12 invoice"},
                             {"lnr1", "bolt12 invoice_request", "a BOLT 12 invoice request"},
                             {"lnurl1", "lnurl", "an LNURL, the address of a web service"},
                             {"lnurlp:", "lnurl", "an LNURL, the address of a web service"},
                             {"lnurlw:", "lnurl", "an LNURL, the address of a web service"},
                             {"lnurlc:", "lnurl", "an LNURL, the address of a web service"},
                             {"keyauth:", "lnurl", "an LNURL, the address of a web service"}};

const Unread* unreadOf(std::string_view lower) {
    const auto found =
        std::ranges::find_if(unread, [&](const Unread& one) { return lower.starts_with(one.prefix); });
    return found == std::end(unread) ? nullptr : &*found;
}

std::string whyUnread(const Unread& what) {
    return "This is " + std::string(what.name) +
           ". This release of Duplex can neither check nor pay it. Ask the payee for a BOLT 11 invoice "
           "(lnbc...) or an address.";
}

/// Why what stands in a link's `lightning` field cannot be paid; nothing when it can.
std::string problemOf(const std::string& invoice, const bitcoin::NetworkParameters& network) {
    if (const Unread* what = unreadOf(lowerCase(invoice))) return whyUnread(*what);
    const auto read = lightning::invoice::decodeInvoice(invoice, network);
    return read ? std::string()
                : "Its lightning field is no invoice that can be paid: " +
                      std::string(lightning::invoice::textOf(read.error()));
}

Json linkJson(const PaymentLink& link, const bitcoin::NetworkParameters& network) {
    const std::string problem = link.invoice.empty() ? std::string() : problemOf(link.invoice, network);
    Json json = Json::object();
    json.set("type", "bip21");
    json.set("valid", problem.empty());
    if (!problem.empty())
        json.set("why", link.address.empty() ? problem : problem + " Its address can be paid.");
    json.setText("address", link.address);
    if (link.amount_sat) json.set("amount", Json::btc(*link.amount_sat)).set("amount_sat", *link.amount_sat);
    json.setText("label", link.label);
    json.setText("message", link.message);
    json.setText("lightning", link.invoice);
    Json others = Json::object();
    for (const auto& [key, value] : link.others) others.set(key, value);
    if (!link.others.empty()) json.set("others", std::move(others));
    return json;
}

using lightning::invoice::Invoice;

// The prefix and the 5-bit words before the signature, as they stand in the text.
std::string currencyOf(std::string_view lower) {
    // "lnbcrt2500u1...": the separator is the last "1"; the currency ends where digits begin.
    const std::string_view prefix = lower.substr(0, lower.rfind('1'));
    const std::size_t digits = prefix.find_first_of("0123456789");
    return std::string(prefix.substr(2, digits == std::string_view::npos ? digits : digits - 2));
}

Json fallbackJson(const bitcoin::Script& script, const bitcoin::NetworkParameters& network) {
    Json json = Json::object();
    switch (bitcoin::kindOf(script)) {
    case bitcoin::ScriptKind::public_key_hash:
        json.set("type", "P2PKH");
        break;
    case bitcoin::ScriptKind::script_hash:
        json.set("type", "P2SH");
        break;
    case bitcoin::ScriptKind::witness_public_key_hash:
        json.set("type", "P2WPKH");
        break;
    case bitcoin::ScriptKind::witness_script_hash:
        json.set("type", "P2WSH");
        break;
    case bitcoin::ScriptKind::taproot:
        json.set("type", "P2TR");
        break;
    case bitcoin::ScriptKind::public_key:
    case bitcoin::ScriptKind::witness_unknown:
    case bitcoin::ScriptKind::anchor:
    case bitcoin::ScriptKind::multisig:
    case bitcoin::ScriptKind::null_data:
    case bitcoin::ScriptKind::nonstandard:
        break;
    }
    json.setIf("addr", bitcoin::addressOf(script, network));
    return json.set("hex", toHex(script));
}

Json routesJson(const std::vector<lightning::invoice::RouteHint>& hints) {
    Json routes = Json::array();
    for (const auto& hint : hints) {
        Json hops = Json::array();
        for (const auto& hop : hint) {
            Json json = Json::object();
            json.set("pubkey", toHex(hop.node_id));
            json.set("short_channel_id", lightning::textOf(hop.short_channel_id));
            json.set("fee_base_msat", hop.fee_base_msat);
            json.set("fee_proportional_millionths", hop.fee_proportional_millionths);
            hops.push(std::move(
                json.set("cltv_expiry_delta", static_cast<std::int64_t>(hop.cltv_expiry_delta.value))));
        }
        routes.push(std::move(hops));
    }
    return routes;
}

Json invoiceJson(const Invoice& invoice, std::string_view lower, const Environment& environment) {
    Json json = Json::object();
    json.set("type", "bolt11 invoice");
    json.set("valid", true);
    json.set("currency", currencyOf(lower));
    json.set("created_at", secondsOf(invoice.timestamp));
    json.set("expiry", static_cast<std::int64_t>(invoice.expiry.count()));
    json.set("expires_at", secondsOf(invoice.expiresAt()));
    json.set("expired", secondsOf(invoice.expiresAt()) <= environment.now);
    json.set("payee", toHex(invoice.payee));
    if (invoice.amount) json.set("amount_msat", invoice.amount->value);
    json.setIf("description", invoice.description);
    if (invoice.description_hash) json.set("description_hash", toHex(*invoice.description_hash));
    json.set("min_final_cltv_expiry", static_cast<std::int64_t>(invoice.min_final_cltv_expiry_delta.value));
    json.set("payment_secret", toHex(invoice.payment_secret));
    json.set("features", toHex(invoice.features.bytes()));
    if (invoice.payment_metadata) json.set("payment_metadata", toHex(*invoice.payment_metadata));
    if (!invoice.fallbacks.empty()) {
        Json fallbacks = Json::array();
        for (const bitcoin::Script& script : invoice.fallbacks)
            fallbacks.push(fallbackJson(script, *environment.network));
        json.set("fallbacks", std::move(fallbacks));
    }
    if (!invoice.route_hints.empty()) json.set("routes", routesJson(invoice.route_hints));
    json.set("payment_hash", toHex(invoice.payment_hash));
    if (const auto signature = lightning::invoice::derSignatureOf(lower))
        json.set("signature", toHex(*signature));
    return json;
}

} // namespace

LocalResult decodeText(const Arguments& arguments, const Environment& environment) {
    const std::string text = arguments.text("string");
    const std::string lower = lowerCase(std::string_view(text).substr(0, 16));
    if (lower.starts_with("bitcoin:")) {
        const auto link = parsePaymentLink(text, *environment.network);
        if (!link) return fail(Code::bad_params, std::string(textOf(link.error())));
        return linkJson(*link, *environment.network);
    }
    const std::string invoice_text = withoutScheme(text);
    const std::string invoice_lower = lowerCase(invoice_text);
    if (const Unread* what = unreadOf(invoice_lower))
        return Json::object().set("type", what->type).set("valid", false).set("why", whyUnread(*what));
    if (invoice_lower.starts_with("ln")) {
        const auto invoice = lightning::invoice::decodeInvoice(invoice_text, *environment.network);
        if (!invoice)
            return fail(Code::bad_params,
                        "Invalid bolt11: " + std::string(lightning::invoice::textOf(invoice.error())));
        return invoiceJson(*invoice, invoice_lower, environment);
    }
    if (bitcoin::scriptFromAddress(text, *environment.network))
        return Json::object().set("type", "address").set("valid", true).set("address", text);
    return fail(
        Code::bad_params,
        "This is no BOLT 11 invoice, no bitcoin: or lightning: link, no BOLT 12 text, no LNURL, and no "
        "address of this network. Copy it again from the payee.");
}

} // namespace duplex::rpc
