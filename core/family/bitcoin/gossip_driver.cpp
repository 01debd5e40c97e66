#include "core/family/bitcoin/gossip_driver.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/variant.h"

namespace duplex::family::bitcoin {

namespace {

namespace gossip = ln::gossip;

constexpr std::string_view peer_policy_prefix = "peer-policy ";
constexpr std::string_view own_policy_prefix = "own-policy ";
constexpr std::uint8_t row_version = 1;

constexpr Ticks range_lasts = 60min;
constexpr Ticks between_cleanings = 60min;
constexpr Ticks forged_counted = 60s;
/// Gossip travels slowly: live gossip is asked for from so long before the last live peer went away.
constexpr auto gossip_delay = 10min;

// What we say of forwarding through us. Nothing is ever forwarded, so nothing is charged; but a delta is due,
// and LND drops an update without a positive maximum.
constexpr std::uint32_t own_cltv_expiry_delta = 144;
constexpr ln::MilliSatoshi own_htlc_minimum{1};

Bytes keyOf(std::string_view prefix, const ln::ChannelId& channel) {
    return concat({viewOf(prefix), channel});
}

Bytes encoded(const gossip::ChannelPolicy& policy) {
    ByteWriter writer;
    writer.u8(row_version).u32be(policy.timestamp).u32be(policy.fee_base_msat);
    writer.u32be(policy.fee_proportional_millionths).u16be(policy.cltv_expiry_delta);
    writer.u8(policy.disabled ? 1 : 0);
    writer.u64be(static_cast<std::uint64_t>(policy.htlc_minimum.value));
    writer.u64be(static_cast<std::uint64_t>(policy.htlc_maximum.value));
    return writer.take();
}

std::optional<gossip::ChannelPolicy> decodedPolicy(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != row_version) return std::nullopt;
    gossip::ChannelPolicy policy;
    policy.timestamp = reader.u32be();
    policy.fee_base_msat = reader.u32be();
    policy.fee_proportional_millionths = reader.u32be();
    policy.cltv_expiry_delta = reader.u16be();
    policy.disabled = reader.u8() != 0;
    const auto minimum = ln::checkedMilliSatoshi(reader.u64be());
    const auto maximum = ln::checkedMilliSatoshi(reader.u64be());
    if (!reader.finished() || !minimum || !maximum) return std::nullopt;
    policy.htlc_minimum = *minimum;
    policy.htlc_maximum = *maximum;
    return policy;
}

/// BOLT 7, channel_update: the origin names the real scid or the alias that it *received*. LND too looks up
/// only these: an alias that we gave is in its table for invoices, not for updates. Where the type hides the
/// real scid we name the alias.
std::optional<ln::ShortChannelId> scidForOwnUpdate(const ln::channel::Channel& channel) {
    const auto real = channel.funding_height != 0 ? channel.scid : std::nullopt;
    if (channel.type.scid_alias && channel.remote_alias) return channel.remote_alias;
    return real ? real : channel.remote_alias;
}

/// What fits into the channel and into what the peer allows in flight.
ln::MilliSatoshi largestHtlc(const ln::channel::Channel& channel) {
    return std::min(ln::MilliSatoshi::fromSatoshi(channel.terms.parameters.capacity),
                    channel.terms.remote.max_in_flight);
}

int directionFrom(const ln::NodeId& node, const ln::NodeId& other) {
    return node < other ? 0 : 1;
}

} // namespace

GossipDriver::GossipDriver(Shell& shell, const crypto::PrivateKey& node_key, Send send, Disconnect disconnect)
    : m_shell(shell), m_node_key(node_key), m_node_id(crypto::publicKey(node_key)),
      m_chain_hash(shell.network.genesis.hash()), m_send(std::move(send)),
      m_disconnect(std::move(disconnect)),
      m_cache(shell.options.data_directory + "/graph.sqlite", m_chain_hash, shell.outlet.log),
      m_graph(m_cache.load()) {
    loadPeerPolicies();
}

GossipDriver::~GossipDriver() {
    m_cache.save(m_graph);
}

// --- peers ---

void GossipDriver::peerReady(const ln::NodeId& node_id, const ln::Features& features) {
    if (!features.has(ln::Feature::gossip_queries)) return;
    const auto asking =
        std::ranges::count_if(m_peers, [](const auto& entry) { return entry.second.asks_range; });
    const bool range = static_cast<std::size_t>(asking) < range_peers && !isRanged(node_id);
    const bool live = std::ranges::none_of(m_peers, [](const auto& entry) { return entry.second.live; });
    gossip::GossipSync sync(m_chain_hash, range ? gossip::RangeSync::ask : gossip::RangeSync::skip,
                            live ? gossip::LiveGossip::wanted : gossip::LiveGossip::unwanted);
    sendAll(node_id, sync.start(liveFrom(), io::now()));
    m_peers.insert_or_assign(node_id, Peer{.sync = std::move(sync), .live = live, .asks_range = range});
}

