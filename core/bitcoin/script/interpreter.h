#pragma once

#include "core/bitcoin/primitives/transaction.h"
#include "core/bitcoin/script/flags.h"
#include "core/bitcoin/script/script_error.h"

namespace duplex::bitcoin::script {

/// Runs the scripts of one input: legacy, P2SH, segwit v0 (BIP 141, 143), taproot and tapscript (BIP 341,
/// 342). `spent_outputs`: what each input of the transaction spends, in order (checked to be as many).
std::expected<void, ScriptError> verifyScript(const Transaction& transaction, std::size_t input,
                                              const std::vector<TxOut>& spent_outputs, Flags flags);

} // namespace duplex::bitcoin::script
