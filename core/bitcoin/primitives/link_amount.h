#pragma once

#include "core/bitcoin/primitives/satoshi.h"

#include <string_view>

namespace duplex::bitcoin {

/// The amount of a payment link (BIP 21): decimal bitcoin, digits and at most one point, exact to the
/// satoshi, from 0 to max_money. Zeros behind the eighth decimal say nothing.
std::optional<Satoshi> amountFromLink(std::string_view text);

} // namespace duplex::bitcoin
