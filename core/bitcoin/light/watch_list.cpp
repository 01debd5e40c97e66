#include "core/bitcoin/light/watch_list.h"

namespace duplex::bitcoin::light {

bool WatchList::add(const std::vector<Script>& scripts, const std::vector<WatchedOutPoint>& outpoints) {
    bool grown = false;
    const auto addScript = [&](const Script& script) {
        if (!script.empty() && m_scripts.insert(script).second) grown = m_stale = true;
    };
    for (const Script& script : scripts) addScript(script);
    for (const WatchedOutPoint& each : outpoints) {
        grown |= m_outpoints.insert(each.outpoint).second;
        addScript(each.script); // a filter shows a spend by the script of the spent output
    }
    return grown;
}

const FilterQuery& WatchList::query() const {
    if (m_stale) {
        m_query = FilterQuery({m_scripts.begin(), m_scripts.end()});
        m_stale = false;
    }
    return m_query;
}

bool WatchList::touches(const Transaction& transaction) const {
    return std::any_of(transaction.outputs.begin(), transaction.outputs.end(),
                       [this](const TxOut& output) { return m_scripts.contains(output.script_pubkey); }) ||
           std::any_of(transaction.inputs.begin(), transaction.inputs.end(),
                       [this](const TxIn& input) { return m_outpoints.contains(input.previous); });
}

bool WatchList::touches(const Block& block) const {
    return std::any_of(block.transactions.begin(), block.transactions.end(),
                       [this](const Transaction& transaction) { return touches(transaction); });
}

} // namespace duplex::bitcoin::light
