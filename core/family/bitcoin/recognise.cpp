#include "core/family/bitcoin/recognise.h"

#include "core/base/text.h"
#include "core/bitcoin/keys/mnemonic.h"
#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/primitives/link_amount.h"
#include "core/family/bitcoin/foreign_text.h"
#include "core/io/endpoint.h"
#include "core/lightning/invoice/bolt11.h"

namespace duplex::family::bitcoin {

namespace {

namespace ln = duplex::lightning;
using Kind = api::Recognised::Kind;
using duplex::bitcoin::NetworkParameters;

constexpr std::size_t longest_text = 16'384;

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string percentDecoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte =
            text[i] == '%' && i + 2 < text.size() ? fromHex(text.substr(i + 1, 2)) : std::nullopt;
        if (byte) {
            result.push_back(static_cast<char>(byte->front()));
            i += 2;
        } else {
            result.push_back(text[i]);
        }
    }
    return result;
}

std::string_view networkWords(duplex::bitcoin::Network network) {
    switch (network) {
    case duplex::bitcoin::Network::main:
        return "the main network, with real money";
    case duplex::bitcoin::Network::testnet4:
        return "testnet";
    case duplex::bitcoin::Network::signet:
        return "signet";
    case duplex::bitcoin::Network::regtest:
        return "a regtest network";
    case duplex::bitcoin::Network::sandbox:
        return "a sandbox";
    }
    return "another network";
}

constexpr std::array all_networks{duplex::bitcoin::Network::main, duplex::bitcoin::Network::testnet4,
                                  duplex::bitcoin::Network::signet, duplex::bitcoin::Network::regtest,
                                  duplex::bitcoin::Network::sandbox};

/// Whose invoice it is, when not of this network.
std::optional<duplex::bitcoin::Network> otherNetworkOf(const std::string& invoice) {
    for (const auto network : all_networks)
        if (ln::invoice::decodeInvoice(invoice, duplex::bitcoin::parametersOf(network))) return network;
    return std::nullopt;
}

bool looksLikeInvoice(const std::string& lower) {
    return lower.size() > 20 && (lower.starts_with("lnbc") || lower.starts_with("lntb"));
}

void takeInvoice(api::Recognised& found, const std::string& text, const RecogniseFacts& facts) {
    const auto invoice = ln::invoice::decodeInvoice(text, facts.network);
    if (!invoice) {
        found.words = "Not payable: " + std::string(ln::invoice::textOf(invoice.error()));
        if (invoice.error() != ln::invoice::InvoiceError::wrong_network) return;
        if (const auto other = otherNetworkOf(text)) {
            found.warning = "This invoice is of " + std::string(networkWords(*other)) +
                            ", but Duplex runs on " + std::string(facts.network.name) + ".";
            found.words = "A Lightning invoice of another network: it cannot be paid here.";
        }
        return;
    }
    found.kind = Kind::invoice;
    found.invoice = text;
    found.payee = invoice->payee.hex();
    found.ours = !facts.own_node_id.empty() && found.payee == facts.own_node_id;
    if (invoice->amount) found.amount_msat = invoice->amount->value;
    if (invoice->description) found.description = foreignLine(*invoice->description);
    found.hash = invoice->payment_hash.hex();
    found.expires_at = secondsOf(invoice->expiresAt());
    found.expired = found.expires_at <= facts.now;
    found.words = found.expired ? "A Lightning invoice that has expired. Ask the payee for a new one."
                                : "A Lightning invoice.";
    if (found.ours) found.warning = "This invoice is your own.";
}

struct Link {
    std::string address;
    std::optional<std::int64_t> amount_sat;
    std::string description;
    std::string invoice;
    std::string problem;
};

void takeParameter(Link& link, const std::string& key, const std::string& value) {
    if (key == "amount") {
        if (const auto amount = duplex::bitcoin::amountFromLink(value))
            link.amount_sat = amount->value;
        else
            link.problem = "The link's amount is not a number of bitcoin with at most eight decimals.";
    } else if (key == "label" || key == "message") {
        link.description += (link.description.empty() ? "" : " – ") + foreignLine(value);
    } else if (key == "lightning") {
        link.invoice = value;
    } else if (key.starts_with("req-")) {
        link.problem = "The link demands '" + foreignLine(key) +
                       "', which Duplex does not know. Ask for a plain "
                       "address.";
    }
}

/// BIP 21 and BIP 321; `rest` is what follows the scheme.
Link linkOf(const std::string& rest) {
    Link link;
    const auto question = rest.find('?');
    link.address = rest.substr(0, question);
    std::set<std::string> seen;
    for (std::size_t at = question; at != std::string::npos && at < rest.size() && link.problem.empty();) {
        const auto end = rest.find('&', at + 1);
        const std::string pair =
            rest.substr(at + 1, end == std::string::npos ? std::string::npos : end - at - 1);
        const auto equals = pair.find('=');
        const std::string key = lowerCase(percentDecoded(pair.substr(0, equals)));
        if (!key.empty() && !seen.insert(key).second)
            link.problem =
                "'" + foreignLine(key) + "' stands twice in the link, so what it asks for is not clear.";
        else
            takeParameter(link, key,
                          equals == std::string::npos ? "" : percentDecoded(pair.substr(equals + 1)));
        at = end;
    }
    return link;
}

