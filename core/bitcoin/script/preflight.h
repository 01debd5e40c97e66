#pragma once

#include "core/bitcoin/primitives/transaction.h"
#include "core/bitcoin/script/script_error.h"

namespace duplex::bitcoin::script {

struct PreflightResult {
    Satoshi fee;
    Weight weight;
    FeeratePerKw feerate; // rounded down
    friend bool operator==(const PreflightResult&, const PreflightResult&) = default;
};

enum class PreflightFault {
    no_inputs,
    no_outputs,
    coinbase,
    duplicate_input,
    spent_outputs_missing, // not one spent output for each input
    amount_out_of_range,
    pays_more_than_it_spends,
    bad_signature, // `script` says which rule
    nonstandard_version,
    nonstandard_weight,
    too_small, // under 65 bytes without witnesses (threats 12)
    nonstandard_input_script,
    nonstandard_witness,
    nonstandard_output_script,
    dust,
    data_too_long,
};

struct PreflightError {
    PreflightFault fault = PreflightFault::no_inputs;
    std::size_t index = 0;  // of the input or output at fault
    std::int64_t found = 0; // satoshi, weight units or bytes, where the fault is about a figure
    std::int64_t limit = 0;
    std::optional<ScriptError> script;
    friend bool operator==(const PreflightError&, const PreflightError&) = default;
};
/// What Core's testmempoolaccept prints as reject-reason for this fault ("dust", "tx-size", ...).
std::string rejectReasonOf(const PreflightError& error);

/// Checks what a transaction of ours must hold before it leaves: every script and signature under relay's
/// rules, value sums, dust, standard form. `spent_outputs`: what each input spends, in order. The
/// signature-operation limit is not counted.
std::expected<PreflightResult, PreflightError> preflight(const Transaction& transaction,
                                                         const std::vector<TxOut>& spent_outputs);

/// As above without scripts and sums: whether relay takes the transaction's form.
std::expected<void, PreflightError> checkStandard(const Transaction& transaction,
                                                  const std::vector<TxOut>& spent_outputs);

} // namespace duplex::bitcoin::script
