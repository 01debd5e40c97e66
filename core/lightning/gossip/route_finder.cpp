#include "core/lightning/gossip/route_finder.h"

#include "core/lightning/gossip/route_cost.h"

#include <queue>

namespace duplex::lightning::gossip {

namespace {

constexpr std::size_t most_hints = 10;
constexpr std::size_t most_hint_hops = 5;
constexpr std::uint32_t nowhere = UINT32_MAX;

/// A channel into a node, from the graph or from a hint.
struct Edge {
    std::uint32_t from = nowhere;
    DirectedChannel channel;
    ChannelPolicy policy;
    MilliSatoshi capacity;
    Verification verification = Verification::signatures;
    bool in_graph = false;
};

/// The best way known from a node to the target.
struct Label {
    std::int64_t cost = INT64_MAX;
    MilliSatoshi amount; // that must arrive at the node
    std::uint32_t blocks = 0;
    std::uint32_t hops = 0; // from a channel of ours to the target over this node
    std::uint32_t next = nowhere;
    DirectedChannel channel; // to `next`
    bool in_graph = false;
    bool settled = false;
};

class Search {
public:
    Search(const NetworkGraph& graph, const LiquidityEstimate& liquidity, const RouteRequest& request)
        : m_graph(graph), m_liquidity(liquidity), m_request(request),
          m_next_number(static_cast<std::uint32_t>(graph.nodeSlots())) {
        m_source = number(request.source);
        m_target = number(request.target);
        for (const FirstHop& hop : request.first_hops) m_first_hops.emplace(number(hop.peer), &hop);
        addHints();
        m_labels.resize(m_next_number);
    }

    std::expected<Route, RouteError> run() {
        m_labels[m_target] = {
            .cost = 0, .amount = m_request.amount, .blocks = m_request.final_cltv_delta.value, .hops = 1};
        if (m_labels[m_target].blocks > m_request.max_blocks) return std::unexpected(RouteError::too_far);
        m_queue.emplace(0, m_target);
        while (!m_queue.empty()) {
            const auto [cost, node] = m_queue.top();
            m_queue.pop();
            Label& label = m_labels[node];
            if (label.settled || cost != label.cost) continue;
            label.settled = true;
            if (const FirstHop* first = firstHopTo(node)) return routeFrom(*first, node);
            relaxInto(node);
        }
        if (m_fee_too_high) return std::unexpected(RouteError::fee_too_high);
        if (m_too_far) return std::unexpected(RouteError::too_far);
        return std::unexpected(RouteError::no_route);
    }

private:
    /// The node's index in the graph, or one after all of the graph's.
    std::uint32_t number(const NodeId& id) {
        if (const auto index = m_graph.indexOf(id)) return *index;
        const auto [found, is_new] = m_extra.try_emplace(id, m_next_number);
        if (is_new) {
            ++m_next_number;
            m_extra_ids.push_back(id);
        }
        return found->second;
    }
    const NodeId& idOf(std::uint32_t node) const {
        return node < m_graph.nodeSlots() ? m_graph.nodeAt(node).node_id
                                          : m_extra_ids[node - m_graph.nodeSlots()];
    }

    /// Threats 89: long, circular or self-naming hints are left out.
    bool isUsable(const std::vector<HintedHop>& hint) const {
        if (hint.empty() || hint.size() > most_hint_hops) return false;
        std::set<NodeId> seen = {m_request.source, m_request.target};
        return std::all_of(hint.begin(), hint.end(), [&](const HintedHop& hop) {
            return hop.node_id.isSet() && seen.insert(hop.node_id).second;
        });
    }

    void addHints() {
        for (std::size_t h = 0; h < std::min(m_request.hints.size(), most_hints); ++h) {
            const auto& hint = m_request.hints[h];
            if (!isUsable(hint)) continue;
            for (std::size_t i = 0; i < hint.size(); ++i) {
                const HintedHop& hop = hint[i];
                const NodeId& to = i + 1 < hint.size() ? hint[i + 1].node_id : m_request.target;
                const ChannelPolicy policy{.fee_base_msat = hop.fee_base_msat,
                                           .fee_proportional_millionths = hop.fee_proportional_millionths,
                                           .cltv_expiry_delta = static_cast<std::uint16_t>(
                                               std::min<std::uint32_t>(hop.cltv_expiry_delta.value, 0xffff)),
                                           .htlc_maximum = MilliSatoshi::fromSatoshi(bitcoin::max_money)};
                m_hinted[number(to)].push_back({.from = number(hop.node_id),
                                                .channel = {hop.short_channel_id, hop.node_id < to ? 0 : 1},
                                                .policy = policy,
                                                .capacity = MilliSatoshi::fromSatoshi(bitcoin::max_money),
                                                .verification = Verification::unspent});
            }
        }
    }

