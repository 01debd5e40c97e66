#pragma once

#include "core/family/bitcoin/graph_cache.h"
#include "core/family/bitcoin/shell.h"
#include "core/lightning/channel/channel.h"
#include "core/lightning/gossip/gossip_intake.h"
#include "core/lightning/gossip/gossip_sync.h"

namespace duplex::family::bitcoin {

/// The public graph: asks peers for gossip, checks it, keeps it in a file that may be lost; and the policies
/// of our own channels, which come and go without an announcement (lightning.md 4.12, 4.13).
class GossipDriver {
public:
    static constexpr std::size_t range_peers = 3; // asked for all channels; one more gives live gossip

    /// Wrong signatures within a minute that a peer is forgiven: each cost us up to four verifications.
    static constexpr int most_forged = 100;

    using Send = std::function<void(const ln::NodeId&, ln::wire::Message)>;
    using Disconnect = std::function<void(const ln::NodeId&)>;
    /// `send` and `disconnect` queue an effect of the current turn.
    GossipDriver(Shell& shell, const crypto::PrivateKey& node_key, Send send, Disconnect disconnect);
    ~GossipDriver();
    GossipDriver(const GossipDriver&) = delete;
    GossipDriver& operator=(const GossipDriver&) = delete;

    void peerReady(const ln::NodeId& node_id, const ln::Features& features);
    void peerGone(const ln::NodeId& node_id);
    using Channels = std::map<ln::ChannelId, const ln::channel::Channel*>;
    /// Gossip and its queries. `channels` gives all of ours, to know updates that name one of them; it is
    /// asked for a channel_update only: gossip comes by the ten thousand.
    void message(const ln::NodeId& from, const ln::wire::Message& message,
                 const std::function<Channels()>& channels);
    /// Our side's policy of a channel that became usable, to its peer, once a connection (BOLT 7,
    /// channel_update for a channel that is not announced: dont_forward).
    void channelUsable(const ln::channel::Channel& channel);
    void tick();

    const ln::gossip::NetworkGraph& graph() const { return m_graph; }
    ln::gossip::LiquidityEstimate& liquidity() { return m_liquidity; }
    /// What the peer of this channel asks for forwarding to us; nothing before its channel_update came.
    std::optional<ln::gossip::ChannelPolicy> peerPolicy(const ln::ChannelId& channel) const;

    api::NodeList nodes(const api::ListNodes& request) const;
    api::GraphChannelList channels(const api::ListChannels& request) const;

private:
    struct Peer {
        ln::gossip::GossipSync sync;
        bool live = false;
        bool asks_range = false;
        bool range_noted = false; // in m_ranged
    };

    void loadPeerPolicies();
    bool takeOwnUpdate(const ln::wire::ChannelUpdate& update, const Channels& channels);
    bool mayTell(const ln::NodeId& node_id) const;
    void takePublic(const ln::NodeId& from, const ln::wire::Message& message);
    void noteForged(const ln::NodeId& from);
    void answerQuery(const ln::NodeId& from, Peer& peer, const ln::wire::Message& message);
    void handOver(bool range_open);
    bool isRanged(const ln::NodeId& node_id) const;
    void noteRange(const ln::NodeId& node_id, Peer& peer);
    UnixTime liveFrom() const;
    std::uint32_t nextTimestamp(const ln::ChannelId& channel);
    void sendAll(const ln::NodeId& to, ln::gossip::GossipSync::Messages&& messages);
    const duplex::bitcoin::BlockHash& chainHash() const { return m_chain_hash; }

    Shell& m_shell;
    crypto::PrivateKey m_node_key;
    ln::NodeId m_node_id;
    duplex::bitcoin::BlockHash m_chain_hash;
    Send m_send;
    Disconnect m_disconnect;
    GraphCache m_cache;
    ln::gossip::NetworkGraph m_graph;
    ln::gossip::GossipIntake m_intake;
    ln::gossip::LiquidityEstimate m_liquidity;
    std::map<ln::NodeId, Peer> m_peers; // connected, with gossip_queries
    struct Forged {
        Ticks since{};
        int count = 0;
    };
    std::map<ln::NodeId, Forged> m_forged;      // of connected peers that may tell
    std::map<ln::NodeId, Ticks> m_ranged;       // whose range was worked through, when
    std::optional<UnixTime> m_live_until;       // when the last live peer went away
    std::map<ln::ChannelId, ln::NodeId> m_told; // our policy went out on this connection
    std::map<ln::ChannelId, ln::gossip::ChannelPolicy> m_peer_policies;
    std::optional<Ticks> m_next_cleaning;
};

} // namespace duplex::family::bitcoin
