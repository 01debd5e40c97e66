#pragma once

#include "core/family/bitcoin/shell.h"
#include "core/lightning/channel/channel.h"
#include "core/lightning/gossip/gossip_intake.h"
#include "core/lightning/gossip/gossip_sync.h"
#include "core/lightning/gossip/liquidity_estimate.h"

namespace duplex::family::bitcoin {

/// The public graph: asks peers for gossip, checks it, keeps it in a file that may be lost; and the policies
/// of our own channels, which come and go without an announcement (lightning.md 4.12, 4.13).
class GossipDriver {
public:
    using Send = std::function<void(const ln::NodeId&, ln::wire::Message)>;
    /// `send` queues an effect of the current turn.
    GossipDriver(Shell& shell, const crypto::PrivateKey& node_key, Send send);
    ~GossipDriver();

    void peerReady(const ln::NodeId& node_id, const ln::Features& features);
    void peerGone(const ln::NodeId& node_id);
    /// Gossip and its queries; `channels`: all of ours, to know updates that name one of them.
    void message(const ln::NodeId& from, const ln::wire::Message& message,
                 const std::map<ln::ChannelId, const ln::channel::Channel*>& channels);
    /// Our side's policy of a channel that became usable, to its peer (BOLT 7, channel_update for a channel
    /// that is not announced: dont_forward).
    void channelUsable(const ln::channel::Channel& channel);
    void tick();

    const ln::gossip::NetworkGraph& graph() const { return m_graph; }
    ln::gossip::LiquidityEstimate& liquidity() { return m_liquidity; }
    /// What the peer of this channel asks for forwarding to us; nothing before its channel_update came.
    std::optional<ln::gossip::ChannelPolicy> peerPolicy(const ln::ChannelId& channel) const;

    api::NodeList nodes(const api::ListNodes& request) const;
    api::GraphChannelList channels(const api::ListChannels& request) const;

private:
    Shell& m_shell;
    crypto::PrivateKey m_node_key;
    Send m_send;
    ln::gossip::NetworkGraph m_graph;
    ln::gossip::GossipIntake m_intake;
    ln::gossip::LiquidityEstimate m_liquidity;
    std::map<ln::NodeId, ln::gossip::GossipSync> m_syncs;
    std::map<ln::ChannelId, ln::gossip::ChannelPolicy> m_peer_policies;
};

} // namespace duplex::family::bitcoin
