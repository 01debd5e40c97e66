#pragma once

#include "core/bitcoin/wallet/transaction_builder.h"

namespace duplex::bitcoin::wallet {

enum class SignError {
    unknown_script,     // not P2WPKH or P2TR
    wrong_key,          // the seed is not this wallet's
    coins_do_not_match, // inputs and coins do not pair up
    preflight_failed,   // what came out would not be relayed: it does not leave
};
std::string_view textOf(SignError error);

/// Signs every input: P2WPKH with low R and SIGHASH_ALL, P2TR by key path with SIGHASH_DEFAULT. `auxiliary`
/// is fresh randomness.
std::expected<Transaction, SignError> sign(const UnsignedTransaction& unsigned_transaction,
                                           const keys::ExtendedPrivateKey& master,
                                           const NetworkParameters& network, const ByteArray<32>& auxiliary);
/// Signs one input of any transaction that spends a coin of ours, for transactions that others build (channel
/// fees). `spent`: outputs spent by all inputs, in order.
std::expected<Witness, SignError> witnessFor(const Transaction& transaction, std::size_t input,
                                             const std::vector<TxOut>& spent, const crypto::PrivateKey& key,
                                             const ByteArray<32>& auxiliary);

} // namespace duplex::bitcoin::wallet
