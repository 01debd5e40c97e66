#pragma once

#include "core/bitcoin/primitives/feerate.h"

namespace duplex::bitcoin::script {

/// The heaviest transaction that nodes relay (Bitcoin Core, MAX_STANDARD_TX_WEIGHT).
inline constexpr Weight heaviest_standard{400'000};

} // namespace duplex::bitcoin::script
