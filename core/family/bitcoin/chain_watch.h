#pragma once

#include "core/family/bitcoin/shell.h"

namespace duplex::family::bitcoin {

/// An output that a channel waits for, or whose spend it must see.
struct Watched {
    duplex::bitcoin::OutPoint outpoint;
    duplex::bitcoin::Script script;
    std::uint32_t birth = 0; // first height in which it may stand or be spent
};

/// Where an output stands in the chain.
struct SeenOutput {
    duplex::bitcoin::TxOut output;
    std::uint32_t height = 0;
    std::uint32_t position = 0; // of its transaction in the block
    bool coinbase = false;
    friend bool operator==(const SeenOutput&, const SeenOutput&) = default;
};

/// What spends an output.
struct SeenSpend {
    duplex::bitcoin::Transaction transaction;
    std::uint32_t height = 0;
    friend bool operator==(const SeenSpend&, const SeenSpend&) = default;
};

/// The chain as channels see it: which watched outputs stand in blocks and what spends them. Each fact is a
/// row (Table::chain_spends) with its height, so that a reorganisation takes exactly its rows away, and so
/// that facts found before the first unlock wait for the keys.
class ChainWatch {
public:
    explicit ChainWatch(Shell& shell) : m_shell(shell) {}

    std::expected<void, std::string> load();
    /// Effects of the current turn tell the light client. Idempotent.
    void watch(const Watched& watched);
    bool watches(const duplex::bitcoin::OutPoint& outpoint) const { return m_entries.contains(outpoint); }
    void unwatch(const duplex::bitcoin::OutPoint& outpoint);
    /// Searches the block to a fixed point: an output and its spend may share it. Names the outputs about
    /// which something was found.
    std::set<duplex::bitcoin::OutPoint> connect(std::uint32_t height, const duplex::bitcoin::Block& block);
    /// Rows of this height and above go; names the outputs concerned.
    std::set<duplex::bitcoin::OutPoint> disconnect(std::uint32_t height);

    const SeenOutput* seen(const duplex::bitcoin::OutPoint& outpoint) const;
    const SeenSpend* spend(const duplex::bitcoin::OutPoint& outpoint) const;
    std::vector<duplex::bitcoin::Script> scripts() const;
    std::vector<light::WatchedOutPoint> outpoints() const;

private:
    void store(const duplex::bitcoin::OutPoint& outpoint);

    struct Entry {
        Watched watched;
        std::optional<SeenOutput> seen;
        std::optional<SeenSpend> spend;
    };
    Shell& m_shell;
    std::map<duplex::bitcoin::OutPoint, Entry> m_entries;
};

} // namespace duplex::family::bitcoin
