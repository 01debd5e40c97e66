#include "core/rpc/payment_link.h"

#include "core/base/text.h"
#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/primitives/link_amount.h"

#include <algorithm>
#include <set>

namespace duplex::rpc {

namespace {

int digitOf(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// RFC 3986 percent-encoding; "+" is a plus, not a space.
std::optional<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        if (i + 2 >= text.size() || digitOf(text[i + 1]) < 0 || digitOf(text[i + 2]) < 0) return std::nullopt;
        plain += static_cast<char>(digitOf(text[i + 1]) * 16 + digitOf(text[i + 2]));
        i += 2;
    }
    return plain;
}

std::optional<LinkError> addParameter(PaymentLink& link, const std::string& key, std::string value) {
    if (key == "amount") {
        const auto amount = bitcoin::amountFromLink(value);
        if (!amount) return LinkError::bad_amount;
        link.amount_sat = amount->value;
        return std::nullopt;
    }
    if (key == "label")
        link.label = std::move(value);
    else if (key == "message")
        link.message = std::move(value);
    else if (key == "lightning")
        link.invoice = std::move(value);
    else if (key.starts_with("req-"))
        return LinkError::unknown_required;
    else
        link.others.emplace_back(key, std::move(value));
    return std::nullopt;
}

} // namespace

std::string_view textOf(LinkError error) {
    switch (error) {
    case LinkError::not_a_link:
        return "This is no bitcoin: link.";
    case LinkError::bad_escape:
        return "The link is damaged: a percent sign without two digits. Copy it again.";
    case LinkError::bad_address:
        return "The address in the link is damaged. Copy it again.";
    case LinkError::wrong_network:
        return "The address in the link is of another network.";
    case LinkError::bad_amount:
        return "The amount in the link is no amount of bitcoin.";
    case LinkError::repeated:
        return "A field stands twice in the link, so what it asks for is not clear. Ask for another.";
    case LinkError::unknown_required:
        return "The link demands something that this program does not know. Ask the payee for another way.";
    case LinkError::nothing_to_pay:
        return "The link names nobody to pay.";
    }
    return "";
}

std::expected<PaymentLink, LinkError> parsePaymentLink(std::string_view text,
                                                       const bitcoin::NetworkParameters& network) {
    constexpr std::string_view scheme = "bitcoin:";
    constexpr std::size_t longest = 16'384;
    if (text.size() > longest || lowerCase(text.substr(0, scheme.size())) != scheme)
        return std::unexpected(LinkError::not_a_link);
    text.remove_prefix(scheme.size());
    const std::size_t question = text.find('?');
    PaymentLink link;
    link.address = std::string(text.substr(0, question));
    if (!link.address.empty()) {
        const auto script = bitcoin::scriptFromAddress(link.address, network);
        if (!script)
            return std::unexpected(script.error() == bitcoin::AddressError::wrong_network
                                       ? LinkError::wrong_network
                                       : LinkError::bad_address);
        link.address = bitcoin::addressOf(*script, network).value_or(link.address);
    }
    std::string_view query =
        question == std::string_view::npos ? std::string_view{} : text.substr(question + 1);
    std::set<std::string> seen;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view part = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (part.empty()) continue;
        const std::size_t equals = part.find('=');
        const auto key = unescaped(part.substr(0, equals));
        auto value =
            unescaped(equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1));
        if (!key || !value) return std::unexpected(LinkError::bad_escape);
        const std::string name = lowerCase(*key); // BIP 321: keys in either case
        if (!seen.insert(name).second) return std::unexpected(LinkError::repeated);
        if (const auto error = addParameter(link, name, std::move(*value))) return std::unexpected(*error);
    }
    if (link.address.empty() && link.invoice.empty()) return std::unexpected(LinkError::nothing_to_pay);
    return link;
}

} // namespace duplex::rpc
