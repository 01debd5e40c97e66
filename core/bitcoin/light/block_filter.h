#pragma once

#include "core/bitcoin/wire/messages.h"
#include "core/crypto/siphash.h"

namespace duplex::bitcoin::light {

using wire::FilterHash;
using wire::FilterHeader;

inline constexpr unsigned filter_remainder_bits = 19;           // P of BIP 158
inline constexpr std::uint64_t filter_false_positive = 784'931; // M of BIP 158

/// A basic filter as it travels: CompactSize count, then the Golomb-Rice coded set (BIP 158).
struct BlockFilter {
    Bytes bytes;
    friend bool operator==(const BlockFilter&, const BlockFilter&) = default;
};

/// The key of a block's filter: the first 16 bytes of its hash.
crypto::SipHashKey filterKey(const BlockHash& block);
FilterHash hashOf(ByteView filter);
FilterHeader headerAfter(const FilterHeader& previous, const FilterHash& hash);

/// Scripts of the block's outputs that a basic filter must hold: not empty, not OP_RETURN first; each once,
/// sorted.
std::vector<Script> outputScripts(const Block& block);
/// The basic filter: output scripts and the scripts that the block's inputs spend (`spent`, in any order;
/// empty ones are left out).
BlockFilter buildFilter(const Block& block, const std::vector<Script>& spent);

enum class FilterFault { truncated, count_too_large, trailing_bytes };
/// The set's values in ascending order.
std::expected<std::vector<std::uint64_t>, FilterFault> decodeFilter(ByteView filter);

/// Scripts to look for, prepared once for many filters; each script once.
class FilterQuery {
public:
    FilterQuery() = default;
    explicit FilterQuery(std::vector<Script> scripts);
    bool empty() const { return m_scripts.empty(); }
    std::size_t size() const { return m_scripts.size(); }
    const std::vector<Script>& scripts() const { return m_scripts; }

private:
    std::vector<Script> m_scripts; // sorted, unique
};

/// True when the filter may hold one of the scripts. Work is linear in elements plus scripts; over 100
/// scripts go through a bitmap instead of a sort (performance.md 4).
std::expected<bool, FilterFault> matchesAny(ByteView filter, const BlockHash& block,
                                            const FilterQuery& query);
/// True when the filter holds every one of the scripts: what a filter that its block does not refute must do.
std::expected<bool, FilterFault> holdsAll(ByteView filter, const BlockHash& block,
                                          const std::vector<Script>& scripts);

} // namespace duplex::bitcoin::light
