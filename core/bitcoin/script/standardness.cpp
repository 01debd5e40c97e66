#include "core/bitcoin/script/preflight.h"
#include "core/bitcoin/script/standard_weight.h"

namespace duplex::bitcoin::script {

namespace {

constexpr std::int32_t newest_version = 3;
constexpr std::size_t smallest_standard = 65; // bytes without witnesses
constexpr std::size_t longest_input_script = 1'650;
constexpr std::size_t longest_data_script = 83; // what relays of every age take
constexpr std::size_t most_multisig_keys = 3;
constexpr std::size_t longest_witness_script = 3'600;
constexpr std::size_t most_witness_items = 100;
constexpr std::size_t longest_witness_item = 80;
constexpr std::uint8_t annex_tag = 0x50;
constexpr std::uint8_t tapscript_leaf = 0xc0;

using Verdict = std::expected<void, PreflightError>;

Verdict fail(PreflightError error) {
    return std::unexpected(error);
}

bool anyLongerThan(std::span<const Bytes> items, std::size_t longest) {
    return std::any_of(items.begin(), items.end(), [&](const Bytes& item) { return item.size() > longest; });
}

bool isPushOnly(ByteView script) {
    const auto operations = operationsOf(script);
    return operations &&
           std::all_of(operations->begin(), operations->end(), [](const ScriptOperation& operation) {
               return operation.opcode <= static_cast<std::uint8_t>(Opcode::op_16);
           });
}

bool isStandardWitnessScriptSpend(const Witness& witness) {
    if (witness.empty() || witness.back().size() > longest_witness_script ||
        witness.size() - 1 > most_witness_items)
        return false;
    return !anyLongerThan(std::span(witness).first(witness.size() - 1), longest_witness_item);
}

bool isStandardTaprootSpend(const Witness& witness) {
    if (witness.empty()) return false;
    if (witness.size() == 1) return true;
    if (!witness.back().empty() && witness.back()[0] == annex_tag) return false; // no annex is relayed
    const Bytes& control = witness.back();
    if (control.empty()) return false;
    return (control[0] & 0xfe) != tapscript_leaf ||
           !anyLongerThan(std::span(witness).first(witness.size() - 2), longest_witness_item);
}

/// The script whose rules the witness follows: for a nested one the redeem script that the input pushes last.
Bytes witnessRules(const TxIn& input, const TxOut& spent) {
    if (kindOf(spent.script_pubkey) != ScriptKind::script_hash) return spent.script_pubkey.bytes;
    const auto operations = operationsOf(input.script_sig);
    return operations && !operations->empty() ? operations->back().data : Bytes{};
}

bool isStandardWitness(const TxIn& input, const TxOut& spent) {
    if (input.witness.empty()) return true;
    switch (kindOf(witnessRules(input, spent))) {
    case ScriptKind::witness_public_key_hash:
        return true;
    case ScriptKind::witness_script_hash:
        return isStandardWitnessScriptSpend(input.witness);
    case ScriptKind::taproot:
        return isStandardTaprootSpend(input.witness);
    case ScriptKind::public_key:
    case ScriptKind::public_key_hash:
    case ScriptKind::script_hash:
    case ScriptKind::witness_unknown:
    case ScriptKind::anchor:
    case ScriptKind::multisig:
    case ScriptKind::null_data:
    case ScriptKind::nonstandard:
        return false;
    }
    return false;
}

Verdict checkInput(const TxIn& input, const TxOut& spent, std::size_t index) {
    const auto script_size = static_cast<std::int64_t>(input.script_sig.bytes.size());
    if (input.script_sig.bytes.size() > longest_input_script || !isPushOnly(input.script_sig)) {
        return fail({.fault = PreflightFault::nonstandard_input_script,
                     .index = index,
                     .found = script_size,
                     .limit = longest_input_script});
    }
    const ScriptKind kind = kindOf(spent.script_pubkey);
    if (kind == ScriptKind::nonstandard || kind == ScriptKind::null_data ||
        kind == ScriptKind::witness_unknown) {
        return fail({.fault = PreflightFault::nonstandard_input_script, .index = index});
    }
    if (!isStandardWitness(input, spent))
        return fail({.fault = PreflightFault::nonstandard_witness, .index = index});
    return {};
}

/// Bare multisig is relayed with up to three keys: its next-to-last operation pushes their count.
bool hasTooManyKeys(ByteView script) {
    const auto operations = operationsOf(script);
    return operations && operations->size() > most_multisig_keys + 3;
}

Verdict checkOutput(const TxOut& output, std::size_t index) {
    const ScriptKind kind = kindOf(output.script_pubkey);
    const std::size_t size = output.script_pubkey.bytes.size();
    if (kind == ScriptKind::null_data) {
        if (size <= longest_data_script) return {};
        return fail({.fault = PreflightFault::data_too_long,
                     .index = index,
                     .found = static_cast<std::int64_t>(size),
                     .limit = longest_data_script});
    }
    if (kind == ScriptKind::nonstandard ||
        (kind == ScriptKind::multisig && hasTooManyKeys(output.script_pubkey))) {
        return fail({.fault = PreflightFault::nonstandard_output_script, .index = index});
    }
    const std::int64_t least = dustLimitSat(output.script_pubkey);
    if (output.value.value < least)
        return fail(
            {.fault = PreflightFault::dust, .index = index, .found = output.value.value, .limit = least});
    return {};
}

} // namespace

std::expected<void, PreflightError> checkStandard(const Transaction& transaction,
                                                  const std::vector<TxOut>& spent_outputs) {
    if (spent_outputs.size() != transaction.inputs.size())
        return fail({.fault = PreflightFault::spent_outputs_missing});
    if (transaction.version < 1 || transaction.version > newest_version) {
        return fail({.fault = PreflightFault::nonstandard_version,
                     .found = transaction.version,
                     .limit = newest_version});
    }
    const Weight weight = transaction.weight();
    if (weight > heaviest_standard)
        return fail({.fault = PreflightFault::nonstandard_weight,
                     .found = weight.value,
                     .limit = heaviest_standard.value});
    const std::size_t size = serializedSize(transaction, Witnesses::without);
    if (size < smallest_standard) {
        return fail({.fault = PreflightFault::too_small,
                     .found = static_cast<std::int64_t>(size),
                     .limit = smallest_standard});
    }
    for (std::size_t i = 0; i < transaction.inputs.size(); ++i) {
        if (const Verdict input = checkInput(transaction.inputs[i], spent_outputs[i], i); !input)
            return input;
    }
    for (std::size_t i = 0; i < transaction.outputs.size(); ++i) {
        if (const Verdict output = checkOutput(transaction.outputs[i], i); !output) return output;
    }
    return {};
}

} // namespace duplex::bitcoin::script
