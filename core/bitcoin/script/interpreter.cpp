#include "core/bitcoin/script/interpreter.h"

#include "core/base/check.h"
#include "core/bitcoin/script/machine.h"
#include "core/crypto/hash.h"
#include "core/crypto/schnorr.h"

namespace duplex::bitcoin::script {

namespace {

constexpr std::uint8_t annex_tag = 0x50;
constexpr std::uint8_t tapscript_leaf = 0xc0;
constexpr std::size_t smallest_control = 33;
constexpr std::size_t deepest_tree = 128;

enum class Nesting { bare, in_script_hash };

Step fail(ScriptError error) {
    return std::unexpected(error);
}

bool isPushOnly(ByteView script) {
    const auto operations = operationsOf(script);
    return operations &&
           std::all_of(operations->begin(), operations->end(), [](const ScriptOperation& operation) {
               return operation.opcode <= static_cast<std::uint8_t>(Opcode::op_16);
           });
}

bool isOpSuccess(std::uint8_t opcode) { // BIP 342
    return opcode == 80 || opcode == 98 || (opcode >= 126 && opcode <= 129) ||
           (opcode >= 131 && opcode <= 134) || opcode == 137 || opcode == 138 || opcode == 141 ||
           opcode == 142 || (opcode >= 149 && opcode <= 153) || (opcode >= 187 && opcode <= 254);
}

/// Whether an OP_SUCCESS ends the script before it runs; one after an unreadable push does not count.
std::expected<bool, ScriptError> succeedsAtOnce(ByteView script, Flags flags) {
    ByteReader reader(script);
    while (reader.remaining() > 0) {
        const std::uint8_t opcode = reader.u8();
        if (isOpSuccess(opcode)) {
            if (flags & verify_discourage_op_success)
                return std::unexpected(ScriptError::discourage_op_success);
            return true;
        }
        reader.skip(opcode < 0x4c    ? opcode
                    : opcode == 0x4c ? reader.u8()
                    : opcode == 0x4d ? reader.u16le()
                    : opcode == 0x4e ? reader.u32le()
                                     : 0);
    }
    if (!reader.ok()) return std::unexpected(ScriptError::bad_opcode);
    return false;
}

Step runWitnessScript(const SpendContext& spend, Version version, Flags flags, ByteView script, Stack stack,
                      TapscriptRun* tapscript = nullptr) {
    if (version == Version::tapscript) {
        const auto success = succeedsAtOnce(script, flags);
        if (!success) return fail(success.error());
        if (*success) return {};
        if (stack.size() > deepest_stack) return fail(ScriptError::stack_size);
    }
    if (std::any_of(stack.begin(), stack.end(),
                    [](const Bytes& element) { return element.size() > longest_element; }))
        return fail(ScriptError::push_size);
    if (const Step done = Machine(spend, version, flags, script, stack, tapscript).run(); !done) return done;
    if (stack.size() != 1) return fail(ScriptError::cleanstack);
    return isTrue(stack.back()) ? Step{} : fail(ScriptError::eval_false);
}

Step verifyVersion0(const SpendContext& spend, ByteView program, Flags flags) {
    Stack stack = spend.in().witness;
    if (program.size() == 20) {
        if (stack.size() != 2) return fail(ScriptError::witness_program_mismatch);
        return runWitnessScript(spend, Version::segwit_v0, flags, payToPublicKeyHash(toArray<20>(program)),
                                std::move(stack));
    }
    if (program.size() != 32) return fail(ScriptError::witness_program_wrong_length);
    if (stack.empty()) return fail(ScriptError::witness_program_witness_empty);
    const Bytes script = std::move(stack.back());
    stack.pop_back();
    if (crypto::sha256(script) != toArray<32>(program)) return fail(ScriptError::witness_program_mismatch);
    return runWitnessScript(spend, Version::segwit_v0, flags, script, std::move(stack));
}

crypto::Hash32 leafHash(std::uint8_t version, ByteView script) {
    ByteWriter writer;
    return crypto::taggedHash("TapLeaf", writer.u8(version).compactBytes(script).view());
}

crypto::Hash32 treeRoot(crypto::Hash32 node, ByteView path) {
    for (; !path.empty(); path = path.subspan(32)) {
        const auto sibling = toArray<32>(path);
        node = crypto::taggedHash("TapBranch",
                                  node < sibling ? concat({node, sibling}) : concat({sibling, node}));
    }
    return node;
}

bool commitsTo(ByteView program, ByteView control, const crypto::Hash32& root) {
    const auto output =
        crypto::taprootOutputKey(crypto::XOnlyPublicKey{toArray<32>(control.subspan(1))}, root);
    return output && output->key.bytes == toArray<32>(program) && output->odd_y == ((control[0] & 1) != 0);
}

std::size_t serializedSizeOf(const Witness& witness) {
    ByteWriter writer;
    writer.compactSize(witness.size());
    for (const Bytes& item : witness) writer.compactBytes(item);
    return writer.size();
}

Step verifyScriptPath(const SpendContext& spend, ByteView program, Stack stack, Bytes annex, Flags flags) {
    const Bytes control = std::move(stack.back());
    stack.pop_back();
    const Bytes script = std::move(stack.back());
    stack.pop_back();
    const bool right_size =
        control.size() >= smallest_control && (control.size() - smallest_control) % 32 == 0;
    if (!right_size || control.size() > smallest_control + 32 * deepest_tree)
        return fail(ScriptError::taproot_wrong_control_size);
    const std::uint8_t leaf_version = control[0] & 0xfe;
    const crypto::Hash32 leaf = leafHash(leaf_version, script);
    if (!commitsTo(program, control, treeRoot(leaf, ByteView(control).subspan(smallest_control))))
        return fail(ScriptError::witness_program_mismatch);
    if (leaf_version != tapscript_leaf) {
        return flags & verify_discourage_upgradable_taproot_version
                   ? fail(ScriptError::discourage_upgradable_taproot_version)
                   : Step{};
    }
    TapscriptRun run{.leaf_hash = leaf,
                     .annex = std::move(annex),
                     .validation_weight_left =
                         static_cast<std::int64_t>(serializedSizeOf(spend.in().witness)) + 50};
    return runWitnessScript(spend, Version::tapscript, flags, script, std::move(stack), &run);
}

Step verifyTaproot(const SpendContext& spend, ByteView program, Flags flags) {
    if (!(flags & verify_taproot)) return {};
    Stack stack = spend.in().witness;
    if (stack.empty()) return fail(ScriptError::witness_program_witness_empty);
    Bytes annex;
    if (stack.size() >= 2 && !stack.back().empty() && stack.back()[0] == annex_tag) {
        annex = std::move(stack.back());
        stack.pop_back();
    }
    if (stack.size() == 1) return checkSchnorr(spend, stack[0], program, annex, std::nullopt);
    return verifyScriptPath(spend, program, std::move(stack), std::move(annex), flags);
}

Step verifyProgram(const SpendContext& spend, const WitnessProgram& witness, Nesting nesting, Flags flags) {
    if (witness.version == 0) return verifyVersion0(spend, witness.program, flags);
    if (witness.version == 1 && witness.program.size() == 32 && nesting == Nesting::bare)
        return verifyTaproot(spend, witness.program, flags);
    const bool anchor =
        witness.version == 1 && witness.program == Bytes{0x4e, 0x73} && nesting == Nesting::bare;
    if (!anchor && (flags & verify_discourage_upgradable_witness_program))
        return fail(ScriptError::discourage_upgradable_witness_program);
    return {};
}

Step runLegacy(const SpendContext& spend, Flags flags, ByteView script, Stack& stack) {
    if (const Step done = Machine(spend, Version::legacy, flags, script, stack).run(); !done) return done;
    return {};
}

Step demandTrue(const Stack& stack) {
    return !stack.empty() && isTrue(stack.back()) ? Step{} : fail(ScriptError::eval_false);
}

enum class WitnessUse { none, used };

/// Runs the script that a P2SH output hides; `stack` is that of the input script.
std::expected<WitnessUse, ScriptError> verifyScriptHash(const SpendContext& spend, Stack& stack,
                                                        Flags flags) {
    const Script& script_sig = spend.in().script_sig;
    if (!isPushOnly(script_sig)) return std::unexpected(ScriptError::sig_pushonly);
    check(!stack.empty(), "a push-only script that hashed right left an element");
    const Bytes redeem = std::move(stack.back());
    stack.pop_back();
    if (const Step done = runLegacy(spend, flags, redeem, stack); !done) return std::unexpected(done.error());
    if (const Step done = demandTrue(stack); !done) return std::unexpected(done.error());
    const auto witness = witnessProgramOf(redeem);
    if (!(flags & verify_witness) || !witness) return WitnessUse::none;
    if (script_sig != ScriptBuilder().push(redeem).take())
        return std::unexpected(ScriptError::witness_malleated_p2sh);
    if (const Step done = verifyProgram(spend, *witness, Nesting::in_script_hash, flags); !done)
        return std::unexpected(done.error());
    stack.resize(1);
    return WitnessUse::used;
}

} // namespace

std::expected<void, ScriptError> verifyScript(const Transaction& transaction, std::size_t input,
                                              const std::vector<TxOut>& spent_outputs, Flags flags) {
    check(input < transaction.inputs.size() && spent_outputs.size() == transaction.inputs.size(),
          "each input has the output it spends");
    const SpendContext spend{.transaction = transaction, .input = input, .spent_outputs = spent_outputs};
    const Script& script_sig = spend.in().script_sig;
    const Script& script_pubkey = spent_outputs[input].script_pubkey;
    if ((flags & verify_sigpushonly) && !isPushOnly(script_sig)) return fail(ScriptError::sig_pushonly);

    Stack stack;
    if (const Step done = runLegacy(spend, flags, script_sig, stack); !done) return done;
    Stack for_script_hash = stack;
    if (const Step done = runLegacy(spend, flags, script_pubkey, stack); !done) return done;
    if (const Step done = demandTrue(stack); !done) return done;

    WitnessUse use = WitnessUse::none;
    if (const auto witness = witnessProgramOf(script_pubkey); witness && (flags & verify_witness)) {
        if (!script_sig.empty()) return fail(ScriptError::witness_malleated);
        if (const Step done = verifyProgram(spend, *witness, Nesting::bare, flags); !done) return done;
        stack.resize(1);
        use = WitnessUse::used;
    }
    if ((flags & verify_p2sh) && kindOf(script_pubkey) == ScriptKind::script_hash) {
        const auto inner = verifyScriptHash(spend, for_script_hash, flags);
        if (!inner) return fail(inner.error());
        use = *inner;
        stack = std::move(for_script_hash);
    }
    if ((flags & verify_cleanstack) && stack.size() != 1) return fail(ScriptError::cleanstack);
    if ((flags & verify_witness) && use == WitnessUse::none && !spend.in().witness.empty())
        return fail(ScriptError::witness_unexpected);
    return {};
}

} // namespace duplex::bitcoin::script
