#include "core/bitcoin/wallet/coin_set.h"

namespace duplex::bitcoin::wallet {

bool isMature(const Coin& coin, BlockHeight tip) {
    if (!coin.coinbase) return true;
    return coin.height && tip.value + 1 >= coin.height->value + coinbase_maturity;
}

const Coin* CoinSet::find(const OutPoint& outpoint) const {
    const auto found = m_coins.find(outpoint);
    return found == m_coins.end() ? nullptr : &found->second;
}

bool isOpenTo(const Coin& coin, std::string_view holder) {
    if (coin.spent_at) return false;
    if (coin.reserved_by.empty()) return !coin.spent_by;
    return coin.reserved_by == holder;
}

bool CoinSet::put(Coin coin) {
    const auto found = m_coins.find(coin.outpoint);
    if (found == m_coins.end()) {
        m_coins.emplace(coin.outpoint, std::move(coin));
        return true;
    }
    coin.reserved_by = found->second.reserved_by;
    if (coin == found->second) return false;
    found->second = std::move(coin);
    return true;
}

void CoinSet::restore(Coin coin) {
    const OutPoint outpoint = coin.outpoint;
    m_coins.insert_or_assign(outpoint, std::move(coin));
}

bool CoinSet::reserve(const OutPoint& outpoint, std::string_view owner) {
    const auto found = m_coins.find(outpoint);
    if (found == m_coins.end() || owner.empty()) return false;
    Coin& coin = found->second;
    if (coin.spent_by || (!coin.reserved_by.empty() && coin.reserved_by != owner)) return false;
    coin.reserved_by = owner;
    return true;
}

bool CoinSet::pass(const OutPoint& outpoint, std::string_view from, std::string_view to) {
    const auto found = m_coins.find(outpoint);
    if (found == m_coins.end() || from.empty() || to.empty() || found->second.reserved_by != from)
        return false;
    found->second.reserved_by = to;
    return true;
}

bool CoinSet::release(const OutPoint& outpoint, std::string_view owner) {
    const auto found = m_coins.find(outpoint);
    if (found == m_coins.end() || owner.empty() || found->second.reserved_by != owner) return false;
    found->second.reserved_by.clear();
    return true;
}

std::vector<OutPoint> CoinSet::release(std::string_view owner) {
    std::vector<OutPoint> released;
    if (owner.empty()) return released;
    for (auto& [outpoint, coin] : m_coins) {
        if (coin.reserved_by != owner) continue;
        coin.reserved_by.clear();
        released.push_back(outpoint);
    }
    return released;
}

Balance CoinSet::balance(BlockHeight tip) const {
    Balance sums;
    for (const auto& [outpoint, coin] : m_coins) {
        if (coin.spent_by) continue;
        Satoshi& sum = !coin.height ? sums.pending : isMature(coin, tip) ? sums.confirmed : sums.immature;
        sum += coin.output.value;
        if (!coin.reserved_by.empty()) sums.reserved += coin.output.value;
    }
    return sums;
}

std::uint32_t depthOf(const Coin& coin, BlockHeight tip) {
    return !coin.height || *coin.height > tip ? 0 : tip.value - coin.height->value + 1;
}

Satoshi sumOf(const std::vector<Coin>& coins) {
    Satoshi sum;
    for (const Coin& coin : coins) sum += coin.output.value;
    return sum;
}

std::vector<Coin> CoinSet::spendable(BlockHeight tip, std::uint32_t least_depth) const {
    std::vector<Coin> result;
    for (const auto& [outpoint, coin] : m_coins) {
        const bool safe = coin.height ? isMature(coin, tip) : coin.own;
        const bool deep = depthOf(coin, tip) >= least_depth;
        if (isOpenTo(coin, {}) && safe && deep) result.push_back(coin);
    }
    return result;
}

} // namespace duplex::bitcoin::wallet
