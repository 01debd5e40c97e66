#pragma once

#include "core/bitcoin/light/filter_header_chain.h"
#include "core/bitcoin/light/header_chain.h"
#include "core/bitcoin/light/peer_event.h"
#include "core/bitcoin/light/watch_list.h"

#include <memory>

namespace duplex::bitcoin::light {

// The light client as one pure machine: headers, filter headers, filters, blocks (BIP 157, 158). The driver
// feeds it events, does the returned actions in their order, and stores before it sends: a storing action
// (marked S below) is committed before any later action of the same list leaves the process.

struct RequestIdTag;
/// Chosen by the caller of FetchBlock.
using RequestId = TaggedNumber<RequestIdTag, std::uint64_t>;

// ---- Events (besides PeerConnected, PeerMessage, PeerDisconnected of peer_event.h) ----

/// Bytes came in on this connection (any wire::BytesReceived after the handshake): a slow answer is not a
/// stalled one.
struct PeerProgress {
    PeerId peer;
};
/// From the driver's timer, about once a second.
struct TimerTick {};
/// From wallet and channels: look for more. `birth` is the first height in which one of them may stand or be
/// spent; at or below the verified height it starts a rescan from there. Fresh addresses and new channels:
/// BlockHeight one above verifiedHeight(). Must come before the BlockApplied of the block that gave rise to
/// it. Not stored by the machine: the driver adds all again after a restart.
struct WatchAdded {
    std::vector<Script> scripts;
    std::vector<WatchedOutPoint> outpoints;
    BlockHeight birth;
};
/// From the driver, after the effects of a BlockConnected or BlockRescanned that carried a block are
/// committed and all new scripts were given by WatchAdded. Until then no further height is connected, so that
/// filters above are matched for scripts which this block brought to light.
struct BlockApplied {
    BlockHeight height;
};
/// From the store, after S actions were committed: the new views of the files.
struct HeadersStored {
    HeaderView view;
};
struct FilterHeadersStored {
    FilterHeaderView view;
};
/// From explorer, wallet and fee page: get any block by hash. Answered by exactly one BlockFetched or
/// BlockFetchFailed unless the program ends.
struct FetchBlock {
    RequestId request;
    BlockHash hash;
};

using SyncEvent = std::variant<PeerConnected, PeerMessage, PeerDisconnected, PeerProgress, TimerTick,
                               WatchAdded, BlockApplied, HeadersStored, FilterHeadersStored, FetchBlock>;

// ---- Actions ----

enum class DropReason {
    bad_headers,        // faulty header
    bad_filter_headers, // contradicts what the peer itself said before
    false_filter,       // proven
    bad_block,          // a body that is not its header's
    unrequested,        // an answer that nobody asked for, too often
    useless,            // serves neither filters nor blocks
    too_many_disputes
};
std::string_view textOf(DropReason reason);
/// Banned only with proof: bad headers, a proven false filter, a broken body.
enum class Ban { no, yes };
/// Close the connection; the driver answers with PeerDisconnected.
struct DropPeer {
    PeerId peer;
    DropReason reason = DropReason::useless;
    Ban ban = Ban::no;
    friend bool operator==(const DropPeer&, const DropPeer&) = default;
};

/// S: write the headers from this height on, fdatasync, commit count, tip hash and work; answer
/// HeadersStored. After a crash before the commit they are fetched again.
struct PersistHeaders {
    BlockHeight from;
    std::vector<BlockHeader> headers;
    Work tip_work;
};
/// S: a reorganisation, in the three steps of bitcoin.md 2 (commit count = fork + 1 with the left headers and
/// "unwinding due"; overwrite; commit the new count); answer HeadersStored. BlockDisconnected follows.
/// After a crash in between, the driver unwinds to `fork` itself and starts with complete = fork.
struct PersistReorganisation {
    BlockHeight fork;
    std::vector<BlockHeader> left;
    std::vector<BlockHeader> headers;
    Work tip_work;
};
/// S: write the filter headers from this height on (after cutting the file to `from`; an empty list only
/// cuts); answer FilterHeadersStored. Lost ones are fetched again.
struct PersistFilterHeaders {
    BlockHeight from;
    std::vector<FilterHeader> headers;
};
/// S: the next height in strict order. With a block where the filter (or the disputed block itself) hit:
/// apply it, commit, then send BlockApplied. Without one: nothing of ours is in it. Replayed after a crash
/// from the last CompleteTo, so applying a block twice must do nothing.
struct BlockConnected {
    BlockHeight height;
    BlockHash hash;
    BlockHeader header;
    std::optional<Block> block;
};
/// S: a block at an already connected height: it holds something for scripts that were added late, or peers
/// came to differ about its filter. Apply as above, then send BlockApplied.
struct BlockRescanned {
    BlockHeight height;
    BlockHash hash;
    Block block;
};
/// S: this height and all above are undone; comes once for each connected height, from the top, and for the
/// height above the fork also where this scan did not connect it: an earlier one may have.
struct BlockDisconnected {
    BlockHeight height;
    BlockHash hash;
};
/// S: every height up to here was verified: filter checked against its agreed header and each hit fetched and
/// searched, for all scripts now watched. Goes *down* when a rescan starts or a branch is left. `agreeing` of
/// `asked` connected filter peers confirmed the filter headers up to here. What a restart takes as
/// `complete`.
struct CompleteTo {
    BlockHeight height;
    int agreeing = 0;
    int asked = 0;
    friend bool operator==(const CompleteTo&, const CompleteTo&) = default;
};
/// S: peers differ about this height's filter and its block cannot settle it; the block itself is searched.
/// Give the heights back in SyncStart.
struct Disputed {
    BlockHeight height;
    friend bool operator==(const Disputed&, const Disputed&) = default;
};
/// The best header is another one. Not stored: it follows from the headers.
struct TipChanged {
    ChainTip tip;
    friend bool operator==(const TipChanged&, const TipChanged&) = default;
};
/// A peer relayed an unconfirmed transaction that touches a watched script or outpoint. A hint, never a
/// proof.
struct TransactionSeen {
    Transaction transaction;
};
/// Answer to FetchBlock; `height` where the block stands on the main chain.
struct BlockFetched {
    RequestId request;
    BlockHash hash;
    std::optional<BlockHeight> height;
    Block block;
};
enum class FetchFailure { no_peer, not_served };
struct BlockFetchFailed {
    RequestId request;
    FetchFailure why = FetchFailure::no_peer;
};
/// No block for 120 min, or under 90 in 24 h (threats 4); comes at each change.
enum class Staleness { fresh, no_block_for_two_hours, few_blocks_in_a_day };
struct StaleChain {
    Staleness state = Staleness::fresh;
    friend bool operator==(const StaleChain&, const StaleChain&) = default;
};
/// Several netgroups send headers over 2 h ahead of our clock: "check this computer's clock".
struct CheckClock {};
/// A hit or disputed block could not be had for 30 min; the scan waits there and keeps asking (threats 8,
/// 15).
struct BlockMissing {
    BlockHeight height;
    BlockHash hash;
};
/// More connections to peers that serve filters are wanted (too few, some set aside, or a dispute). Once in
/// 30 s at most.
struct NeedPeers {
    int usable_filter_peers = 0;
};

using SyncAction = std::variant<SendTo, DropPeer, PersistHeaders, PersistReorganisation, PersistFilterHeaders,
                                BlockConnected, BlockRescanned, BlockDisconnected, CompleteTo, Disputed,
                                TipChanged, TransactionSeen, BlockFetched, BlockFetchFailed, StaleChain,
                                CheckClock, BlockMissing, NeedPeers>;
using SyncActions = std::vector<SyncAction>;

/// What a run starts from, all as committed.
struct SyncStart {
    Network network = Network::regtest;
    HeaderView headers; // empty on the first start
    std::optional<Work> tip_work;
    FilterHeaderView filter_headers; // never more than headers
    /// The last CompleteTo (verified and connected up to here), at most the fork of an unfinished
    /// reorganisation. Nothing: start below `birthday`.
    std::optional<BlockHeight> complete;
    /// First height in which the wallet can have coins; heights below are neither scanned nor connected.
    BlockHeight birthday;
    std::vector<BlockHeight> disputed;
    /// Random, new for each run: chooses peers.
    crypto::SipHashKey randomness;
    /// Usable filter peers below which NeedPeers comes; 1 with --connect and in the sandbox.
    int wanted_filter_peers = 1;
    std::size_t window_bytes = 64 * 1024 * 1024; // of filters held while a block below them is awaited
};

enum class SyncStage { no_peers, headers, filter_headers, filters, synced };
struct PeerState {
    PeerId peer;
    std::optional<BlockHeight> height; // highest main-chain block that it showed us
    bool serves_filters = false;
    bool set_aside = false;
    std::optional<BlockHeight> filters_agree_to; // compared with ours up to here
};

class Sync {
public:
    explicit Sync(const SyncStart& start);
    ~Sync();
    Sync(Sync&&) noexcept;

    /// The first actions: on an empty file, the genesis block to store.
    SyncActions start(const Moment& now);
    SyncActions step(const SyncEvent& event, const Moment& now);

    const HeaderChain& chain() const;
    const FilterHeaderChain& filterHeaders() const;
    /// Verified up to here for everything watched; birthday - 1 at the least (nothing below height 0: nothing
    /// verified).
    std::optional<BlockHeight> verifiedHeight() const;
    /// Handed out by BlockConnected up to here.
    std::optional<BlockHeight> connectedHeight() const;
    bool isDisputed(BlockHeight height) const;
    SyncStage stage() const;
    std::vector<PeerState> peers() const;
    /// Netgroups whose peers' best block is our tip (finality: the tip seen from at least three).
    int netgroupsAtTip() const;
    /// The lowest height among connected peers that showed one: locktimes stay below it.
    std::optional<BlockHeight> lowestPeerHeight() const;
    /// A filter of the last 2,016 verified heights, where kept in this run (getblockfilter).
    const BlockFilter* filterAt(BlockHeight height) const;

private:
    class Machine;
    std::unique_ptr<Machine> m_machine;
};

} // namespace duplex::bitcoin::light
