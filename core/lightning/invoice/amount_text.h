#pragma once

#include "core/lightning/primitives/milli_satoshi.h"

#include <string>

namespace duplex::lightning::invoice {

/// The amount part of an invoice's prefix ("2500u"), in its shortest form (BOLT 11, Human-Readable Part).
std::string amountText(MilliSatoshi amount);
/// Nothing for leading zeros, an unknown multiplier, less than a millisatoshi, or more than all bitcoin.
std::optional<MilliSatoshi> amountFromText(std::string_view text);

} // namespace duplex::lightning::invoice
