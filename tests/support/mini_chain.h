#pragma once

#include "core/bitcoin/light/block_filter.h"
#include "core/bitcoin/primitives/network.h"

#include <map>

namespace duplex::test {

/// A small chain with regtest's rules for tests: real proof of work (two tries a block), coinbases with BIP
/// 34 heights and witness commitments, BIP 158 filters and their headers. Holds every block in memory; knows
/// the script of every output it ever made, so that filters hold what inputs spend. Spends are not checked.
class MiniChain {
public:
    explicit MiniChain(bitcoin::Network network = bitcoin::Network::regtest);

    /// Mines a block with these transactions on the tip and returns its height. `salt` makes branches differ.
    std::uint32_t mine(std::vector<bitcoin::Transaction> transactions = {}, std::uint32_t salt = 0);
    void mineMany(std::uint32_t count, std::uint32_t salt = 0);
    /// Forgets all blocks above this height, to go on with another branch.
    void cutTo(std::uint32_t height);

    std::uint32_t height() const { return static_cast<std::uint32_t>(m_blocks.size()) - 1; }
    const bitcoin::Block& block(std::uint32_t height) const { return m_blocks.at(height); }
    bitcoin::BlockHash hash(std::uint32_t height) const { return m_blocks.at(height).header.hash(); }
    std::vector<bitcoin::BlockHeader> headers(std::uint32_t from, std::uint32_t to) const;
    const bitcoin::light::BlockFilter& filter(std::uint32_t height) const { return m_filters.at(height); }
    std::optional<std::uint32_t> heightOf(const bitcoin::BlockHash& hash) const;
    /// Scripts that the block's inputs spend.
    std::vector<bitcoin::Script> spentScripts(const bitcoin::Block& block) const;

    /// A transaction that spends an output (or an unknown one, made from `salt`) to a script.
    static bitcoin::Transaction pay(const bitcoin::Script& script, std::int64_t sat, std::uint32_t salt,
                                    std::optional<bitcoin::OutPoint> from = std::nullopt);
    /// A script that nobody else has.
    static bitcoin::Script script(std::uint32_t salt);

private:
    void add(bitcoin::Block block);

    const bitcoin::NetworkParameters* m_network;
    std::vector<bitcoin::Block> m_blocks;
    std::vector<bitcoin::light::BlockFilter> m_filters;
    std::map<bitcoin::OutPoint, bitcoin::Script> m_outputs;
};

} // namespace duplex::test
