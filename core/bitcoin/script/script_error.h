#pragma once

#include <string_view>

namespace duplex::bitcoin::script {

/// Why a script did not verify; the kinds are Core's SCRIPT_ERR_*.
enum class ScriptError {
    eval_false,
    op_return,
    script_size,
    push_size,
    op_count,
    stack_size,
    sig_count,
    pubkey_count,
    script_number,
    verify,
    equalverify,
    checkmultisigverify,
    checksigverify,
    numequalverify,
    bad_opcode,
    disabled_opcode,
    invalid_stack_operation,
    invalid_altstack_operation,
    unbalanced_conditional,
    negative_locktime,
    unsatisfied_locktime,
    sig_hashtype,
    sig_der,
    minimaldata,
    sig_pushonly,
    sig_high_s,
    sig_nulldummy,
    pubkeytype,
    cleanstack,
    minimalif,
    sig_nullfail,
    discourage_upgradable_nops,
    discourage_upgradable_witness_program,
    discourage_upgradable_taproot_version,
    discourage_op_success,
    discourage_upgradable_pubkeytype,
    witness_program_wrong_length,
    witness_program_witness_empty,
    witness_program_mismatch,
    witness_malleated,
    witness_malleated_p2sh,
    witness_unexpected,
    witness_pubkeytype,
    schnorr_sig_size,
    schnorr_sig_hashtype,
    schnorr_sig,
    taproot_wrong_control_size,
    tapscript_validation_weight,
    tapscript_checkmultisig,
    tapscript_minimalif,
    tapscript_empty_pubkey,
    op_codeseparator,
    sig_findanddelete,
};

/// Core's name of the error without its prefix ("EVAL_FALSE"), as its vectors write it.
std::string_view coreNameOf(ScriptError error);

} // namespace duplex::bitcoin::script
