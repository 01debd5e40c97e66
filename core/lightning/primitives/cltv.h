#pragma once

#include "core/base/tagged.h"

namespace duplex::lightning {

struct CltvExpiryTag;
/// Absolute block height after which an HTLC times out.
using CltvExpiry = TaggedNumber<CltvExpiryTag, std::uint32_t>;
struct CltvDeltaTag;
/// A number of blocks between two expiries.
using CltvDelta = TaggedNumber<CltvDeltaTag, std::uint32_t>;

} // namespace duplex::lightning