    /// The channel of ours to this node that fits best: the smallest that is large enough.
    const FirstHop* firstHopTo(std::uint32_t node) const {
        const FirstHop* best = nullptr;
        const auto [begin, end] = m_first_hops.equal_range(node);
        for (auto it = begin; it != end; ++it) {
            const FirstHop& hop = *it->second;
            const MilliSatoshi amount = m_labels[node].amount;
            if (hop.spendable < amount || amount < hop.htlc_minimum) continue;
            if (!best || hop.spendable < best->spendable) best = &hop;
        }
        return best;
    }

    void relaxInto(std::uint32_t node) {
        if (node < m_graph.nodeSlots()) {
            for (const NetworkGraph::InEdge& in : m_graph.edgesInto(node)) {
                const GraphChannel& channel = m_graph.channelAt(in.slot);
                const auto& policy = channel.policy[in.direction];
                if (!policy) continue;
                relax({.from = channel.node[in.direction],
                       .channel = {channel.short_channel_id, in.direction},
                       .policy = *policy,
                       .capacity = channel.usableCapacity(),
                       .verification = channel.verification,
                       .in_graph = true},
                      node);
            }
        }
        const auto hinted = m_hinted.find(node);
        if (hinted == m_hinted.end()) return;
        for (const Edge& edge : hinted->second) relax(edge, node);
    }

    bool isUsable(const Edge& edge) const {
        if (edge.from == m_source || edge.from == m_target || m_labels[edge.from].settled) return false;
        if (edge.policy.disabled || m_request.excluded_channels.contains(edge.channel)) return false;
        return m_request.excluded_nodes.empty() || !m_request.excluded_nodes.contains(idOf(edge.from));
    }

    void relax(Edge edge, std::uint32_t to) {
        if (const auto other = m_request.policies.find(edge.channel); other != m_request.policies.end())
            edge.policy = other->second;
        if (!isUsable(edge)) return;
        const Label& after = m_labels[to];
        if (after.amount < edge.policy.htlc_minimum || after.amount > edge.policy.htlc_maximum) return;
        if (after.amount > edge.capacity) return;
        const auto fee = edge.policy.feeFor(after.amount);
        if (!fee) return;
        const std::uint32_t blocks = after.blocks + edge.policy.cltv_expiry_delta;
        if (after.amount + *fee - m_request.amount > m_request.max_fee) {
            m_fee_too_high = true;
            return;
        }
        if (blocks > m_request.max_blocks || after.hops + 1 > most_route_hops) {
            m_too_far = true;
            return;
        }
        const LiquidityBounds bounds = m_liquidity.bounds(edge.channel, edge.capacity, m_request.now);
        const std::int64_t cost = after.cost + fee->value +
                                  hopPenalty(after.amount, edge.policy.cltv_expiry_delta) +
                                  liquidityPenalty(after.amount, bounds, edge.verification);
        Label& label = m_labels[edge.from];
        if (cost >= label.cost) return;
        label = {.cost = cost,
                 .amount = after.amount + *fee,
                 .blocks = blocks,
                 .hops = after.hops + 1,
                 .next = to,
                 .channel = edge.channel,
                 .in_graph = edge.in_graph};
        m_queue.emplace(cost, edge.from);
    }

    Route routeFrom(const FirstHop& first, std::uint32_t node) const {
        Route route{.first_channel = first.channel_id, .hops = {}};
        RouteHop hop{.node_id = idOf(node)};
        for (;;) {
            const Label& label = m_labels[node];
            hop.amount = label.amount;
            hop.cltv_delta = {label.blocks};
            route.hops.push_back(hop);
            if (label.next == nowhere) return route;
            hop = {.node_id = idOf(label.next),
                   .short_channel_id = label.channel.short_channel_id,
                   .direction = label.channel.direction,
                   .in_graph = label.in_graph};
            node = label.next;
        }
    }

    const NetworkGraph& m_graph;
    const LiquidityEstimate& m_liquidity;
    const RouteRequest& m_request;
    std::map<NodeId, std::uint32_t> m_extra;
    std::vector<NodeId> m_extra_ids;
    std::uint32_t m_next_number;
    std::uint32_t m_source = nowhere;
    std::uint32_t m_target = nowhere;
    std::multimap<std::uint32_t, const FirstHop*> m_first_hops;
    std::map<std::uint32_t, std::vector<Edge>> m_hinted;
    std::vector<Label> m_labels;
    using Entry = std::pair<std::int64_t, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> m_queue;
    bool m_fee_too_high = false;
    bool m_too_far = false;
};

} // namespace

std::expected<Route, RouteError> findRoute(const NetworkGraph& graph, const LiquidityEstimate& liquidity,
                                           const RouteRequest& request) {
    if (request.amount.value <= 0 || !checkedMilliSatoshi(static_cast<std::uint64_t>(request.amount.value)))
        return std::unexpected(RouteError::bad_request);
    if (request.source == request.target || !request.target.isSet())
        return std::unexpected(RouteError::bad_request);
    const bool can_send = std::any_of(request.first_hops.begin(), request.first_hops.end(),
                                      [&](const FirstHop& hop) { return hop.spendable >= request.amount; });
    if (!can_send) return std::unexpected(RouteError::no_local_balance);
    return Search(graph, liquidity, request).run();
}

} // namespace duplex::lightning::gossip
