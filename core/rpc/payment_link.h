#pragma once

#include "core/bitcoin/primitives/network.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duplex::rpc {

/// A `bitcoin:` link (BIP 21, BIP 321).
struct PaymentLink {
    std::string address; // empty: only other ways of paying stand in it
    std::optional<std::int64_t> amount_sat;
    std::string label;
    std::string message;
    std::string invoice;                                     // `lightning=`
    std::vector<std::pair<std::string, std::string>> others; // optional parameters that we do not know
    friend bool operator==(const PaymentLink&, const PaymentLink&) = default;
};

enum class LinkError {
    not_a_link,
    bad_escape,
    bad_address,
    wrong_network,
    bad_amount,
    repeated,
    unknown_required,
    nothing_to_pay
};
/// What is wrong and what to do, for people.
std::string_view textOf(LinkError error);

std::expected<PaymentLink, LinkError> parsePaymentLink(std::string_view text,
                                                       const bitcoin::NetworkParameters& network);

} // namespace duplex::rpc
