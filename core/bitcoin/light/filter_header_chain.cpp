#include "core/bitcoin/light/filter_header_chain.h"

#include "core/base/check.h"

namespace duplex::bitcoin::light {

FilterHeader FilterHeaderChain::at(std::uint32_t height) const {
    check(height < m_count, "the filter header is there");
    if (height >= m_pending_from) return m_pending[height - m_pending_from];
    return FilterHeader{toArray<32>(m_stored.bytes.subspan(std::size_t{height} * 32, 32))};
}

FilterHeader FilterHeaderChain::append(const FilterHash& hash) {
    const FilterHeader header = headerAfter(before(m_count), hash);
    m_pending.push_back(header);
    ++m_count;
    return header;
}

void FilterHeaderChain::cutTo(std::uint32_t count) {
    if (count >= m_count) return;
    m_count = count;
    if (count < m_pending_from) {
        m_pending.clear();
        m_pending_from = count;
    } else {
        m_pending.resize(count - m_pending_from);
    }
}

void FilterHeaderChain::confirmStored(FilterHeaderView stored) {
    const std::uint32_t count = stored.count();
    if (count > m_count) return;
    // A view from before a cut that is not stored yet says nothing about our chain.
    if (count > 0 &&
        toArray<32>(stored.bytes.subspan(std::size_t{count - 1} * 32, 32)) != at(count - 1).bytes)
        return;
    if (count < m_pending_from) return; // older than what was confirmed before
    m_stored = stored;
    m_pending.erase(m_pending.begin(), m_pending.begin() + (count - m_pending_from));
    m_pending_from = count;
}

std::vector<FilterHeader> headersAfter(const FilterHeader& previous, const std::vector<FilterHash>& hashes) {
    std::vector<FilterHeader> headers;
    headers.reserve(hashes.size());
    for (const FilterHash& hash : hashes)
        headers.push_back(headerAfter(headers.empty() ? previous : headers.back(), hash));
    return headers;
}

FilterVerdict judge(ByteView filter, const FilterHash& served, const BlockHash& hash, const Block& block) {
    if (hashOf(filter) != served) return FilterVerdict::proven_false;
    const auto holds = holdsAll(filter, hash, outputScripts(block));
    return holds && *holds ? FilterVerdict::not_refuted : FilterVerdict::proven_false;
}

} // namespace duplex::bitcoin::light
