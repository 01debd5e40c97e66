#include "core/bitcoin/primitives/bech32.h"

#include "core/base/check.h"

namespace duplex::bitcoin {

namespace {

constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksum_length = 6;
constexpr std::uint32_t bech32_constant = 1;
constexpr std::uint32_t bech32m_constant = 0x2bc830a3; // BIP 350

/// Feeds one 5-bit value into the BCH checksum (BIP 173).
std::uint32_t polymodStep(std::uint32_t state, std::uint8_t value) {
    constexpr std::array<std::uint32_t, 5> generator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                        0x2a1462b3};
    const std::uint32_t top = state >> 25;
    state = (state & 0x1ffffff) << 5 ^ value;
    for (std::size_t i = 0; i < generator.size(); ++i) state ^= top >> i & 1 ? generator[i] : 0;
    return state;
}

std::uint32_t polymod(std::string_view prefix, std::span<const std::uint8_t> words) {
    std::uint32_t state = 1;
    for (const char c : prefix)
        state = polymodStep(state, static_cast<std::uint8_t>(static_cast<unsigned char>(c) >> 5));
    state = polymodStep(state, 0);
    for (const char c : prefix) state = polymodStep(state, static_cast<std::uint8_t>(c & 31));
    for (const std::uint8_t word : words) state = polymodStep(state, word);
    return state;
}

bool isUpper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool isLower(char c) {
    return c >= 'a' && c <= 'z';
}

/// The text in lower case, or nothing when its case is mixed or a byte lies outside 33..126.
std::optional<std::string> lowered(std::string_view text) {
    const bool upper = std::any_of(text.begin(), text.end(), isUpper);
    const bool lower = std::any_of(text.begin(), text.end(), isLower);
    if (upper && lower) return std::nullopt;
    std::string result;
    for (const char c : text) {
        if (c < 33 || c > 126) return std::nullopt;
        result += isUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

std::optional<std::vector<std::uint8_t>> wordsOf(std::string_view text) {
    std::vector<std::uint8_t> words;
    for (const char c : text) {
        const std::size_t at = alphabet.find(c);
        if (at == std::string_view::npos) return std::nullopt;
        words.push_back(static_cast<std::uint8_t>(at));
    }
    return words;
}

} // namespace

std::optional<Bech32Text> decodeBech32(std::string_view text, std::size_t longest) {
    if (text.size() > longest) return std::nullopt;
    const auto lower = lowered(text);
    if (!lower) return std::nullopt;
    const std::size_t separator = lower->rfind('1');
    if (separator == std::string::npos || separator == 0 || separator + 1 + checksum_length > lower->size())
        return std::nullopt;

    Bech32Text result{.prefix = lower->substr(0, separator), .words = {}, .variant = Bech32Variant::bech32};
    auto words = wordsOf(std::string_view(*lower).substr(separator + 1));
    if (!words) return std::nullopt;
    const std::uint32_t checksum = polymod(result.prefix, *words);
    if (checksum == bech32m_constant)
        result.variant = Bech32Variant::bech32m;
    else if (checksum != bech32_constant)
        return std::nullopt;
    words->resize(words->size() - checksum_length);
    result.words = std::move(*words);
    return result;
}

std::string encodeBech32(std::string_view prefix, std::span<const std::uint8_t> words,
                         Bech32Variant variant) {
    std::vector<std::uint8_t> with_checksum(words.begin(), words.end());
    with_checksum.resize(words.size() + checksum_length);
    const std::uint32_t checksum = polymod(prefix, with_checksum) ^
                                   (variant == Bech32Variant::bech32m ? bech32m_constant : bech32_constant);
    for (std::size_t i = 0; i < checksum_length; ++i) {
        with_checksum[words.size() + i] =
            static_cast<std::uint8_t>(checksum >> 5 * (checksum_length - 1 - i) & 31);
    }
    std::string text(prefix);
    text += '1';
    for (const std::uint8_t word : with_checksum) {
        check(word < 32, "bech32 words have five bits");
        text += alphabet[word];
    }
    return text;
}

std::optional<std::vector<std::uint8_t>> convertBits(std::span<const std::uint8_t> data, int from, int to,
                                                     bool pad) {
    check(from >= 1 && from <= 8 && to >= 1 && to <= 8, "groups have one to eight bits");
    const std::uint32_t largest = (1u << to) - 1;
    std::vector<std::uint8_t> result;
    std::uint32_t held = 0;
    int bits = 0;
    for (const std::uint8_t value : data) {
        if (value >> from != 0) return std::nullopt;
        held = (held << from | value) & 0xffff;
        bits += from;
        while (bits >= to) {
            bits -= to;
            result.push_back(static_cast<std::uint8_t>(held >> bits & largest));
        }
    }
    const std::uint32_t rest = held << (to - bits) & largest;
    if (pad) {
        if (bits > 0) result.push_back(static_cast<std::uint8_t>(rest));
    } else if (bits >= from || (bits > 0 && rest != 0)) {
        return std::nullopt;
    }
    return result;
}

} // namespace duplex::bitcoin
