#pragma once

#include "core/lightning/gossip/network_graph.h"
#include "core/lightning/wire/message.h"

namespace duplex::lightning::gossip {

/// Gossip about one of our announced channels: what others may ask of us.
struct OwnGossip {
    ShortChannelId short_channel_id;
    std::vector<wire::Message> messages; // announcement, updates, our node_announcement
};

enum class RangeSync { ask, skip };         // ask 3 peers
enum class LiveGossip { wanted, unwanted }; // from 1 peer

/// Gossip with one peer that has gossip_queries (BOLT 7, Query Messages; lightning.md 4.12). Every call gives
/// the messages to send.
class GossipSync {
public:
    using Messages = std::vector<wire::Message>;

    GossipSync(const bitcoin::BlockHash& chain_hash, RangeSync range, LiveGossip live)
        : m_chain_hash(chain_hash), m_range(range), m_live(live) {}

    /// After init: our filter and, if asked for, the range query. Live gossip counts from `live_from`: now,
    /// or when the last live peer went away.
    Messages start(UnixTime live_from, Ticks ticks);
    /// Takes over from a peer that went away; nothing when it has that task already.
    Messages takeLive(UnixTime live_from);
    Messages takeRange(Ticks ticks);
    Messages onReply(const wire::ReplyChannelRange& reply, const NetworkGraph& graph, Ticks ticks);
    Messages onReplyEnd(const wire::ReplyShortChannelIdsEnd& reply, Ticks ticks);
    /// Range queries of the peer: at most 1 per 10 s is answered, about our own channels only.
    Messages onQuery(const wire::QueryChannelRange& query, std::span<const OwnGossip> own, Ticks ticks);
    Messages onQuery(const wire::QueryShortChannelIds& query, std::span<const OwnGossip> own);
    /// Gossip arrived: keeps an open query alive (LND sends slowly: idle timers, not total ones).
    void onGossip(Ticks ticks) { m_last_progress = ticks; }
    /// Gives up a query without progress for 60 s.
    void tick(Ticks ticks);

    enum class Stage { idle, range_asked, ids_asked, live };
    Stage stage() const { return m_stage; }
    /// True once the range was worked through, or given up.
    bool isDone() const { return m_stage == Stage::live; }

private:
    wire::GossipTimestampFilter filter(UnixTime live_from) const;
    wire::QueryChannelRange rangeQuery(Ticks ticks);
    Messages askNextIds(Ticks ticks);

    bitcoin::BlockHash m_chain_hash;
    RangeSync m_range;
    LiveGossip m_live;
    Stage m_stage = Stage::idle;
    std::vector<ShortChannelId> m_wanted; // still to be asked for, last first
    std::size_t m_queries = 0;
    Ticks m_last_progress{};
    std::optional<Ticks> m_last_answer;
};

} // namespace duplex::lightning::gossip
