#pragma once

#include "core/bitcoin/light/header_chain.h"
#include "core/bitcoin/light/peer_event.h"
#include "core/bitcoin/primitives/network.h"

namespace duplex::bitcoin::light {

/// What one block says about fees: what its miner claimed over the subsidy, spread over the block. Miners may
/// claim less, and can raise it free of charge (bitcoin.md 4): `reported`, never spent without a cap and the
/// user's sight.
struct BlockFee {
    BlockHeight height;
    UnixTime time{};
    Satoshi claimed_fee;
    FeeratePerKw average;
    Weight weight;
    bool half_full = false; // blocks under half full say nothing about the price of space
    friend bool operator==(const BlockFee&, const BlockFee&) = default;
};
BlockFee feeOf(const Block& block, BlockHeight height, const NetworkParameters& network);

/// How many of the newest blocks an estimate looks at.
inline constexpr std::uint32_t heights_in_median = 6;

/// Where a feerate comes from; the label of the quote.
enum class FeeSource { recent_blocks, network_fallback };
struct FeeEstimate {
    FeeratePerKw feerate;
    FeeSource source = FeeSource::recent_blocks;
    int blocks = 0; // that the median was taken of
    Ticks age{};    // since the newest of them came to us
};

/// Seconds between blocks, from the header times of the last 144 intervals.
struct BlockPace {
    std::int64_t median_seconds = 0;
    std::int64_t p90_seconds = 0;
    int intervals = 0;
};
/// Nothing with fewer than two times; `times` in height order. Times that go backwards count as zero.
std::optional<BlockPace> paceOf(const std::vector<std::uint32_t>& times);
/// Of the main chain's newest blocks.
std::optional<BlockPace> recentPace(const HeaderChain& chain);

/// Fees from the last blocks and the floor of the peers.
class FeeObserver {
public:
    explicit FeeObserver(Network network) : m_network(&parametersOf(network)) {}

    void peerConnected(PeerId peer, const wire::Handshake& handshake);
    void peerDisconnected(PeerId peer);
    /// Takes feefilter; ignores every other message, and values over 0.01 BTC/kvB (a node in initial
    /// download).
    void peerMessage(PeerId peer, const wire::Message& message);

    void blockSeen(const Block& block, BlockHeight height, Ticks now);
    /// The chain left these heights.
    void forgetAbove(BlockHeight height);
    /// The heights among the last six up to `tip` whose blocks were not seen yet, highest first: what to
    /// fetch when a send page opens.
    std::vector<BlockHeight> wanted(BlockHeight tip) const;
    /// wanted(), the first time that it is asked for this tip, and again after a fetch failed; else nothing.
    std::vector<BlockHeight> toFetch(BlockHeight tip, const BlockHash& hash);
    void fetchFailed() { m_fetched_at.reset(); }

    /// Median of the last six heights that were over half full; the network's fallback rate below three of
    /// them on test networks, nothing there on main.
    std::optional<FeeEstimate> estimate(BlockHeight tip, Ticks now) const;
    /// The median of what the peers that take transactions name, at most 100 sat/vB; 1 sat/vB where none
    /// named a value.
    FeeratePerKw floor() const;
    std::vector<BlockFee> seen() const;

private:
    struct Seen {
        BlockFee fee;
        Ticks when{};
    };
    const NetworkParameters* m_network;
    std::optional<BlockHash> m_fetched_at;
    std::map<BlockHeight, Seen> m_seen;                     // the last 24 heights
    std::map<PeerId, std::optional<std::int64_t>> m_floors; // sat per kvB, of peers with relay = 1
};

} // namespace duplex::bitcoin::light
