#include "core/lightning/gossip/gossip_sync.h"

namespace duplex::lightning::gossip {

namespace {
constexpr std::size_t ids_in_a_query = 100;
constexpr std::size_t most_queries = 2000;
constexpr Ticks between_answers = 10s;
constexpr Ticks longest_silence = 60s;
constexpr std::uint32_t whole_range = 0xffffffff;

bool isNewer(const std::optional<ChannelPolicy>& policy, std::uint32_t timestamp) {
    return timestamp != 0 && (!policy || policy->timestamp < timestamp);
}
} // namespace

GossipSync::Messages GossipSync::start(UnixTime live_from, Ticks ticks) {
    m_last_progress = ticks;
    m_stage = Stage::live;
    Messages messages;
    if (m_range == RangeSync::ask) messages.push_back(rangeQuery(ticks));
    messages.push_back(filter(live_from));
    return messages;
}

GossipSync::Messages GossipSync::takeLive(UnixTime live_from) {
    if (m_live == LiveGossip::wanted) return {};
    m_live = LiveGossip::wanted;
    return {filter(live_from)};
}

GossipSync::Messages GossipSync::takeRange(Ticks ticks) {
    if (m_range == RangeSync::ask) return {};
    m_range = RangeSync::ask;
    return {rangeQuery(ticks)};
}

wire::GossipTimestampFilter GossipSync::filter(UnixTime live_from) const {
    const bool live = m_live == LiveGossip::wanted;
    return {.chain_hash = m_chain_hash,
            .first_timestamp = live ? static_cast<std::uint32_t>(secondsOf(live_from)) : 0xffffffff,
            .timestamp_range = live ? 0xffffffff : 0};
}

wire::QueryChannelRange GossipSync::rangeQuery(Ticks ticks) {
    m_last_progress = ticks;
    m_stage = Stage::range_asked;
    return {.chain_hash = m_chain_hash,
            .first_blocknum = 0,
            .number_of_blocks = whole_range,
            .query_option_flags = wire::QueryChannelRange::want_timestamps};
}

GossipSync::Messages GossipSync::onReply(const wire::ReplyChannelRange& reply, const NetworkGraph& graph,
                                         Ticks ticks) {
    if (m_stage != Stage::range_asked || reply.chain_hash != m_chain_hash) return {};
    const auto ids = wire::decodeShortIds(reply.encoded_short_ids);
    if (!ids) return {};
    m_last_progress = ticks;
    auto timestamps = reply.timestamps_tlv ? wire::decodeTimestamps(*reply.timestamps_tlv) : std::nullopt;
    if (timestamps && timestamps->size() != ids->size()) timestamps.reset();
    for (std::size_t i = 0; i < ids->size() && m_wanted.size() < most_queries * ids_in_a_query; ++i) {
        const GraphChannel* channel = graph.channel((*ids)[i]);
        const bool newer = channel && timestamps &&
                           (isNewer(channel->policy[0], (*timestamps)[i].node_id_1) ||
                            isNewer(channel->policy[1], (*timestamps)[i].node_id_2));
        if (!channel || newer) m_wanted.push_back((*ids)[i]);
    }
    // A reply that echoes the whole query says itself whether it is the last; others cover the range piece by
    // piece.
    const bool echo = reply.first_blocknum == 0 && reply.number_of_blocks == whole_range;
    const std::uint64_t end = std::uint64_t{reply.first_blocknum} + reply.number_of_blocks;
    const bool last = echo ? reply.sync_complete != 0 : end >= whole_range;
    if (!last) return {};
    std::sort(m_wanted.begin(), m_wanted.end(), std::greater<>());
    m_wanted.erase(std::unique(m_wanted.begin(), m_wanted.end()), m_wanted.end());
    return askNextIds(ticks);
}

GossipSync::Messages GossipSync::askNextIds(Ticks ticks) {
    m_last_progress = ticks;
    // An empty query would never be answered (LND).
    if (m_wanted.empty() || m_queries >= most_queries) {
        m_wanted.clear();
        m_stage = Stage::live;
        return {};
    }
    ++m_queries;
    m_stage = Stage::ids_asked;
    std::vector<ShortChannelId> ids;
    while (!m_wanted.empty() && ids.size() < ids_in_a_query) {
        ids.push_back(m_wanted.back());
        m_wanted.pop_back();
    }
    return {wire::QueryShortChannelIds{.chain_hash = m_chain_hash,
                                       .encoded_short_ids = wire::encodeShortIds(ids)}};
}

GossipSync::Messages GossipSync::onReplyEnd(const wire::ReplyShortChannelIdsEnd& reply, Ticks ticks) {
    if (m_stage != Stage::ids_asked || reply.chain_hash != m_chain_hash) return {};
    return askNextIds(ticks);
}

GossipSync::Messages GossipSync::onQuery(const wire::QueryChannelRange& query, std::span<const OwnGossip> own,
                                         Ticks ticks) {
    if (m_last_answer && ticks - *m_last_answer < between_answers) return {};
    m_last_answer = ticks;
    std::vector<ShortChannelId> ids;
    const std::uint64_t end = std::uint64_t{query.first_blocknum} + query.number_of_blocks;
    if (query.chain_hash == m_chain_hash)
        for (const OwnGossip& channel : own) {
            const std::uint32_t block = channel.short_channel_id.block();
            if (block >= query.first_blocknum && block < end) ids.push_back(channel.short_channel_id);
        }
    std::sort(ids.begin(), ids.end());
    return {
        wire::ReplyChannelRange{.chain_hash = query.chain_hash,
                                .first_blocknum = query.first_blocknum,
                                .number_of_blocks = query.number_of_blocks,
                                .sync_complete = static_cast<std::uint8_t>(query.chain_hash == m_chain_hash),
                                .encoded_short_ids = wire::encodeShortIds(ids)}};
}

GossipSync::Messages GossipSync::onQuery(const wire::QueryShortChannelIds& query,
                                         std::span<const OwnGossip> own) {
    Messages messages;
    const auto ids = wire::decodeShortIds(query.encoded_short_ids);
    if (ids && query.chain_hash == m_chain_hash)
        for (const OwnGossip& channel : own)
            if (std::binary_search(ids->begin(), ids->end(), channel.short_channel_id))
                messages.insert(messages.end(), channel.messages.begin(), channel.messages.end());
    // 0: we keep no full and current graph for others.
    messages.push_back(wire::ReplyShortChannelIdsEnd{.chain_hash = query.chain_hash, .full_information = 0});
    return messages;
}

void GossipSync::tick(Ticks ticks) {
    const bool waiting = m_stage == Stage::range_asked || m_stage == Stage::ids_asked;
    if (!waiting || ticks - m_last_progress < longest_silence) return;
    m_wanted.clear();
    m_stage = Stage::live;
}

} // namespace duplex::lightning::gossip
