#pragma once

#include <cstdint>
#include <expected>

namespace duplex::lightning::wire {

/// Why bytes of a peer are no message.
enum class WireFault {
    empty,             // not even a message type
    truncated,         // a field runs past the end
    bad_point,         // a public key that is not on the curve
    out_of_range,      // an amount above all bitcoin, a vector above its limit
    trailing_bytes,    // data after the end of a message that takes none
    bad_tlv,           // TLV stream not strictly ascending, not minimal, or cut
    bad_tlv_value,     // a known TLV record whose value has the wrong form
    unknown_even_tlv,  // BOLT 1: it's OK to be odd
    unknown_even_type, // the same for messages
    features_too_long,
};

struct WireError {
    WireFault fault = WireFault::truncated;
    std::uint16_t type = 0; // of the message, 0 where there is none
    friend bool operator==(const WireError&, const WireError&) = default;
};

} // namespace duplex::lightning::wire
