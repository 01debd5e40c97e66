#pragma once

#include "core/base/bytes.h"

namespace duplex::crypto {

struct SipHashKey {
    std::uint64_t k0 = 0;
    std::uint64_t k1 = 0;
};

/// SipHash-2-4 (64 bits).
std::uint64_t sipHash(const SipHashKey& key, ByteView data);

} // namespace duplex::crypto
