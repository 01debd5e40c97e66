#include "core/bitcoin/script/preflight.h"

#include "core/base/check.h"
#include "core/bitcoin/script/interpreter.h"

#include <set>

namespace duplex::bitcoin::script {

namespace {

using Verdict = std::expected<void, PreflightError>;

Verdict fail(PreflightError error) {
    return std::unexpected(error);
}

Verdict checkInputs(const Transaction& transaction, const std::vector<TxOut>& spent_outputs) {
    if (transaction.inputs.empty()) return fail({.fault = PreflightFault::no_inputs});
    if (transaction.outputs.empty()) return fail({.fault = PreflightFault::no_outputs});
    if (transaction.isCoinbase()) return fail({.fault = PreflightFault::coinbase});
    if (spent_outputs.size() != transaction.inputs.size())
        return fail({.fault = PreflightFault::spent_outputs_missing});
    std::set<OutPoint> seen;
    for (std::size_t i = 0; i < transaction.inputs.size(); ++i) {
        if (!seen.insert(transaction.inputs[i].previous).second)
            return fail({.fault = PreflightFault::duplicate_input, .index = i});
    }
    return {};
}

std::expected<Satoshi, PreflightError> sumOf(const std::vector<TxOut>& outputs) {
    Satoshi sum;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const auto next = checkedSum(sum, outputs[i].value);
        if (!next)
            return std::unexpected(PreflightError{
                .fault = PreflightFault::amount_out_of_range, .index = i, .found = outputs[i].value.value});
        sum = *next;
    }
    return sum;
}

std::expected<Satoshi, PreflightError> feeOf(const Transaction& transaction,
                                             const std::vector<TxOut>& spent_outputs) {
    const auto paid_in = sumOf(spent_outputs);
    if (!paid_in) return std::unexpected(paid_in.error());
    const auto paid_out = sumOf(transaction.outputs);
    if (!paid_out) return std::unexpected(paid_out.error());
    if (*paid_out > *paid_in) {
        return std::unexpected(PreflightError{.fault = PreflightFault::pays_more_than_it_spends,
                                              .found = paid_out->value,
                                              .limit = paid_in->value});
    }
    return *paid_in - *paid_out;
}

} // namespace

std::string rejectReasonOf(const PreflightError& error) {
    switch (error.fault) {
    case PreflightFault::no_inputs:
        return "bad-txns-vin-empty";
    case PreflightFault::no_outputs:
        return "bad-txns-vout-empty";
    case PreflightFault::coinbase:
        return "coinbase";
    case PreflightFault::duplicate_input:
        return "bad-txns-inputs-duplicate";
    case PreflightFault::spent_outputs_missing:
        return "missing-inputs";
    case PreflightFault::amount_out_of_range:
        return "bad-txns-vout-toolarge";
    case PreflightFault::pays_more_than_it_spends:
        return "bad-txns-in-belowout";
    case PreflightFault::bad_signature: {
        check(error.script.has_value(), "a script fault says which rule");
        return "mandatory-script-verify-flag-failed (" + std::string(coreNameOf(*error.script)) + ")";
    }
    case PreflightFault::nonstandard_version:
        return "version";
    case PreflightFault::nonstandard_weight:
        return "tx-size";
    case PreflightFault::too_small:
        return "tx-size-small";
    case PreflightFault::nonstandard_input_script:
        return "scriptsig-not-pushonly";
    case PreflightFault::nonstandard_witness:
        return "bad-witness-nonstandard";
    case PreflightFault::nonstandard_output_script:
        return "scriptpubkey";
    case PreflightFault::dust:
        return "dust";
    case PreflightFault::data_too_long:
        return "datacarrier";
    }
    check(false, "every preflight fault has a reason");
    return {};
}

std::expected<PreflightResult, PreflightError> preflight(const Transaction& transaction,
                                                         const std::vector<TxOut>& spent_outputs) {
    if (const Verdict inputs = checkInputs(transaction, spent_outputs); !inputs)
        return std::unexpected(inputs.error());
    const auto fee = feeOf(transaction, spent_outputs);
    if (!fee) return std::unexpected(fee.error());
    if (const Verdict standard = checkStandard(transaction, spent_outputs); !standard)
        return std::unexpected(standard.error());
    for (std::size_t i = 0; i < transaction.inputs.size(); ++i) {
        const auto verified = verifyScript(transaction, i, spent_outputs, standard_flags);
        if (!verified)
            return std::unexpected(PreflightError{
                .fault = PreflightFault::bad_signature, .index = i, .script = verified.error()});
    }
    const Weight weight = transaction.weight();
    // At most 21 * 10^14 satoshi times 1,000: fits 64 bits.
    return PreflightResult{.fee = *fee, .weight = weight, .feerate = {fee->value * 1000 / weight.value}};
}

} // namespace duplex::bitcoin::script
