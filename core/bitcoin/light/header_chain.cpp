#include "core/bitcoin/light/header_chain.h"

#include "core/base/check.h"

namespace duplex::bitcoin::light {

namespace {

constexpr std::int64_t future_limit = 2 * 60 * 60; // seconds
constexpr std::int64_t minimum_difficulty_after = 20 * 60;
constexpr std::int64_t time_warp_limit = 600; // BIP 94
constexpr std::uint32_t median_span = 11;
constexpr std::uint32_t work_margin_blocks = 144;
constexpr std::size_t most_side_headers = 20'000;
constexpr std::size_t time_offset = 68; // in a header
constexpr std::size_t bits_offset = 72;

std::uint32_t numberAt(ByteView bytes, std::size_t offset) {
    return ByteReader(bytes.subspan(offset, 4)).u32le();
}

/// Work of headers one after another; the same bits are divided once.
class WorkMeter {
public:
    const Work& of(std::uint32_t bits) {
        if (bits != m_bits) {
            m_bits = bits;
            m_work = workOf(bits);
        }
        return m_work;
    }

private:
    std::uint32_t m_bits = 0;
    Work m_work;
};

} // namespace

/// Where a known header stands: on the main chain (no branch), or `taken` headers into a branch.
struct HeaderChain::Place {
    std::uint32_t fork = 0;
    std::optional<std::size_t> branch;
    std::size_t taken = 0;
};

struct HeaderChain::Lookup {
    const HeaderChain& chain;
    std::uint32_t fork = 0;
    const std::vector<BlockHeader>& branch;

