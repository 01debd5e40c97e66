#include "core/bitcoin/light/sync_machine.h"

namespace duplex::bitcoin::light {

// Who agrees with whom. Our chain of filter headers grows by rounds: far from the tip one peer serves an
// interval and the checkpoints of all others must match its end, near the tip every filter peer is asked.
// Peers that come later are compared with what we have, from their checkpoints down to single hashes. A
// difference becomes a dispute about one height (sync_dispute.cpp); heights settled there may differ from
// then on.

namespace {

constexpr std::uint32_t interval = wire::filter_checkpoint_interval;
constexpr std::uint32_t near_tip = wire::most_filter_headers; // up to here all peers are asked for the hashes
constexpr int most_unasked = 10;

} // namespace

bool Sync::Machine::caughtUp(const PeerRecord& peer) const {
    return peer.serves_filters && usable(peer) && peer.height && peer.agree_to == tipOfFilterHeaders();
}

bool Sync::Machine::known(std::uint32_t height, const FilterHash& hash) const {
    if (headerAfter(m_filter_headers.before(height), hash) == m_filter_headers.at(height)) return true;
    const auto settled = m_settled.find(height);
    return settled != m_settled.end() && settled->second.others.contains(hash);
}

bool Sync::Machine::linksToPeersOwn(const PeerRecord& peer, std::uint32_t start,
                                    const FilterHeader& previous) const {
    return previous == (peer.own_branch ? *peer.own_branch : m_filter_headers.before(start));
}

void Sync::Machine::scheduleFilterHeaders(const Moment& now) {
    if (!m_headers_synced) return;
    for (auto& [id, peer] : m_peers) {
        if (!peer.serves_filters || !usable(peer) || !peer.height) continue;
        if (m_dispute && peer.found_difference) continue; // one dispute at a time
        peer.found_difference = false;
        if (peer.checkpoint_ask || peer.compare_ask || (m_round && m_round->answers.contains(id))) continue;
        const Reached reach = std::min(Reached{*peer.height}, Reached{m_chain.height()});
        if (!peer.checkpoints_known && reach - peer.agree_to > Reached{near_tip}) {
            askCheckpoints(id, peer, now);
        } else if (peer.agree_to < std::min(tipOfFilterHeaders(), reach)) {
            const Reached last = std::min(tipOfFilterHeaders(), reach);
            Reached stop = std::min(last, peer.agree_to + Reached{wire::most_filter_headers});
            if (const auto wrong = firstWrongCheckpoint(peer)) stop = std::min(stop, Reached{*wrong});
            askCompare(id, peer, static_cast<std::uint32_t>(stop), now);
        }
    }
    if (!m_round && !m_dispute) startRound(now);
}

void Sync::Machine::askCheckpoints(PeerId id, PeerRecord& peer, const Moment& now) {
    const std::uint32_t stop = std::min(*peer.height, m_chain.height());
    peer.checkpoint_ask = RangeAsk{.asked = now.ticks, .stop = stop, .stop_hash = m_chain.hashAt(stop)};
    send(id, wire::GetCfCheckpt{peer.checkpoint_ask->stop_hash});
}

void Sync::Machine::askCompare(PeerId id, PeerRecord& peer, std::uint32_t stop, const Moment& now) {
    const auto start = static_cast<std::uint32_t>(peer.agree_to + 1);
    peer.compare_ask =
        RangeAsk{.asked = now.ticks, .start = start, .stop = stop, .stop_hash = m_chain.hashAt(stop)};
    send(id, wire::GetCfHeaders{{start}, peer.compare_ask->stop_hash});
}

void Sync::Machine::onCfCheckpt(PeerId id, PeerRecord& peer, const wire::CfCheckpt& message,
                                const Moment& now) {
    if (!peer.checkpoint_ask || peer.checkpoint_ask->stop_hash != message.stop) return;
    const std::uint32_t expected = peer.checkpoint_ask->stop / interval;
    peer.checkpoint_ask.reset();
    if (message.headers.size() != expected) return setAside(id, peer, now); // longer each time: no answer
    answered(peer);
    peer.checkpoints_known = true;
    peer.checkpoints = message.headers;
    if (!peer.own_branch) noteCheckpoints(peer);
}

/// A filter header stands for all before it: an equal checkpoint settles everything up to it.
void Sync::Machine::noteCheckpoints(PeerRecord& peer) {
    for (std::uint32_t i = 0; i < peer.checkpoints.size(); ++i) {
        const std::uint32_t height = (i + 1) * interval;
        if (Reached{height} > tipOfFilterHeaders()) return;
        if (peer.checkpoints[i] == m_filter_headers.at(height))
            peer.agree_to = std::max(peer.agree_to, Reached{height});
    }
}

std::optional<std::uint32_t> Sync::Machine::firstWrongCheckpoint(const PeerRecord& peer) const {
    for (std::uint32_t i = 0; i < peer.checkpoints.size(); ++i) {
        const std::uint32_t height = (i + 1) * interval;
        if (Reached{height} > tipOfFilterHeaders()) return std::nullopt;
        if (Reached{height} > peer.agree_to && peer.checkpoints[i] != m_filter_headers.at(height))
            return height;
    }
    return std::nullopt;
}

/// True when the peer's checkpoint at this height, if it has one, is this header.
bool Sync::Machine::sameCheckpoint(const PeerRecord& peer, std::uint32_t height,
                                   const FilterHeader& header) const {
    const std::size_t index = height / interval;
    return index == 0 || index > peer.checkpoints.size() || peer.checkpoints[index - 1] == header;
}

void Sync::Machine::onCfHeaders(PeerId id, PeerRecord& peer, const wire::CfHeaders& message,
                                const Moment& now) {
    if (peer.compare_ask && peer.compare_ask->stop_hash == message.stop) {
        const RangeAsk ask = *peer.compare_ask;
        peer.compare_ask.reset();
        if (message.hashes.size() != ask.stop - ask.start + 1) return setAside(id, peer, now);
        answered(peer);
        return onCompared(id, peer, ask, message, now);
    }
    RoundAnswer* waiting = nullptr;
    if (m_round && m_chain.hashAt(m_round->stop) == message.stop) {
        const auto found = m_round->answers.find(id);
        if (found != m_round->answers.end() && !found->second.message) waiting = &found->second;
    }
    if (!waiting) { // a late answer is such a one too: only a peer that sends nothing else is let go
        if (++peer.unasked > most_unasked) drop(id, DropReason::unrequested, Ban::no);
        return;
    }
    if (message.hashes.size() != m_round->stop - m_round->start + 1) return setAside(id, peer, now);
    answered(peer);
    if (!linksToPeersOwn(peer, m_round->start, message.previous))
        return drop(id, DropReason::bad_filter_headers, Ban::no);
    waiting->message = message;
    if (m_round->complete()) resolveRound(now);
}

/// A peer that came late, hash by hash against what we hold.
void Sync::Machine::onCompared(PeerId id, PeerRecord& peer, const RangeAsk& ask,
                               const wire::CfHeaders& message, const Moment& now) {
    if (Reached{ask.stop} > tipOfFilterHeaders() || Reached{ask.start} != peer.agree_to + 1)
        return; // cut meanwhile
    if (!linksToPeersOwn(peer, ask.start, message.previous))
        return drop(id, DropReason::bad_filter_headers, Ban::no);
    FilterHeader own = message.previous;
    for (std::uint32_t height = ask.start; height <= ask.stop; ++height) {
        const FilterHash& hash = message.hashes[height - ask.start];
        if (!known(height, hash) && m_disputed.contains(height)) m_settled[height].others.insert(hash);
        if (!known(height, hash)) {
            peer.found_difference = true;
            Candidate ours;
            for (const auto& [other, record] : m_peers)
                if (other != id && record.agree_to >= Reached{height}) ours.peers.insert(other);
            Candidate theirs{.hash = hash, .peers = {id}};
            if (!m_dispute) openDispute({.height = height, .late = true, .candidates = {ours, theirs}}, now);
            return;
        }
        own = headerAfter(own, hash);
        peer.agree_to = height;
        peer.own_branch = own == m_filter_headers.at(height) ? std::nullopt : std::optional(own);
    }
}

/// Extends our chain: only once every filter peer that could differ has shown its checkpoints or was set
/// aside.
void Sync::Machine::startRound(const Moment& now) {
    const Reached tip = m_chain.height();
    if (tipOfFilterHeaders() >= tip) return;
    const std::uint32_t start = m_filter_headers.count();
    std::vector<PeerId> ready;
    Reached reach = -1;
    for (const auto& [id, peer] : m_peers) {
        // Soon comparable: wait. A long comparison of a late peer does not hold up the others.
        const bool nearly = peer.compare_ask && Reached{peer.compare_ask->stop} == tipOfFilterHeaders();
        if (usable(peer) && (peer.checkpoint_ask || nearly)) return;
        if (!caughtUp(peer) || Reached{*peer.height} < Reached{start}) continue;
        ready.push_back(id);
        reach = std::max(reach, std::min(tip, Reached{*peer.height}));
    }
    if (ready.empty()) return;
    Round round{.start = start};
    round.by_checkpoint = reach - Reached{start} >= Reached{near_tip};
    const Reached most = Reached{start} + Reached{wire::most_filter_headers} - 1;
    round.stop = static_cast<std::uint32_t>(std::min(reach, most));
    if (round.by_checkpoint) round.stop -= round.stop % interval;
    std::erase_if(ready, [&](PeerId id) { return Reached{*m_peers.at(id).height} < Reached{round.stop}; });
    if (round.by_checkpoint) ready = {ready[random() % ready.size()]};
    m_round = round;
    for (const PeerId id : ready) askRound(id, now);
}

void Sync::Machine::askRound(PeerId id, const Moment& now) {
    m_round->answers[id] = {.asked = now.ticks};
    send(id, wire::GetCfHeaders{{m_round->start}, m_chain.hashAt(m_round->stop)});
}

void Sync::Machine::resolveRound(const Moment& now) {
    const auto& first = *m_round->answers.begin()->second.message;
    if (m_round->by_checkpoint && m_round->answers.size() == 1) {
        const FilterHeader end = headersAfter(m_filter_headers.before(m_round->start), first.hashes).back();
        for (auto& [id, peer] : m_peers) {
            if (m_round->answers.contains(id) || !caughtUp(peer) || *peer.height < m_round->stop) continue;
            if (!sameCheckpoint(peer, m_round->stop, end)) askRound(id, now);
        }
        if (m_round->answers.size() > 1) return; // somebody differs: wait for the hashes
    }
    std::vector<FilterHash> hashes;
    for (std::size_t i = 0; i < first.hashes.size(); ++i) {
        const std::uint32_t height = m_round->start + static_cast<std::uint32_t>(i);
        std::map<FilterHash, std::set<PeerId>> said;
        for (const auto& [id, answer] : m_round->answers) said[answer.message->hashes[i]].insert(id);
        const auto settled = m_settled.find(height);
        if (settled != m_settled.end() && said.contains(settled->second.ours)) {
            std::erase_if(said,
                          [&](const auto& each) { return settled->second.others.contains(each.first); });
            if (said.size() == 1) {
                hashes.push_back(settled->second.ours);
                continue;
            }
        }
        if (said.size() > 1) {
            commitRound(hashes, now);
            Dispute dispute{.height = height};
            for (const auto& [hash, peers] : said)
                dispute.candidates.push_back({.hash = hash, .peers = peers});
            m_round.reset();
            return openDispute(std::move(dispute), now);
        }
        hashes.push_back(said.begin()->first);
    }
    commitRound(hashes, now);
    m_round.reset();
}

/// Appends agreed hashes and notes how far each peer of the round agrees.
void Sync::Machine::commitRound(const std::vector<FilterHash>& hashes, const Moment&) {
    if (hashes.empty()) return;
    PersistFilterHeaders stored{{m_round->start}, {}};
    for (const FilterHash& hash : hashes) stored.headers.push_back(m_filter_headers.append(hash));
    const std::uint32_t last = m_round->start + static_cast<std::uint32_t>(hashes.size()) - 1;
    for (const auto& [id, answer] : m_round->answers) {
        PeerRecord& peer = m_peers.at(id);
        const std::vector<FilterHash> part(answer.message->hashes.begin(),
                                           answer.message->hashes.begin() +
                                               static_cast<std::ptrdiff_t>(hashes.size()));
        const FilterHeader own = headersAfter(answer.message->previous, part).back();
        peer.agree_to = last;
        peer.own_branch = own == m_filter_headers.at(last) ? std::nullopt : std::optional(own);
    }
    for (auto& [id, peer] : m_peers)
        if (!peer.own_branch) noteCheckpoints(peer);
    m_actions.push_back(std::move(stored));
}

} // namespace duplex::bitcoin::light
