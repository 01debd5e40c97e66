#include "core/bitcoin/light/sync_machine.h"

namespace duplex::bitcoin::light {

// Two peers give different filter hashes for one height (bitcoin.md 3). The filters and the block are
// fetched. A filter is proven false when it has not the hash it was served under, does not decode, or lacks
// an output script of the block; nothing else is proof, because the scripts that the inputs spend are not in
// the block. What the block cannot settle stays disputed: the block itself is searched, nobody is banned, and
// no majority decides.

namespace {

constexpr int most_disputes = 100; // of one peer

} // namespace

/// Counts the dispute against those who differ from what most say, or from what we hold: no proof of
/// anything, but each one costs a block. False when too many are charged to leave a dispute.
bool Sync::Machine::charge(Dispute& dispute) {
    const auto fewer = [](const Candidate& a, const Candidate& b) { return a.peers.size() < b.peers.size(); };
    const auto most = std::max_element(dispute.candidates.begin(), dispute.candidates.end(), fewer);
    const bool tie = std::count_if(dispute.candidates.begin(), dispute.candidates.end(),
                                   [&](const Candidate& each) { return !fewer(each, *most); }) > 1;
    const Candidate* held = dispute.late ? dispute.candidates.data() : tie ? nullptr : &*most;
    for (Candidate& candidate : dispute.candidates) {
        if (&candidate == held) continue;
        std::erase_if(candidate.peers, [&](PeerId id) {
            PeerRecord* peer = find(id);
            if (!peer || ++peer->disputes <= most_disputes) return false;
            drop(id, DropReason::too_many_disputes, Ban::no);
            return true;
        });
    }
    const auto stand = std::count_if(dispute.candidates.begin(), dispute.candidates.end(),
                                     [](const Candidate& each) { return !each.peers.empty(); });
    return dispute.late ? !dispute.candidates[1].peers.empty() : stand > 1;
}

void Sync::Machine::openDispute(Dispute dispute, const Moment& now) {
    // At its opening: one that ends by silence has cost the same.
    if (!charge(dispute)) return;
    Want part;
    part.for_dispute = true;
    const std::uint32_t height = dispute.height;
    m_dispute = std::move(dispute);
    want(m_chain.hashAt(height), height, now, part);
    needPeers();
    workOnDispute(now);
}

void Sync::Machine::workOnDispute(const Moment& now) {
    const std::uint32_t height = m_dispute->height;
    const BlockHash hash = m_chain.hashAt(height);
    for (Candidate& candidate : m_dispute->candidates) {
        if (candidate.verdict || candidate.withdrawn) continue;
        const auto kept = m_recent.find(height);
        if (!candidate.filter && !candidate.hash && kept != m_recent.end())
            candidate.filter = kept->second.bytes;
        if (candidate.filter) {
            if (!m_dispute->block) continue;
            const FilterHash served = candidate.hash.value_or(hashOf(*candidate.filter));
            candidate.verdict = judge(*candidate.filter, served, hash, *m_dispute->block);
            continue;
        }
        if (candidate.asked) continue;
        const auto server = std::find_if(candidate.peers.begin(), candidate.peers.end(), [this](PeerId id) {
            const PeerRecord* peer = find(id);
            return peer && usable(*peer);
        });
        if (server == candidate.peers.end()) {
            candidate.withdrawn = true; // nobody stands up for it now
            continue;
        }
        candidate.asked = *server;
        candidate.asked_at = now.ticks;
        send(*server, wire::GetCfilters{{height}, hash});
    }
    const bool decided = std::all_of(m_dispute->candidates.begin(), m_dispute->candidates.end(),
                                     [](const Candidate& each) { return each.verdict || each.withdrawn; });
    if (m_dispute->block && decided) decideDispute(now);
}

void Sync::Machine::onDisputedFilter(PeerId id, const wire::Cfilter& message) {
    const std::uint32_t height = m_dispute->height;
    if (m_chain.hashAt(height) != message.block) return;
    for (Candidate& candidate : m_dispute->candidates) {
        if (candidate.asked != id || candidate.filter) continue;
        candidate.asked.reset();
        const FilterHash hash = hashOf(message.filter);
        const bool fits = candidate.hash ? hash == *candidate.hash
                                         : headerAfter(m_filter_headers.before(height), hash) ==
                                               m_filter_headers.at(height);
        if (!fits) {
            candidate.peers.erase(id);
            return drop(id, DropReason::false_filter, Ban::yes); // not what it had served the hash of
        }
        candidate.filter = message.filter;
        return;
    }
}

void Sync::Machine::decideDispute(const Moment& now) {
    const Dispute dispute = std::move(*m_dispute);
    m_dispute.reset();
    for (std::size_t i = dispute.late ? 1 : 0; i < dispute.candidates.size(); ++i) {
        if (dispute.candidates[i].verdict != FilterVerdict::proven_false) continue;
        for (const PeerId id : dispute.candidates[i].peers)
            if (find(id)) drop(id, DropReason::false_filter, Ban::yes);
    }
    if (dispute.late)
        settleLateDispute(dispute);
    else
        settleRoundDispute(dispute);
    for (const Candidate& candidate : dispute.candidates) {
        for (const PeerId id : candidate.peers) {
            PeerRecord* peer = find(id);
            if (!peer) continue;
            if (candidate.withdrawn) setAside(id, *peer, now);
        }
    }
}

void Sync::Machine::settleRoundDispute(const Dispute& dispute) {
    std::vector<const Candidate*> standing;
    for (const Candidate& candidate : dispute.candidates)
        if (candidate.verdict == FilterVerdict::not_refuted) standing.push_back(&candidate);
    if (standing.size() < 2) return; // the next round goes on with those that are left
    // Which of them we write down matters little: the block itself is searched at this height.
    const Candidate* ours =
        *std::max_element(standing.begin(), standing.end(),
                          [](const auto* a, const auto* b) { return a->peers.size() < b->peers.size(); });
    Settled settled{.ours = *ours->hash};
    for (const Candidate* other : standing)
        if (other != ours) settled.others.insert(*other->hash);
    m_settled[dispute.height] = std::move(settled);
    markDisputed(dispute.height);
}

void Sync::Machine::settleLateDispute(const Dispute& dispute) {
    const Candidate& theirs = dispute.candidates[1];
    if (dispute.candidates[0].verdict == FilterVerdict::proven_false) return oursIsFalse(dispute.height);
    if (theirs.verdict != FilterVerdict::not_refuted) return;
    m_settled[dispute.height].others.insert(*theirs.hash);
    markDisputedLate(dispute);
}

void Sync::Machine::markDisputed(std::uint32_t height) {
    if (!m_disputed.insert(height).second) return;
    m_actions.push_back(Disputed{{height}});
    const auto slot = m_window.find(height);
    if (slot != m_window.end() && !slot->second.block) hitBlock(height, slot->second);
}

/// A height that was verified with the filter alone: its block is searched now, and nothing else again, for
/// else one peer could have everything scanned again and again by naming odd hashes.
void Sync::Machine::markDisputedLate(const Dispute& dispute) {
    const Reached height = dispute.height;
    if (height > m_verified || height <= m_birthday_floor || m_watch.empty())
        return markDisputed(dispute.height);
    if (!m_disputed.insert(dispute.height).second) return;
    m_late_searches.insert_or_assign(dispute.height, *dispute.block);
    // A filter that was judged holds every output script of the block, so what pays us was found when it was
    // matched. Where ours could not be had, the block may bring coins to light that later blocks spend.
    if (!dispute.candidates[0].verdict && m_watch.touches(*dispute.block)) rewindTo(height);
}

/// One block at a time, like all others; stored as disputed only when it was searched, so that a crash opens
/// the dispute again.
void Sync::Machine::searchLate() {
    if (m_waiting_apply || m_late_searches.empty()) return;
    auto next = m_late_searches.extract(m_late_searches.begin());
    const std::uint32_t height = next.key();
    m_actions.push_back(BlockRescanned{{height}, m_chain.hashAt(height), std::move(next.mapped())});
    m_late_search = m_waiting_apply = height;
}

/// The filter that our chain holds at this height is proven false (threats 6): whoever confirmed it is
/// banned, and everything from here on is done again.
void Sync::Machine::oursIsFalse(std::uint32_t height) {
    std::vector<PeerId> liars;
    for (auto& [id, peer] : m_peers) {
        if (peer.serves_filters && peer.agree_to >= Reached{height} && !peer.own_branch) liars.push_back(id);
    }
    for (const PeerId id : liars) drop(id, DropReason::false_filter, Ban::yes);
    forgetFiltersFrom(height);
    m_round.reset();
    for (auto& [id, peer] : m_peers) {
        if (peer.own_branch) peer.agree_to = -1;
        peer.own_branch.reset();
        peer.agree_to = std::min(peer.agree_to, Reached{height} - 1);
        peer.compare_ask.reset();
        if (peer.filters_ask && peer.filters_ask->stop >= height) peer.filters_ask.reset();
    }
    for (auto slot = m_window.begin(); slot != m_window.end();) {
        // Ranges in flight that began below the height are asked for again.
        if (slot->second.state == Slot::State::asked) slot->second.state = Slot::State::needs_filter;
        if (slot->first < height) {
            ++slot;
            continue;
        }
        m_window_bytes -= slot->second.filter ? slot->second.filter->bytes.size() : 0;
        slot = m_window.erase(slot);
    }
    if (m_verified >= Reached{height}) rewindTo(std::max(Reached{height} - 1, m_birthday_floor));
    needPeers();
}

} // namespace duplex::bitcoin::light
