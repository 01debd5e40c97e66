#include "core/lightning/gossip/network_graph.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace duplex::lightning::gossip {

namespace {

constexpr std::uint8_t snapshot_version = 1;
constexpr std::size_t smallest_node = 33 + 4 + 3 + 1 + 1 + 1;
constexpr std::size_t smallest_channel = 8 + 4 + 4 + 1 + 1 + 1 + 1;

void write(ByteWriter& writer, const GraphNode& node) {
    writer.bytes(node.node_id).u32le(node.timestamp).bytes(node.rgb_color);
    writer.compactBytes(viewOf(node.alias)).compactBytes(node.features.bytes());
    writer.compactBytes(wire::encodeAddresses(node.addresses));
}

GraphNode readNode(ByteReader& reader) {
    GraphNode node;
    const auto id = crypto::PublicKey::fromBytes(reader.view(33));
    if (id)
        node.node_id = *id;
    else
        reader.fail();
    node.timestamp = reader.u32le();
    node.rgb_color = reader.array<3>();
    node.alias = duplex::textOf(reader.compactBytes());
    const auto features = Features::fromBytes(reader.compactBytes());
    if (features)
        node.features = *features;
    else
        reader.fail();
    node.addresses = wire::addressesOf(reader.compactBytes());
    return node;
}

void write(ByteWriter& writer, const std::optional<ChannelPolicy>& policy) {
    writer.u8(policy ? 1 : 0);
    if (!policy) return;
    writer.u32le(policy->timestamp).u32le(policy->fee_base_msat).u32le(policy->fee_proportional_millionths);
    writer.u16le(policy->cltv_expiry_delta).u8(policy->disabled ? 1 : 0);
    writer.i64le(policy->htlc_minimum.value).i64le(policy->htlc_maximum.value);
}

MilliSatoshi readAmount(ByteReader& reader) {
    const auto amount = checkedMilliSatoshi(reader.u64le());
    if (!amount) reader.fail();
    return amount.value_or(MilliSatoshi{});
}

std::optional<ChannelPolicy> readPolicy(ByteReader& reader) {
    if (reader.u8() == 0) return std::nullopt;
    ChannelPolicy policy;
    policy.timestamp = reader.u32le();
    policy.fee_base_msat = reader.u32le();
    policy.fee_proportional_millionths = reader.u32le();
    policy.cltv_expiry_delta = reader.u16le();
    policy.disabled = reader.u8() != 0;
    policy.htlc_minimum = readAmount(reader);
    policy.htlc_maximum = readAmount(reader);
    return policy;
}

} // namespace

Bytes NetworkGraph::serialized() const {
    ByteWriter writer;
    writer.u8(snapshot_version).bytes(m_chain_hash);
    std::map<std::uint32_t, std::uint32_t> number; // index to place in the snapshot
    writer.compactSize(m_node_of.size());
    for (const auto& [id, index] : m_node_of) {
        number.emplace(index, static_cast<std::uint32_t>(number.size()));
        write(writer, m_nodes[index]);
    }
    writer.compactSize(m_slot_of.size());
    for (const auto& [id, slot] : m_slot_of) {
        const GraphChannel& channel = m_channels[slot];
        writer.u64le(id.value).u32le(number[channel.node[0]]).u32le(number[channel.node[1]]);
        writer.u8(static_cast<std::uint8_t>(channel.verification));
        writer.u8(channel.capacity ? 1 : 0);
        if (channel.capacity) writer.i64le(channel.capacity->value);
        for (const auto& policy : channel.policy) write(writer, policy);
    }
    return writer.take();
}

std::expected<NetworkGraph, NetworkGraph::LoadError>
NetworkGraph::fromBytes(ByteView bytes, const bitcoin::BlockHash& chain_hash) {
    ByteReader reader(bytes);
    if (reader.u8() != snapshot_version) return std::unexpected(LoadError::bad_version);
    if (reader.array<32>() != chain_hash.bytes) return std::unexpected(LoadError::damaged);
    NetworkGraph graph(chain_hash);
    std::vector<GraphNode> nodes(std::min(reader.compactCount(smallest_node), most_nodes));
    for (GraphNode& node : nodes) node = readNode(reader);
    const std::size_t channels = reader.compactCount(smallest_channel);
    for (std::size_t i = 0; i < channels && reader.ok(); ++i) {
        const ShortChannelId id{reader.u64le()};
        const std::uint32_t first = reader.u32le();
        const std::uint32_t second = reader.u32le();
        const std::uint8_t level = reader.u8();
        std::optional<bitcoin::Satoshi> capacity;
        if (reader.u8() != 0) capacity = bitcoin::Satoshi{reader.i64le()};
        if (capacity && !bitcoin::inMoneyRange(*capacity)) return std::unexpected(LoadError::damaged);
        if (first >= nodes.size() || second >= nodes.size() || level > 3)
            return std::unexpected(LoadError::damaged);
        if (graph.addTrusted(id, nodes[first].node_id, nodes[second].node_id) != GraphChange::added)
            return std::unexpected(LoadError::damaged);
        graph.setVerified(id, static_cast<Verification>(level), capacity);
        for (int direction = 0; direction < 2; ++direction)
            if (const auto policy = readPolicy(reader)) graph.setPolicy({id, direction}, *policy);
    }
    if (!reader.finished()) return std::unexpected(LoadError::damaged);
    for (const GraphNode& node : nodes) {
        const auto found = graph.m_node_of.find(node.node_id);
        if (found == graph.m_node_of.end()) continue;
        const std::uint32_t count = graph.m_nodes[found->second].channels;
        graph.m_nodes[found->second] = node;
        graph.m_nodes[found->second].channels = count;
    }
    return graph;
}

} // namespace duplex::lightning::gossip
