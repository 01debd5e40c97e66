#pragma once

#include "core/bitcoin/primitives/block.h"

#include <map>

namespace duplex::family::bitcoin {

/// What the transactions of one block pay, for the inputs of the same block that spend it. Made once a block:
/// a transaction's id is a hash over all of it, and a block has thousands of inputs that ask.
using OutputsByTxid = std::map<duplex::bitcoin::Txid, const std::vector<duplex::bitcoin::TxOut>*>;

/// Points into the block, which must outlive it.
inline OutputsByTxid outputsByTxid(const duplex::bitcoin::Block& block) {
    OutputsByTxid outputs;
    for (const auto& transaction : block.transactions) outputs[transaction.txid()] = &transaction.outputs;
    return outputs;
}

} // namespace duplex::family::bitcoin