void GossipDriver::peerGone(const ln::NodeId& node_id) {
    std::erase_if(m_told, [&](const auto& entry) { return entry.second == node_id; });
    m_forged.erase(node_id);
    const auto found = m_peers.find(node_id);
    if (found == m_peers.end()) return;
    const bool range_open = found->second.asks_range && !found->second.sync.isDone();
    if (found->second.live) m_live_until = io::calendarNow();
    m_peers.erase(found);
    handOver(range_open);
}

/// What a peer that went away did for us, another one does.
void GossipDriver::handOver(bool range_open) {
    const bool live = std::ranges::any_of(m_peers, [](const auto& entry) { return entry.second.live; });
    if (!live && !m_peers.empty()) {
        auto& [node_id, peer] = *m_peers.begin();
        peer.live = true;
        sendAll(node_id, peer.sync.takeLive(liveFrom()));
    }
    if (!range_open) return;
    const auto next = std::ranges::find_if(
        m_peers, [this](const auto& entry) { return !entry.second.asks_range && !isRanged(entry.first); });
    if (next == m_peers.end()) return;
    next->second.asks_range = true;
    sendAll(next->first, next->second.sync.takeRange(io::now()));
}

/// A peer that comes and goes is not asked for everything each time: live gossip closes the gaps.
bool GossipDriver::isRanged(const ln::NodeId& node_id) const {
    const auto found = m_ranged.find(node_id);
    return found != m_ranged.end() && io::now() - found->second < range_lasts;
}

void GossipDriver::noteRange(const ln::NodeId& node_id, Peer& peer) {
    if (!peer.asks_range || peer.range_noted || !peer.sync.isDone()) return;
    peer.range_noted = true;
    m_ranged[node_id] = io::now();
    m_shell.outlet.log("gossip of " + node_id.hex() +
                       " worked through: " + std::to_string(m_graph.channelCount()) + " channels known");
}

UnixTime GossipDriver::liveFrom() const {
    const UnixTime now = io::calendarNow();
    return m_live_until ? std::min(now, *m_live_until) - gossip_delay : now;
}

void GossipDriver::sendAll(const ln::NodeId& to, gossip::GossipSync::Messages&& messages) {
    for (ln::wire::Message& message : messages) m_send(to, std::move(message));
}

// --- messages ---

void GossipDriver::message(const ln::NodeId& from, const ln::wire::Message& message,
                           const std::function<Channels()>& channels) {
    if (!ln::wire::isGossip(ln::wire::typeOf(message))) return;
    if (const auto* update = std::get_if<ln::wire::ChannelUpdate>(&message);
        update != nullptr && takeOwnUpdate(*update, channels()))
        return;
    takePublic(from, message);
    const auto peer = m_peers.find(from);
    if (peer == m_peers.end()) return;
    answerQuery(from, peer->second, message);
    noteRange(from, peer->second);
}

/// Peers that were asked, or that have a channel with us: whoever merely connects could fill the graph with
/// channels of his own making, and keep us busy with signatures.
bool GossipDriver::mayTell(const ln::NodeId& node_id) const {
    const auto peer = m_peers.find(node_id);
    const bool asked = peer != m_peers.end() && (peer->second.live || peer->second.asks_range);
    return asked || std::ranges::any_of(m_told, [&](const auto& told) { return told.second == node_id; });
}

void GossipDriver::noteForged(const ln::NodeId& from) {
    const Ticks now = io::now();
    Forged& forged = m_forged.try_emplace(from, Forged{.since = now}).first->second;
    if (now - forged.since > forged_counted) forged = {.since = now};
    if (++forged.count != most_forged + 1) return;
    m_shell.outlet.log("gossip of " + from.hex() + " has wrong signatures: disconnected");
    m_disconnect(from);
}

void GossipDriver::takePublic(const ln::NodeId& from, const ln::wire::Message& message) {
    if (!mayTell(from)) return;
    const auto change = m_intake.take(message, m_graph, io::calendarNow());
    if (change == gossip::GraphChange::forged) return noteForged(from);
    if (change == gossip::GraphChange::added || change == gossip::GraphChange::updated) m_cache.noteChange();
}

void GossipDriver::answerQuery(const ln::NodeId& from, Peer& peer, const ln::wire::Message& message) {
    const Ticks now = io::now();
    // We announce no channel, so there is nothing to tell: each answer is empty and complete.
    if (const auto* range = std::get_if<ln::wire::QueryChannelRange>(&message))
        sendAll(from, peer.sync.onQuery(*range, {}, now));
    else if (const auto* ids = std::get_if<ln::wire::QueryShortChannelIds>(&message))
        sendAll(from, peer.sync.onQuery(*ids, {}));
    else if (const auto* reply = std::get_if<ln::wire::ReplyChannelRange>(&message))
        sendAll(from, peer.sync.onReply(*reply, m_graph, now));
    else if (const auto* end = std::get_if<ln::wire::ReplyShortChannelIdsEnd>(&message))
        sendAll(from, peer.sync.onReplyEnd(*end, now));
    else
        peer.sync.onGossip(now);
}

