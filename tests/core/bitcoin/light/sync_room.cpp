#include "tests/core/bitcoin/light/sync_room.h"

namespace duplex::test {

using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;

namespace {

constexpr std::size_t most_stored = 20'000;

template <std::size_t N>
void writeAt(Bytes& file, std::size_t number, const std::vector<ByteArray<N>>& records) {
    file.resize(std::min(file.size(), number * N));
    for (const auto& record : records) file.insert(file.end(), record.begin(), record.end());
}

} // namespace

const BlockFilter& ServingPeer::filter(std::uint32_t height) const {
    const auto lie = false_filters.find(height);
    return lie == false_filters.end() ? chain->filter(height) : lie->second;
}

std::vector<wire::Message> ServingPeer::answer(const wire::Message& message) const {
    std::vector<wire::Message> replies;
    const auto headerAt = [this](std::uint32_t height) {
        FilterHeader header;
        for (std::uint32_t i = 0; i <= height; ++i) header = headerAfter(header, hashOf(filter(i).bytes));
        return header;
    };
    if (const auto* ask = std::get_if<wire::GetHeaders>(&message); ask && !silent_headers) {
        std::uint32_t from = 0;
        for (const BlockHash& hash : ask->locator) {
            const auto found = chain->heightOf(hash);
            if (!found || *found > height()) continue;
            from = *found;
            break;
        }
        replies.push_back(wire::Headers{
            chain->headers(from + 1, std::min(height(), from + std::uint32_t{wire::most_headers}))});
    } else if (const auto* ask = std::get_if<wire::GetCfCheckpt>(&message); ask && !silent_filters) {
        wire::CfCheckpt reply{.stop = ask->stop};
        FilterHeader header;
        for (std::uint32_t i = 0; i <= *chain->heightOf(ask->stop); ++i) {
            header = headerAfter(header, hashOf(filter(i).bytes));
            if (i > 0 && i % 1000 == 0) reply.headers.push_back(header);
        }
        replies.push_back(reply);
    } else if (const auto* ask = std::get_if<wire::GetCfHeaders>(&message); ask && !silent_filters) {
        const auto stop = chain->heightOf(ask->stop);
        if (!stop || *stop > height()) return replies;
        wire::CfHeaders reply{.stop = ask->stop};
        if (ask->start.value > 0) reply.previous = headerAt(ask->start.value - 1);
        for (std::uint32_t i = ask->start.value; i <= *stop; ++i)
            reply.hashes.push_back(hashOf(filter(i).bytes));
        replies.push_back(reply);
    } else if (const auto* ask = std::get_if<wire::GetCfilters>(&message);
               ask && !silent_filters && !withholds_filters) {
        const auto stop = chain->heightOf(ask->stop);
        if (!stop || *stop > height()) return replies;
        for (std::uint32_t i = ask->start.value; i <= *stop; ++i) {
            const std::uint32_t at = repeats_a_filter ? ask->start.value : i;
            replies.push_back(wire::Cfilter{
                chain->hash(at), (serves_truth_under_false_hash ? chain->filter(at) : filter(at)).bytes});
        }
    } else if (const auto* ask = std::get_if<wire::GetData>(&message); ask && !silent_blocks) {
        for (const wire::Inventory& entry : ask->entries) {
            const auto found = chain->heightOf(BlockHash{entry.hash});
            if (!found || keeps_blocks_back) {
                replies.push_back(wire::NotFound{{entry}});
                continue;
            }
            Block block = chain->block(*found);
            if (mutates_blocks) block.transactions[0].outputs[0].value += Satoshi{1};
            replies.push_back(wire::BlockBody{serialized(block)});
        }
    }
    return replies;
}

SyncRoom::SyncRoom(SyncStart start) : m_start(start) {
    m_headers.reserve(most_stored * header_size);
    m_filter_headers.reserve(most_stored * 32);
    m_headers.assign(start.headers.bytes.begin(), start.headers.bytes.end());
    m_filter_headers.assign(start.filter_headers.bytes.begin(), start.filter_headers.bytes.end());
    m_start.headers = {m_headers};
    m_start.filter_headers = {m_filter_headers};
    first_height = start.complete ? start.complete->value + 1 : start.birthday.value;
    m_sync = std::make_unique<Sync>(m_start);
    perform(m_sync->start(now));
    run();
}

SyncStart SyncRoom::restart() const {
    SyncStart start = m_start;
    start.headers = {m_headers};
    start.tip_work = m_sync->chain().tipWork();
    start.filter_headers = {m_filter_headers};
    if (complete) start.complete = complete->height;
    return start;
}

void SyncRoom::expect(bool holds, const char* what) {
    if (!holds && broken.empty()) broken = what;
}

PeerId SyncRoom::connect(ServingPeer peer) {
    const PeerId id{m_next_peer++};
    wire::Handshake handshake{.version = 70016, .services = {peer.services}, .wtxid_relay = true};
    const wire::Netgroup group{peer.netgroup != 0 ? peer.netgroup : id.value};
    peers[id] = std::move(peer);
    m_events.push_back(PeerConnected{id, handshake, group, wire::Relay::yes});
    run();
    return id;
}

void SyncRoom::disconnect(PeerId id) {
    peers.erase(id);
    m_events.push_back(PeerDisconnected{id});
    run();
}

void SyncRoom::feed(const SyncEvent& event) {
    m_events.push_back(event);
    run();
}

void SyncRoom::announceTip(PeerId id, std::uint32_t from) {
    const ServingPeer& peer = peers.at(id);
    feed(PeerMessage{id, wire::Headers{peer.chain->headers(from, peer.height())}});
}

void SyncRoom::run() {
    for (int steps = 0; !m_events.empty(); ++steps) {
        if (steps > 200'000) return expect(false, "the machine comes to rest");
        const SyncEvent event = std::move(m_events.front());
        m_events.pop_front();
        perform(m_sync->step(event, now));
    }
}

void SyncRoom::wait(Ticks time) {
    for (Ticks end = now.ticks + time; now.ticks < end;) {
        now.ticks += 1s;
        now.time += std::chrono::seconds(1);
        feed(TimerTick{});
    }
}

void SyncRoom::applied(std::uint32_t height, const Block& block) {
    if (on_block) on_block(height, block);
    m_events.push_back(BlockApplied{{height}});
}

void SyncRoom::perform(SyncActions actions) {
    for (SyncAction& action : actions) {
        std::visit(overloaded{
                       [&](const SendTo& each) {
                           filters_asked += std::holds_alternative<wire::GetCfilters>(each.message) ? 1 : 0;
                           const auto peer = peers.find(each.peer);
                           if (peer == peers.end()) return;
                           for (wire::Message& reply : peer->second.answer(each.message))
                               m_events.push_back(PeerMessage{each.peer, std::move(reply)});
                       },
                       [&](const DropPeer& each) {
                           dropped.push_back(each);
                           peers.erase(each.peer);
                           m_events.push_back(PeerDisconnected{each.peer});
                       },
                       [&](const PersistHeaders& each) {
                           expect(m_headers.size() == std::size_t{each.from.value} * header_size,
                                  "headers join the file");
                           std::vector<ByteArray<80>> records;
                           for (const BlockHeader& header : each.headers)
                               records.push_back(serialized(header));
                           writeAt(m_headers, each.from.value, records);
                           m_events.push_back(HeadersStored{{m_headers}});
                       },
                       [&](const PersistReorganisation& each) {
                           std::vector<ByteArray<80>> records;
                           for (const BlockHeader& header : each.headers)
                               records.push_back(serialized(header));
                           writeAt(m_headers, each.fork.value + 1, records);
                           m_events.push_back(HeadersStored{{m_headers}});
                       },
                       [&](const PersistFilterHeaders& each) {
                           expect(m_filter_headers.size() >= std::size_t{each.from.value} * 32,
                                  "filter headers join the file");
                           std::vector<ByteArray<32>> records;
                           for (const FilterHeader& header : each.headers) records.push_back(header.bytes);
                           writeAt(m_filter_headers, each.from.value, records);
                           m_events.push_back(FilterHeadersStored{{m_filter_headers}});
                       },
                       [&](const BlockConnected& each) {
                           expect(each.height.value == first_height + connected.size(),
                                  "heights connect without gaps");
                           connected.push_back(each.hash);
                           if (!each.block) return;
                           hits.push_back(each.height.value);
                           applied(each.height.value, *each.block);
                       },
                       [&](const BlockRescanned& each) {
                           rescanned.push_back(each.height.value);
                           applied(each.height.value, each.block);
                       },
                       [&](const BlockDisconnected& each) {
                           left.push_back(each.height.value);
                           if (each.height.value >= first_height + connected.size())
                               return; // an earlier scan's
                           expect(!connected.empty() && connected.back() == each.hash &&
                                      each.height.value + 1 == first_height + connected.size(),
                                  "heights disconnect from the top");
                           if (!connected.empty()) connected.pop_back();
                       },
                       [&](const CompleteTo& each) {
                           expect(each.height.value + 1 <= first_height + connected.size() ||
                                      connected.empty(),
                                  "complete is at most connected");
                           complete = each;
                       },
                       [&](const Disputed& each) { disputed.push_back(each.height.value); },
                       [&](const TipChanged&) {},
                       [&](const TransactionSeen& each) { seen.push_back(each.transaction); },
                       [&](const BlockFetched& each) { fetched.push_back(each); },
                       [&](const BlockFetchFailed& each) { fetch_failed.push_back(each); },
                       [&](const StaleChain& each) { stale.push_back(each); },
                       [&](const CheckClock&) { ++clock_warnings; },
                       [&](const BlockMissing&) { ++missing_blocks; },
                       [&](const NeedPeers&) {},
                   },
                   action);
    }
}

} // namespace duplex::test
