#include "core/base/check.h"
#include "core/lightning/onion/hop_payload.h"
#include "core/lightning/onion/sphinx.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::onion;

namespace {
crypto::PrivateKey keyOf(std::uint8_t fill) {
    ByteArray<32> bytes{};
    bytes.fill(fill);
    return *crypto::PrivateKey::fromBytes(bytes);
}
} // namespace

/// The input as a packet of a stranger, then as the payloads of a route that must come out again hop by hop.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    if (size >= wire::onion_packet_size)
        (void)peelOnion(keyOf(1), toArray<wire::onion_packet_size>(input), {});

    std::vector<OnionHop> hops;
    ByteView rest = input;
    while (!rest.empty() && hops.size() < most_hops) {
        const std::size_t length = std::min<std::size_t>(rest[0], rest.size() - 1);
        hops.push_back({.node_id = crypto::publicKey(keyOf(static_cast<std::uint8_t>(hops.size() + 1))),
                        .payload = toBytes(rest.subspan(1, length))});
        rest = rest.subspan(1 + length);
    }
    const auto created = createOnion(keyOf(99), hops, input.first(std::min<std::size_t>(size, 32)));
    if (!created) return 0;
    wire::OnionRoutingPacket packet = created->packet;
    for (std::size_t i = 0; i < hops.size(); ++i) {
        const auto peeled = peelOnion(keyOf(static_cast<std::uint8_t>(i + 1)), packet,
                                      input.first(std::min<std::size_t>(size, 32)));
        check(peeled.has_value(), "our own onion peels");
        check(peeled->shared_secret == created->shared_secrets[i], "both sides share the secret");
        if (hops[i].payload.size() < 2) return check(!peeled->payload, "lengths 0 and 1 are refused"), 0;
        check(peeled->payload == hops[i].payload, "each hop reads its payload");
        check(peeled->next.has_value() == (i + 1 < hops.size()), "the last hop knows that it is the last");
        if (peeled->next) packet = *peeled->next;
    }
    return 0;
}
