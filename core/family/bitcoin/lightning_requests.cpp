// Requests about the second floor and between the floors: to the drivers of the open wallet.

#include "core/family/bitcoin/htlc_state.h"
#include "core/family/bitcoin/parts.h"

namespace duplex::family::bitcoin {

namespace {

std::optional<ln::NodeId> nodeIdOf(const std::string& hex) {
    const auto bytes = fromHex(hex);
    return bytes ? crypto::PublicKey::fromBytes(*bytes) : std::nullopt;
}

} // namespace

/// Answers always: it is the first thing that people and programs ask. Without a node it says why.
void BitcoinFamily::Parts::on(const api::GetNode&, Answered answered) {
    api::NodeInfo info{.version = "0.1.0", .block_height = completeHeight()};
    info.network = m_network.core_name == "main" ? "bitcoin" : std::string(m_network.core_name);
    info.features_init_hex = toHex(ln::ourInitFeatures().bytes());
    info.features_node_hex = info.features_init_hex;
    info.features_invoice_hex = toHex(ln::ourInvoiceFeatures().bytes());
    if (completeHeight() < static_cast<std::int64_t>(chain().height()))
        info.warning_sync = "Still syncing with the chain: checked to height " +
                            std::to_string(completeHeight()) + " of " + std::to_string(chain().height()) +
                            ".";
    if (!m_wallet) {
        info.warning_wallet =
            "No wallet is open, so there is no Lightning node yet. Make one with createwallet, or open "
            "one with loadwallet.";
        return answer(answered, std::move(info));
    }
    info.lightning_dir = m_wallet->folder;
    if (!m_wallet->facts.protected_by_password) info.warning_password = no_password_warning;
    if (const auto problem = lightningProblem()) {
        info.warning_wallet = problem->message;
        return answer(answered, std::move(info));
    }
    info.id = m_lightning->node_id->hex();
    info.color = info.id.substr(2, 6);
    info.num_peers = static_cast<int>(m_lightning->peers->connected().size());
    for (const api::ChannelView& view : m_lightning->channels.views()) {
        if (view.state == "CHANNELD_NORMAL")
            ++(view.connected ? info.num_active_channels : info.num_inactive_channels);
        else if (view.state == "CHANNELD_AWAITING_LOCKIN")
            ++info.num_pending_channels;
    }
    if (const auto bound = m_lightning->peers->listening())
        info.bindings.push_back({bound->host, bound->port});
    answer(answered, std::move(info));
}

void BitcoinFamily::Parts::on(const api::Connect& request, Answered answered) {
    if (!needLightning(answered)) return;
    const auto node_id = nodeIdOf(request.node_id);
    if (!node_id) return fail(answered, -32602, "id: this is no node id.");
    if (*node_id == *m_lightning->node_id)
        return fail(answered, 402, "That is this node itself. Give the id of another node.");
    io::Endpoint endpoint{.host = request.host, .port = request.port};
    if (request.host.empty()) {
        // A node that we know: its last address, or one that it announced.
        const auto nodes = m_lightning->gossip->nodes({.node_id = request.node_id, .search = "", .limit = 1});
        if (nodes.nodes.empty() || nodes.nodes.front().addresses.empty())
            return fail(answered, 400, "No address of this node is known. Give it as ID@HOST:PORT.");
        endpoint = {.host = nodes.nodes.front().addresses.front().first,
                    .port = nodes.nodes.front().addresses.front().second};
    }
    m_lightning->peers->connectTo(*node_id, endpoint, [this, answered](const auto& connection) {
        if (!connection) return fail(answered, connection.error().code, connection.error().message);
        answer(answered, api::PeerConnected{.node_id = connection->node_id.hex(),
                                            .features_hex = toHex(connection->features.bytes()),
                                            .outgoing = connection->outgoing,
                                            .host = connection->endpoint.host,
                                            .port = connection->endpoint.port});
    });
}

void BitcoinFamily::Parts::on(const api::Disconnect& request, Answered answered) {
    if (!needLightning(answered)) return;
    const auto node_id = nodeIdOf(request.node_id);
    if (!node_id || m_lightning->peers->find(*node_id) == nullptr)
        return fail(answered, -1, "This peer is not connected.");
    for (const auto& [id, channel] : m_lightning->channels.all()) {
        if (channel->peer == *node_id && ln::channel::isEstablished(*channel) && !request.force)
            return fail(
                answered, -1,
                "There is a channel with this peer: it would be connected again at once. Use force=true "
                "to cut the connection once.");
    }
    m_turns->current().after([this, node = *node_id] { m_lightning->peers->disconnect(node); });
    answer(answered, api::Done{});
}

void BitcoinFamily::Parts::on(const api::ListPeers& request, Answered answered) {
    if (!needLightning(answered)) return;
    std::map<std::string, api::LightningPeer> peers;
    for (const auto& [id, channel] : m_lightning->channels.all()) {
        if (!ln::channel::isEstablished(*channel)) continue;
        api::LightningPeer& peer = peers[channel->peer.hex()];
        peer.node_id = channel->peer.hex();
        ++peer.channel_count;
    }
    for (const LightningConnection& connection : m_lightning->peers->connected()) {
        api::LightningPeer& peer = peers[connection.node_id.hex()];
        peer.node_id = connection.node_id.hex();
        peer.connected = true;
        peer.address = io::toText(connection.endpoint);
        peer.features_hex = toHex(connection.features.bytes());
    }
    api::LightningPeerList list;
    for (auto& [id, peer] : peers)
        if (request.node_id.empty() || request.node_id == id) list.peers.push_back(std::move(peer));
    answer(answered, std::move(list));
}

void BitcoinFamily::Parts::on(const api::FundChannel& request, Answered answered) {
    if (needLightning(answered) && needMaster(answered))
        m_lightning->channels.fund(request, std::move(answered));
}

/// What only this answer tells of a channel, beside what every view of it shows.
void BitcoinFamily::Parts::addDetails(api::ChannelView& view, const ln::channel::Channel& channel) const {
    if (m_lightning->node_id) view.direction = *m_lightning->node_id < channel.peer ? 0 : 1;
    view.most_htlcs = channel.terms.local.max_accepted_htlcs;
    for (const ln::channel::Htlc& htlc : channel.commitments.htlcs)
        view.htlcs.push_back({.incoming = htlc.offered_by == ln::commitment::Side::remote,
                              .id = static_cast<std::int64_t>(htlc.id),
                              .amount_msat = htlc.amount.value,
                              .expiry = htlc.cltv_expiry.value,
                              .payment_hash = htlc.payment_hash.hex(),
                              .state = htlcStateName(htlc)});
}

void BitcoinFamily::Parts::on(const api::ListPeerChannels& request, Answered answered) {
    if (!needWallet(answered)) return;
    api::ChannelList list{m_lightning->channels.views()};
    std::erase_if(list.channels, [&](const api::ChannelView& view) {
        return (!request.node_id.empty() && view.node_id != request.node_id) ||
               (!request.short_channel_id.empty() && view.short_channel_id != request.short_channel_id) ||
               (!request.channel_id.empty() && view.channel_id != request.channel_id);
    });
    std::map<std::string, const ln::channel::Channel*> channels;
    for (const auto& [id, channel] : m_lightning->channels.all()) channels.emplace(id.hex(), channel);
    for (api::ChannelView& view : list.channels)
        if (const auto found = channels.find(view.channel_id); found != channels.end())
            addDetails(view, *found->second);
    answer(answered, std::move(list));
}

void BitcoinFamily::Parts::on(const api::CloseChannel& request, Answered answered) {
    if (needLightning(answered)) m_lightning->channels.close(request, std::move(answered));
}

void BitcoinFamily::Parts::on(const api::ListFunds&, Answered answered) {
    if (!needWallet(answered)) return;
    api::FundsReply reply;
    for (const auto& [outpoint, coin] : m_wallet->value.coins().coins())
        if (!coin.spent_by) reply.outputs.push_back(describe(coin));
    for (api::ChannelView& view : m_lightning->channels.views())
        if (view.state != "CLOSED") reply.channels.push_back(std::move(view));
    answer(answered, std::move(reply));
}

void BitcoinFamily::Parts::on(const api::PingPeer& request, Answered answered) {
    if (!needLightning(answered)) return;
    const auto node_id = nodeIdOf(request.node_id);
    if (!node_id || m_lightning->peers->find(*node_id) == nullptr)
        return fail(answered, -1, "This peer is not connected. Connect to it first.");
    constexpr int longest = 65531; // BOLT 1: a pong fits one message
    if (request.length < 0 || request.length > longest || request.pong_bytes < 0 ||
        request.pong_bytes > longest)
        return fail(answered, -8, "A ping carries 0 to 65531 bytes, and asks for as many.");
    const auto bytes = static_cast<std::uint16_t>(request.pong_bytes);
    m_lightning->peers->ping(
        *node_id, static_cast<std::uint16_t>(request.length), bytes,
        [this, answered, bytes](std::optional<std::chrono::microseconds> time) {
            if (!time) return fail(answered, -1, "The peer did not answer within 30 seconds.");
            constexpr int around_it = 4; // type and length of the pong
            answer(answered, api::Pong{.total_length = bytes + around_it, .round_trip_us = time->count()});
        });
}

} // namespace duplex::family::bitcoin