// --- our own channels ---

void GossipDriver::loadPeerPolicies() {
    const auto rows = m_shell.wallet.database->scan(store::Table::channel_facts, viewOf(peer_policy_prefix));
    for (const store::Row& row : rows) {
        const ByteView id = ByteView(row.key).subspan(peer_policy_prefix.size());
        const auto policy = decodedPolicy(row.value);
        if (id.size() == 32 && policy) m_peer_policies[ln::ChannelId{toArray<32>(id)}] = *policy;
    }
}

std::optional<gossip::ChannelPolicy> GossipDriver::peerPolicy(const ln::ChannelId& channel) const {
    const auto found = m_peer_policies.find(channel);
    return found == m_peer_policies.end() ? std::nullopt : std::optional(found->second);
}

/// True when the update is the peer's own word on a channel of ours that nobody else should hear of. Whose
/// scid merely looks like one of ours goes the public way: the peer chooses its alias freely, and must not
/// be able to make us deaf for a public channel of that number.
bool GossipDriver::takeOwnUpdate(const ln::wire::ChannelUpdate& update, const Channels& channels) {
    for (const auto& [id, channel] : channels) {
        if (!ln::channel::isNamedBy(*channel, update.short_channel_id)) continue;
        if (update.direction() != directionFrom(channel->peer, m_node_id)) continue;
        if (update.chain_hash != m_chain_hash || (update.message_flags & 1) == 0) continue;
        if (update.htlc_maximum_msat < update.htlc_minimum_msat) continue;
        if (!gossip::signatureFits(update, channel->peer)) continue;
        const auto known = peerPolicy(id);
        if (!known || update.timestamp > known->timestamp) {
            const auto policy = m_peer_policies[id] = gossip::policyOf(update);
            m_shell.rows().put(store::Table::channel_facts, keyOf(peer_policy_prefix, id), encoded(policy));
            m_shell.changed();
        }
        return channel->announce == ln::channel::Announce::no;
    }
    return false;
}

void GossipDriver::channelUsable(const ln::channel::Channel& channel) {
    if (m_told.contains(channel.id)) return;
    const auto scid = scidForOwnUpdate(channel);
    const ln::MilliSatoshi smallest = std::max(own_htlc_minimum, channel.terms.remote.htlc_minimum);
    const ln::MilliSatoshi largest = largestHtlc(channel);
    if (!scid || largest < smallest) return;
    constexpr std::uint8_t htlc_maximum_present = 1;
    constexpr std::uint8_t dont_forward = 2;
    ln::wire::ChannelUpdate update{.chain_hash = m_chain_hash,
                                   .short_channel_id = *scid,
                                   .timestamp = nextTimestamp(channel.id),
                                   .message_flags = htlc_maximum_present | dont_forward,
                                   .channel_flags =
                                       static_cast<std::uint8_t>(directionFrom(m_node_id, channel.peer)),
                                   .cltv_expiry_delta = {own_cltv_expiry_delta},
                                   .htlc_minimum_msat = smallest,
                                   .fee_base_msat = 0,
                                   .fee_proportional_millionths = 0,
                                   .htlc_maximum_msat = largest};
    update.signature = crypto::sign(ln::wire::signedDigest(update), m_node_key);
    m_told[channel.id] = channel.peer;
    m_send(channel.peer, std::move(update));
}

/// Peers ignore an update that is not newer than the last one, also when our clock went back since: the last
/// one is stored.
std::uint32_t GossipDriver::nextTimestamp(const ln::ChannelId& channel) {
    const Bytes key = keyOf(own_policy_prefix, channel);
    std::uint32_t last = 0;
    if (const auto row = m_shell.wallet.database->read(store::Table::channel_facts, key)) {
        ByteReader reader(*row);
        if (reader.u8() == row_version) last = reader.u32be();
    }
    const auto now = static_cast<std::uint32_t>(secondsOf(io::calendarNow()));
    const std::uint32_t next = std::max(now, last + 1);
    ByteWriter writer;
    writer.u8(row_version).u32be(next);
    m_shell.rows().put(store::Table::channel_facts, key, writer.take());
    return next;
}

// --- time ---

void GossipDriver::tick() {
    const Ticks now = io::now();
    for (auto& [node_id, peer] : m_peers) {
        peer.sync.tick(now);
        noteRange(node_id, peer);
    }
    if (!m_next_cleaning || *m_next_cleaning <= now) {
        m_next_cleaning = now + between_cleanings;
        std::erase_if(m_ranged, [&](const auto& entry) { return now - entry.second >= range_lasts; });
        if (m_graph.removeStale(io::calendarNow()) > 0) m_cache.noteChange();
    }
    m_cache.saveWhenDue(m_graph, now);
}

} // namespace duplex::family::bitcoin
