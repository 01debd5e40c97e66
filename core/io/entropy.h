#pragma once

#include "core/base/bytes.h"

#include <span>

namespace duplex::io {

/// Fills with random bytes of the operating system (getrandom). Ends the process when the system
/// gives none: no key may be made from anything less.
void fillRandom(std::span<std::uint8_t> bytes);

template <std::size_t N>
ByteArray<N> randomBytes() {
    ByteArray<N> result{};
    fillRandom(result);
    return result;
}

std::uint64_t randomU64();

/// False when the system's source shows one of the plain faults: equal draws, a constant byte, or
/// far from half the bits set over 4 KiB. Asked once at start.
bool entropyIsHealthy();

} // namespace duplex::io
