#pragma once

#include "core/lightning/gossip/network_graph.h"
#include "core/lightning/wire/message.h"

#include <deque>

namespace duplex::lightning::gossip {

/// Takes gossip of any peer into the graph; keeps at most 100 updates that came before their channel (threats
/// 69).
class GossipIntake {
public:
    static constexpr std::size_t most_premature = 100;

    /// What a message did; nothing when it is no gossip message.
    std::optional<GraphChange> take(const wire::Message& message, NetworkGraph& graph, UnixTime now);
    std::size_t prematureCount() const { return m_premature.size(); }

private:
    std::deque<wire::ChannelUpdate> m_premature;
};

} // namespace duplex::lightning::gossip
