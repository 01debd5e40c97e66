#pragma once

#include <secp256k1.h>

namespace duplex::crypto {

/// The one context of the program: read-only after its creation, so every thread may use it.
const secp256k1_context* secpContext();

} // namespace duplex::crypto
