#include "core/lightning/transport/cipher_stream.h"

#include "core/base/check.h"
#include "core/crypto/chacha20_poly1305.h"
#include "core/crypto/hmac.h"

namespace duplex::lightning::transport {

namespace {
constexpr std::size_t tag_size = 16;
constexpr std::size_t sealed_length_size = 2 + tag_size;
constexpr std::uint64_t uses_of_a_key = 1000;
} // namespace

ByteArray<12> RotatingKey::nonce() const {
    ByteArray<12> nonce{};
    for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<std::uint8_t>(m_uses >> 8 * i);
    return nonce;
}

void RotatingKey::used() {
    if (++m_uses < uses_of_a_key) return;
    Bytes both = crypto::hkdfSha256(m_chaining_key.reveal(), m_key.reveal(), {}, 64);
    m_chaining_key = crypto::Secret<32>(toArray<32>(both));
    m_key = crypto::Secret<32>(toArray<32>(ByteView(both).subspan(32)));
    m_uses = 0;
    crypto::wipe(both);
}

Bytes RotatingKey::seal(ByteView plaintext) {
    Bytes sealed = crypto::chacha20Poly1305Seal(m_key.reveal(), nonce(), {}, plaintext);
    used();
    return sealed;
}

std::optional<Bytes> RotatingKey::open(ByteView sealed) {
    std::optional<Bytes> plaintext = crypto::chacha20Poly1305Open(m_key.reveal(), nonce(), {}, sealed);
    if (plaintext) used();
    return plaintext;
}

Bytes SendStream::seal(ByteView message) {
    check(message.size() <= 65535, "a message has at most 65,535 bytes");
    const ByteArray<2> length = {static_cast<std::uint8_t>(message.size() >> 8),
                                 static_cast<std::uint8_t>(message.size())};
    const Bytes sealed_length = m_key.seal(length);
    return concat({sealed_length, m_key.seal(message)});
}

std::expected<std::optional<Bytes>, ReceiveStream::BadMac> ReceiveStream::next(Bytes& buffer) {
    if (!m_length) {
        if (buffer.size() < sealed_length_size) return std::nullopt;
        const auto length = m_key.open(ByteView(buffer).first(sealed_length_size));
        if (!length) return std::unexpected(BadMac{});
        m_length = static_cast<std::size_t>((*length)[0]) << 8 | (*length)[1];
        buffer.erase(buffer.begin(), buffer.begin() + sealed_length_size);
    }
    const std::size_t sealed_size = *m_length + tag_size;
    if (buffer.size() < sealed_size) return std::nullopt;
    std::optional<Bytes> message = m_key.open(ByteView(buffer).first(sealed_size));
    if (!message) return std::unexpected(BadMac{});
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(sealed_size));
    m_length.reset();
    return message;
}

} // namespace duplex::lightning::transport
