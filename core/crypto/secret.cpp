#include "core/crypto/secret.h"

#include <botan/mem_ops.h>

namespace duplex::crypto {

void wipe(std::span<std::uint8_t> bytes) {
    Botan::secure_scrub_memory(bytes.data(), bytes.size());
}

} // namespace duplex::crypto
