// The public graph as people read it: nodes and channels with their labels. What nodes say of themselves is
// foreign text and is reduced to what can be printed.

#include "core/family/bitcoin/foreign_text.h"
#include "core/family/bitcoin/gossip_driver.h"
#include "core/family/bitcoin/verified.h"

#include <QString>

namespace duplex::family::bitcoin {

namespace {

namespace gossip = ln::gossip;

std::string hostText(const ln::wire::NetworkAddress& address) {
    using Kind = ln::wire::NetworkAddress::Kind;
    wire::NodeAddress known{.address = address.host, .port = address.port};
    switch (address.kind) {
    case Kind::dns:
        return hostNameText(address.host);
    case Kind::ipv4:
        known.kind = wire::AddressKind::ipv4;
        break;
    case Kind::ipv6:
        known.kind = wire::AddressKind::ipv6;
        break;
    case Kind::tor_v3:
        return onionNameText(address.host);
    }
    return wire::hostOf(known);
}

std::string lowerCase(const std::string& text) {
    return QString::fromStdString(text).toCaseFolded().toStdString();
}

std::uint32_t newestOf(const gossip::GraphChannel& channel) {
    std::uint32_t newest = 0;
    for (const auto& policy : channel.policy)
        if (policy) newest = std::max(newest, policy->timestamp);
    return newest;
}

std::size_t limitOf(int limit, std::size_t found) {
    return limit > 0 ? std::min(static_cast<std::size_t>(limit), found) : found;
}

api::NetworkNode describe(const gossip::NetworkGraph& graph, std::uint32_t index) {
    const gossip::GraphNode& node = graph.nodeAt(index);
    api::NetworkNode described{.node_id = node.node_id.hex(),
                               .alias = foreignText(node.alias),
                               .color = toHex(node.rgb_color),
                               .last_timestamp = node.timestamp,
                               .features_hex = toHex(node.features.bytes()),
                               .channel_count = static_cast<int>(node.channels),
                               .verified = verifiedAnnouncement(node.timestamp)};
    for (const auto& address : node.addresses) {
        if (std::string host = hostText(address); !host.empty())
            described.addresses.emplace_back(std::move(host), address.port);
    }
    // Each channel of a node ends at it in exactly one direction.
    for (const auto& edge : graph.edgesInto(index))
        described.capacity_sat += graph.channelAt(edge.slot).usableCapacity().satoshiFloor().value;
    return described;
}

api::GraphChannel describe(const gossip::NetworkGraph& graph, const gossip::GraphChannel& channel,
                           int direction) {
    const gossip::ChannelPolicy& policy = *channel.policy[direction];
    return {.source = graph.nodeAt(channel.node[direction]).node_id.hex(),
            .destination = graph.nodeAt(channel.node[1 - direction]).node_id.hex(),
            .short_channel_id = ln::textOf(channel.short_channel_id),
            .direction = direction,
            .is_public = true,
            .amount_msat = channel.usableCapacity().value,
            .capacity_proved = channel.capacity.has_value(),
            .message_flags = 1,
            .channel_flags = direction | (policy.disabled ? 2 : 0),
            .active = !policy.disabled,
            .last_update = policy.timestamp,
            .base_fee_msat = policy.fee_base_msat,
            .fee_per_millionth = policy.fee_proportional_millionths,
            .delay = policy.cltv_expiry_delta,
            .htlc_minimum_msat = policy.htlc_minimum.value,
            .htlc_maximum_msat = policy.htlc_maximum.value,
            .verified = verifiedGossip(channel, newestOf(channel))};
}

} // namespace

api::NodeList GossipDriver::nodes(const api::ListNodes& request) const {
    const std::string search = lowerCase(request.search);
    std::vector<std::uint32_t> found;
    for (std::uint32_t index = 0; index < m_graph.nodeSlots(); ++index) {
        const gossip::GraphNode& node = m_graph.nodeAt(index);
        if (!node.node_id.isSet()) continue; // a free slot
        if (!request.node_id.empty() && node.node_id.hex() != request.node_id) continue;
        if (!search.empty() && node.node_id.hex().find(search) == std::string::npos &&
            lowerCase(foreignText(node.alias)).find(search) == std::string::npos)
            continue;
        found.push_back(index);
    }
    // The best connected first; equals by id, so that a list stands still.
    const std::size_t count = limitOf(request.limit, found.size());
    std::ranges::partial_sort(
        found, found.begin() + static_cast<std::ptrdiff_t>(count), [this](std::uint32_t a, std::uint32_t b) {
            const auto& x = m_graph.nodeAt(a);
            const auto& y = m_graph.nodeAt(b);
            return x.channels != y.channels ? x.channels > y.channels : x.node_id < y.node_id;
        });
    api::NodeList list{.nodes = {}, .total = static_cast<int>(found.size())};
    for (std::size_t i = 0; i < count; ++i) list.nodes.push_back(describe(m_graph, found[i]));
    return list;
}

api::GraphChannelList GossipDriver::channels(const api::ListChannels& request) const {
    const auto wanted = [](const std::string& text, const ln::NodeId& node) {
        return text.empty() || text == node.hex();
    };
    std::vector<std::pair<const gossip::GraphChannel*, int>> found;
    const auto consider = [&](const gossip::GraphChannel* channel) {
        for (int direction = 0; channel != nullptr && direction < 2; ++direction) {
            if (!channel->policy[direction]) continue;
            if (wanted(request.source, m_graph.nodeAt(channel->node[direction]).node_id) &&
                wanted(request.destination, m_graph.nodeAt(channel->node[1 - direction]).node_id))
                found.emplace_back(channel, direction);
        }
    };
    if (request.short_channel_id.empty()) {
        for (const ln::ShortChannelId id : m_graph.channelIds()) consider(m_graph.channel(id));
    } else if (const auto id = ln::shortChannelIdFromText(request.short_channel_id)) {
        consider(m_graph.channel(*id));
    }
    const std::size_t count = limitOf(request.limit, found.size());
    api::GraphChannelList list{.channels = {}, .total = static_cast<int>(found.size())};
    for (std::size_t i = 0; i < count; ++i)
        list.channels.push_back(describe(m_graph, *found[i].first, found[i].second));
    return list;
}

} // namespace duplex::family::bitcoin
