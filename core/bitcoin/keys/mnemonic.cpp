#include "core/bitcoin/keys/mnemonic.h"

#include "core/crypto/hash.h"

namespace duplex::bitcoin::keys {

namespace {

constexpr std::size_t bits_per_word = 11;
constexpr std::uint32_t pbkdf2_rounds = 2048;

bool isEntropySize(std::size_t size) {
    return size >= 16 && size <= 32 && size % 4 == 0;
}

bool bitAt(ByteView bytes, std::size_t bit) {
    return (bytes[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

/// Position of a word in the list, which is in alphabetical order.
std::optional<std::size_t> positionOf(std::string_view word) {
    const auto words = englishWords();
    const auto found = std::lower_bound(words.begin(), words.end(), word);
    if (found == words.end() || *found != word) return std::nullopt;
    return static_cast<std::size_t>(found - words.begin());
}

struct WordSpan {
    std::size_t from = 0;
    std::size_t size = 0;
};

std::vector<WordSpan> wordsOf(ByteView text) {
    std::vector<WordSpan> result;
    for (std::size_t at = 0; at < text.size();) {
        const bool space = text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r');
        if (space) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && text[end] != ' ' && (text[end] < '\t' || text[end] > '\r')) ++end;
        result.push_back({at, end - at});
        at = end;
    }
    return result;
}

/// English words are ASCII, so lower case is a matter of one bit.
std::optional<std::size_t> readWord(ByteView text) {
    ByteArray<8> lower{}; // the longest word has 8 letters
    if (text.size() > lower.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool upper = text[i] >= 'A' && text[i] <= 'Z';
        lower[i] = static_cast<std::uint8_t>(text[i] + (upper ? 'a' - 'A' : 0));
    }
    const auto position = positionOf({reinterpret_cast<const char*>(lower.data()), text.size()});
    crypto::wipe(lower);
    return position;
}

} // namespace

std::string_view textOf(MnemonicFault::Kind kind) {
    switch (kind) {
    case MnemonicFault::Kind::wrong_count:
        return "The sentence has 12, 15, 18, 21 or 24 words.";
    case MnemonicFault::Kind::unknown_word:
        return "This word is not in the English list.";
    case MnemonicFault::Kind::bad_checksum:
        return "The words do not fit together: one is wrong or out of order.";
    }
    return {};
}

std::optional<Mnemonic> Mnemonic::fromEntropy(ByteView entropy) {
    if (!isEntropySize(entropy.size())) return std::nullopt;
    return Mnemonic(crypto::SecretBytes(toBytes(entropy)));
}

std::expected<Mnemonic, MnemonicFault> Mnemonic::fromWords(const NormalizedText& sentence) {
    const ByteView text = sentence.reveal();
    const std::vector<WordSpan> spans = wordsOf(text);
    const std::size_t entropy_size = spans.size() / 3 * 4;
    if (spans.size() % 3 != 0 || !isEntropySize(entropy_size)) {
        return std::unexpected(MnemonicFault{MnemonicFault::Kind::wrong_count});
    }
    ByteArray<33> bits{}; // entropy, then the checksum's bits
    for (std::size_t word = 0; word < spans.size(); ++word) {
        const auto position = readWord(text.subspan(spans[word].from, spans[word].size));
        if (!position) {
            crypto::wipe(bits);
            return std::unexpected(MnemonicFault{MnemonicFault::Kind::unknown_word, word});
        }
        for (std::size_t bit = 0; bit < bits_per_word; ++bit) {
            const std::size_t at = word * bits_per_word + bit;
            const std::size_t value = *position >> (bits_per_word - 1 - bit) & 1;
            bits[at / 8] |= static_cast<std::uint8_t>(value << (7 - at % 8));
        }
    }
    Mnemonic result{crypto::SecretBytes(toBytes(ByteView(bits).first(entropy_size)))};
    const std::size_t checksum_bits = entropy_size / 4;
    const std::uint8_t mask = static_cast<std::uint8_t>(0xff << (8 - checksum_bits));
    const crypto::Hash32 digest = crypto::sha256(result.m_entropy.reveal());
    const bool fits = (digest[0] & mask) == bits[entropy_size];
    crypto::wipe(bits);
    if (!fits) return std::unexpected(MnemonicFault{MnemonicFault::Kind::bad_checksum});
    return result;
}

std::vector<std::string_view> Mnemonic::words() const {
    const ByteView entropy = m_entropy.reveal();
    const crypto::Hash32 digest = crypto::sha256(entropy);
    const std::size_t count = entropy.size() * 3 / 4;
    std::vector<std::string_view> result;
    for (std::size_t word = 0; word < count; ++word) {
        std::size_t position = 0;
        for (std::size_t at = word * bits_per_word; at < (word + 1) * bits_per_word; ++at) {
            const bool bit =
                at < entropy.size() * 8 ? bitAt(entropy, at) : bitAt(digest, at - entropy.size() * 8);
            position = position << 1 | (bit ? 1 : 0);
        }
        result.push_back(englishWords()[position]);
    }
    return result;
}

crypto::SecretBytes Mnemonic::sentence() const {
    Bytes text;
    text.reserve(24 * 9); // never grows, so that no copy stays behind
    for (const std::string_view word : words()) {
        if (!text.empty()) text.push_back(' ');
        text.insert(text.end(), word.begin(), word.end());
    }
    return crypto::SecretBytes(std::move(text));
}

crypto::Secret<64> Mnemonic::seed(const NormalizedText& passphrase) const {
    const crypto::SecretBytes text = sentence();
    const crypto::SecretBytes salt(concat({viewOf("mnemonic"), passphrase.reveal()}));
    return crypto::pbkdf2Sha512(text.reveal(), salt.reveal(), pbkdf2_rounds);
}

crypto::Secret<64> seedOfSentence(const NormalizedText& sentence, const NormalizedText& passphrase) {
    const crypto::SecretBytes salt(concat({viewOf("mnemonic"), passphrase.reveal()}));
    return crypto::pbkdf2Sha512(sentence.reveal(), salt.reveal(), pbkdf2_rounds);
}

std::vector<std::string_view> englishWordsBeginningWith(std::string_view prefix) {
    const auto words = englishWords();
    std::vector<std::string_view> result;
    for (auto word = std::lower_bound(words.begin(), words.end(), prefix);
         word != words.end() && word->starts_with(prefix); ++word) {
        result.push_back(*word);
    }
    return result;
}

} // namespace duplex::bitcoin::keys
