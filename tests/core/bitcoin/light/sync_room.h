#pragma once

#include "core/bitcoin/light/sync.h"
#include "tests/support/mini_chain.h"

#include <deque>
#include <functional>

namespace duplex::test {

/// A peer that serves a MiniChain's blocks and filters, with the lies and moods that a test gives it.
struct ServingPeer {
    const MiniChain* chain = nullptr;
    std::uint32_t netgroup = 0;
    std::uint64_t services = 1 | 8 | 64;
    std::map<std::uint32_t, bitcoin::light::BlockFilter> false_filters; // served instead, headers to match
    bool serves_truth_under_false_hash = false; // hashes of the lies, filters of the truth
    bool silent_filters = false;
    bool withholds_filters = false; // says their hashes, serves none
    bool repeats_a_filter = false;  // the first of each range, as often as filters were asked for
    bool silent_headers = false;
    bool silent_blocks = false;
    bool mutates_blocks = false;
    bool keeps_blocks_back = false; // answers notfound
    std::optional<std::uint32_t> knows_up_to;

    std::uint32_t height() const {
        return knows_up_to ? std::min(*knows_up_to, chain->height()) : chain->height();
    }
    const bitcoin::light::BlockFilter& filter(std::uint32_t height) const;
    std::vector<bitcoin::wire::Message> answer(const bitcoin::wire::Message& message) const;
};

/// A Sync machine with storage, peers and a clock around it. Delivers what is sent until nothing moves,
/// checks the machine's promises on the way, and keeps what it reported.
class SyncRoom {
public:
    explicit SyncRoom(bitcoin::light::SyncStart start = {});

    bitcoin::light::PeerId connect(ServingPeer peer);
    void disconnect(bitcoin::light::PeerId id);
    void feed(const bitcoin::light::SyncEvent& event);
    void queue(const bitcoin::light::SyncEvent& event) { m_events.push_back(event); }
    void run();            // until quiet
    void wait(Ticks time); // with a tick a second
    void announceTip(bitcoin::light::PeerId id, std::uint32_t from);
    /// A machine on what was stored.
    bitcoin::light::SyncStart restart() const;

    bitcoin::light::Sync& sync() { return *m_sync; }
    std::map<bitcoin::light::PeerId, ServingPeer> peers;

    // What came out.
    std::vector<bitcoin::BlockHash> connected; // by height, from first_height on
    std::uint32_t first_height = 0;
    std::vector<std::uint32_t> hits; // heights that came with a block, in order
    std::vector<std::uint32_t> rescanned;
    std::vector<std::uint32_t> left; // BlockDisconnected
    std::vector<std::uint32_t> disputed;
    std::optional<bitcoin::light::CompleteTo> complete; // the last
    std::size_t filters_asked = 0;                      // getcfilters
    std::vector<bitcoin::light::DropPeer> dropped;
    std::vector<bitcoin::light::BlockFetched> fetched;
    std::vector<bitcoin::light::BlockFetchFailed> fetch_failed;
    std::vector<bitcoin::Transaction> seen;
    std::vector<bitcoin::light::StaleChain> stale;
    int clock_warnings = 0;
    int missing_blocks = 0;
    /// Called for each block with a hit, before BlockApplied.
    std::function<void(std::uint32_t, const bitcoin::Block&)> on_block;
    std::string broken; // the first promise that did not hold
    bitcoin::light::Moment now{.ticks = Ticks(1'000'000), .time = unixTime(1'800'000'000)};

private:
    void perform(bitcoin::light::SyncActions actions);
    void applied(std::uint32_t height, const bitcoin::Block& block);
    void expect(bool holds, const char* what);

    bitcoin::light::SyncStart m_start;
    Bytes m_headers;
    Bytes m_filter_headers;
    std::unique_ptr<bitcoin::light::Sync> m_sync;
    std::deque<bitcoin::light::SyncEvent> m_events;
    std::uint64_t m_next_peer = 1;
};

} // namespace duplex::test
