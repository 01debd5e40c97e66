#include "core/family/bitcoin/payment_key_recovery.h"

#include "core/bitcoin/script/preflight.h"
#include "core/lightning/commitment/scripts.h"

namespace duplex::family::bitcoin {

namespace {

using duplex::bitcoin::OutPoint;
using duplex::bitcoin::Script;
using duplex::bitcoin::Transaction;

constexpr std::uint8_t keys_version = 1;
constexpr std::uint8_t found_version = 1;
constexpr std::string_view keys_name = "payment keys";
constexpr std::string_view found_prefix = "to_remote ";
constexpr std::size_t longest_signature = 73;
constexpr std::uint32_t patience_blocks = 6; // of a sweep, before it pays more

Bytes keyOf(const OutPoint& outpoint) {
    return ByteWriter().bytes(viewOf(found_prefix)).bytes(outpoint.txid).u32be(outpoint.index).take();
}

Transaction unsignedSweep(const FoundToRemote& found, const Script& witness_script, const Script& payout) {
    Transaction sweep{.version = 2};
    sweep.inputs.push_back({.previous = found.outpoint, .sequence = 1});
    sweep.inputs.front().witness = {Bytes(longest_signature), witness_script.bytes};
    sweep.outputs.push_back({found.value, payout});
    return sweep;
}

} // namespace

PaymentKeys paymentKeysOf(const ln::keys::LightningRoot& root) {
    PaymentKeys keys;
    for (std::uint32_t index = 0; index < ln::keys::payment_key_count; ++index)
        keys.push_back(crypto::publicKey(root.paymentKey(index)));
    return keys;
}

Bytes encodedFound(const FoundToRemote& found) {
    ByteWriter writer;
    writer.u8(found_version).bytes(found.outpoint.txid).u32be(found.outpoint.index);
    writer.i64le(found.value.value).u32be(found.key_index).u32be(found.height).u8(found.sweep ? 1 : 0);
    if (found.sweep) writer.compactBytes(duplex::bitcoin::serialized(*found.sweep));
    return writer.u32be(found.sweep_height).take();
}

std::optional<FoundToRemote> decodedFound(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != found_version) return std::nullopt;
    FoundToRemote found;
    found.outpoint.txid = {reader.array<32>()};
    found.outpoint.index = reader.u32be();
    found.value = {reader.i64le()};
    found.key_index = reader.u32be();
    found.height = reader.u32be();
    if (const std::uint8_t has_sweep = reader.u8(); has_sweep == 1) {
        const auto sweep = duplex::bitcoin::decodeTransaction(reader.compactBytes());
        if (!sweep) return std::nullopt;
        found.sweep = *sweep;
    } else if (has_sweep != 0) {
        return std::nullopt;
    }
    found.sweep_height = reader.u32be();
    if (!reader.finished() || found.key_index >= ln::keys::payment_key_count ||
        !duplex::bitcoin::inMoneyRange(found.value))
        return std::nullopt;
    return found;
}

std::optional<Transaction> sweepOf(const FoundToRemote& found, const crypto::PrivateKey& key,
                                   const Script& payout, duplex::bitcoin::FeeratePerKw feerate) {
    const Script witness_script = ln::commitment::toRemoteScript(crypto::publicKey(key));
    Transaction sweep = unsignedSweep(found, witness_script, payout);
    const auto fee = feerate.feeCeil(sweep.weight());
    sweep.outputs.front().value = found.value - fee;
    if (sweep.outputs.front().value.value < duplex::bitcoin::dustLimitSat(payout)) return std::nullopt;
    const auto digest =
        duplex::bitcoin::segwitSighash(sweep, 0, witness_script, found.value, duplex::bitcoin::sighash_all);
    sweep.inputs.front().witness = {
        ln::commitment::witnessSignature(crypto::signLowR(digest, key), duplex::bitcoin::sighash_all),
        witness_script.bytes};
    return sweep;
}

