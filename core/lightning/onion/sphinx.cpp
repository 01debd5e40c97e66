#include "core/lightning/onion/sphinx.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/check.h"
#include "core/crypto/hmac.h"
#include "core/lightning/onion/onion_keys.h"

namespace duplex::lightning::onion {

namespace {

constexpr std::uint8_t onion_version = 0;
constexpr std::size_t hmac_size = 32;
constexpr std::size_t payloads_at = 34;

/// A hop's bytes in the packet: length, payload; its HMAC follows.
Bytes framed(ByteView payload) {
    return ByteWriter().bigSize(payload.size()).bytes(payload).take();
}

struct HopKeys {
    crypto::Secret<32> shared;
    crypto::PublicKey ephemeral;
};

/// Shared secret with each hop; the ephemeral key is blinded from hop to hop (BOLT 4, Packet Construction).
std::optional<std::vector<HopKeys>> hopKeys(const crypto::PrivateKey& session_key,
                                            std::span<const OnionHop> hops) {
    std::vector<HopKeys> keys;
    crypto::PrivateKey ephemeral_key = session_key;
    for (const OnionHop& hop : hops) {
        if (!hop.node_id.isSet()) return std::nullopt;
        keys.push_back({.shared = crypto::ecdh(ephemeral_key, hop.node_id),
                        .ephemeral = crypto::publicKey(ephemeral_key)});
        const auto blinded =
            crypto::multiplyTweak(ephemeral_key, blindingFactor(keys.back().ephemeral, keys.back().shared));
        if (!blinded) return std::nullopt;
        ephemeral_key = *blinded;
    }
    return keys;
}

/// What the hops before the last will have shifted in, so that the last HMAC fits (BOLT 4, Filler
/// Generation).
Bytes fillerOf(std::span<const HopKeys> keys, std::span<const Bytes> frames) {
    Bytes filler;
    std::size_t used = 0;
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
        const std::size_t size = frames[i].size() + hmac_size;
        filler.resize(filler.size() + size, 0);
        Bytes stream(hop_payloads_size + size, 0);
        mixStream(onionKey("rho", keys[i].shared.reveal()), stream);
        for (std::size_t b = 0; b < filler.size(); ++b) filler[b] ^= stream[hop_payloads_size - used + b];
        used += size;
    }
    return filler;
}

ByteArray<32> packetHmac(const crypto::Secret<32>& shared, ByteView payloads, ByteView associated_data) {
    return crypto::hmacSha256(onionKey("mu", shared.reveal()), concat({payloads, associated_data}));
}

wire::OnionRoutingPacket assembled(const crypto::PublicKey& ephemeral, ByteView payloads, ByteView hmac) {
    return toArray<wire::onion_packet_size>(concat({ByteView(&onion_version, 1), ephemeral, payloads, hmac}));
}

} // namespace

std::expected<CreatedOnion, CreateOnionError>
createOnion(const crypto::PrivateKey& session_key, std::span<const OnionHop> hops, ByteView associated_data) {
    if (hops.empty()) return std::unexpected(CreateOnionError::no_hops);
    std::vector<Bytes> frames;
    std::size_t total = 0;
    for (const OnionHop& hop : hops) {
        frames.push_back(framed(hop.payload));
        total += frames.back().size() + hmac_size;
        if (total > hop_payloads_size) return std::unexpected(CreateOnionError::too_long);
    }
    const auto keys = hopKeys(session_key, hops);
    if (!keys) return std::unexpected(CreateOnionError::bad_key);

    const Bytes filler = fillerOf(*keys, frames);
    Bytes payloads(hop_payloads_size, 0);
    mixStream(onionKey("pad", session_key.reveal()), payloads);
    ByteArray<32> hmac{};
    for (std::size_t i = hops.size(); i-- > 0;) {
        Bytes shifted = concat({frames[i], hmac, payloads});
        shifted.resize(hop_payloads_size);
        payloads = std::move(shifted);
        mixStream(onionKey("rho", (*keys)[i].shared.reveal()), payloads);
        if (i + 1 == hops.size())
            std::copy(filler.begin(), filler.end(),
                      payloads.end() - static_cast<std::ptrdiff_t>(filler.size()));
        hmac = packetHmac((*keys)[i].shared, payloads, associated_data);
    }
    CreatedOnion created{.packet = assembled(keys->front().ephemeral, payloads, hmac), .shared_secrets = {}};
    for (const HopKeys& key : *keys) created.shared_secrets.push_back(key.shared);
    return created;
}

std::expected<PeeledOnion, BadOnion> peelOnion(const crypto::PrivateKey& node_key,
                                               const wire::OnionRoutingPacket& packet,
                                               ByteView associated_data) {
    const ByteView bytes(packet);
    if (packet[0] != onion_version) return std::unexpected(BadOnion::version);
    const auto ephemeral = crypto::PublicKey::fromBytes(bytes.subspan(1, 33));
    if (!ephemeral) return std::unexpected(BadOnion::key);
    const crypto::Secret<32> shared = crypto::ecdh(node_key, *ephemeral);
    const ByteView payloads = bytes.subspan(payloads_at, hop_payloads_size);
    if (!equalInConstantTime(packetHmac(shared, payloads, associated_data), bytes.last(hmac_size)))
        return std::unexpected(BadOnion::hmac);

    Bytes opened = toBytes(payloads);
    opened.resize(2 * hop_payloads_size, 0);
    mixStream(onionKey("rho", shared.reveal()), opened);
    ByteReader reader(ByteView(opened).first(hop_payloads_size));
    const std::uint64_t length = reader.bigSize();
    PeeledOnion peeled{.shared_secret = shared, .payload = {}, .next = {}};
    // Lengths 0 and 1 are the legacy form and a reserved one: refused (BOLT 4, Payload Format).
    if (!reader.ok() || length < 2 || reader.remaining() < hmac_size ||
        length > reader.remaining() - hmac_size)
        return peeled;
    peeled.payload = reader.bytes(static_cast<std::size_t>(length));
    const ByteArray<32> next_hmac = reader.array<hmac_size>();
    if (next_hmac == ByteArray<32>{}) return peeled;

    const auto next_ephemeral = crypto::multiplyTweak(*ephemeral, blindingFactor(*ephemeral, shared));
    if (!next_ephemeral) return std::unexpected(BadOnion::key);
    peeled.next =
        assembled(*next_ephemeral, ByteView(opened).subspan(reader.position(), hop_payloads_size), next_hmac);
    return peeled;
}

} // namespace duplex::lightning::onion
