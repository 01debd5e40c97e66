#pragma once

#include "core/bitcoin/script/signature_check.h"

namespace duplex::bitcoin::script {

using Stack = std::vector<Bytes>;
using Step = std::expected<void, ScriptError>;

inline constexpr std::size_t longest_element = 520;
inline constexpr std::size_t deepest_stack = 1'000;

/// What a tapscript runs with besides its stack (BIP 342).
struct TapscriptRun {
    crypto::Hash32 leaf_hash{};
    Bytes annex; // empty: none
    std::int64_t validation_weight_left = 0;
};

/// A false element: empty, zeros, or negative zero.
bool isTrue(ByteView element);

/// Runs one script on a stack. One object a run; the stack is the caller's and keeps the result.
class Machine {
public:
    Machine(const SpendContext& spend, Version version, Flags flags, ByteView script, Stack& stack,
            TapscriptRun* tapscript = nullptr)
        : m_spend(spend), m_version(version), m_flags(flags), m_script(script), m_stack(stack),
          m_tapscript(tapscript) {}

    Step run();

private:
    bool has(Flags flag) const { return (m_flags & flag) != 0; }
    bool executing() const { return m_untaken == 0; }
    /// The element `depth` below the top; 1 is the top.
    Bytes& top(std::size_t depth) { return m_stack[m_stack.size() - depth]; }
    void drop(std::size_t count) { m_stack.resize(m_stack.size() - count); }
    void pushBool(bool value) { m_stack.push_back(value ? Bytes{1} : Bytes{}); }
    Step need(std::size_t count) const;
    std::expected<std::int64_t, ScriptError> number(ByteView element, std::size_t longest = 4) const;

    Step step(const ScriptOperation& operation);
    Step countOperation(std::size_t count);
    Step checkAllowed(Opcode opcode);
    Step execute(Opcode opcode);
    Step conditional(Opcode opcode);
    std::expected<bool, ScriptError> condition(Opcode opcode);
    Step locktime(Opcode opcode);
    Step lockAgainstTransaction(std::int64_t lock) const;
    Step lockAgainstInput(std::int64_t lock) const;
    Step arrange(Opcode opcode);
    Step pickOrRoll(Opcode opcode);
    Step compare(Opcode opcode);
    Step arithmeticOfOne(Opcode opcode);
    Step arithmeticOfTwo(Opcode opcode);
    Step within();
    Step hash(Opcode opcode);
    Step checkSignature(Opcode opcode);
    Step checkSignatureAdd();
    Step checkMultisig(Opcode opcode);
    std::expected<bool, ScriptError> signs(ByteView signature, ByteView key);
    std::expected<bool, ScriptError> signsBeforeTaproot(ByteView signature, ByteView key);
    std::expected<bool, ScriptError> signsInTapscript(ByteView signature, ByteView key);
    std::expected<Bytes, ScriptError> scriptCode(std::span<const Bytes> signatures) const;
    std::expected<bool, ScriptError> matchSignatures(std::span<const Bytes> signatures,
                                                     std::span<const Bytes> keys);

    const SpendContext& m_spend;
    Version m_version;
    Flags m_flags;
    ByteView m_script;
    Stack& m_stack;
    TapscriptRun* m_tapscript;
    Stack m_alternative;
    std::vector<bool> m_branches; // one entry an open IF: taken or not
    std::size_t m_untaken = 0;    // how many of them are not
    std::size_t m_operations = 0; // counted towards the limit of 201
    std::size_t m_next = 0;       // where the following operation begins
    std::size_t m_code_start = 0; // after the last OP_CODESEPARATOR
    std::uint32_t m_position = 0; // operations before this one
    std::uint32_t m_code_separator = 0xffffffff;
};

} // namespace duplex::bitcoin::script
