#include "core/lightning/onion/failure_onion.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/crypto/hmac.h"
#include "core/lightning/onion/onion_keys.h"

namespace duplex::lightning::onion {

namespace {
constexpr std::size_t unwrapped_layers = 27;
constexpr std::size_t least_padded_size = 256;
constexpr std::size_t hmac_size = 32;

/// Length, message, padding: what the HMAC covers.
Bytes padded(ByteView message) {
    const std::size_t padding = message.size() < least_padded_size ? least_padded_size - message.size() : 0;
    return ByteWriter()
        .u16be(static_cast<std::uint16_t>(message.size()))
        .bytes(message)
        .u16be(static_cast<std::uint16_t>(padding))
        .bytes(Bytes(padding, 0))
        .take();
}

std::optional<FailureMessage> messageOf(ByteView content) {
    ByteReader reader(content);
    const ByteView message = reader.view(reader.u16be());
    return reader.ok() ? decodeFailure(message) : std::nullopt;
}
} // namespace

Bytes createFailurePacket(const crypto::Secret<32>& shared_secret, const FailureMessage& failure) {
    const Bytes content = padded(encodeFailure(failure));
    const ByteArray<32> hmac = crypto::hmacSha256(onionKey("um", shared_secret.reveal()), content);
    return wrapFailurePacket(shared_secret, concat({hmac, content}));
}

Bytes wrapFailurePacket(const crypto::Secret<32>& shared_secret, ByteView packet) {
    Bytes wrapped = toBytes(packet);
    mixStream(onionKey("ammag", shared_secret.reveal()), wrapped);
    return wrapped;
}

std::optional<FailureFromHop> unwrapFailurePacket(std::span<const crypto::Secret<32>> shared_secrets,
                                                  ByteView packet) {
    if (packet.size() < hmac_size || shared_secrets.empty()) return std::nullopt;
    std::optional<FailureFromHop> found;
    Bytes layer = toBytes(packet);
    for (std::size_t i = 0; i < unwrapped_layers || i < shared_secrets.size(); ++i) {
        // Layers beyond the route work on the last secret and are never believed.
        const bool real = i < shared_secrets.size();
        const crypto::Secret<32>& secret = shared_secrets[real ? i : shared_secrets.size() - 1];
        layer = wrapFailurePacket(secret, layer);
        const ByteView content = ByteView(layer).subspan(hmac_size);
        const ByteArray<32> hmac = crypto::hmacSha256(onionKey("um", secret.reveal()), content);
        const bool fits = equalInConstantTime(hmac, ByteView(layer).first(hmac_size));
        if (fits && real && !found) found = FailureFromHop{.hop = i, .message = messageOf(content)};
    }
    return found;
}

} // namespace duplex::lightning::onion
