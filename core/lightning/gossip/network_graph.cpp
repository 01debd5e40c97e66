#include "core/lightning/gossip/network_graph.h"

#include "core/base/check.h"
#include "core/lightning/wire/message.h"

namespace duplex::lightning::gossip {

namespace {
constexpr std::int64_t stale_after_s = 14 * 86400;
constexpr std::int64_t future_allowed_s = 86400;

bool tooFarAhead(std::uint32_t timestamp, UnixTime now) {
    return timestamp > secondsOf(now) + future_allowed_s;
}
bool tooOld(std::uint32_t timestamp, UnixTime now) {
    return timestamp < secondsOf(now) - stale_after_s;
}

std::string aliasText(const ByteArray<32>& alias) {
    const auto end = std::find(alias.begin(), alias.end(), 0);
    return std::string(alias.begin(), end);
}
} // namespace

std::optional<MilliSatoshi> ChannelPolicy::feeFor(MilliSatoshi amount) const {
    const __int128 fee =
        static_cast<__int128>(amount.value) * fee_proportional_millionths / 1'000'000 + fee_base_msat;
    if (amount.value < 0 || fee > bitcoin::max_money.value * static_cast<__int128>(1000)) return std::nullopt;
    return MilliSatoshi{static_cast<std::int64_t>(fee)};
}

ChannelPolicy policyOf(const wire::ChannelUpdate& update) {
    return {.timestamp = update.timestamp,
            .fee_base_msat = update.fee_base_msat,
            .fee_proportional_millionths = update.fee_proportional_millionths,
            .cltv_expiry_delta = static_cast<std::uint16_t>(update.cltv_expiry_delta.value),
            .disabled = update.disabled(),
            .htlc_minimum = update.htlc_minimum_msat,
            .htlc_maximum = update.htlc_maximum_msat};
}

MilliSatoshi GraphChannel::usableCapacity() const {
    if (capacity) return MilliSatoshi::fromSatoshi(*capacity);
    MilliSatoshi largest;
    for (const auto& side : policy)
        if (side) largest = std::max(largest, side->htlc_maximum);
    return largest;
}

bool signaturesFit(const wire::ChannelAnnouncement& m) {
    const crypto::Hash32 digest = wire::signedDigest(m);
    return crypto::verify(digest, m.node_signature_1, m.node_id_1) &&
           crypto::verify(digest, m.node_signature_2, m.node_id_2) &&
           crypto::verify(digest, m.bitcoin_signature_1, m.bitcoin_key_1) &&
           crypto::verify(digest, m.bitcoin_signature_2, m.bitcoin_key_2);
}

bool signatureFits(const wire::NodeAnnouncement& message) {
    return crypto::verify(wire::signedDigest(message), message.signature, message.node_id);
}

bool signatureFits(const wire::ChannelUpdate& message, const NodeId& signer) {
    return crypto::verify(wire::signedDigest(message), message.signature, signer);
}

GraphChange NetworkGraph::add(const wire::ChannelAnnouncement& message) {
    if (message.chain_hash != m_chain_hash || message.node_id_1 >= message.node_id_2)
        return GraphChange::invalid;
    const auto features = Features::fromBytes(message.features);
    if (!features || features->firstUnknownCompulsory(Features{})) return GraphChange::invalid;
    if (m_slot_of.contains(message.short_channel_id))
        return GraphChange::known; // duplicates cost no verification
    if (wire::encode(message).size() > longest_announcement) return GraphChange::invalid;
    if (!signaturesFit(message)) return GraphChange::forged;
    return addTrusted(message.short_channel_id, message.node_id_1, message.node_id_2);
}

GraphChange NetworkGraph::addTrusted(ShortChannelId id, const NodeId& node_1, const NodeId& node_2) {
    if (m_slot_of.contains(id)) return GraphChange::known;
    const std::size_t new_nodes = (m_node_of.contains(node_1) ? 0 : 1) + (m_node_of.contains(node_2) ? 0 : 1);
    if (m_slot_of.size() >= most_channels || m_node_of.size() + new_nodes > most_nodes)
        return GraphChange::full;
    std::uint32_t slot = 0;
    if (m_free_slots.empty()) {
        slot = static_cast<std::uint32_t>(m_channels.size());
        m_channels.emplace_back();
    } else {
        slot = m_free_slots.back();
        m_free_slots.pop_back();
    }
    GraphChannel& channel = m_channels[slot] = GraphChannel{.short_channel_id = id, .live = true};
    channel.node[0] = nodeIndex(node_1);
    channel.node[1] = nodeIndex(node_2);
    ++m_nodes[channel.node[0]].channels;
    ++m_nodes[channel.node[1]].channels;
    m_slot_of.emplace(id, slot);
    m_edges_stale = true;
    return GraphChange::added;
}

GraphChange NetworkGraph::add(const wire::ChannelUpdate& message, UnixTime now) {
    if (message.chain_hash != m_chain_hash || (message.message_flags & 1) == 0) return GraphChange::invalid;
    if (tooFarAhead(message.timestamp, now) || message.htlc_maximum_msat < message.htlc_minimum_msat)
        return GraphChange::invalid;
    if (wire::encode(message).size() > longest_announcement) return GraphChange::invalid;
    if (tooOld(message.timestamp, now)) return GraphChange::known;
    const auto found = m_slot_of.find(message.short_channel_id);
    if (found == m_slot_of.end()) return GraphChange::unknown_channel;
    GraphChannel& channel = m_channels[found->second];
    auto& policy = channel.policy[message.direction()];
    if (policy && policy->timestamp >= message.timestamp) return GraphChange::known;
    // No forgery of whoever brings it: the key is the one that the first announcement of this channel named,
    // and nobody has looked into the chain for that. A liar's would make all honest peers look like forgers.
    if (!signatureFits(message, m_nodes[channel.node[message.direction()]].node_id))
        return GraphChange::invalid;
    if (channel.capacity && message.htlc_maximum_msat > MilliSatoshi::fromSatoshi(*channel.capacity))
        return GraphChange::invalid; // BOLT 7: more than the capacity
    policy = policyOf(message);
    return GraphChange::updated;
}

GraphChange NetworkGraph::add(const wire::NodeAnnouncement& message, UnixTime now) {
    const auto features = Features::fromBytes(message.features);
    if (!features || tooFarAhead(message.timestamp, now)) return GraphChange::invalid;
    if (wire::encode(message).size() > longest_announcement) return GraphChange::invalid;
    const auto found = m_node_of.find(message.node_id);
    if (found == m_node_of.end()) return GraphChange::unknown_node;
    GraphNode& node = m_nodes[found->second];
    if (node.timestamp >= message.timestamp) return GraphChange::known;
    if (!signatureFits(message)) return GraphChange::forged;
    node.timestamp = message.timestamp;
    node.alias = aliasText(message.alias);
    node.rgb_color = message.rgb_color;
    node.features = *features;
    node.addresses = wire::addressesOf(message.addresses);
    return GraphChange::updated;
}

void NetworkGraph::setPolicy(DirectedChannel channel, const ChannelPolicy& policy) {
    const auto found = m_slot_of.find(channel.short_channel_id);
    if (found != m_slot_of.end()) m_channels[found->second].policy[channel.direction & 1] = policy;
}

void NetworkGraph::setVerified(ShortChannelId id, Verification level,
                               std::optional<bitcoin::Satoshi> capacity) {
    const auto found = m_slot_of.find(id);
    if (found == m_slot_of.end()) return;
    m_channels[found->second].verification = level;
    m_channels[found->second].capacity = capacity;
}

void NetworkGraph::remove(ShortChannelId id) {
    const auto found = m_slot_of.find(id);
    if (found == m_slot_of.end()) return;
    GraphChannel& channel = m_channels[found->second];
    for (const std::uint32_t node : channel.node)
        if (--m_nodes[node].channels == 0) releaseNode(node);
    channel = GraphChannel{};
    m_free_slots.push_back(found->second);
    m_slot_of.erase(found);
    m_edges_stale = true;
}

std::size_t NetworkGraph::removeStale(UnixTime now) {
    std::vector<ShortChannelId> stale;
    for (const auto& [id, slot] : m_slot_of) {
        std::uint32_t newest = 0;
        for (const auto& policy : m_channels[slot].policy)
            if (policy) newest = std::max(newest, policy->timestamp);
        if (tooOld(newest, now)) stale.push_back(id);
    }
    for (const ShortChannelId id : stale) remove(id);
    return stale.size();
}

const GraphChannel* NetworkGraph::channel(ShortChannelId id) const {
    const auto found = m_slot_of.find(id);
    return found == m_slot_of.end() ? nullptr : &m_channels[found->second];
}

const GraphNode* NetworkGraph::node(const NodeId& id) const {
    const auto found = m_node_of.find(id);
    return found == m_node_of.end() ? nullptr : &m_nodes[found->second];
}

std::optional<std::uint32_t> NetworkGraph::indexOf(const NodeId& id) const {
    const auto found = m_node_of.find(id);
    return found == m_node_of.end() ? std::nullopt : std::optional(found->second);
}

std::vector<ShortChannelId> NetworkGraph::channelIds() const {
    std::vector<ShortChannelId> ids;
    ids.reserve(m_slot_of.size());
    for (const auto& [id, slot] : m_slot_of) ids.push_back(id);
    return ids;
}

std::uint32_t NetworkGraph::nodeIndex(const NodeId& id) {
    const auto found = m_node_of.find(id);
    if (found != m_node_of.end()) return found->second;
    std::uint32_t index = 0;
    if (m_free_nodes.empty()) {
        index = static_cast<std::uint32_t>(m_nodes.size());
        m_nodes.emplace_back();
    } else {
        index = m_free_nodes.back();
        m_free_nodes.pop_back();
    }
    m_nodes[index] = GraphNode{.node_id = id};
    m_node_of.emplace(id, index);
    return index;
}

void NetworkGraph::releaseNode(std::uint32_t index) {
    m_node_of.erase(m_nodes[index].node_id);
    m_nodes[index] = GraphNode{};
    m_free_nodes.push_back(index);
}

void NetworkGraph::rebuildEdges() const {
    m_edge_start.assign(m_nodes.size() + 1, 0);
    // Direction d runs from node[d] to the other node: count, sum up, then fill from the back.
    for (const auto& [id, slot] : m_slot_of)
        for (const std::uint32_t node : m_channels[slot].node) ++m_edge_start[node + 1];
    for (std::size_t i = 1; i < m_edge_start.size(); ++i) m_edge_start[i] += m_edge_start[i - 1];
    m_edges.assign(2 * m_slot_of.size(), InEdge{});
    std::vector<std::uint32_t> next(m_edge_start.begin(), m_edge_start.end() - 1);
    for (const auto& [id, slot] : m_slot_of)
        for (std::uint8_t direction = 0; direction < 2; ++direction)
            m_edges[next[m_channels[slot].node[1 - direction]]++] = {.slot = slot, .direction = direction};
    m_edges_stale = false;
}

std::span<const NetworkGraph::InEdge> NetworkGraph::edgesInto(std::uint32_t node) const {
    if (m_edges_stale) rebuildEdges();
    if (node + 1 >= m_edge_start.size()) return {};
    return std::span(m_edges).subspan(m_edge_start[node], m_edge_start[node + 1] - m_edge_start[node]);
}

} // namespace duplex::lightning::gossip
