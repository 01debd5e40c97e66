#pragma once

#include "core/base/tagged.h"
#include "core/bitcoin/primitives/transaction.h"
#include "core/crypto/keys.h"

namespace duplex::lightning {

using NodeId = crypto::PublicKey;

struct ChannelIdTag;
/// Funding txid with its last two bytes xored by the output index (BOLT 2), or a temporary one.
using ChannelId = TaggedBytes<ChannelIdTag>;
inline ChannelId channelIdOf(const bitcoin::OutPoint& funding) {
    ChannelId id{funding.txid.bytes};
    id.bytes[30] ^= static_cast<std::uint8_t>(funding.index >> 8);
    id.bytes[31] ^= static_cast<std::uint8_t>(funding.index);
    return id;
}

struct PaymentHashTag;
using PaymentHash = TaggedBytes<PaymentHashTag>;
struct PreimageTag;
using Preimage = TaggedBytes<PreimageTag>;
struct PaymentSecretTag;
using PaymentSecret = TaggedBytes<PaymentSecretTag>;
PaymentHash paymentHashOf(const Preimage& preimage);

} // namespace duplex::lightning
