#include "core/lightning/gossip/gossip_intake.h"

namespace duplex::lightning::gossip {

std::optional<GraphChange> GossipIntake::take(const wire::Message& message, NetworkGraph& graph,
                                              UnixTime now) {
    if (const auto* announcement = std::get_if<wire::ChannelAnnouncement>(&message)) {
        const GraphChange change = graph.add(*announcement);
        if (change != GraphChange::added) return change;
        for (std::size_t i = m_premature.size(); i-- > 0;) {
            if (m_premature[i].short_channel_id != announcement->short_channel_id) continue;
            graph.add(m_premature[i], now);
            m_premature.erase(m_premature.begin() + static_cast<std::ptrdiff_t>(i));
        }
        return change;
    }
    if (const auto* update = std::get_if<wire::ChannelUpdate>(&message)) {
        const GraphChange change = graph.add(*update, now);
        if (change == GraphChange::unknown_channel) {
            m_premature.push_back(*update);
            if (m_premature.size() > most_premature) m_premature.pop_front();
        }
        return change;
    }
    if (const auto* node = std::get_if<wire::NodeAnnouncement>(&message)) return graph.add(*node, now);
    return std::nullopt;
}

} // namespace duplex::lightning::gossip
