#pragma once

#include "core/base/time.h"
#include "core/bitcoin/light/block_filter.h"
#include "core/bitcoin/primitives/block.h"
#include "core/bitcoin/primitives/network.h"
#include "core/crypto/keys.h"

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace duplex::sandbox {

/// One block of the practice chain with what a server of filters needs of it.
struct PracticeBlock {
    bitcoin::Block block;
    bitcoin::BlockHash hash;
    bitcoin::light::BlockFilter filter;
    bitcoin::wire::FilterHeader filter_header;
};

/// What a reorganisation did: `fork` is the last common height.
struct Reorganised {
    std::uint32_t fork = 0;
    std::vector<bitcoin::BlockHash> left;
};

/// The practice chain itself: blocks, unspent coins and mempool, checked by the rules that matter here
/// (amounts, maturity, locktimes of both kinds, scripts). Time is an argument. Its miner's coins have no
/// worth: their key is public.
class PracticeLedger {
public:
    explicit PracticeLedger(const bitcoin::NetworkParameters& network);

    const bitcoin::NetworkParameters& network() const { return *m_network; }
    std::uint32_t height() const { return static_cast<std::uint32_t>(m_chain.size()) - 1; }
    const PracticeBlock& at(std::uint32_t height) const { return m_chain[height]; }
    std::optional<std::uint32_t> heightOf(const bitcoin::BlockHash& hash) const;

    /// Takes a transaction into the mempool, replacing conflicting ones of lower fee (BIP 125's sums), or
    /// says why not.
    std::expected<void, std::string> accept(const bitcoin::Transaction& transaction);
    const bitcoin::Transaction* inMempool(const bitcoin::Txid& txid) const;
    const bitcoin::Transaction* inMempool(const bitcoin::Wtxid& wtxid) const;
    std::size_t mempoolSize() const { return m_mempool.size(); }
    std::vector<bitcoin::Transaction> mempool() const;

    /// Mines one block with all of the mempool that fits.
    bitcoin::BlockHash mine(UnixTime now);
    /// Takes the last `count` blocks away and mines `count` + 1 others; their transactions go back into the
    /// mempool first, or as soon as the new branch is as high as their locktimes say.
    std::expected<Reorganised, std::string> reorganise(std::uint32_t count, UnixTime now);
    /// Connects a stored block; false when it does not belong on the tip.
    bool connect(const bitcoin::Block& block);

    /// Pays from the miner's mature coins, into the mempool.
    std::expected<bitcoin::Txid, std::string> fund(const bitcoin::Script& script, bitcoin::Satoshi amount);

private:
    struct Coin {
        bitcoin::TxOut output;
        std::uint32_t height = 0;
        bool coinbase = false;
    };
    struct Waiting {
        bitcoin::Transaction transaction;
        bitcoin::Satoshi fee;
        std::uint64_t order = 0; // of arrival: parents before children
    };

    std::optional<Coin> coinOf(const bitcoin::OutPoint& outpoint) const;
    std::expected<bitcoin::Satoshi, std::string> checked(const bitcoin::Transaction& transaction) const;
    std::expected<void, std::string> checkLocks(const bitcoin::Transaction& transaction,
                                                const std::vector<Coin>& coins) const;
    std::vector<bitcoin::Txid> conflictsOf(const bitcoin::Transaction& transaction) const;
    std::vector<std::pair<bitcoin::OutPoint, bitcoin::Satoshi>> minersCoins() const;
    void addDescendants(std::vector<bitcoin::Txid>& txids) const;
    std::uint32_t medianTime(std::uint32_t height) const;
    bitcoin::Transaction coinbase(std::uint32_t height, bitcoin::Satoshi fees,
                                  const std::vector<bitcoin::Transaction>& others);
    void append(bitcoin::Block block);
    void removeTip();
    void dropFromMempool(const bitcoin::Block& block);

    const bitcoin::NetworkParameters* m_network;
    crypto::PrivateKey m_miner_key;
    bitcoin::Script m_miner_script;
    std::vector<PracticeBlock> m_chain;
    std::vector<std::vector<std::pair<bitcoin::OutPoint, Coin>>> m_spent; // by height: what a block took away
    std::map<bitcoin::BlockHash, std::uint32_t> m_heights;
    std::map<bitcoin::OutPoint, Coin> m_coins;
    std::map<bitcoin::Txid, Waiting> m_mempool;
    std::uint64_t m_arrivals = 0;
    std::uint64_t m_extra_nonce = 0; // makes coinbases of one height differ
};

} // namespace duplex::sandbox
