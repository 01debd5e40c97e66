#pragma once

#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/wallet/wallet.h"

#include <QtGlobal>

namespace duplex::bitcoin::wallet::test {

inline keys::ExtendedPrivateKey master(std::uint8_t seed = 7) {
    return *keys::ExtendedPrivateKey::fromSeed(Bytes(32, seed));
}
inline const NetworkParameters& network() {
    return parametersOf(Network::regtest);
}
/// A copy of one wallet: deriving its first addresses costs milliseconds.
inline Wallet freshWallet() {
    static const Wallet wallet(*accountKeysOf(master(), network()), network());
    return wallet;
}

/// What a restart makes of its rows.
inline Wallet restored(const Wallet& from) {
    Wallet wallet = freshWallet();
    bool good = wallet.restoreKeyChain(from.keyChainRow());
    for (const auto& [outpoint, coin] : from.coins().coins())
        good = wallet.restoreCoin(*from.coinRow(outpoint)) && good;
    for (const auto& [txid, entry] : from.history().entries())
        good = wallet.restoreHistory(*from.historyRow(txid)) && good;
    wallet.setTip(from.tip());
    if (!good) qFatal("a row did not read back");
    return wallet;
}

inline Script receiveScript(Wallet& wallet) {
    return *scriptFromAddress(wallet.receiveAddress(), network());
}

inline Script foreignScript(std::uint64_t number = 1) {
    const Bytes seed = ByteWriter().u64le(number).take();
    return payToWitnessPublicKeyHash(crypto::hash160(seed));
}

/// A transaction that spends nothing of ours; `number` makes it unique.
inline Transaction incoming(std::uint64_t number, std::vector<TxOut> outputs) {
    Transaction transaction;
    transaction.inputs.push_back({.previous = {Txid{crypto::sha256(ByteWriter().u64le(number).take())}, 0}});
    transaction.outputs = std::move(outputs);
    return transaction;
}

inline Transaction coinbase(std::uint32_t height, std::vector<TxOut> outputs) {
    Transaction transaction;
    transaction.inputs.push_back(
        {.previous = {{}, 0xffffffff}, .script_sig = ScriptBuilder().number(height + 100).take()});
    transaction.outputs = std::move(outputs);
    return transaction;
}

inline Transaction spending(const std::vector<OutPoint>& coins, std::vector<TxOut> outputs) {
    Transaction transaction;
    for (const OutPoint& coin : coins)
        transaction.inputs.push_back({.previous = coin, .sequence = replaceable_sequence});
    transaction.outputs = std::move(outputs);
    return transaction;
}

inline BlockHash blockHash(std::uint64_t number) {
    return {crypto::sha256d(ByteWriter().u64le(number).take())};
}

inline WalletChange addBlock(Wallet& wallet, std::uint32_t height,
                             const std::vector<Transaction>& transactions) {
    return wallet.connectBlock({height}, blockHash(height), unixTime(1'700'000'000 + 600 * height),
                               transactions);
}

/// A wallet with confirmed coins of these values at height 10, tip 10.
inline Wallet walletWith(const std::vector<std::int64_t>& values) {
    Wallet wallet = freshWallet();
    std::vector<Transaction> transactions;
    for (std::size_t i = 0; i < values.size(); ++i) {
        transactions.push_back(incoming(1000 + i, {{{values[i]}, wallet.changeScript()}}));
    }
    addBlock(wallet, 10, transactions);
    return wallet;
}

inline BuildContext contextOf(Wallet& wallet, std::int64_t sat_per_kw = 1000, std::uint8_t entropy = 3) {
    BuildContext context;
    context.coins = wallet.spendable();
    context.change_script = wallet.changeScript();
    context.second_change_script = wallet.secondChangeScript();
    context.feerate = {sat_per_kw};
    context.locktime = wallet.tip().value;
    context.entropy.fill(entropy);
    return context;
}

} // namespace duplex::bitcoin::wallet::test
