#include "core/sandbox/practice_ledger.h"

#include "core/base/byte_writer.h"
#include "core/base/check.h"
#include "core/bitcoin/light/proof_of_work.h"
#include "core/bitcoin/primitives/sighash.h"
#include "core/bitcoin/script/flags.h"
#include "core/bitcoin/script/interpreter.h"
#include "core/bitcoin/script/standard_weight.h"
#include "core/crypto/ecdsa.h"
#include "core/crypto/hash.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>
#include <tuple>

namespace duplex::sandbox {

namespace {

using namespace std::string_view_literals;
using bitcoin::OutPoint;
using bitcoin::Satoshi;
using bitcoin::Transaction;
using bitcoin::Txid;
using bitcoin::TxOut;

constexpr std::uint32_t coinbase_maturity = 100;
constexpr std::uint32_t locktime_threshold = 500'000'000; // below: heights, above: times (BIP 113)
constexpr std::int64_t block_weight_limit = 3'990'000;
constexpr std::size_t most_waiting = 5'000;
constexpr std::int64_t least_feerate_sat_per_kvb = 100; // Core's default since release 30

// The genesis coinbase, the same on every network but testnet4 and signet.
constexpr std::string_view genesis_coinbase =
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468"
    "652054696d65732030332f4a616e2f323030"
    "39204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffff"
    "ff0100f2052a01000000434104678afdb0fe"
    "5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"sv;

crypto::PrivateKey minerKey() {
    const auto key = crypto::PrivateKey::fromBytes(crypto::sha256(viewOf("Duplex practice chain, miner")));
    check(key.has_value(), "a hash is a key");
    return *key;
}

Transaction genesisTransaction() {
    const auto bytes = fromHex(genesis_coinbase);
    const auto transaction = bitcoin::decodeTransaction(bytes.value_or(Bytes{}));
    check(transaction.has_value(), "the genesis coinbase decodes");
    return *transaction;
}

ByteArray<32> rootOf(const std::vector<Transaction>& transactions) {
    std::vector<ByteArray<32>> leaves;
    for (const Transaction& transaction : transactions) leaves.push_back(transaction.txid().bytes);
    return bitcoin::merkleRoot(std::move(leaves)).root;
}

// BIP 141: root over the wtxids, the coinbase's counted as zero, hashed with the reserved value of the
// coinbase's witness.
bitcoin::Script witnessCommitment(const std::vector<Transaction>& others) {
    std::vector<ByteArray<32>> leaves(1);
    for (const Transaction& transaction : others) leaves.push_back(transaction.wtxid().bytes);
    const ByteArray<32> root = bitcoin::merkleRoot(std::move(leaves)).root;
    const crypto::Hash32 hash = crypto::sha256d(concat({root, ByteArray<32>{}}));
    return {concat({*fromHex("6a24aa21a9ed"), hash})};
}

void grind(bitcoin::BlockHeader& header, const bitcoin::NetworkParameters& network) {
    while (!bitcoin::light::meetsTarget(header.hash(), header.bits, network)) ++header.nonce;
}

} // namespace

PracticeLedger::PracticeLedger(const bitcoin::NetworkParameters& network)
    : m_network(&network), m_miner_key(minerKey()),
      m_miner_script(bitcoin::payToWitnessPublicKeyHash(crypto::publicKey(m_miner_key))) {
    append(bitcoin::Block{.header = network.genesis, .transactions = {genesisTransaction()}});
}

std::optional<std::uint32_t> PracticeLedger::heightOf(const bitcoin::BlockHash& hash) const {
    const auto found = m_heights.find(hash);
    return found == m_heights.end() ? std::nullopt : std::optional(found->second);
}

std::optional<PracticeLedger::Coin> PracticeLedger::coinOf(const OutPoint& outpoint) const {
    if (const auto found = m_coins.find(outpoint); found != m_coins.end()) return found->second;
    const auto parent = m_mempool.find(outpoint.txid);
    if (parent == m_mempool.end() || outpoint.index >= parent->second.transaction.outputs.size())
        return std::nullopt;
    return Coin{.output = parent->second.transaction.outputs[outpoint.index], .height = height() + 1};
}

std::uint32_t PracticeLedger::medianTime(std::uint32_t height) const {
    std::vector<std::uint32_t> times;
    for (std::uint32_t i = 0; i < 11 && i <= height; ++i)
        times.push_back(m_chain[height - i].block.header.time);
    std::ranges::sort(times);
    return times[times.size() / 2];
}

// Whether the next block could hold it: BIP 113 for the locktime, BIP 68 for the sequences.
std::expected<void, std::string> PracticeLedger::checkLocks(const Transaction& transaction,
                                                            const std::vector<Coin>& coins) const {
    const std::uint32_t next = height() + 1;
    const std::uint32_t limit = transaction.locktime < locktime_threshold ? next : medianTime(height());
    const bool all_final = std::ranges::all_of(
        transaction.inputs, [](const auto& input) { return input.sequence == 0xffffffff; });
    if (transaction.locktime != 0 && transaction.locktime >= limit && !all_final)
        return std::unexpected("non-final");
    if (transaction.version < 2) return {};
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const std::uint32_t sequence = transaction.inputs[i].sequence;
        if ((sequence & (1U << 31U)) != 0) continue;
        const std::uint32_t amount = sequence & 0xffffU;
        if ((sequence & (1U << 22U)) == 0) {
            if (coins[i].height + amount > next) return std::unexpected("non-BIP68-final");
        } else {
            const std::uint32_t before = coins[i].height == 0 ? 0 : std::min(coins[i].height - 1, height());
            if (medianTime(before) + amount * 512ULL > medianTime(height()))
                return std::unexpected("non-BIP68-final");
        }
    }
    return {};
}