    std::uint32_t time(std::uint32_t height) const {
        return height <= fork ? chain.timeAt(height) : branch[height - fork - 1].time;
    }
    std::uint32_t bits(std::uint32_t height) const {
        return height <= fork ? chain.bitsAt(height) : branch[height - fork - 1].bits;
    }
    /// Median time of this height and the ten before it.
    std::uint32_t medianTime(std::uint32_t height) const {
        std::array<std::uint32_t, median_span> times{};
        const std::uint32_t count = std::min(median_span, height + 1);
        for (std::uint32_t i = 0; i < count; ++i) times[i] = time(height - i);
        std::sort(times.begin(), times.begin() + count);
        return times[count / 2];
    }
};

std::string_view textOf(HeaderFault fault) {
    switch (fault) {
    case HeaderFault::unlinked:
        return "headers do not follow each other";
    case HeaderFault::proof_of_work:
        return "proof of work is missing";
    case HeaderFault::wrong_bits:
        return "the difficulty is not the required one";
    case HeaderFault::time_too_old:
        return "the time is not after the median of the last eleven";
    case HeaderFault::time_warp:
        return "a period begins too long before its predecessor's end";
    case HeaderFault::version_too_old:
        return "the version is too old for its height";
    case HeaderFault::bits_jump:
        return "the difficulty moves further than a retarget can";
    case HeaderFault::second_pass_differs:
        return "the second pass shows other headers than the first";
    }
    check(false, "every header fault has a text");
    return {};
}

HeaderChain::HeaderChain(const NetworkParameters& network, HeaderView stored, std::optional<Work> tip_work)
    : m_network(&network), m_stored(stored), m_pending_from(stored.count()), m_count(stored.count()) {
    if (m_count == 0) {
        m_pending.push_back(network.genesis);
        m_count = 1;
        tip_work.reset();
    }
    refreshTip();
    if (tip_work) {
        m_tip_work = *tip_work;
        return;
    }
    WorkMeter meter;
    for (std::uint32_t i = 0; i < m_count; ++i) m_tip_work = m_tip_work + meter.of(at(i).bits);
}

BlockHeader HeaderChain::at(std::uint32_t height) const {
    check(height < m_count, "the height is on the chain");
    if (height >= m_pending_from) return m_pending[height - m_pending_from];
    ByteReader reader(m_stored.bytes.subspan(std::size_t{height} * header_size, header_size));
    return readHeader(reader);
}

std::uint32_t HeaderChain::timeAt(std::uint32_t height) const {
    check(height < m_count, "the height is on the chain");
    if (height >= m_pending_from) return m_pending[height - m_pending_from].time;
    return numberAt(m_stored.bytes, std::size_t{height} * header_size + time_offset);
}

std::uint32_t HeaderChain::bitsAt(std::uint32_t height) const {
    if (height >= m_pending_from) return m_pending[height - m_pending_from].bits;
    return numberAt(m_stored.bytes, std::size_t{height} * header_size + bits_offset);
}

BlockHash HeaderChain::hashAt(std::uint32_t height) const {
    return height + 1 == m_count ? m_tip.hash : at(height + 1).previous;
}

Work HeaderChain::workAt(std::uint32_t height) const {
    check(height < m_count, "the height is on the chain");
    const auto above = m_work_sums.lower_bound(height);
    std::uint32_t at = above == m_work_sums.end() ? m_count - 1 : above->first;
    Work work = above == m_work_sums.end() ? m_tip_work : above->second;
    WorkMeter meter;
    for (; at > height; --at) {
        if (at % retarget_interval == 0) m_work_sums.emplace(at, work);
        work = work - meter.of(bitsAt(at));
    }
    return work;
}

std::uint32_t HeaderChain::medianTimeAt(std::uint32_t height) const {
    return Lookup{*this, height, {}}.medianTime(height);
}

std::uint32_t HeaderChain::nextBits(std::uint32_t time) const {
    return requiredBits(Lookup{*this, height(), {}}, m_count, time);
}

std::vector<BlockHash> HeaderChain::locatorFrom(std::uint32_t from) const {
    std::vector<BlockHash> locator;
    std::uint32_t step = 1;
    std::uint32_t height = std::min(from, this->height());
    while (height > 0) {
        locator.push_back(hashAt(height));
        if (locator.size() >= 10) step *= 2;
        height = height > step ? height - step : 0;
    }
    locator.push_back(hashAt(0));
    return locator;
}

Work HeaderChain::workBound() const {
    const Work margin = workOf(m_tip.header.bits) * work_margin_blocks;
    const Work near_tip = m_tip_work > margin ? m_tip_work - margin : Work{};
    return std::max(Work::fromBigEndian(m_network->minimum_work), near_tip);
}

std::vector<HeaderChain::SideTip> HeaderChain::sideTips() const {
    std::vector<SideTip> tips;
    for (const Branch& branch : m_branches) {
        const auto height = branch.fork + static_cast<std::uint32_t>(branch.headers.size());
        tips.push_back({{branch.fork}, {height}, branch.hashes.back()});
    }
    return tips;
}

// The index: open addressing on the first bytes of the hash. What a reorganisation left behind is found out
// by comparing the hash at the height.

void HeaderChain::indexHash(const BlockHash& hash, std::uint32_t height) const {
    std::size_t at = std::hash<BlockHash>{}(hash) & (m_index.size() - 1);
    while (m_index[at] != 0) at = (at + 1) & (m_index.size() - 1);
    m_index[at] = height + 1;
    ++m_indexed;
}

void HeaderChain::buildIndex() const {
    std::size_t size = 1024;
    while (size < std::size_t{m_count} * 3) size *= 2;
    m_index.assign(size, 0);
    m_indexed = 0;
    for (std::uint32_t height = 0; height < m_count; ++height) indexHash(hashAt(height), height);
}

std::optional<BlockHeight> HeaderChain::heightOf(const BlockHash& hash) const {
    if (hash == m_tip.hash) return m_tip.height;
    if (m_index.empty() || m_indexed * 3 > m_index.size() * 2) buildIndex();
    std::size_t at = std::hash<BlockHash>{}(hash) & (m_index.size() - 1);
    for (; m_index[at] != 0; at = (at + 1) & (m_index.size() - 1)) {
        const std::uint32_t height = m_index[at] - 1;
        if (height < m_count && hashAt(height) == hash) return BlockHeight{height};
    }
    return std::nullopt;
}

std::optional<HeaderChain::Place> HeaderChain::placeOf(const BlockHash& parent) const {
    if (const auto height = heightOf(parent)) return Place{.fork = height->value};
    for (std::size_t i = 0; i < m_branches.size(); ++i) {
        const auto& hashes = m_branches[i].hashes;
        const auto found = std::find(hashes.begin(), hashes.end(), parent);
        if (found == hashes.end()) continue;
        return Place{m_branches[i].fork, i, static_cast<std::size_t>(found - hashes.begin()) + 1};
    }
    return std::nullopt;
}

HeadersOutcome HeaderChain::accept(const std::vector<BlockHeader>& headers, UnixTime now, WorkProof work) {
    if (headers.empty()) return {HeadersKnown{}};
    std::vector<BlockHash> hashes;
    hashes.reserve(headers.size());
    for (const BlockHeader& header : headers) hashes.push_back(header.hash());
    for (std::size_t i = 1; i < headers.size(); ++i)
        if (headers[i].previous != hashes[i - 1]) return {HeadersRefused{HeaderFault::unlinked, {}}};
    auto place = placeOf(headers[0].previous);
    if (!place) return {HeadersUnconnected{}};
    std::size_t known = 0;
    if (headers[0].previous != m_tip.hash) {
        for (; known < headers.size(); ++known) {
            const auto next = placeOf(hashes[known]);
            if (!next) break;
            place = next;
        }
    }
    if (known == headers.size()) return {HeadersKnown{{place->fork}, !place->branch}};
    const auto skip = static_cast<std::ptrdiff_t>(known);
    return extend(*place, {headers.begin() + skip, headers.end()}, {hashes.begin() + skip, hashes.end()}, now,
                  work);
}

HeadersOutcome HeaderChain::extend(const Place& place, std::vector<BlockHeader> headers,
                                   std::vector<BlockHash> hashes, UnixTime now, WorkProof work) {
    Branch branch{.fork = place.fork};
    if (place.branch) {
        const Branch& base = m_branches[*place.branch];
        const auto taken = static_cast<std::ptrdiff_t>(place.taken);
        branch.headers.assign(base.headers.begin(), base.headers.begin() + taken);
        branch.hashes.assign(base.hashes.begin(), base.hashes.begin() + taken);
    }
    const std::size_t old_size = branch.headers.size();
    const std::uint32_t first = branch.fork + 1 + static_cast<std::uint32_t>(old_size);
    HeadersOutcome outcome;
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const BlockHeight at{first + static_cast<std::uint32_t>(i)};
        if (!meetsTarget(hashes[i], headers[i].bits, *m_network))
            return {HeadersRefused{HeaderFault::proof_of_work, at}};
        if (headers[i].time > secondsOf(now) + future_limit) {
            outcome.not_yet_valid = true;
            headers.resize(i);
            break;
        }
    }
    if (headers.empty()) {
        outcome.what = HeadersKnown{};
        return outcome;
    }
    // Only now: what has no proof is not worth a sum.
    WorkMeter meter;
    branch.work = workAt(branch.fork);
    for (const BlockHeader& header : branch.headers) branch.work = branch.work + meter.of(header.bits);
    for (const BlockHeader& header : headers) branch.work = branch.work + meter.of(header.bits);
    const Work near_tip = workBound();
    if (work == WorkProof::needed && branch.work < near_tip) {
        outcome.what = HeadersLowWork{{branch.fork}, hashAt(branch.fork)};
        return outcome;
    }
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const std::uint32_t at = first + static_cast<std::uint32_t>(i);
        if (const auto fault = faultOf(Lookup{*this, branch.fork, branch.headers}, at, headers[i]))
            return {HeadersRefused{*fault, {at}}};
        branch.headers.push_back(headers[i]);
        branch.hashes.push_back(hashes[i]);
    }
    HeadersOutcome done = adopt(std::move(branch), old_size);
    done.not_yet_valid = outcome.not_yet_valid;
    return done;
}

