#pragma once

#include "core/base/bytes.h"

namespace duplex::lightning::invoice {

using Words = std::vector<std::uint8_t>;
using WordView = std::span<const std::uint8_t>;

/// Big-endian number of 5-bit words; nothing when over 60 bits.
std::optional<std::uint64_t> numberOf(WordView words);
/// Shortest words of a number; none for zero.
Words wordsOf(std::uint64_t number);
/// `count` words exactly.
Words wordsOf(std::uint64_t number, std::size_t count);
Words wordsOfBytes(ByteView bytes);
/// Whole bytes of words; nothing when more than 4 bits are left over or they are not zero.
std::optional<Bytes> bytesOf(WordView words);

} // namespace duplex::lightning::invoice