std::expected<Satoshi, std::string> PracticeLedger::checked(const Transaction& transaction) const {
    if (transaction.isCoinbase() || transaction.inputs.empty() || transaction.outputs.empty())
        return std::unexpected("bad-txns");
    if (transaction.weight() > bitcoin::script::heaviest_standard) return std::unexpected("tx-size");
    std::set<OutPoint> seen;
    std::vector<Coin> coins;
    std::vector<TxOut> spent;
    Satoshi in;
    for (const bitcoin::TxIn& input : transaction.inputs) {
        if (!seen.insert(input.previous).second) return std::unexpected("bad-txns-inputs-duplicate");
        const auto coin = coinOf(input.previous);
        if (!coin) return std::unexpected("missing-inputs");
        if (coin->coinbase && height() + 1 - coin->height < coinbase_maturity)
            return std::unexpected("bad-txns-premature-spend-of-coinbase");
        in += coin->output.value; // every coin was checked when it was made
        coins.push_back(*coin);
        spent.push_back(coin->output);
    }
    Satoshi out;
    for (const TxOut& output : transaction.outputs) {
        const auto sum = bitcoin::checkedSum(out, output.value);
        if (!sum) return std::unexpected("bad-txns-vout");
        out = *sum;
        if (bitcoin::isSpendable(output.script_pubkey) &&
            output.value.value < bitcoin::dustLimitSat(output.script_pubkey))
            return std::unexpected("dust");
    }
    if (in < out) return std::unexpected("bad-txns-in-belowout");
    if (auto fine = checkLocks(transaction, coins); !fine) return std::unexpected(fine.error());
    for (std::size_t i = 0; i < transaction.inputs.size(); ++i)
        if (!bitcoin::script::verifyScript(transaction, i, spent, bitcoin::script::standard_flags))
            return std::unexpected(fmt::format("mandatory-script-verify-flag-failed (input {})", i));
    return in - out;
}

std::vector<Txid> PracticeLedger::conflictsOf(const Transaction& transaction) const {
    std::vector<Txid> conflicts;
    for (const auto& [txid, waiting] : m_mempool)
        for (const bitcoin::TxIn& theirs : waiting.transaction.inputs)
            if (std::ranges::any_of(transaction.inputs,
                                    [&](const auto& ours) { return ours.previous == theirs.previous; })) {
                conflicts.push_back(txid);
                break;
            }
    return conflicts;
}

