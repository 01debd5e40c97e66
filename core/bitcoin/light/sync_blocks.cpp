#include "core/bitcoin/light/sync_machine.h"

namespace duplex::bitcoin::light {

namespace {

constexpr int most_blocks_per_peer = 4;
constexpr std::uint32_t limited_depth = 288; // BIP 159; Core disconnects on deeper asks
constexpr std::size_t most_failures = 3;     // of an explorer's request
constexpr Ticks retry_after = 30s;
constexpr Ticks no_peer_after = 60s;
constexpr Ticks missing_after = 30min; // threats 8

/// Faults that only a changed body has; what our own parser might be wrong about is no proof (threats 15).
bool provesMutation(BlockFault fault) {
    switch (fault) {
    case BlockFault::merkle_root_differs:
    case BlockFault::duplicate_leaves:
    case BlockFault::witness_commitment_differs:
    case BlockFault::transaction_of_64_bytes:
    case BlockFault::no_transactions:
        return true;
    case BlockFault::undecodable:
    case BlockFault::over_weight:
    case BlockFault::first_not_coinbase:
        return false;
    }
    return false;
}

} // namespace

void Sync::Machine::want(const BlockHash& hash, std::optional<std::uint32_t> height, const Moment& now,
                         Want part) {
    Want& want = m_wants[hash];
    if (want.since == Ticks{}) want.since = want.retry_at = now.ticks;
    if (!height) {
        const auto found = m_chain.heightOf(hash);
        if (found) height = found->value;
    }
    if (height) want.height = height;
    want.for_scan |= part.for_scan;
    want.for_dispute |= part.for_dispute;
    want.requests.insert(want.requests.end(), part.requests.begin(), part.requests.end());
}

bool Sync::Machine::serves(const PeerRecord& peer, const Want& want) const {
    if (!peer.serves_blocks || !usable(peer)) return false;
    if (!want.height) return !peer.limited;
    if (!peer.height || *want.height > *peer.height) return false;
    return !peer.limited || *peer.height - *want.height < limited_depth;
}

void Sync::Machine::scheduleBlocks(const Moment& now) {
    for (auto each = m_wants.begin(); each != m_wants.end();) {
        auto& [hash, want] = *each;
        const bool scanned = want.for_scan || want.for_dispute;
        if (want.requests.empty() && !scanned) { // its branch was left
            if (want.asked)
                if (PeerRecord* peer = find(*want.asked)) --peer->blocks_asked;
            each = m_wants.erase(each);
            continue;
        }
        ++each;
        if (scanned && !want.alarmed && want.height && now.ticks - want.since > missing_after) {
            want.alarmed = true;
            m_actions.push_back(BlockMissing{{*want.height}, hash});
        }
        if (want.asked || now.ticks < want.retry_at) continue;
        bool anybody = false;
        bool anybody_new = false; // one that is busy now counts: its turn comes
        std::vector<PeerId> fresh;
        for (const auto& [id, peer] : m_peers) {
            if (!serves(peer, want)) continue;
            anybody = true;
            if (want.failed.contains(id)) continue;
            anybody_new = true;
            if (peer.blocks_asked < most_blocks_per_peer) fresh.push_back(id);
        }
        const bool all_failed = anybody && !anybody_new;
        const bool gave_up = want.failed.size() >= most_failures || all_failed;
        const bool nobody = !anybody && now.ticks - want.since > no_peer_after;
        if (!want.requests.empty() && (gave_up || nobody)) {
            for (const RequestId request : want.requests)
                m_actions.push_back(
                    BlockFetchFailed{request, gave_up ? FetchFailure::not_served : FetchFailure::no_peer});
            want.requests.clear();
        }
        if (want.requests.empty() && !scanned) {
            m_wants.erase(hash);
            continue;
        }
        if (all_failed) {
            want.failed.clear(); // everybody failed once: never skipped, asked again later
            want.retry_at = now.ticks + retry_after;
            continue;
        }
        if (fresh.empty()) continue;
        const PeerId chosen =
            fresh[random() % fresh.size()]; // random: a request betrays an interest (threats 21)
        want.asked = chosen;
        want.asked_at = now.ticks;
        ++m_peers.at(chosen).blocks_asked;
        send(chosen, wire::GetData{{{wire::InventoryKind::witness_block, hash.bytes}}});
    }
}

void Sync::Machine::blockFailed(Want& want, PeerId id) {
    want.asked.reset();
    want.failed.insert(id);
    if (PeerRecord* peer = find(id)) peer->blocks_asked = std::max(0, peer->blocks_asked - 1);
}

void Sync::Machine::onBlock(PeerId id, PeerRecord& peer, const wire::BlockBody& message, const Moment&) {
    if (message.bytes.size() < header_size) return drop(id, DropReason::bad_block, Ban::no);
    ByteReader reader(message.bytes);
    const BlockHash hash = readHeader(reader).hash();
    const auto found = m_wants.find(hash);
    if (found == m_wants.end() || found->second.asked != id) return; // late or never asked
    answered(peer);
    auto block = decodeBlock(message.bytes);
    if (!block) {
        // The header stays what it was: only this body is bad, another peer is asked (threats 14).
        blockFailed(found->second, id);
        return drop(id, DropReason::bad_block, provesMutation(block.error()) ? Ban::yes : Ban::no);
    }
    peer.blocks_asked = std::max(0, peer.blocks_asked - 1);
    Want want = std::move(found->second);
    m_wants.erase(found);
    deliver(hash, std::move(want), std::move(*block));
}

void Sync::Machine::deliver(const BlockHash& hash, Want want, Block block) {
    const auto height = m_chain.heightOf(hash);
    for (const RequestId request : want.requests)
        m_actions.push_back(BlockFetched{request, hash, height, block});
    if (want.for_dispute && m_dispute && height && m_dispute->height == height->value)
        m_dispute->block = block;
    if (!want.for_scan || !height) return;
    const auto slot = m_window.find(height->value);
    if (slot == m_window.end() || slot->second.state != Slot::State::needs_block) return;
    if (slot->second.filter && !m_disputed.contains(height->value)) {
        // Every fetched block tests its filter: all peers may have agreed on a false one (threats 6).
        const auto holds = holdsAll(slot->second.filter->bytes, hash, outputScripts(block));
        if (!holds || !*holds) return oursIsFalse(height->value);
    }
    slot->second.block = std::move(block);
    slot->second.state = Slot::State::done;
}

void Sync::Machine::onNotFound(PeerId id, const wire::NotFound& message) {
    for (const wire::Inventory& entry : message.entries) {
        if (entry.kind != wire::InventoryKind::witness_block) continue;
        const auto found = m_wants.find(BlockHash{entry.hash});
        if (found != m_wants.end() && found->second.asked == id) blockFailed(found->second, id);
    }
}

} // namespace duplex::bitcoin::light
