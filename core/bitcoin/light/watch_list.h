#pragma once

#include "core/bitcoin/light/block_filter.h"

#include <set>

namespace duplex::bitcoin::light {

/// An output whose spend matters, with the script that a filter shows for it.
struct WatchedOutPoint {
    OutPoint outpoint;
    Script script;
};

/// What the scan looks for. Scripts and outpoints are never taken out while the program runs: a forgotten
/// script costs 1.3e-6 of a false hit a block, a missing one costs money.
class WatchList {
public:
    /// True when something was new.
    bool add(const std::vector<Script>& scripts, const std::vector<WatchedOutPoint>& outpoints);
    const FilterQuery& query() const;
    /// True when the transaction pays a watched script or spends a watched outpoint.
    bool touches(const Transaction& transaction) const;
    bool touches(const Block& block) const;
    bool empty() const { return m_scripts.empty(); }
    std::size_t size() const { return m_scripts.size(); }

private:
    std::set<Script> m_scripts;
    std::set<OutPoint> m_outpoints;
    mutable FilterQuery m_query;
    mutable bool m_stale = false;
};

} // namespace duplex::bitcoin::light