void PracticeLedger::addDescendants(std::vector<Txid>& txids) const {
    for (std::size_t i = 0; i < txids.size(); ++i)
        for (const auto& [txid, waiting] : m_mempool)
            if (std::ranges::any_of(waiting.transaction.inputs,
                                    [&](const auto& input) { return input.previous.txid == txids[i]; }) &&
                std::ranges::find(txids, txid) == txids.end())
                txids.push_back(txid);
}

std::expected<void, std::string> PracticeLedger::accept(const Transaction& transaction) {
    const Txid txid = transaction.txid();
    if (m_mempool.contains(txid)) return std::unexpected("txn-already-in-mempool");
    if (m_mempool.size() >= most_waiting) return std::unexpected("mempool full");
    const auto fee = checked(transaction);
    if (!fee) return std::unexpected(fee.error());
    const std::int64_t size = transaction.weight().virtualSize();
    if (fee->value * 1000 < least_feerate_sat_per_kvb * size) return std::unexpected("min relay fee not met");
    std::vector<Txid> replaced = conflictsOf(transaction);
    addDescendants(replaced);
    Satoshi replaced_fees;
    for (const Txid& other : replaced) {
        if (std::ranges::any_of(transaction.inputs,
                                [&](const auto& input) { return input.previous.txid == other; }))
            return std::unexpected("bad-txns-spends-conflicting-tx");
        replaced_fees += m_mempool.at(other).fee;
    }
    // BIP 125, rules 3 and 4: pays what it replaces, and its own relay on top.
    if (!replaced.empty() && (fee->value - replaced_fees.value) * 1000 < least_feerate_sat_per_kvb * size)
        return std::unexpected("insufficient fee");
    for (const Txid& other : replaced) m_mempool.erase(other);
    m_mempool.emplace(txid, Waiting{.transaction = transaction, .fee = *fee, .order = m_arrivals++});
    return {};
}

const Transaction* PracticeLedger::inMempool(const Txid& txid) const {
    const auto found = m_mempool.find(txid);
    return found == m_mempool.end() ? nullptr : &found->second.transaction;
}

const Transaction* PracticeLedger::inMempool(const bitcoin::Wtxid& wtxid) const {
    const auto found = std::ranges::find_if(
        m_mempool, [&](const auto& entry) { return entry.second.transaction.wtxid() == wtxid; });
    return found == m_mempool.end() ? nullptr : &found->second.transaction;
}

std::vector<Transaction> PracticeLedger::mempool() const {
    std::vector<const Waiting*> waiting;
    for (const auto& [txid, entry] : m_mempool) waiting.push_back(&entry);
    std::ranges::sort(waiting, {}, &Waiting::order);
    std::vector<Transaction> transactions;
    for (const Waiting* entry : waiting) transactions.push_back(entry->transaction);
    return transactions;
}

Transaction PracticeLedger::coinbase(std::uint32_t height, Satoshi fees,
                                     const std::vector<Transaction>& others) {
    const ByteArray<8> extra = toArray<8>(ByteWriter().u64le(++m_extra_nonce).view());
    Transaction transaction;
    transaction.inputs.push_back({.previous = {.txid = {}, .index = 0xffffffff},
                                  .script_sig = bitcoin::ScriptBuilder().number(height).push(extra).take(),
                                  .witness = {Bytes(32)}});
    transaction.outputs.push_back(
        {.value = bitcoin::subsidyAt({height}, *m_network) + fees, .script_pubkey = m_miner_script});
    transaction.outputs.push_back({.value = {}, .script_pubkey = witnessCommitment(others)});
    return transaction;
}

