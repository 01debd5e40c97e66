#include "core/bitcoin/light/fee_observer.h"

namespace duplex::bitcoin::light {

namespace {

constexpr std::size_t fewest_in_median = 3;
constexpr std::size_t heights_kept = 24;
constexpr std::uint32_t most_intervals = 144;
constexpr std::int64_t absurd_floor =
    1'000'000;                              // sat per kvB, 0.01 BTC: a node in initial download says more
constexpr std::int64_t usual_floor = 1'000; // sat per kvB
/// Sat per kvB: the fullest memory pools have asked for less. What peers name can make a payment dear, never
/// ruinous.
constexpr std::int64_t highest_floor = 100'000;

} // namespace

BlockFee feeOf(const Block& block, BlockHeight height, const NetworkParameters& network) {
    BlockFee fee{.height = height, .time = unixTime(block.header.time)};
    if (block.transactions.empty()) return fee;
    for (const TxOut& output : block.transactions[0].outputs) fee.claimed_fee += output.value;
    fee.claimed_fee -= subsidyAt(height, network);
    if (fee.claimed_fee.value < 0) fee.claimed_fee = {0}; // a miner may claim less than the subsidy
    std::int64_t spending = 0;                            // weight of all but the coinbase, header and count
    for (std::size_t i = 1; i < block.transactions.size(); ++i)
        spending += block.transactions[i].weight().value;
    const std::int64_t count = block.transactions.size() < 0xfd ? 1 : 3;
    fee.weight = {spending + block.transactions[0].weight().value +
                  4 * (static_cast<std::int64_t>(header_size) + count)};
    fee.half_full = fee.weight.value * 2 >= longest_block_weight;
    if (spending > 0) fee.average = {fee.claimed_fee.value * 1000 / spending};
    return fee;
}

std::optional<BlockPace> paceOf(const std::vector<std::uint32_t>& times) {
    if (times.size() < 2) return std::nullopt;
    std::vector<std::int64_t> intervals;
    const std::size_t first = times.size() > most_intervals + 1 ? times.size() - most_intervals - 1 : 0;
    for (std::size_t i = first + 1; i < times.size(); ++i)
        intervals.push_back(std::max<std::int64_t>(0, std::int64_t{times[i]} - times[i - 1]));
    std::sort(intervals.begin(), intervals.end());
    return BlockPace{.median_seconds = intervals[intervals.size() / 2],
                     .p90_seconds = intervals[intervals.size() * 9 / 10],
                     .intervals = static_cast<int>(intervals.size())};
}

std::optional<BlockPace> recentPace(const HeaderChain& chain) {
    std::vector<std::uint32_t> times;
    const std::uint32_t tip = chain.height();
    for (std::uint32_t height = tip > most_intervals ? tip - most_intervals : 0; height <= tip; ++height)
        times.push_back(chain.timeAt(height));
    return paceOf(times);
}

void FeeObserver::peerConnected(PeerId peer, const wire::Handshake& handshake) {
    if (handshake.relay == wire::Relay::yes) m_floors[peer] = std::nullopt;
}

void FeeObserver::peerDisconnected(PeerId peer) {
    m_floors.erase(peer);
}

void FeeObserver::peerMessage(PeerId peer, const wire::Message& message) {
    const auto* filter = std::get_if<wire::FeeFilter>(&message);
    const auto found = m_floors.find(peer);
    if (!filter || found == m_floors.end()) return;
    if (filter->sat_per_kvb < 0 || filter->sat_per_kvb > absurd_floor) return;
    found->second = filter->sat_per_kvb;
}

void FeeObserver::blockSeen(const Block& block, BlockHeight height, Ticks now) {
    m_seen[height] = {feeOf(block, height, *m_network), now};
    while (m_seen.size() > heights_kept) m_seen.erase(m_seen.begin());
}

void FeeObserver::forgetAbove(BlockHeight height) {
    m_seen.erase(m_seen.upper_bound(height), m_seen.end());
}

std::vector<BlockHeight> FeeObserver::wanted(BlockHeight tip) const {
    std::vector<BlockHeight> heights;
    for (std::uint32_t i = 0; i < heights_in_median && i < tip.value; ++i) {
        const BlockHeight height{tip.value - i};
        if (!m_seen.contains(height)) heights.push_back(height);
    }
    return heights;
}

std::vector<BlockHeight> FeeObserver::toFetch(BlockHeight tip, const BlockHash& hash) {
    if (m_fetched_at == hash) return {};
    m_fetched_at = hash;
    return wanted(tip);
}

std::optional<FeeEstimate> FeeObserver::estimate(BlockHeight tip, Ticks now) const {
    std::vector<std::int64_t> rates;
    std::optional<Ticks> newest;
    for (std::uint32_t i = 0; i < heights_in_median && i <= tip.value; ++i) {
        const auto seen = m_seen.find(BlockHeight{tip.value - i});
        if (seen == m_seen.end() || !seen->second.fee.half_full) continue;
        rates.push_back(seen->second.fee.average.value);
        newest = std::max(newest.value_or(seen->second.when), seen->second.when);
    }
    if (rates.size() < fewest_in_median) {
        if (m_network->network == Network::main) return std::nullopt;
        return FeeEstimate{.feerate = m_network->fallback_feerate, .source = FeeSource::network_fallback};
    }
    std::sort(rates.begin(), rates.end());
    return FeeEstimate{.feerate = {rates[rates.size() / 2]},
                       .source = FeeSource::recent_blocks,
                       .blocks = static_cast<int>(rates.size()),
                       .age = now - *newest};
}

FeeratePerKw FeeObserver::floor() const {
    std::vector<std::int64_t> named;
    for (const auto& [peer, floor] : m_floors)
        if (floor) named.push_back(*floor);
    if (named.empty()) return FeeratePerKw::fromSatPerKvb(usual_floor);
    std::sort(named.begin(), named.end());
    // The lower one of two: with few peers a single one must not set what we pay.
    return FeeratePerKw::fromSatPerKvb(std::min(named[(named.size() - 1) / 2], highest_floor));
}

std::vector<BlockFee> FeeObserver::seen() const {
    std::vector<BlockFee> fees;
    for (const auto& [height, seen] : m_seen) fees.push_back(seen.fee);
    return fees;
}

} // namespace duplex::bitcoin::light
