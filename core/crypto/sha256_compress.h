#pragma once

#include <cstddef>
#include <cstdint>

namespace duplex::crypto {

using Sha256Words = std::uint32_t[8];

/// SHA-256's compression of `count` 64-byte blocks (FIPS 180-4, 6.2.2). Takes the processor's SHA
/// instructions where it has them.
void sha256Compress(Sha256Words& state, const std::uint8_t* blocks, std::size_t count);
/// The portable form of sha256Compress, to compare with.
void sha256CompressPortable(Sha256Words& state, const std::uint8_t* blocks, std::size_t count);

} // namespace duplex::crypto