bitcoin::BlockHash PracticeLedger::mine(UnixTime now) {
    const std::uint32_t next = height() + 1;
    std::vector<Transaction> chosen;
    std::set<Txid> left_out;
    Satoshi fees;
    std::int64_t weight = 4'000;
    for (const Transaction& transaction : mempool()) {
        const Waiting& waiting = m_mempool.at(transaction.txid());
        const bool parent_left_out = std::ranges::any_of(
            transaction.inputs, [&](const auto& input) { return left_out.contains(input.previous.txid); });
        if (parent_left_out || weight + transaction.weight().value > block_weight_limit) {
            left_out.insert(transaction.txid());
            continue;
        }
        weight += transaction.weight().value;
        fees += waiting.fee;
        chosen.push_back(transaction);
    }
    bitcoin::Block block;
    block.transactions = {coinbase(next, fees, chosen)};
    block.transactions.insert(block.transactions.end(), chosen.begin(), chosen.end());
    const auto time = static_cast<std::uint32_t>(secondsOf(now));
    block.header = {.version = 0x20000000,
                    .previous = m_chain.back().hash,
                    .merkle_root = rootOf(block.transactions),
                    .time = std::max(time, medianTime(height()) + 1),
                    .bits = m_network->power_limit_bits};
    grind(block.header, *m_network);
    append(std::move(block));
    return m_chain.back().hash;
}

void PracticeLedger::append(bitcoin::Block block) {
    const auto next = static_cast<std::uint32_t>(m_chain.size());
    std::vector<std::pair<OutPoint, Coin>> taken;
    std::vector<bitcoin::Script> scripts;
    for (const Transaction& transaction : block.transactions) {
        const Txid txid = transaction.txid();
        if (!transaction.isCoinbase())
            for (const bitcoin::TxIn& input : transaction.inputs) {
                const auto found = m_coins.find(input.previous);
                check(found != m_coins.end(), "a block of the practice chain spends coins that are there");
                scripts.push_back(found->second.output.script_pubkey);
                taken.emplace_back(found->first, found->second);
                m_coins.erase(found);
            }
        for (std::uint32_t i = 0; i < transaction.outputs.size(); ++i)
            if (next > 0 && bitcoin::isSpendable(transaction.outputs[i].script_pubkey))
                m_coins[{txid, i}] = Coin{
                    .output = transaction.outputs[i], .height = next, .coinbase = transaction.isCoinbase()};
    }
    dropFromMempool(block);
    PracticeBlock entry{.block = std::move(block)};
    entry.hash = entry.block.header.hash();
    entry.filter = bitcoin::light::buildFilter(entry.block, scripts);
    const bitcoin::wire::FilterHeader previous =
        next == 0 ? bitcoin::wire::FilterHeader{} : m_chain.back().filter_header;
    entry.filter_header = bitcoin::light::headerAfter(previous, bitcoin::light::hashOf(entry.filter.bytes));
    m_heights[entry.hash] = next;
    m_chain.push_back(std::move(entry));
    m_spent.push_back(std::move(taken));
}

void PracticeLedger::dropFromMempool(const bitcoin::Block& block) {
    std::vector<Txid> conflicting;
    for (const Transaction& transaction : block.transactions) {
        m_mempool.erase(transaction.txid());
        for (const Txid& txid : conflictsOf(transaction)) conflicting.push_back(txid);
    }
    addDescendants(conflicting);
    for (const Txid& txid : conflicting) m_mempool.erase(txid);
}

void PracticeLedger::removeTip() {
    const PracticeBlock tip = std::move(m_chain.back());
    for (const Transaction& transaction : tip.block.transactions)
        for (std::uint32_t i = 0; i < transaction.outputs.size(); ++i) m_coins.erase({transaction.txid(), i});
    for (auto& [outpoint, coin] : m_spent.back())
        if (coin.height < height())
            m_coins[outpoint] = coin; // one made and spent in the block itself is gone
    m_heights.erase(tip.hash);
    m_chain.pop_back();
    m_spent.pop_back();
}

std::expected<Reorganised, std::string> PracticeLedger::reorganise(std::uint32_t count, UnixTime now) {
    if (count == 0 || count > height())
        return std::unexpected(fmt::format("The chain has {} blocks that can be replaced.", height()));
    Reorganised result{.fork = height() - count};
    std::vector<Transaction> left;
    for (std::uint32_t i = 1; i <= count; ++i) {
        const PracticeBlock& block = m_chain[result.fork + i];
        result.left.push_back(block.hash);
        for (const Transaction& transaction : block.block.transactions)
            if (!transaction.isCoinbase()) left.push_back(transaction);
    }
    for (Transaction& transaction : mempool()) left.push_back(std::move(transaction));
    m_mempool.clear();
    for (std::uint32_t i = 0; i < count; ++i) removeTip();
    // Wallets lock theirs to the height of the tip that they saw, and the new branch is not so high at first:
    // what it refuses is offered again, with what builds on it, before each of its blocks. What spent
    // coinbases of the replaced blocks is lost, as it would be on the real chain.
    const auto putBack = [&] {
        std::vector<Transaction> refused;
        for (Transaction& transaction : left)
            if (!accept(transaction)) refused.push_back(std::move(transaction));
        left = std::move(refused);
    };
    for (std::uint32_t i = 0; i <= count; ++i) {
        putBack();
        mine(now);
    }
    putBack();
    return result;
}

