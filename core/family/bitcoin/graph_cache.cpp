#include "core/family/bitcoin/graph_cache.h"

#include "core/io/timers.h"

namespace duplex::family::bitcoin {

namespace {
constexpr std::string_view graph_key = "graph";
constexpr Ticks between_saves = 60s;
/// A save that takes long is made as seldom: half a percent of the time at most.
constexpr int rest_a_save = 200;
} // namespace

GraphCache::GraphCache(std::string path, const duplex::bitcoin::BlockHash& chain_hash, Log log)
    : m_path(std::move(path)), m_chain_hash(chain_hash), m_log(std::move(log)) {
    open();
}

void GraphCache::open() {
    auto database = store::Database::open(m_path);
    if (!database && database.error().kind != store::OpenError::Kind::in_use) {
        store::discardDatabase(m_path);
        database = store::Database::open(m_path);
    }
    if (database)
        m_database = std::move(*database);
    else
        m_log("the graph's cache cannot be used (" + database.error().detail + "): peers are asked again");
}

lightning::gossip::NetworkGraph GraphCache::load() {
    lightning::gossip::NetworkGraph nothing(m_chain_hash);
    if (!m_database) return nothing;
    const auto row = m_database->read(store::Table::meta, viewOf(graph_key));
    if (!row) return nothing;
    auto graph = lightning::gossip::NetworkGraph::fromBytes(*row, m_chain_hash);
    if (graph) return std::move(*graph);
    m_log("the graph's cache is damaged or of another version: thrown away, peers are asked again");
    m_database.reset();
    store::discardDatabase(m_path);
    open();
    return nothing;
}

void GraphCache::saveWhenDue(const lightning::gossip::NetworkGraph& graph, Ticks now) {
    if (!m_changed) return;
    if (!m_next_save)
        m_next_save = now + between_saves; // what came with one peer's first answers goes together
    if (now < *m_next_save) return;
    save(graph);
    const Ticks taken = io::now() - now;
    m_next_save = now + std::max(between_saves, taken * rest_a_save);
}

void GraphCache::save(const lightning::gossip::NetworkGraph& graph) {
    if (!m_database || !m_changed) return;
    m_changed = false;
    store::Changes changes;
    changes.put(store::Table::meta, viewOf(graph_key), graph.serialized());
    if (const auto receipt = m_database->commit(changes); !receipt) {
        m_log("the graph's cache could not be written (" + receipt.error().detail + ")");
        m_database.reset();
    }
}

} // namespace duplex::family::bitcoin
