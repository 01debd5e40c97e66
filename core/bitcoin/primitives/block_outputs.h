#pragma once

#include "core/bitcoin/primitives/block.h"

#include <map>

namespace duplex::bitcoin {

/// What the transactions of one block pay, for the inputs of the same block that spend it. Made once a block:
/// a transaction's id is a hash over all of it, and a block has thousands of inputs that ask.
using OutputsByTxid = std::map<Txid, const std::vector<TxOut>*>;

/// Points into the block, which must outlive it.
inline OutputsByTxid outputsByTxid(const Block& block) {
    OutputsByTxid outputs;
    for (const auto& transaction : block.transactions) outputs[transaction.txid()] = &transaction.outputs;
    return outputs;
}

/// Nothing for an output that the block does not make.
inline const TxOut* find(const OutputsByTxid& outputs, const OutPoint& outpoint) {
    const auto made = outputs.find(outpoint.txid);
    if (made == outputs.end() || outpoint.index >= made->second->size()) return nullptr;
    return &(*made->second)[outpoint.index];
}

} // namespace duplex::bitcoin