HeadersOutcome HeaderChain::adopt(Branch branch, std::size_t old_size) {
    const BlockHeight fork{branch.fork};
    if (branch.fork == height()) {
        check(old_size == 0, "no side branch starts at the tip");
        append(branch.headers, branch.hashes, branch.work);
        return {HeadersAppended{{fork.value + 1}, std::move(branch.headers)}};
    }
    if (branch.work <= m_tip_work) { // equal work: the first seen stays
        keepBranch(std::move(branch));
        return {HeadersOnSideBranch{fork}};
    }
    Branch old{.fork = fork.value, .work = m_tip_work};
    for (std::uint32_t i = fork.value + 1; i < m_count; ++i) old.hashes.push_back(hashAt(i));
    old.headers = cutTo(fork.value);
    rebaseBranches(fork.value, old.headers);
    append(branch.headers, branch.hashes, branch.work);
    HeadersReorganised result{fork, old.headers, std::move(branch.headers)};
    keepBranch(std::move(old));
    return {std::move(result)};
}

void HeaderChain::append(const std::vector<BlockHeader>& headers, const std::vector<BlockHash>& hashes,
                         const Work& work) {
    for (std::size_t i = 0; i < headers.size(); ++i) {
        m_pending.push_back(headers[i]);
        if (!m_index.empty()) {
            if ((m_indexed + 1) * 3 > m_index.size() * 2)
                m_index.clear(); // built anew when next needed
            else
                indexHash(hashes[i], m_count);
        }
        ++m_count;
    }
    m_tip = {{height()}, hashes.back(), headers.back()};
    m_tip_work = work;
    // Branches that begin with what stands on the main chain now begin later, or are gone.
    for (Branch& branch : m_branches) {
        std::ptrdiff_t shared = 0;
        for (const BlockHash& hash : branch.hashes) {
            if (branch.fork >= height() || hashAt(branch.fork + 1) != hash) break;
            ++branch.fork;
            ++shared;
        }
        branch.headers.erase(branch.headers.begin(), branch.headers.begin() + shared);
        branch.hashes.erase(branch.hashes.begin(), branch.hashes.begin() + shared);
    }
    std::erase_if(m_branches, [](const Branch& branch) { return branch.hashes.empty(); });
}