/// threats 101: a link with two ways to pay says which is used, and warns when they differ.
void joinTargets(api::Recognised& found, const Link& link, const RecogniseFacts& facts) {
    api::Recognised invoice;
    takeInvoice(invoice, link.invoice, facts);
    if (invoice.kind != Kind::invoice) {
        found.words = "A payment link to a Bitcoin address. Its Lightning part is not usable.";
        found.warning = invoice.warning.empty() ? invoice.words : invoice.warning;
        return;
    }
    const bool differ = found.amount_msat != invoice.amount_msat;
    found.invoice = invoice.invoice;
    found.payee = invoice.payee;
    found.hash = invoice.hash;
    found.expires_at = invoice.expires_at;
    found.expired = false; // the address still works
    if (found.description.empty()) found.description = invoice.description;
    found.ours = found.ours || invoice.ours;
    found.words = "A payment link with two ways to pay: Lightning and a Bitcoin address. Only one is used.";
    if (invoice.expired) {
        found.invoice.clear();
        found.words = "A payment link to a Bitcoin address. Its Lightning invoice has expired.";
    } else if (differ) {
        found.warning =
            "The two ways ask for different amounts: " +
            (found.amount_msat ? std::to_string(*found.amount_msat / 1000) + " sat" : "any amount") +
            " to the address, " +
            (invoice.amount_msat ? std::to_string((*invoice.amount_msat + 999) / 1000) + " sat"
                                 : "any amount") +
            " by Lightning. Ask the payee which is right.";
    }
}

void takeAddress(api::Recognised& found, const std::string& text, Kind kind, const RecogniseFacts& facts) {
    const auto script = duplex::bitcoin::scriptFromAddress(text, facts.network);
    if (!script) {
        found.words = "Not recognised: " + std::string(duplex::bitcoin::textOf(script.error()));
        if (script.error() == duplex::bitcoin::AddressError::wrong_network)
            found.warning =
                "This address is of another network than " + std::string(facts.network.name) + ".";
        return;
    }
    found.kind = kind;
    found.address = text;
    found.words = kind == Kind::link ? "A payment link to a Bitcoin address." : "A Bitcoin address.";
    found.ours = facts.is_ours(*script);
    if (found.ours) found.warning = "This address belongs to your own wallet.";
}

api::Recognised recogniseLink(const std::string& rest, const RecogniseFacts& facts) {
    api::Recognised found;
    const Link link = linkOf(rest);
    if (!link.problem.empty()) {
        found.words = link.problem;
        return found;
    }
    if (link.address.empty() && !link.invoice.empty()) {
        takeInvoice(found, link.invoice, facts);
        if (found.description.empty()) found.description = link.description;
        return found;
    }
    takeAddress(found, link.address, Kind::link, facts);
    if (found.kind != Kind::link) return found;
    if (link.amount_sat) found.amount_msat = *link.amount_sat * 1000;
    found.description = link.description;
    if (!link.invoice.empty()) joinTargets(found, link, facts);
    return found;
}

bool takeNode(api::Recognised& found, const std::string& text, const RecogniseFacts& facts) {
    const auto at = text.find('@');
    const auto node = ln::NodeId::fromHex(text.substr(0, at));
    if (!node) return false;
    if (at != std::string::npos && !io::parseEndpoint(text.substr(at + 1), 9735)) {
        found.words = "A Lightning node's id, but what follows the @ is no host:port.";
        return true;
    }
    found.kind = Kind::node;
    found.payee = node->hex();
    found.ours = found.payee == facts.own_node_id;
    found.words = found.ours                ? "Your own Lightning node."
                  : at == std::string::npos ? "A Lightning node's id."
                                            : "A Lightning node with its address: you can connect to it.";
    found.asks_network = at != std::string::npos && !found.ours;
    return true;
}

bool takeWords(api::Recognised& found, const std::string& lower) {
    const auto spaces = std::ranges::count(lower, ' ');
    if (spaces < 11 || spaces > 60 || !std::ranges::all_of(lower, [](unsigned char c) { return c < 0x80; }))
        return false;
    if (!duplex::bitcoin::keys::Mnemonic::fromWords(duplex::bitcoin::keys::NormalizedText::fromNfkd(lower)))
        return false;
    found.kind = Kind::words;
    found.words = "A recovery phrase. Whoever has it has the money: paste it nowhere but when you restore.";
    return true;
}

} // namespace

api::Recognised recognise(const std::string& given, const RecogniseFacts& facts) {
    api::Recognised found;
    std::string text = trimmed(given);
    if (text.empty() || text.size() > longest_text) {
        found.words = text.empty() ? "Nothing was pasted." : "This text is too long to be a payment.";
        return found;
    }
    std::string lower = lowerCase(text);
    if (lower.starts_with("bitcoin:")) return recogniseLink(text.substr(8), facts);
    if (lower.starts_with("lightning:")) {
        text = trimmed(text.substr(lower.starts_with("lightning://") ? 12 : 10));
        lower = lowerCase(text);
    }
    if (looksLikeInvoice(lower)) {
        takeInvoice(found, text, facts);
        return found;
    }
    if (takeNode(found, lower, facts) || takeWords(found, lower)) return found;
    if (const auto scid = ln::shortChannelIdFromText(lower)) {
        found.kind = Kind::short_channel;
        found.height = scid->block();
        found.words = "A Lightning channel, by its place in the chain.";
        return found;
    }
    const bool digits = !text.empty() && text.size() <= 9 &&
                        std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (digits) {
        found.kind = Kind::height;
        found.height = std::stoll(text);
        found.words = "A block height.";
    } else if (const auto hash = duplex::bitcoin::BlockHash::fromReversedHex(lower)) {
        found.kind = Kind::txid_or_hash;
        found.hash = lower;
        const auto height = facts.height_of(*hash);
        if (height) found.height = *height;
        found.words = height ? "A block of the chain." : "A transaction id or the hash of an unknown block.";
        found.asks_network = height.has_value();
    } else {
        takeAddress(found, text, Kind::address, facts);
    }
    return found;
}

} // namespace duplex::family::bitcoin
