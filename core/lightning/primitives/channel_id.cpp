#include "core/lightning/primitives/channel_id.h"

#include "core/crypto/hash.h"

namespace duplex::lightning {

PaymentHash paymentHashOf(const Preimage& preimage) {
    return {crypto::sha256(preimage.bytes)};
}

} // namespace duplex::lightning
