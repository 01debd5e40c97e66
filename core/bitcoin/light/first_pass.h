#pragma once

#include "core/bitcoin/light/header_chain.h"

namespace duplex::bitcoin::light {

/// Looks at a chain of headers that is not yet worth memory (threats 1): checks links, each header's own
/// proof and how the bits move, sums the claimed work, and keeps 32 bytes per 2,000 headers. When the work
/// exceeds the bound, the same headers are fetched a second time and compared with what was kept; only then
/// the header chain gets them.
class FirstPass {
public:
    FirstPass(const HeaderChain& chain, BlockHeight parent);

    struct More {};       // ask on from lastHash()
    struct EnoughWork {}; // fetch again from the parent: restart()
    struct GaveUp {};     // the peer's chain ended below the bound
    /// `headers` continue what was seen.
    std::expected<std::variant<More, EnoughWork, GaveUp>, HeaderFault>
    look(const std::vector<BlockHeader>& headers, const HeaderChain& chain);

    /// Second pass: gives the headers that were checked against the first pass and can be kept now.
    std::expected<std::vector<BlockHeader>, HeaderFault> lookAgain(const std::vector<BlockHeader>& headers);

    bool inSecondPass() const { return m_second; }
    /// The second pass has reached the end of the first.
    bool finished() const { return m_second && m_height >= m_end_height && m_buffer.empty(); }
    const BlockHash& lastHash() const { return m_last; }
    BlockHeight parent() const { return m_parent; }
    std::size_t heldBytes() const;

private:
    void restart();

    const NetworkParameters* m_network;
    BlockHeight m_parent;
    BlockHash m_parent_hash;
    std::uint32_t m_parent_bits = 0;
    Work m_work;
    std::uint32_t m_height = 0;
    std::uint32_t m_last_bits = 0;
    BlockHash m_last;
    bool m_second = false;
    std::vector<BlockHash> m_marks; // hash of every 2,000th header after the parent
    std::uint32_t m_end_height = 0;
    BlockHash m_end_hash;
    std::vector<BlockHeader> m_buffer; // second pass: headers since the last mark
};

} // namespace duplex::bitcoin::light
