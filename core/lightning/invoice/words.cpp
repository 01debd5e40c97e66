#include "core/lightning/invoice/words.h"

#include "core/base/check.h"
#include "core/bitcoin/primitives/bech32.h"

namespace duplex::lightning::invoice {

std::optional<std::uint64_t> numberOf(WordView words) {
    if (words.size() > 12) return std::nullopt;
    std::uint64_t number = 0;
    for (const std::uint8_t word : words) number = number << 5 | word;
    return number;
}

Words wordsOf(std::uint64_t number) {
    Words words;
    for (; number > 0; number >>= 5) words.insert(words.begin(), static_cast<std::uint8_t>(number & 31));
    return words;
}

Words wordsOf(std::uint64_t number, std::size_t count) {
    Words words(count, 0);
    for (std::size_t i = count; i-- > 0; number >>= 5) words[i] = static_cast<std::uint8_t>(number & 31);
    return words;
}

Words wordsOfBytes(ByteView bytes) {
    const auto words = bitcoin::convertBits(bytes, 8, 5, true);
    check(words.has_value(), "bytes always make words");
    return *words;
}

std::optional<Bytes> bytesOf(WordView words) {
    return bitcoin::convertBits(words, 5, 8, false);
}

} // namespace duplex::lightning::invoice
