#pragma once

#include "core/crypto/hmac.h"

#include <expected>

namespace duplex::bitcoin::keys {

/// UTF-8 text in Unicode normal form NFKD, as BIP 39 demands of words and passphrases. This room knows no
/// Unicode tables: only the api door makes one, after `QString::normalized(NormalizationForm_KD)`; generated
/// English words and plain ASCII are in that form by nature.
class NormalizedText {
public:
    NormalizedText() = default;
    /// The caller vouches that `utf8` is NFKD. Call it at the api door and in tests, nowhere else.
    static NormalizedText fromNfkd(std::string_view utf8) {
        return NormalizedText(crypto::SecretBytes(toBytes(viewOf(utf8))));
    }
    ByteView reveal() const { return m_text.reveal(); }

private:
    explicit NormalizedText(crypto::SecretBytes text) : m_text(std::move(text)) {}
    crypto::SecretBytes m_text;
};

struct MnemonicFault {
    enum class Kind { wrong_count, unknown_word, bad_checksum };
    Kind kind = Kind::wrong_count;
    std::size_t word = 0; // unknown_word: which, from 0
    friend bool operator==(const MnemonicFault&, const MnemonicFault&) = default;
};
std::string_view textOf(MnemonicFault::Kind kind);

/// A BIP 39 sentence of 12, 15, 18, 21 or 24 English words whose checksum holds.
class Mnemonic {
public:
    /// From 16, 20, 24, 28 or 32 bytes; nothing for another length.
    static std::optional<Mnemonic> fromEntropy(ByteView entropy);
    /// Words parted by spaces (any number of them), in any case.
    static std::expected<Mnemonic, MnemonicFault> fromWords(const NormalizedText& sentence);

    std::vector<std::string_view> words() const;
    /// The words with single spaces.
    crypto::SecretBytes sentence() const;
    const crypto::SecretBytes& entropy() const { return m_entropy; }
    /// PBKDF2-HMAC-SHA512, 2,048 rounds, salt "mnemonic" and passphrase.
    crypto::Secret<64> seed(const NormalizedText& passphrase = {}) const;
    friend bool operator==(const Mnemonic&, const Mnemonic&) = default;

private:
    explicit Mnemonic(crypto::SecretBytes entropy) : m_entropy(std::move(entropy)) {}
    crypto::SecretBytes m_entropy;
};

/// The seed of any normalised sentence, words of other languages included; checks nothing.
crypto::Secret<64> seedOfSentence(const NormalizedText& sentence, const NormalizedText& passphrase);

/// The 2,048 English words in order.
std::span<const std::string_view> englishWords();
/// The words that begin so, for completion while typing; the first four letters name a word.
std::vector<std::string_view> englishWordsBeginningWith(std::string_view prefix);

} // namespace duplex::bitcoin::keys
