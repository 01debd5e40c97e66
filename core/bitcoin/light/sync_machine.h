#pragma once

// Inside of sync.h: one class, its parts in sync_*.cpp by stage.

#include "core/bitcoin/light/first_pass.h"
#include "core/bitcoin/light/sync.h"

#include <map>

namespace duplex::bitcoin::light {

class Sync::Machine {
public:
    explicit Machine(const SyncStart& start);

    SyncActions start(const Moment& now);
    SyncActions step(const SyncEvent& event, const Moment& now);

    // What the facade shows; see sync.h.
    const HeaderChain& chain() const { return m_chain; }
    const FilterHeaderChain& filterHeaders() const { return m_filter_headers; }
    std::optional<BlockHeight> verified() const { return asHeight(m_verified); }
    std::optional<BlockHeight> connected() const { return asHeight(m_connected); }
    bool isDisputed(BlockHeight height) const { return m_disputed.contains(height.value); }
    SyncStage stage() const;
    std::vector<PeerState> peers() const;
    int netgroupsAtTip() const;
    std::optional<BlockHeight> lowestPeerHeight() const;
    const BlockFilter* filterAt(BlockHeight height) const;

private:
    // A height, or -1 for "nothing yet".
    using Reached = std::int64_t;
    static std::optional<BlockHeight> asHeight(Reached height) {
        return height < 0 ? std::nullopt : std::optional(BlockHeight{static_cast<std::uint32_t>(height)});
    }

    struct HeadersAsk {
        Ticks asked{};
        std::uint32_t from = 0; // the locator began here
    };
    struct RangeAsk {
        Ticks asked{};
        std::uint32_t start = 0;
        std::uint32_t stop = 0;
        BlockHash stop_hash;
        std::set<std::uint32_t> received; // heights of filters; the same one again is no progress
        std::size_t bytes = 0;
    };
    struct PeerRecord {
        wire::Handshake handshake;
        wire::Netgroup netgroup;
        wire::Relay announces = wire::Relay::no;
        bool serves_filters = false;
        bool serves_blocks = false;
        bool limited = false; // blocks within 288 of its tip only
        Ticks last_progress{};
        std::optional<Ticks> aside_until;
        int asides = 0; // in a row, without an answer about filters or blocks
        // headers
        std::optional<std::uint32_t> height; // highest main-chain block that it showed us
        std::optional<HeadersAsk> headers_ask;
        Ticks headers_until{}; // how long it may be asked again and again while others wait
        Ticks next_headers{};
        std::unique_ptr<FirstPass> pass;
        bool future_headers = false;
        int unconnected = 0;
        Ticks low_work_since{};
        int low_work = 0; // messages of headers below the work bound since then
        // filter headers
        Reached agree_to = -1;                  // compared with ours up to here
        std::optional<FilterHeader> own_branch; // its header at agree_to, where it differs since a dispute
        std::optional<RangeAsk> checkpoint_ask;
        bool checkpoints_known = false;
        std::vector<FilterHeader> checkpoints;
        std::optional<RangeAsk> compare_ask;
        int disputes = 0;
        int unasked = 0;               // cfheaders that nobody asked for, in a row
        bool found_difference = false; // waits for the dispute that runs
        // filters, blocks, transactions
        std::optional<RangeAsk> filters_ask;
        int blocks_asked = 0;
        int transactions_asked = 0;                   // in this minute
        std::set<ByteArray<32>> transactions_awaited; // ids, as the peer announced them
    };
    using Peers = std::map<PeerId, PeerRecord>;

    /// Extending our filter headers: who is asked for [start, stop], and what came.
    struct RoundAnswer {
        Ticks asked{}; // of its own: a comparison that runs or ends beside the round must not stop this clock
        std::optional<wire::CfHeaders> message;
    };
    struct Round {
        std::uint32_t start = 0;
        std::uint32_t stop = 0;
        bool by_checkpoint = false; // one peer serves, the others' checkpoints are compared
        std::map<PeerId, RoundAnswer> answers;