std::optional<Transaction> raisedSweepOf(const FoundToRemote& found, const crypto::PrivateKey& key,
                                         duplex::bitcoin::FeeratePerKw feerate) {
    if (!found.sweep || found.sweep->outputs.size() != 1) return std::nullopt;
    const auto& output = found.sweep->outputs.front();
    auto raised = sweepOf(found, key, output.script_pubkey, feerate);
    if (!raised) return std::nullopt;
    const auto value = raised->outputs.front().value;
    const auto more = (output.value - value).value;
    if (more < raised->weight().virtualSize() || value.value * 2 < found.value.value) return std::nullopt;
    return raised;
}

PaymentKeyRecovery::PaymentKeyRecovery(Shell& shell, IsFunding is_funding)
    : m_shell(shell), m_is_funding(std::move(is_funding)) {}

std::pair<Bytes, Bytes> PaymentKeyRecovery::row(const ln::keys::LightningRoot& root) {
    ByteWriter writer;
    writer.u8(keys_version);
    for (const crypto::PublicKey& key : paymentKeysOf(root)) writer.bytes(key);
    return {toBytes(viewOf(keys_name)), writer.take()};
}

std::expected<void, std::string> PaymentKeyRecovery::load() {
    const auto damaged = [] {
        return std::unexpected("A row of the wallet's restore is damaged. It was left as it is; restore from "
                               "your words into a new wallet.");
    };
    const store::Database& database = *m_shell.wallet.database;
    const auto keys = database.read(store::Table::meta, viewOf(keys_name));
    if (!keys) return {}; // not a restored wallet
    ByteReader reader(*keys);
    if (reader.u8() != keys_version) return damaged();
    for (std::uint32_t index = 0; index < ln::keys::payment_key_count; ++index) {
        const auto key = crypto::PublicKey::fromBytes(reader.view(33));
        if (!key) return damaged();
        m_scripts.emplace(ln::commitment::toRemoteOutputScript(*key, ln::commitment::Format::anchors), index);
    }
    if (!reader.finished()) return damaged();
    for (const store::Row& row : database.scan(store::Table::meta, viewOf(found_prefix))) {
        auto found = decodedFound(row.value);
        if (!found) return damaged();
        m_found.emplace(found->outpoint, std::move(*found));
    }
    for (const auto& [outpoint, found] : m_found)
        if (found.sweep && found.sweep_height == 0)
            m_shell.turn().after(
                [&client = m_shell.client, sweep = *found.sweep] { client.announce(sweep); });
    return {};
}

std::vector<Script> PaymentKeyRecovery::watchedScripts() const {
    std::vector<Script> scripts;
    for (const auto& [script, index] : m_scripts) scripts.push_back(script);
    return scripts;
}

void PaymentKeyRecovery::begin(const ln::keys::LightningRoot& root) {
    if (!watches()) return;
    m_root = root;
    tick();
}

void PaymentKeyRecovery::store(const FoundToRemote& found) {
    m_shell.rows().put(store::Table::meta, keyOf(found.outpoint), encodedFound(found));
}

void PaymentKeyRecovery::blockConnected(std::uint32_t height, const duplex::bitcoin::Block& block) {
    if (!watches()) return;
    for (const Transaction& transaction : block.transactions) {
        for (const auto& input : transaction.inputs) {
            const auto spent = m_found.find(input.previous);
            if (spent == m_found.end()) continue;
            spent->second.sweep = transaction;
            spent->second.sweep_height = height;
            store(spent->second);
            m_shell.turn().after(
                [&client = m_shell.client, txid = transaction.txid()] { client.withdraw(txid); });
        }
        const bool of_live_channel = std::ranges::any_of(
            transaction.inputs, [&](const auto& input) { return m_is_funding(input.previous); });
        if (of_live_channel) continue;
        for (std::uint32_t index = 0; index < transaction.outputs.size(); ++index) {
            const auto& output = transaction.outputs[index];
            const auto key = m_scripts.find(output.script_pubkey);
            if (key == m_scripts.end()) continue;
            const OutPoint outpoint{transaction.txid(), index};
            FoundToRemote& found = m_found[outpoint];
            found.outpoint = outpoint;
            found.value = output.value;
            found.key_index = key->second;
            found.height = height;
            store(found);
        }
    }
}

