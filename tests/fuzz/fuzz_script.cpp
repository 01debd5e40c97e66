#include "core/base/check.h"
#include "core/bitcoin/primitives/script.h"

using namespace duplex;
using namespace duplex::bitcoin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView script(data, size);
    const auto operations = operationsOf(script);
    check(operations.has_value() == !disassemble(script).ends_with("[error]"),
          "both readers agree on where a script breaks");
    const ScriptKind kind = kindOf(script);
    check(!coreNameOf(kind).empty(), "every kind has a name");
    if (kind == ScriptKind::taproot || kind == ScriptKind::witness_script_hash) {
        check(witnessProgramOf(script)->program.size() == 32, "both programs have 32 bytes");
    }
    check(dustLimitSat(script) >= 0, "no dust limit is negative");
    if (!operations) return 0;
    ScriptBuilder minimal;
    bool all_minimal = true;
    for (const ScriptOperation& operation : *operations) {
        if (operation.opcode <= static_cast<std::uint8_t>(Opcode::pushdata4))
            minimal.push(operation.data);
        else
            minimal.op(static_cast<Opcode>(operation.opcode));
        all_minimal = all_minimal && isMinimalPush(operation);
        if (const auto number = numberOf(operation.data); number && isMinimalNumber(operation.data)) {
            check(scriptNumber(*number) == operation.data, "minimal numbers are written as they were read");
        }
    }
    check((minimal.take().bytes == toBytes(script)) == all_minimal,
          "the builder writes exactly the minimal pushes");
    return 0;
}
