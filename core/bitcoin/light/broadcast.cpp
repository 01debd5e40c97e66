#include "core/bitcoin/light/broadcast.h"

namespace duplex::bitcoin::light {

namespace {

constexpr Ticks not_seen_after = 10min;
constexpr Ticks round_every = 10min;
constexpr std::uint64_t round_spread_ms = 5 * 60 * 1000;
constexpr std::uint64_t block_spread_ms = 60 * 1000;
constexpr std::size_t most_echoes = 2;

} // namespace

std::uint64_t Broadcast::random() {
    return crypto::sipHash(m_randomness, ByteWriter().u64le(++m_draws).view());
}

BroadcastActions Broadcast::step(const BroadcastEvent& event, const Moment& now) {
    BroadcastActions actions;
    std::visit(overloaded{
                   [&](const PeerConnected& each) {
                       m_peers[each.peer] = {.wants = each.handshake.relay == wire::Relay::yes,
                                             .by_wtxid = each.handshake.wtxid_relay,
                                             .announces = each.announces == wire::Relay::yes};
                       chooseEchoes();
                       for (auto& [txid, item] : m_items)
                           if (!item.parent_only) announceTo(each.peer, item, now, actions);
                   },
                   [&](const PeerDisconnected& each) {
                       m_peers.erase(each.peer);
                       chooseEchoes();
                   },
                   [&](const PeerMessage& each) { onMessage(each.peer, each.message, now, actions); },
                   [&](const Announce& each) { add(each, now, actions); },
                   [&](const Withdraw& each) {
                       const auto found = m_items.find(each.txid);
                       if (found == m_items.end()) return;
                       m_by_wtxid.erase(found->second.wtxid);
                       m_items.erase(found);
                   },
                   [&](const NextBlock&) {
                       for (auto& [txid, item] : m_items)
                           item.next_round =
                               std::min(item.next_round, now.ticks + Ticks(random() % block_spread_ms));
                   },
                   [&](const std::monostate&) { onTick(now, actions); },
               },
               event);
    return actions;
}

/// Peers that would tell us of a transaction they got elsewhere: with three or more that take ours, up to two
/// are kept back to listen. A peer never announces back what we gave it, so without listeners there is no
/// echo.
void Broadcast::chooseEchoes() {
    std::size_t takers = 0;
    for (auto& [id, peer] : m_peers) {
        peer.echo = false;
        takers += peer.wants ? 1 : 0;
    }
    std::size_t left = takers >= 3 ? std::min(most_echoes, takers - 2) : 0;
    for (auto& [id, peer] : m_peers) {
        if (left == 0) return;
        if (!peer.announces || !peer.wants) continue;
        peer.echo = true;
        --left;
    }
}

void Broadcast::add(const Announce& announce, const Moment& now, BroadcastActions& actions) {
    const auto put = [this](const Transaction& transaction, bool parent_only) -> Item& {
        const Txid txid = transaction.txid();
        const auto found = m_items.find(txid);
        if (found != m_items.end()) {
            found->second.parent_only &= parent_only;
            return found->second;
        }
        Item& item = m_items[txid];
        item.transaction = transaction;
        item.wtxid = transaction.wtxid();
        item.parent_only = parent_only;
        m_by_wtxid[item.wtxid] = txid;
        return item;
    };
    Item& child = put(announce.transaction, false);
    for (const Transaction& parent : announce.parents) {
        put(parent, true);
        child.parents.push_back(parent.txid());
    }
    announceEverywhere(child, now, actions);
    for (const Transaction& parent : announce.parents) // after the child: Core then takes both together
        announceEverywhere(m_items.at(parent.txid()), now, actions);
}

void Broadcast::announceEverywhere(Item& item, const Moment& now, BroadcastActions& actions) {
    item.next_round = now.ticks + round_every + Ticks(random() % round_spread_ms);
    for (const auto& [id, peer] : m_peers) announceTo(id, item, now, actions);
}

void Broadcast::announceTo(PeerId id, Item& item, const Moment& now, BroadcastActions& actions) {
    const PeerFacts& peer = m_peers.at(id);
    // A node that said relay = 0 may close the connection on any announcement (Core's -blocksonly).
    if (!peer.wants || peer.echo) return;
    // Core takes MSG_TX from a wtxid peer for nothing at all, and the other way round.
    const wire::Inventory entry =
        peer.by_wtxid ? wire::Inventory{wire::InventoryKind::wtx, item.wtxid.bytes}
                      : wire::Inventory{wire::InventoryKind::tx, item.transaction.txid().bytes};
    actions.push_back(SendTo{id, wire::Inv{{entry}}});
    if (!item.started) item.first_announced = now.ticks;
    item.started = true;
    if (item.announced.insert(id).second)
        actions.push_back(BroadcastProgress{stateOf(item.transaction.txid(), item)});
}

Broadcast::Item* Broadcast::find(const wire::Inventory& entry) {
    using wire::InventoryKind;
    Txid txid{entry.hash};
    if (entry.kind == InventoryKind::wtx) {
        const auto found = m_by_wtxid.find(Wtxid{entry.hash});
        if (found == m_by_wtxid.end()) return nullptr;
        txid = found->second;
    } else if (entry.kind != InventoryKind::tx && entry.kind != InventoryKind::witness_tx) {
        return nullptr;
    }
    const auto found = m_items.find(txid);
    return found == m_items.end() ? nullptr : &found->second;
}

void Broadcast::onMessage(PeerId peer, const wire::Message& message, const Moment&,
                          BroadcastActions& actions) {
    if (!m_peers.contains(peer)) return;
    if (const auto* ask = std::get_if<wire::GetData>(&message)) onGetData(peer, *ask, actions);
    if (const auto* inv = std::get_if<wire::Inv>(&message)) onInv(peer, *inv, actions);
}

void Broadcast::onGetData(PeerId peer, const wire::GetData& ask, BroadcastActions& actions) {
    wire::NotFound missing;
    std::set<ByteArray<32>> asked; // each once: a message has room for 50,000 questions
    for (const wire::Inventory& entry : ask.entries) {
        if (!asked.insert(entry.hash).second) continue;
        Item* item = find(entry);
        // Only what was announced to this peer, or the parent of it: others could probe which transactions
        // are ours.
        const bool parent_of_announced =
            item && std::any_of(m_items.begin(), m_items.end(), [&](const auto& each) {
                const auto& parents = each.second.parents;
                return each.second.announced.contains(peer) &&
                       std::find(parents.begin(), parents.end(), item->transaction.txid()) != parents.end();
            });
        if (!item || !(item->announced.contains(peer) || parent_of_announced)) {
            missing.entries.push_back(entry);
            continue;
        }
        actions.push_back(SendTo{peer, wire::Tx{item->transaction}});
        if (item->sent.insert(peer).second)
            actions.push_back(BroadcastProgress{stateOf(item->transaction.txid(), *item)});
    }
    if (!missing.entries.empty()) actions.push_back(SendTo{peer, std::move(missing)});
}

void Broadcast::onInv(PeerId peer, const wire::Inv& inv, BroadcastActions& actions) {
    for (const wire::Inventory& entry : inv.entries) {
        Item* item = find(entry);
        if (!item || item->announced.contains(peer)) continue;
        if (!item->echoed.insert(peer).second) continue;
        item->not_seen = false;
        actions.push_back(BroadcastProgress{stateOf(item->transaction.txid(), *item)});
    }
}

void Broadcast::onTick(const Moment& now, BroadcastActions& actions) {
    const bool listeners =
        std::any_of(m_peers.begin(), m_peers.end(), [](const auto& each) { return each.second.announces; });
    for (auto& [txid, item] : m_items) {
        if (!item.started) {
            if (!m_peers.empty() && !item.parent_only) announceEverywhere(item, now, actions);
            continue;
        }
        if (now.ticks >= item.next_round) announceEverywhere(item, now, actions);
        const bool heard_by_two = m_peers.size() > 1 && listeners;
        if (item.not_seen || !item.echoed.empty() || !heard_by_two) continue;
        if (now.ticks - item.first_announced < not_seen_after) continue;
        item.not_seen = true;
        actions.push_back(BroadcastProgress{stateOf(txid, item)});
    }
}

BroadcastState Broadcast::stateOf(const Txid& txid, const Item& item) const {
    return {.txid = txid,
            .announced_to = static_cast<int>(item.announced.size()),
            .sent_to = static_cast<int>(item.sent.size()),
            .echoed_by = static_cast<int>(item.echoed.size()),
            .not_seen = item.not_seen};
}

std::optional<BroadcastState> Broadcast::stateOf(const Txid& txid) const {
    const auto found = m_items.find(txid);
    return found == m_items.end() ? std::nullopt : std::optional(stateOf(txid, found->second));
}

} // namespace duplex::bitcoin::light
