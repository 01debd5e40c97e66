#pragma once

#include "core/bitcoin/light/block_filter.h"

namespace duplex::bitcoin::light {

/// The stored filter headers, 32 bytes each by height.
struct FilterHeaderView {
    ByteView bytes;
    std::uint32_t count() const { return static_cast<std::uint32_t>(bytes.size() / 32); }
};

/// Our chain of filter headers, from height 0 on; memory holds those that the store has not confirmed.
class FilterHeaderChain {
public:
    explicit FilterHeaderChain(FilterHeaderView stored)
        : m_stored(stored), m_count(stored.count()), m_pending_from(m_count) {}

    std::uint32_t count() const { return m_count; }
    FilterHeader at(std::uint32_t height) const; // height is under count()
    /// The header before `height`: zero for the genesis block.
    FilterHeader before(std::uint32_t height) const { return height == 0 ? FilterHeader{} : at(height - 1); }
    /// Adds the header that follows from this filter hash; returns it.
    FilterHeader append(const FilterHash& hash);
    void cutTo(std::uint32_t count);
    void confirmStored(FilterHeaderView stored);

private:
    FilterHeaderView m_stored;
    std::uint32_t m_count = 0;
    std::uint32_t m_pending_from = 0;
    std::vector<FilterHeader> m_pending;
};

/// The filter headers after `previous`, one for each hash.
std::vector<FilterHeader> headersAfter(const FilterHeader& previous, const std::vector<FilterHash>& hashes);

enum class FilterVerdict {
    proven_false, // other hash than served, undecodable, or lacks an output script of its block
    not_refuted
};
/// What a block says about a filter that was served under this hash (threats 5, 7). Scripts that the inputs
/// spend are not in the block and prove nothing.
FilterVerdict judge(ByteView filter, const FilterHash& served, const BlockHash& hash, const Block& block);

} // namespace duplex::bitcoin::light