std::vector<BlockHeader> HeaderChain::cutTo(std::uint32_t fork) {
    std::vector<BlockHeader> left;
    for (std::uint32_t i = fork + 1; i < m_count; ++i) left.push_back(at(i));
    const BlockHash hash = hashAt(fork);
    m_count = fork + 1;
    m_work_sums.erase(m_work_sums.upper_bound(fork), m_work_sums.end());
    if (m_count < m_pending_from) {
        m_pending.clear();
        m_pending_from = m_count;
    } else {
        m_pending.resize(m_count - m_pending_from);
    }
    m_tip = {{fork}, hash, at(fork)};
    return left;
}

/// Branches that left the main chain above the fork get the left part of it in front.
void HeaderChain::rebaseBranches(std::uint32_t fork, const std::vector<BlockHeader>& left) {
    for (Branch& branch : m_branches) {
        if (branch.fork <= fork) continue;
        const auto shared = static_cast<std::ptrdiff_t>(branch.fork - fork);
        branch.headers.insert(branch.headers.begin(), left.begin(), left.begin() + shared);
        std::vector<BlockHash> hashes;
        for (std::ptrdiff_t i = 0; i < shared; ++i)
            hashes.push_back(left[static_cast<std::size_t>(i)].hash());
        branch.hashes.insert(branch.hashes.begin(), hashes.begin(), hashes.end());
        branch.fork = fork;
    }
}

/// Keeps a branch; forgets others that it contains, and those with least work when there are too many
/// headers.
void HeaderChain::keepBranch(Branch branch) {
    std::erase_if(m_branches, [&](const Branch& other) {
        return std::find(branch.hashes.begin(), branch.hashes.end(), other.hashes.back()) !=
               branch.hashes.end();
    });
    m_branches.push_back(std::move(branch));
    const auto held = [this] {
        std::size_t sum = 0;
        for (const Branch& each : m_branches) sum += each.headers.size();
        return sum;
    };
    while (held() > most_side_headers) {
        m_branches.erase(std::min_element(m_branches.begin(), m_branches.end(),
                                          [](const Branch& a, const Branch& b) { return a.work < b.work; }));
    }
}

void HeaderChain::refreshTip() {
    const BlockHeader header = at(height());
    m_tip = {{height()}, header.hash(), header};
}

void HeaderChain::confirmStored(HeaderView stored) {
    const std::uint32_t count = stored.count();
    if (count == 0 || count > m_count) return;
    // A view from before a reorganisation that is not stored yet says nothing about our chain.
    ByteReader reader(stored.bytes.subspan(std::size_t{count - 1} * header_size, header_size));
    if (readHeader(reader).hash() != hashAt(count - 1)) return;
    if (count < m_pending_from) return; // older than what was confirmed before
    m_stored = stored;
    m_pending.erase(m_pending.begin(), m_pending.begin() + (count - m_pending_from));
    m_pending_from = count;
}

// The rules

std::optional<HeaderFault> HeaderChain::faultOf(const Lookup& before, std::uint32_t height,
                                                const BlockHeader& header) const {
    if (header.bits != requiredBits(before, height, header.time)) return HeaderFault::wrong_bits;
    if (header.time <= before.medianTime(height - 1)) return HeaderFault::time_too_old;
    if (m_network->enforces_timewarp_rule && height % retarget_interval == 0 &&
        std::int64_t{header.time} < std::int64_t{before.time(height - 1)} - time_warp_limit)
        return HeaderFault::time_warp;
    if ((header.version < 2 && height >= m_network->bip34_height) ||
        (header.version < 3 && height >= m_network->bip66_height) ||
        (header.version < 4 && height >= m_network->bip65_height))
        return HeaderFault::version_too_old;
    return std::nullopt;
}

std::uint32_t HeaderChain::requiredBits(const Lookup& before, std::uint32_t height,
                                        std::uint32_t time) const {
    const std::uint32_t last = height - 1;
    if (!m_network->retargets) return before.bits(last);
    if (height % retarget_interval != 0) {
        if (!m_network->allows_minimum_difficulty) return before.bits(last);
        if (std::int64_t{time} > std::int64_t{before.time(last)} + minimum_difficulty_after)
            return m_network->power_limit_bits;
        std::uint32_t real = last; // the last block of this period that was not made by the exception
        while (real % retarget_interval != 0 && before.bits(real) == m_network->power_limit_bits) --real;
        return before.bits(real);
    }
    const std::uint32_t first = height - retarget_interval;
    const std::uint32_t base = m_network->retargets_from_first_block ? first : last;
    return retarget(before.bits(base), std::int64_t{before.time(last)} - before.time(first), *m_network);
}

} // namespace duplex::bitcoin::light
