#include "core/bitcoin/wallet/coin_selection.h"

#include "core/base/byte_reader.h"
#include "core/bitcoin/wallet/random_order.h"

namespace duplex::bitcoin::wallet {

namespace {

constexpr std::int64_t input_base_weight = 4 * 41;             // outpoint, empty script, sequence
constexpr std::int64_t key_hash_witness = 1 + 1 + 71 + 1 + 33; // low R: 70 bytes of DER and the sighash byte
constexpr std::int64_t taproot_witness = 1 + 1 + 64;
constexpr std::int64_t long_count_weight = 8; // two more bytes of input count from 253 inputs
constexpr int most_tries = 100'000;

Satoshi total(const std::vector<Coin>& coins) {
    Satoshi sum;
    for (const Coin& coin : coins) sum += coin.output.value;
    return sum;
}

Weight weightOf(const std::vector<Coin>& coins) {
    Weight weight{coins.size() > 252 ? long_count_weight : 0};
    for (const Coin& coin : coins) weight = weight + inputWeight(coin.output.script_pubkey);
    return weight;
}

/// What a coin adds once its own input is paid.
Satoshi effectiveValue(const Coin& coin, FeeratePerKw feerate) {
    return coin.output.value - feerate.feeCeil(inputWeight(coin.output.script_pubkey));
}

/// Depth-first search for a set whose effective sum lies in [low, high]; the smallest such sum of the tries
/// wins (Murch's branch and bound).
class BranchAndBound {
public:
    BranchAndBound(std::vector<std::int64_t> values, std::int64_t low, std::int64_t high)
        : m_values(std::move(values)), m_low(low), m_high(high), m_left(m_values.size() + 1) {
        for (std::size_t i = m_values.size(); i > 0; --i) m_left[i - 1] = m_left[i] + m_values[i - 1];
    }

    std::optional<std::vector<std::size_t>> search() {
        std::int64_t sum = 0;
        std::size_t at = 0;
        for (int tries = 0; tries < most_tries && m_best_sum != m_low; ++tries) {
            const bool dead = sum + m_left[at] < m_low || sum > m_high;
            if (!dead && sum >= m_low && (!m_best || sum < m_best_sum)) {
                m_best = m_chosen;
                m_best_sum = sum;
            }
            if (!dead && sum < m_low && at < m_values.size()) { // go on with this coin
                m_chosen.push_back(at);
                sum += m_values[at++];
                continue;
            }
            if (m_chosen.empty()) break; // all seen: back to the last coin taken, and on without it
            at = m_chosen.back();
            m_chosen.pop_back();
            sum -= m_values[at++];
        }
        return m_best;
    }

private:
    std::vector<std::int64_t> m_values; // descending
    std::int64_t m_low;
    std::int64_t m_high;
    std::vector<std::int64_t> m_left; // sum of values from here on
    std::vector<std::size_t> m_chosen;
    std::optional<std::vector<std::size_t>> m_best;
    std::int64_t m_best_sum = -1;
};

std::optional<Selection> branchAndBound(std::vector<Coin> coins, const SelectionTarget& target) {
    std::stable_sort(coins.begin(), coins.end(), [&](const Coin& a, const Coin& b) {
        return effectiveValue(a, target.feerate) > effectiveValue(b, target.feerate);
    });
    std::vector<std::int64_t> values;
    for (const Coin& coin : coins) values.push_back(effectiveValue(coin, target.feerate).value);
    const Satoshi low = target.amount + target.feerate.feeCeil(target.base);
    // A surplus up to what change would cost now and when it is spent is better left to the fee.
    const Weight change_cost = target.change_output + Weight{input_base_weight + key_hash_witness};
    const Satoshi high = low + target.feerate.feeCeil(change_cost);
    const auto found = BranchAndBound(std::move(values), low.value, high.value).search();
    if (!found) return std::nullopt;
    Selection selection;
    for (const std::size_t index : *found) selection.coins.push_back(coins[index]);
    selection.fee = total(selection.coins) - target.amount;
    if (selection.fee < target.feerate.feeCeil(target.base + weightOf(selection.coins))) return std::nullopt;
    return selection;
}

std::optional<Selection> randomDraw(std::vector<Coin> coins, const SelectionTarget& target) {
    shuffle(coins, target.entropy, Draw::coins);
    const Satoshi goal =
        target.amount + target.feerate.feeCeil(target.base + target.change_output) + target.least_change;
    std::vector<Coin> drawn;
    Satoshi sum;
    for (const Coin& coin : coins) {
        drawn.push_back(coin);
        sum += effectiveValue(coin, target.feerate);
        if (sum >= goal) break;
    }
    return useCoins(drawn, target);
}

std::optional<Selection> select(const std::vector<Coin>& coins, const SelectionTarget& target) {
    if (auto exact = branchAndBound(coins, target)) return exact;
    return randomDraw(coins, target);
}

} // namespace

std::vector<std::uint64_t> drawNumbers(const ByteArray<32>& entropy, Draw draw, std::size_t count) {
    const ByteArray<12> nonce{static_cast<std::uint8_t>(draw)};
    const Bytes stream = crypto::chacha20Stream(entropy, nonce, 8 * count);
    ByteReader reader(stream);
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(reader.u64le());
    return numbers;
}

Weight inputWeight(ByteView script_pubkey) {
    const bool taproot = kindOf(script_pubkey) == ScriptKind::taproot;
    return {input_base_weight + (taproot ? taproot_witness : key_hash_witness)};
}

Weight outputWeight(ByteView script_pubkey) {
    const std::size_t length_bytes = script_pubkey.size() < 253 ? 1 : 3;
    return {static_cast<std::int64_t>(4 * (8 + length_bytes + script_pubkey.size()))};
}

std::optional<Selection> useCoins(const std::vector<Coin>& coins, const SelectionTarget& target) {
    const Weight weight = target.base + weightOf(coins);
    const Satoshi left = total(coins) - target.amount;
    if (left < target.feerate.feeCeil(weight)) return std::nullopt;
    const Satoshi fee_with_change = target.feerate.feeCeil(weight + target.change_output);
    const Satoshi change = left - fee_with_change;
    if (change < target.least_change || change.value <= 0) return Selection{coins, left, {}};
    return Selection{coins, fee_with_change, change};
}

std::optional<Selection> selectCoins(const std::vector<Coin>& coins, const SelectionTarget& target) {
    std::vector<Coin> useful; // a coin that costs more than it brings never helps
    for (const Coin& coin : coins) {
        if (effectiveValue(coin, target.feerate).value > 0) useful.push_back(coin);
    }
    std::vector<Coin> confirmed;
    for (const Coin& coin : useful) {
        if (coin.height) confirmed.push_back(coin);
    }
    if (auto selection = select(confirmed, target)) return selection;
    if (confirmed.size() == useful.size()) return std::nullopt;
    return select(useful, target);
}

} // namespace duplex::bitcoin::wallet