bool PracticeLedger::connect(const bitcoin::Block& block) {
    if (block.header.previous != m_chain.back().hash ||
        !bitcoin::light::meetsTarget(block.header.hash(), block.header.bits, *m_network))
        return false;
    std::set<OutPoint> made;
    std::set<OutPoint> spent;
    for (const Transaction& transaction : block.transactions) {
        if (!transaction.isCoinbase())
            for (const bitcoin::TxIn& input : transaction.inputs) {
                const bool there = m_coins.contains(input.previous) || made.contains(input.previous);
                if (!there || !spent.insert(input.previous).second) return false;
            }
        for (std::uint32_t i = 0; i < transaction.outputs.size(); ++i) made.insert({transaction.txid(), i});
    }
    append(block);
    m_extra_nonce += 1;
    return true;
}

// Largest first: a payment then needs few inputs, however small the subsidy has become.
std::vector<std::pair<OutPoint, Satoshi>> PracticeLedger::minersCoins() const {
    std::set<OutPoint> taken;
    for (const auto& [txid, waiting] : m_mempool)
        for (const bitcoin::TxIn& input : waiting.transaction.inputs) taken.insert(input.previous);
    std::vector<std::pair<OutPoint, Satoshi>> coins;
    for (const auto& [outpoint, coin] : m_coins) {
        const bool mature = !coin.coinbase || height() + 1 - coin.height >= coinbase_maturity;
        if (mature && coin.output.script_pubkey == m_miner_script && !taken.contains(outpoint))
            coins.emplace_back(outpoint, coin.output.value);
    }
    std::ranges::sort(coins, [](const auto& a, const auto& b) {
        return std::tie(b.second, a.first) < std::tie(a.second, b.first);
    });
    return coins;
}

std::expected<Txid, std::string> PracticeLedger::fund(const bitcoin::Script& script, Satoshi amount) {
    constexpr Satoshi fee{2'000};
    if (amount.value < bitcoin::dustLimitSat(script) || !bitcoin::inMoneyRange(amount))
        return std::unexpected("The amount is too small or too large for an output.");
    Transaction transaction;
    Satoshi in;
    std::vector<Satoshi> values;
    for (const auto& [outpoint, value] : minersCoins()) {
        if (in >= amount + fee) break;
        transaction.inputs.push_back({.previous = outpoint, .sequence = 0xfffffffd});
        values.push_back(value);
        in += value;
    }
    if (in < amount + fee)
        return std::unexpected("The practice miner has not that much. Mine some blocks, or ask for less.");
    transaction.outputs.push_back({.value = amount, .script_pubkey = script});
    if (const Satoshi change = in - amount - fee; change.value > 1'000)
        transaction.outputs.push_back({.value = change, .script_pubkey = m_miner_script});
    const crypto::PublicKey key = crypto::publicKey(m_miner_key);
    const bitcoin::Script script_code = bitcoin::payToPublicKeyHash(crypto::hash160(key));
    for (std::size_t i = 0; i < transaction.inputs.size(); ++i) {
        const crypto::Hash32 digest =
            bitcoin::segwitSighash(transaction, i, script_code, values[i], bitcoin::sighash_all);
        Bytes signature = crypto::derEncoded(crypto::signLowR(digest, m_miner_key));
        signature.push_back(bitcoin::sighash_all);
        transaction.inputs[i].witness = {std::move(signature), toBytes(key)};
    }
    if (auto taken = accept(transaction); !taken) return std::unexpected(taken.error());
    return transaction.txid();
}

} // namespace duplex::sandbox
