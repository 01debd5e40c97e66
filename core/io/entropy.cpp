#include "core/io/entropy.h"

#include "core/base/check.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <sys/random.h>

namespace duplex::io {

void fillRandom(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = getrandom(bytes.data(), std::min<std::size_t>(bytes.size(), 256), 0);
        if (count < 0 && errno == EINTR) continue;
        check(count > 0, "the operating system gives no random bytes");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

std::uint64_t randomU64() {
    std::uint64_t value = 0;
    const auto bytes = randomBytes<sizeof value>();
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

bool entropyIsHealthy() {
    const auto first = randomBytes<4096>();
    const auto second = randomBytes<4096>();
    if (first == second) return false;
    int ones = 0;
    std::array<int, 256> counts{};
    for (const std::uint8_t byte : first) {
        ones += std::popcount(byte);
        ++counts[byte];
    }
    // 16,384 expected, standard deviation 91: eight of them, so that a good source never fails.
    // A byte value is expected 16 times of 4,096: 64 is twelve standard deviations away.
    return ones > 16384 - 8 * 91 && ones < 16384 + 8 * 91 &&
           *std::max_element(counts.begin(), counts.end()) < 64;
}

} // namespace duplex::io
