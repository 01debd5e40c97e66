#pragma once

#include "core/bitcoin/primitives/sighash.h"
#include "core/crypto/ecdsa.h"
#include "core/crypto/hash.h"
#include "core/sandbox/practice_ledger.h"

namespace duplex::test {

/// A key and its P2WPKH script: somebody who holds coins of the practice chain.
struct Holder {
    crypto::PrivateKey key;
    bitcoin::Script script;

    explicit Holder(std::string_view name)
        : key(*crypto::PrivateKey::fromBytes(crypto::sha256(viewOf(name)))),
          script(bitcoin::payToWitnessPublicKeyHash(crypto::publicKey(key))) {}
};

/// A coin as its holder remembers it.
struct HeldCoin {
    bitcoin::OutPoint outpoint;
    bitcoin::Satoshi value;
};

/// The output of `transaction` that pays `script`.
inline HeldCoin coinFor(const bitcoin::Transaction& transaction, const bitcoin::Script& script) {
    for (std::uint32_t i = 0; i < transaction.outputs.size(); ++i)
        if (transaction.outputs[i].script_pubkey == script)
            return {{transaction.txid(), i}, transaction.outputs[i].value};
    return {};
}

inline void signAll(bitcoin::Transaction& transaction, const Holder& from,
                    const std::vector<HeldCoin>& coins) {
    const crypto::PublicKey key = crypto::publicKey(from.key);
    const bitcoin::Script script_code = bitcoin::payToPublicKeyHash(crypto::hash160(key));
    for (std::size_t i = 0; i < transaction.inputs.size(); ++i) {
        const crypto::Hash32 digest =
            bitcoin::segwitSighash(transaction, i, script_code, coins[i].value, bitcoin::sighash_all);
        Bytes signature = crypto::derEncoded(crypto::signLowR(digest, from.key));
        signature.push_back(bitcoin::sighash_all);
        transaction.inputs[i].witness = {std::move(signature), toBytes(key)};
    }
}

/// Spends the coins to one script, all but the fee.
inline bitcoin::Transaction spend(const Holder& from, const std::vector<HeldCoin>& coins,
                                  const bitcoin::Script& to, bitcoin::Satoshi fee,
                                  std::uint32_t sequence = 0xfffffffd, std::uint32_t locktime = 0) {
    bitcoin::Transaction transaction{.locktime = locktime};
    bitcoin::Satoshi in;
    for (const HeldCoin& coin : coins) {
        transaction.inputs.push_back({.previous = coin.outpoint, .sequence = sequence});
        in += coin.value;
    }
    transaction.outputs.push_back({.value = in - fee, .script_pubkey = to});
    signAll(transaction, from, coins);
    return transaction;
}

} // namespace duplex::test
