#pragma once

#include "core/bitcoin/primitives/block.h"
#include "core/bitcoin/wallet/key_chain.h"

#include <map>
#include <set>

namespace duplex::bitcoin::wallet {

/// A coinbase output can be spent 100 blocks after its own.
inline constexpr std::uint32_t coinbase_maturity = 100;

/// An output that pays to the wallet.
struct Coin {
    OutPoint outpoint;
    TxOut output;
    KeyPlace place;
    std::optional<BlockHeight> height; // nothing while unconfirmed
    bool coinbase = false;
    bool own = false;                    // Wallet::isTrusted: it may be spent while unconfirmed
    std::optional<Txid> spent_by;        // the transaction that spends it
    std::optional<BlockHeight> spent_at; // its height, nothing while that one is unconfirmed
    std::string reserved_by;             // who holds it ("channel 3f…", "send 12"); empty when free
    friend bool operator==(const Coin&, const Coin&) = default;
};

/// Sums of the wallet's coins, unspent ones only. An unconfirmed spend counts as spent.
struct Balance {
    Satoshi confirmed; // in blocks, mature, free or reserved alike
    Satoshi pending;   // unconfirmed outputs to us, change included
    Satoshi immature;  // coinbase younger than 100 blocks
    Satoshi reserved;  // the part of confirmed + pending that somebody holds
    Satoshi total() const { return confirmed + pending + immature; }
    friend bool operator==(const Balance&, const Balance&) = default;
};

/// True when a coin from this height may be spent in the block after `tip`.
bool isMature(const Coin& coin, BlockHeight tip);
/// Blocks from this coin's to `tip`, both counted; 0 while unconfirmed.
std::uint32_t depthOf(const Coin& coin, BlockHeight tip);
Satoshi sumOf(const std::vector<Coin>& coins);
/// Whether `holder` may put this coin into a transaction. One of its own that is in no block does not stand
/// in the way: the next version replaces it.
bool isOpenTo(const Coin& coin, std::string_view holder);

/// The wallet's coins by outpoint, spent ones included. What a coin is follows from the history (wallet.h);
/// only the reservation is kept here alone.
class CoinSet {
public:
    const std::map<OutPoint, Coin>& coins() const { return m_coins; }
    const Coin* find(const OutPoint& outpoint) const;

    /// Adds or replaces a coin; true when that changed anything. A coin that stands already keeps its
    /// reservation.
    bool put(Coin coin);
    /// True when there was such a coin.
    bool erase(const OutPoint& outpoint) { return m_coins.erase(outpoint) > 0; }
    /// Puts a stored coin back, reservation included.
    void restore(Coin coin);

    /// False when the coin is unknown, spent or held by another.
    bool reserve(const OutPoint& outpoint, std::string_view owner);
    /// Hands a coin that `from` holds to `to`, spent or not; false when `from` does not hold it.
    bool pass(const OutPoint& outpoint, std::string_view from, std::string_view to);
    /// Frees one coin; false when this owner does not hold it.
    bool release(const OutPoint& outpoint, std::string_view owner);
    /// Frees all coins of an owner; returns which.
    std::vector<OutPoint> release(std::string_view owner);

    Balance balance(BlockHeight tip) const;
    /// Coins that may be spent in the next block: unspent, free, mature, at least so deep; unconfirmed ones
    /// only when our own change.
    std::vector<Coin> spendable(BlockHeight tip, std::uint32_t least_depth = 0) const;

private:
    std::map<OutPoint, Coin> m_coins;
};

} // namespace duplex::bitcoin::wallet
