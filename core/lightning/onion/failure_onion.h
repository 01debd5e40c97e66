#pragma once

#include "core/crypto/secret.h"
#include "core/lightning/onion/failure_message.h"

namespace duplex::lightning::onion {

/// The packet of the node that fails an HTLC, in its own layer already: what goes into update_fail_htlc
/// (BOLT 4, Returning Errors).
Bytes createFailurePacket(const crypto::Secret<32>& shared_secret, const FailureMessage& failure);
/// One more layer around a packet that comes back through us.
Bytes wrapFailurePacket(const crypto::Secret<32>& shared_secret, ByteView packet);

struct FailureFromHop {
    std::size_t hop = 0;                   // index into the route
    std::optional<FailureMessage> message; // nothing: authentic, but it cannot be read
    friend bool operator==(const FailureFromHop&, const FailureFromHop&) = default;
};
/// Which hop of our route sent this packet, or nothing when none did. Always works through 27 layers, so that
/// timing does not tell where the error came from.
std::optional<FailureFromHop> unwrapFailurePacket(std::span<const crypto::Secret<32>> shared_secrets,
                                                  ByteView packet);

} // namespace duplex::lightning::onion