        bool complete() const {
            return std::all_of(answers.begin(), answers.end(),
                               [](const auto& each) { return each.second.message.has_value(); });
        }
    };
    /// Which filter hashes a height may have after a dispute about it.
    struct Settled {
        FilterHash ours;
        std::set<FilterHash> others; // not refuted either
    };
    struct Candidate {
        std::optional<FilterHash> hash; // none: ours, known only by its header
        std::set<PeerId> peers;
        std::optional<PeerId> asked;
        Ticks asked_at{};
        std::optional<FilterVerdict> verdict;
        bool withdrawn = false;
        std::optional<Bytes> filter; // what was served, however odd
    };
    struct Dispute {
        std::uint32_t height = 0;
        bool late = false; // about a height that we hold already; candidate 0 is ours
        std::vector<Candidate> candidates;
        std::optional<Block> block;
    };
    struct Slot {
        enum class State { needs_filter, asked, needs_block, done };
        State state = State::needs_filter;
        std::optional<BlockFilter> filter;
        std::optional<Block> block;
    };
    struct Want {
        bool for_scan = false;
        bool for_dispute = false;
        std::vector<RequestId> requests;
        std::optional<std::uint32_t> height;
        std::optional<PeerId> asked;
        Ticks asked_at{};
        Ticks since{};
        Ticks retry_at{};
        std::set<PeerId> failed;
        bool alarmed = false;
    };

    // sync_machine.cpp: events, peers, time
    void onConnected(const PeerConnected& event, const Moment& now);
    void onMessage(const PeerMessage& event, const Moment& now);
    void onDisconnected(PeerId id);
    void onTick(const Moment& now);
    void onWatchAdded(const WatchAdded& event);
    void onTransaction(PeerRecord& peer, const Transaction& transaction);
    void onInv(PeerId id, PeerRecord& peer, const wire::Inv& inv, const Moment& now);
    void work(const Moment& now);
    int usableFilterPeers() const;
    void needPeers();
    void checkTimeouts(const Moment& now);
    void checkStaleness(const Moment& now);
    void drop(PeerId id, DropReason reason, Ban ban);
    void setAside(PeerId id, PeerRecord& peer, const Moment& now);
    void answered(PeerRecord& peer);
    void releaseRequests(PeerId id, PeerRecord& peer);
    void send(PeerId id, wire::Message message) { m_actions.push_back(SendTo{id, std::move(message)}); }
    bool usable(const PeerRecord& peer) const { return !peer.aside_until; }
    Ticks timeForHeaders(const Moment& now) const;
    bool holdsUpOthers(PeerId id, const PeerRecord& peer, const Moment& now) const;
    bool overdue(const PeerRecord& peer, Ticks asked, std::size_t expected, const Moment& now) const;
    std::uint64_t random();
    PeerRecord* find(PeerId id);

    // sync_headers.cpp
    void scheduleHeaders(const Moment& now);
    void askHeaders(PeerId id, PeerRecord& peer, std::vector<BlockHash> locator, std::uint32_t from,
                    const Moment& now);
    void onHeaders(PeerId id, PeerRecord& peer, const wire::Headers& message, const Moment& now);
    void onEmptyHeaders(PeerId id, PeerRecord& peer, const HeadersAsk& ask, const Moment& now);
    void onPassHeaders(PeerId id, PeerRecord& peer, const wire::Headers& message, const Moment& now);
    void startPass(PeerId id, PeerRecord& peer, const HeadersLowWork& low, const wire::Headers& message,
                   const Moment& now);
    void onOutcome(PeerId id, PeerRecord& peer, HeadersOutcome outcome, const wire::Headers& message,
                   const Moment& now);
    void headersDone(PeerRecord& peer, const Moment& now);
    void onReorganised(PeerId id, const HeadersReorganised& change);
    void forgetFiltersFrom(std::uint32_t height);
    static bool tooMuchLowWork(PeerRecord& peer, const Moment& now);
    void noteFutureHeaders(PeerRecord& peer, const Moment& now);

