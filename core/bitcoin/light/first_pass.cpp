#include "core/bitcoin/light/first_pass.h"

#include "core/bitcoin/wire/messages.h"

namespace duplex::bitcoin::light {

namespace {

constexpr std::uint32_t mark_interval = 2'000;

} // namespace

FirstPass::FirstPass(const HeaderChain& chain, BlockHeight parent)
    : m_network(&chain.network()), m_parent(parent), m_parent_hash(chain.hashAt(parent.value)),
      m_parent_bits(chain.at(parent.value).bits), m_work(chain.workAt(parent.value)) {
    restart();
}

void FirstPass::restart() {
    m_height = m_parent.value;
    m_last = m_parent_hash;
    m_last_bits = m_parent_bits;
}

std::size_t FirstPass::heldBytes() const {
    return m_marks.size() * sizeof(BlockHash) + m_buffer.size() * sizeof(BlockHeader);
}

std::expected<std::variant<FirstPass::More, FirstPass::EnoughWork, FirstPass::GaveUp>, HeaderFault>
FirstPass::look(const std::vector<BlockHeader>& headers, const HeaderChain& chain) {
    for (const BlockHeader& header : headers) {
        if (header.previous != m_last) return std::unexpected(HeaderFault::unlinked);
        const BlockHash hash = header.hash();
        if (!meetsTarget(hash, header.bits, *m_network)) return std::unexpected(HeaderFault::proof_of_work);
        if (!bitsMayFollow(++m_height, m_last_bits, header.bits, *m_network))
            return std::unexpected(HeaderFault::bits_jump);
        m_work = m_work + workOf(header.bits);
        m_last = hash;
        m_last_bits = header.bits;
        if ((m_height - m_parent.value) % mark_interval == 0) m_marks.push_back(hash);
    }
    if (!headers.empty() && m_work >= chain.workBound()) {
        m_end_height = m_height;
        m_end_hash = m_last;
        m_second = true;
        restart();
        return EnoughWork{};
    }
    if (headers.size() < wire::most_headers) return GaveUp{};
    return More{};
}

std::expected<std::vector<BlockHeader>, HeaderFault>
FirstPass::lookAgain(const std::vector<BlockHeader>& headers) {
    std::vector<BlockHeader> released;
    for (const BlockHeader& header : headers) {
        if (header.previous != m_last) return std::unexpected(HeaderFault::unlinked);
        m_last = header.hash();
        ++m_height;
        m_buffer.push_back(header);
        const std::uint32_t seen = m_height - m_parent.value;
        const bool marked = seen % mark_interval == 0 && seen / mark_interval <= m_marks.size();
        if (marked && m_marks[seen / mark_interval - 1] != m_last)
            return std::unexpected(HeaderFault::second_pass_differs);
        if (m_height == m_end_height && m_last != m_end_hash)
            return std::unexpected(HeaderFault::second_pass_differs);
        if (!marked && m_height < m_end_height) continue;
        released.insert(released.end(), m_buffer.begin(), m_buffer.end());
        m_buffer.clear();
    }
    return released;
}

} // namespace duplex::bitcoin::light
