#include "core/bitcoin/primitives/base58.h"

#include "core/crypto/hash.h"

namespace duplex::bitcoin {

namespace {

constexpr std::string_view alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t checksum_length = 4;
constexpr std::size_t longest_text =
    1'024; // the work grows with the square; extended keys have 111 characters

/// digits (most significant first) * base + addend, in a number system of `radix`.
void multiplyAdd(std::vector<std::uint8_t>& digits, std::uint32_t base, std::uint32_t addend,
                 std::uint32_t radix) {
    std::uint32_t carry = addend;
    for (std::size_t i = digits.size(); i-- > 0;) {
        carry += digits[i] * base;
        digits[i] = static_cast<std::uint8_t>(carry % radix);
        carry /= radix;
    }
    for (; carry != 0; carry /= radix)
        digits.insert(digits.begin(), static_cast<std::uint8_t>(carry % radix));
}

} // namespace

std::string encodeBase58(ByteView bytes) {
    std::size_t zeros = 0;
    while (zeros < bytes.size() && bytes[zeros] == 0) ++zeros;
    std::vector<std::uint8_t> digits;
    for (const std::uint8_t byte : bytes.subspan(zeros)) multiplyAdd(digits, 256, byte, 58);
    std::string text(zeros, alphabet[0]);
    for (const std::uint8_t digit : digits) text += alphabet[digit];
    return text;
}

std::optional<Bytes> decodeBase58(std::string_view text) {
    if (text.size() > longest_text) return std::nullopt;
    std::size_t zeros = 0;
    while (zeros < text.size() && text[zeros] == alphabet[0]) ++zeros;
    std::vector<std::uint8_t> digits;
    for (const char c : text.substr(zeros)) {
        const std::size_t at = alphabet.find(c);
        if (at == std::string_view::npos) return std::nullopt;
        multiplyAdd(digits, 58, static_cast<std::uint32_t>(at), 256);
    }
    Bytes bytes(zeros);
    bytes.insert(bytes.end(), digits.begin(), digits.end());
    return bytes;
}

std::string encodeBase58Check(ByteView bytes) {
    const crypto::Hash32 checksum = crypto::sha256d(bytes);
    return encodeBase58(concat({bytes, ByteView(checksum).first(checksum_length)}));
}

std::optional<Bytes> decodeBase58Check(std::string_view text) {
    auto bytes = decodeBase58(text);
    if (!bytes || bytes->size() < checksum_length) return std::nullopt;
    const ByteView payload = ByteView(*bytes).first(bytes->size() - checksum_length);
    const crypto::Hash32 checksum = crypto::sha256d(payload);
    if (!std::equal(payload.end(), payload.end() + checksum_length, checksum.begin())) return std::nullopt;
    bytes->resize(payload.size());
    return bytes;
}

} // namespace duplex::bitcoin