    // sync_filter_headers.cpp
    void scheduleFilterHeaders(const Moment& now);
    void askCheckpoints(PeerId id, PeerRecord& peer, const Moment& now);
    void askCompare(PeerId id, PeerRecord& peer, std::uint32_t stop, const Moment& now);
    void startRound(const Moment& now);
    void askRound(PeerId id, const Moment& now);
    void onCfCheckpt(PeerId id, PeerRecord& peer, const wire::CfCheckpt& message, const Moment& now);
    void onCfHeaders(PeerId id, PeerRecord& peer, const wire::CfHeaders& message, const Moment& now);
    void onCompared(PeerId id, PeerRecord& peer, const RangeAsk& ask, const wire::CfHeaders& message,
                    const Moment& now);
    void resolveRound(const Moment& now);
    void commitRound(const std::vector<FilterHash>& hashes, const Moment& now);
    void noteCheckpoints(PeerRecord& peer);
    bool sameCheckpoint(const PeerRecord& peer, std::uint32_t height, const FilterHeader& header) const;
    std::optional<std::uint32_t> firstWrongCheckpoint(const PeerRecord& peer) const;
    bool caughtUp(const PeerRecord& peer) const;
    Reached tipOfFilterHeaders() const { return Reached{m_filter_headers.count()} - 1; }
    bool linksToPeersOwn(const PeerRecord& peer, std::uint32_t start, const FilterHeader& previous) const;
    bool known(std::uint32_t height, const FilterHash& hash) const;

    // sync_dispute.cpp
    void openDispute(Dispute dispute, const Moment& now);
    void workOnDispute(const Moment& now);
    void onDisputedFilter(PeerId id, const wire::Cfilter& message);
    void decideDispute(const Moment& now);
    void settleRoundDispute(const Dispute& dispute);
    void settleLateDispute(const Dispute& dispute);
    void markDisputed(std::uint32_t height);
    void markDisputedLate(const Dispute& dispute);
    void searchLate();
    bool charge(Dispute& dispute);
    void oursIsFalse(std::uint32_t height);

    // sync_scan.cpp
    void scheduleFilters(const Moment& now);
    void askFilters(PeerId id, PeerRecord& peer, std::uint32_t start, const Moment& now);
    void onCfilter(PeerId id, PeerRecord& peer, const wire::Cfilter& message);
    void fillWindow();
    void match(std::uint32_t height, Slot& slot);
    void hitBlock(std::uint32_t height, Slot& slot);
    void advance();
    void connect(std::uint32_t height, Slot& slot);
    void reportComplete();
    CompleteTo completeTo() const;
    void rewindTo(Reached height);
    void freeRange(const RangeAsk& ask);

    // sync_blocks.cpp
    void want(const BlockHash& hash, std::optional<std::uint32_t> height, const Moment& now, Want part);
    void scheduleBlocks(const Moment& now);
    bool serves(const PeerRecord& peer, const Want& want) const;
    void onBlock(PeerId id, PeerRecord& peer, const wire::BlockBody& message, const Moment& now);
    void onNotFound(PeerId id, const wire::NotFound& message);
    void deliver(const BlockHash& hash, Want want, Block block);
    void blockFailed(Want& want, PeerId id);

    HeaderChain m_chain;
    FilterHeaderChain m_filter_headers;
    WatchList m_watch;
    crypto::SipHashKey m_randomness;
    std::uint64_t m_draws = 0;
    int m_wanted_filter_peers = 1;
    Reached m_birthday_floor = -1; // birthday - 1
    Peers m_peers;
    SyncActions m_actions; // of the running step

    bool m_headers_synced = false;
    bool m_clock_reported = false;
    Staleness m_staleness = Staleness::fresh;
    Ticks m_next_need{};
    Ticks m_minute{};

    std::optional<Round> m_round;
    std::optional<Dispute> m_dispute;
    std::map<std::uint32_t, Settled> m_settled;
    std::set<std::uint32_t> m_disputed;
    std::map<std::uint32_t, Block> m_late_searches; // of disputed heights that were verified already
    std::optional<std::uint32_t> m_late_search;     // handed out, not applied yet

    Reached m_verified = -1;
    Reached m_connected = -1;
    std::optional<CompleteTo> m_reported;
    bool m_report_due = false; // set by each tick
    std::optional<std::uint32_t> m_waiting_apply;
    std::map<std::uint32_t, Slot> m_window;
    std::size_t m_window_bytes = 0, m_most_window_bytes;
    std::size_t m_average_filter = 1'000;
    std::map<std::uint32_t, BlockFilter> m_recent; // filters of the last verified heights

    std::map<BlockHash, Want> m_wants;
    std::set<ByteArray<32>> m_seen_transactions; // announced ids, so that each is asked for once
    Ticks m_now{};
};

} // namespace duplex::bitcoin::light
