#pragma once

#include "core/lightning/gossip/liquidity_estimate.h"
#include "core/lightning/wire/gossip_messages.h"

#include <expected>

namespace duplex::lightning::gossip {

/// How a sender may use one direction of a channel (channel_update).
struct ChannelPolicy {
    std::uint32_t timestamp = 0;
    std::uint32_t fee_base_msat = 0;
    std::uint32_t fee_proportional_millionths = 0;
    std::uint16_t cltv_expiry_delta = 0;
    bool disabled = false;
    MilliSatoshi htlc_minimum;
    MilliSatoshi htlc_maximum;
    /// For forwarding `amount`; nothing on overflow.
    std::optional<MilliSatoshi> feeFor(MilliSatoshi amount) const;
    friend bool operator==(const ChannelPolicy&, const ChannelPolicy&) = default;
};
ChannelPolicy policyOf(const wire::ChannelUpdate& update);

/// Levels of lightning.md section 7.
enum class Verification : std::uint8_t { signatures = 0, filter_match = 1, block_read = 2, unspent = 3 };

struct GraphChannel {
    ShortChannelId short_channel_id;
    std::uint32_t node[2] = {}; // indexes of nodes; node[d] forwards in direction d
    std::optional<ChannelPolicy> policy[2];
    std::optional<bitcoin::Satoshi> capacity; // from level block_read on
    Verification verification = Verification::signatures;
    bool live = false; // false: the slot is free
    /// The capacity, or the larger htlc_maximum where it is not proven.
    MilliSatoshi usableCapacity() const;
};

struct GraphNode {
    NodeId node_id;
    std::uint32_t timestamp = 0; // of the node_announcement; 0 where there is none
    std::string alias;           // foreign text, raw
    ByteArray<3> rgb_color{};
    Features features;
    std::vector<wire::NetworkAddress> addresses;
    std::uint32_t channels = 0;
};

/// Whether all four signatures fit (BOLT 7). Pure: to be run before addChannel.
bool signaturesFit(const wire::ChannelAnnouncement& message);
bool signatureFits(const wire::NodeAnnouncement& message);
bool signatureFits(const wire::ChannelUpdate& message, const NodeId& signer);

enum class GraphChange {
    added,
    updated,
    known,           // nothing new
    unknown_channel, // an update for a channel that is not here
    unknown_node,    // an announcement of a node without channels
    invalid,         // against BOLT 7, or not by the key that the channel's announcement named
    forged,          // not by a key that the message itself names: no honest peer sends that on
    full,            // a cap is reached
};

/// The public channels and nodes. Slots of channels and indexes of nodes stay the same while they live.
class NetworkGraph {
public:
    static constexpr std::size_t most_channels = 200'000;
    static constexpr std::size_t most_nodes = 100'000;
    static constexpr std::size_t longest_announcement = 1024;

    explicit NetworkGraph(const bitcoin::BlockHash& chain_hash) : m_chain_hash(chain_hash) {}

    /// These check signatures first, limits after; `now` bounds timestamps.
    GraphChange add(const wire::ChannelAnnouncement& message);
    GraphChange add(const wire::ChannelUpdate& message, UnixTime now);
    GraphChange add(const wire::NodeAnnouncement& message, UnixTime now);
    /// A channel without checks: from our own cache of checked ones.
    GraphChange addTrusted(ShortChannelId id, const NodeId& node_1, const NodeId& node_2);
    void setPolicy(DirectedChannel channel, const ChannelPolicy& policy);
    void setVerified(ShortChannelId id, Verification level, std::optional<bitcoin::Satoshi> capacity);

    void remove(ShortChannelId id);
    /// Drops channels whose last update (or, without one, nothing at all) is older than 14 days.
    std::size_t removeStale(UnixTime now);

    std::size_t channelCount() const { return m_slot_of.size(); }
    std::size_t nodeCount() const { return m_node_of.size(); }
    const GraphChannel* channel(ShortChannelId id) const;
    const GraphNode* node(const NodeId& id) const;
    std::optional<std::uint32_t> indexOf(const NodeId& id) const;
    const GraphNode& nodeAt(std::uint32_t index) const { return m_nodes[index]; }
    std::size_t nodeSlots() const { return m_nodes.size(); }
    const GraphChannel& channelAt(std::uint32_t slot) const { return m_channels[slot]; }
    /// Ids in ascending order.
    std::vector<ShortChannelId> channelIds() const;

    /// An edge that ends at a node: the channel's slot and its direction.
    struct InEdge {
        std::uint32_t slot = 0;
        std::uint8_t direction = 0;
    };
    /// Edges into a node, from a compact table that is rebuilt after changes of topology.
    std::span<const InEdge> edgesInto(std::uint32_t node) const;

    /// Versioned snapshot for the graph cache; channels and policies, not the announcements.
    Bytes serialized() const;
    enum class LoadError { bad_version, damaged };
    static std::expected<NetworkGraph, LoadError> fromBytes(ByteView bytes,
                                                            const bitcoin::BlockHash& chain_hash);

private:
    std::uint32_t nodeIndex(const NodeId& id);
    void releaseNode(std::uint32_t index);
    void rebuildEdges() const;

    bitcoin::BlockHash m_chain_hash;
    std::vector<GraphChannel> m_channels;
    std::vector<std::uint32_t> m_free_slots;
    std::vector<GraphNode> m_nodes;
    std::vector<std::uint32_t> m_free_nodes;
    std::map<ShortChannelId, std::uint32_t> m_slot_of;
    std::map<NodeId, std::uint32_t> m_node_of;
    mutable std::vector<std::uint32_t> m_edge_start; // CSR over nodes
    mutable std::vector<InEdge> m_edges;
    mutable bool m_edges_stale = true;
};

} // namespace duplex::lightning::gossip