void PaymentKeyRecovery::blockDisconnected(std::uint32_t height) {
    for (auto& [outpoint, found] : m_found) {
        const bool unswept = found.sweep_height >= height;
        const bool unfound = found.height >= height;
        if (!unswept && !unfound) continue;
        if (unswept) found.sweep_height = 0;
        if (unfound) found.height = 0; // kept: it comes back with the next block that holds it
        store(found);
        if (unswept && found.sweep)
            m_shell.turn().after(
                [&client = m_shell.client, sweep = *found.sweep] { client.announce(sweep); });
    }
}

void PaymentKeyRecovery::tick() {
    if (!m_root) return;
    const auto estimate = m_shell.client.fees().estimate({m_shell.headerTip()}, io::now());
    const auto floor = m_shell.client.fees().floor();
    const auto feerate = std::max(estimate ? estimate->feerate : m_shell.network.fallback_feerate, floor);
    for (auto& [outpoint, found] : m_found) {
        if (found.height == 0 || found.height > m_shell.verifiedHeight() || found.sweep_height != 0) continue;
        if (!found.sweep)
            sweep(found, feerate);
        else
            raise(found, feerate);
    }
}

void PaymentKeyRecovery::sweep(FoundToRemote& found, duplex::bitcoin::FeeratePerKw feerate) {
    const Script payout = m_shell.wallet.value.changeScript();
    const auto sweep = sweepOf(found, m_root->paymentKey(found.key_index), payout, feerate);
    if (sweep) send(found, *sweep); // else it costs more than it brings, at this feerate
}

/// Only this wallet's own sweeps can be here: they alone are known before a block holds them.
void PaymentKeyRecovery::raise(FoundToRemote& found, duplex::bitcoin::FeeratePerKw feerate) {
    const std::uint32_t tip = m_shell.headerTip();
    const auto sent_at = m_sent_at.try_emplace(found.outpoint, tip).first->second;
    if (tip < sent_at + patience_blocks || found.sweep->outputs.empty()) return;
    const auto paid =
        (found.value - found.sweep->outputs.front().value).value * 1000 / found.sweep->weight().value;
    const std::int64_t step = std::min(paid * 5 / 4, 2 * feerate.value);
    const auto wanted = std::max(feerate.value, step);
    const auto raised = raisedSweepOf(found, m_root->paymentKey(found.key_index), {wanted});
    if (!raised) return;
    m_shell.turn().after([&client = m_shell.client, txid = found.sweep->txid()] { client.withdraw(txid); });
    send(found, *raised);
}

void PaymentKeyRecovery::send(FoundToRemote& found, const Transaction& sweep) {
    const Script script = ln::commitment::toRemoteOutputScript(
        crypto::publicKey(m_root->paymentKey(found.key_index)), ln::commitment::Format::anchors);
    if (!duplex::bitcoin::script::preflight(sweep, {{found.value, script}})) {
        m_shell.outlet.log("a sweep of a to_remote output failed its own preflight and was not sent");
        return;
    }
    found.sweep = sweep;
    store(found);
    m_sent_at[found.outpoint] = m_shell.headerTip();
    wallet::WalletChange change;
    change.merge(m_shell.wallet.value.addUnconfirmed(sweep, io::calendarNow()));
    m_shell.keep(change);
    m_shell.turn().after([&client = m_shell.client, transaction = sweep] { client.announce(transaction); });
    m_shell.changed();
}

} // namespace duplex::family::bitcoin
