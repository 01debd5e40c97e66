#include "core/base/check.h"
#include "core/lightning/gossip/gossip_intake.h"
#include "core/lightning/gossip/gossip_sync.h"
#include "core/lightning/gossip/route_finder.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::gossip;

namespace {

NodeId nodeOf(std::uint8_t number) {
    return crypto::publicKey(
        *crypto::PrivateKey::fromBytes(ByteArray<32>{1, static_cast<std::uint8_t>(number % 8 + 1)}));
}

/// Messages of a stranger, each with its length in one byte: nothing unsigned enters the graph.
void messages(ByteView input) {
    NetworkGraph graph{bitcoin::BlockHash{}};
    GossipIntake intake;
    GossipSync sync(bitcoin::BlockHash{}, RangeSync::ask, LiveGossip::wanted);
    (void)sync.start(unixTime(1'800'000'000), 0s);
    while (!input.empty()) {
        const std::size_t length = std::min<std::size_t>(input[0], input.size() - 1);
        if (const auto message = wire::decode(input.subspan(1, length))) {
            intake.take(*message, graph, unixTime(1'800'000'000));
            if (const auto* reply = std::get_if<wire::ReplyChannelRange>(&*message))
                (void)sync.onReply(*reply, graph, 1s);
            if (const auto* query = std::get_if<wire::QueryChannelRange>(&*message))
                (void)sync.onQuery(*query, {}, 1s);
            if (const auto* query = std::get_if<wire::QueryShortChannelIds>(&*message))
                (void)sync.onQuery(*query, {});
        }
        input = input.subspan(1 + length);
    }
    check(graph.channelCount() == 0, "nothing unsigned enters the graph");
}

/// A graph of small numbers, and a route in it that keeps every limit.
void route(ByteView input) {
    NetworkGraph graph{bitcoin::BlockHash{}};
    for (std::size_t i = 0; i + 6 <= input.size() && i < 6 * 64; i += 6) {
        NodeId a = nodeOf(input[i]);
        NodeId b = nodeOf(input[i + 1]);
        if (a == b) continue;
        if (b < a) std::swap(a, b);
        graph.addTrusted({i + 1}, a, b);
        graph.setPolicy({{i + 1}, input[i + 2] & 1},
                        {.timestamp = 1,
                         .fee_base_msat = input[i + 3] * 0x1010101U,
                         .fee_proportional_millionths = input[i + 4] * 0x1010101U,
                         .cltv_expiry_delta = static_cast<std::uint16_t>(input[i + 5] * 257),
                         .htlc_maximum = {1LL << (input[i + 2] >> 2) % 61}});
    }
    const RouteRequest request{.source = nodeOf(0),
                               .target = nodeOf(1),
                               .amount = {1000},
                               .final_cltv_delta = {18},
                               .max_fee = {1'000'000'000},
                               .first_hops = {{.peer = nodeOf(2), .spendable = {1'000'000'000'000}}}};
    const auto found = findRoute(graph, {}, request);
    check(NetworkGraph::fromBytes(graph.serialized(), bitcoin::BlockHash{}).has_value(),
          "a snapshot can be read");
    if (!found) return;
    check(found->hops.size() <= most_route_hops && found->fee() <= request.max_fee,
          "a route keeps its limits");
    check(found->hops.front().cltv_delta.value <= most_route_blocks, "a route keeps its blocks");
    check(found->amountReceived() == request.amount, "the payee gets the amount");
    std::set<NodeId> seen;
    for (const RouteHop& hop : found->hops) check(seen.insert(hop.node_id).second, "a route has no loop");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    messages(ByteView(data, size));
    route(ByteView(data, size));
    (void)NetworkGraph::fromBytes(ByteView(data, size), bitcoin::BlockHash{});
    return 0;
}
