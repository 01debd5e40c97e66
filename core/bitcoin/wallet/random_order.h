#pragma once

#include "core/crypto/chacha20_poly1305.h"

#include <utility>

namespace duplex::bitcoin::wallet {

/// What a draw is for: each use of the same entropy gets its own stream.
enum class Draw : std::uint8_t { coins = 1, outputs = 2, locktime = 3, inputs = 4 };

/// `count` numbers of 64 bits drawn from entropy.
std::vector<std::uint64_t> drawNumbers(const ByteArray<32>& entropy, Draw draw, std::size_t count);

/// Fisher-Yates with numbers drawn from the entropy (their bias is below 2^-40).
template <typename T>
void shuffle(std::vector<T>& items, const ByteArray<32>& entropy, Draw draw) {
    const auto numbers = drawNumbers(entropy, draw, items.size());
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[numbers[i - 1] % i]);
}

} // namespace duplex::bitcoin::wallet
