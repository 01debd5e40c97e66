#pragma once

#include "core/base/time.h"
#include "core/lightning/gossip/network_graph.h"
#include "core/store/database.h"

#include <functional>

namespace duplex::family::bitcoin {

/// The file of the public graph. Peers can give all of it again: a damaged one is thrown away, a failed write
/// is told once and ends the caching of this run, nothing waits for it.
class GraphCache {
public:
    using Log = std::function<void(std::string)>;
    GraphCache(std::string path, const duplex::bitcoin::BlockHash& chain_hash, Log log);

    /// What the file holds; an empty graph where it holds nothing of use.
    lightning::gossip::NetworkGraph load();
    /// Writes a changed graph, but seldom: one of a whole network is tens of megabytes.
    void saveWhenDue(const lightning::gossip::NetworkGraph& graph, Ticks now);
    void save(const lightning::gossip::NetworkGraph& graph);
    void noteChange() { m_changed = true; }

private:
    void open();

    std::string m_path;
    duplex::bitcoin::BlockHash m_chain_hash;
    Log m_log;
    std::unique_ptr<store::Database> m_database; // none: no caching in this run
    std::optional<Ticks> m_next_save;
    bool m_changed = false;
};

} // namespace duplex::family::bitcoin
