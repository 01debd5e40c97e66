#pragma once

#include "core/lightning/gossip/network_graph.h"
#include "core/lightning/primitives/cltv.h"

#include <set>

namespace duplex::lightning::gossip {

inline constexpr std::size_t most_route_hops = 20;
inline constexpr std::uint32_t most_route_blocks = 2016;

/// A channel of our own that can send.
struct FirstHop {
    ChannelId channel_id;
    NodeId peer;
    MilliSatoshi spendable;
    MilliSatoshi htlc_minimum;
};

/// A channel that only the payee told us of (invoice `r`). It leads from node_id to the next hop of its hint,
/// the last one to the payee.
struct HintedHop {
    NodeId node_id;
    ShortChannelId short_channel_id;
    std::uint32_t fee_base_msat = 0;
    std::uint32_t fee_proportional_millionths = 0;
    CltvDelta cltv_expiry_delta;
};

struct RouteRequest {
    NodeId source;
    NodeId target;
    MilliSatoshi amount;        // that the target gets
    CltvDelta final_cltv_delta; // above the tip, random offset included
    MilliSatoshi max_fee;
    std::uint32_t max_blocks = most_route_blocks;
    std::vector<FirstHop> first_hops;
    std::vector<std::vector<HintedHop>>
        hints; // more than 10, or longer than 5, or circular: ignored (threats 89)
    std::set<DirectedChannel> excluded_channels;
    std::set<NodeId> excluded_nodes;
    std::map<DirectedChannel, ChannelPolicy> policies; // from failures of this payment: override the graph's
    UnixTime now{};
};

/// One hop: the channel taken and what arrives at its end.
struct RouteHop {
    NodeId node_id;                  // that receives
    ShortChannelId short_channel_id; // of the channel to it; 0 for our own channel (the first hop)
    int direction = 0;
    bool in_graph = false; // false: our own channel or a hint
    MilliSatoshi amount;   // of the HTLC that arrives at node_id
    CltvDelta cltv_delta;  // its expiry above the tip
    friend bool operator==(const RouteHop&, const RouteHop&) = default;
};

struct Route {
    ChannelId first_channel;
    std::vector<RouteHop> hops; // at least one; the last is the payee
    MilliSatoshi amountSent() const { return hops.front().amount; }
    MilliSatoshi amountReceived() const { return hops.back().amount; }
    MilliSatoshi fee() const { return amountSent() - amountReceived(); }
    friend bool operator==(const Route&, const Route&) = default;
};

enum class RouteError {
    bad_request,      // amount not positive, or target is ourselves
    no_local_balance, // no channel of ours can send this much
    no_route,
    fee_too_high, // there is a way, but above max_fee
    too_far,      // there is a way, but too many blocks or hops
};

/// The cheapest route by fee, time and risk of failure: backward Dijkstra from the payee (lightning.md 4.14).
/// Deterministic; integers only.
std::expected<Route, RouteError> findRoute(const NetworkGraph& graph, const LiquidityEstimate& liquidity,
                                           const RouteRequest& request);

} // namespace duplex::lightning::gossip
