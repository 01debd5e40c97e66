#include "core/base/check.h"
#include "core/bitcoin/script/interpreter.h"
#include "core/bitcoin/script/preflight.h"

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::script;

namespace {

/// Flags, the script of the coin, the transaction.
struct Case {
    Flags flags = verify_none;
    TxOut coin;
    Transaction transaction;
};

std::optional<Case> readCase(ByteReader& reader) {
    Case result;
    result.flags = reader.u32le() & standard_flags;
    if (result.flags & verify_cleanstack) result.flags |= verify_witness;
    if (result.flags & verify_witness) result.flags |= verify_p2sh;
    result.coin = {.value = {100'000}, .script_pubkey = Script{reader.compactBytes()}};
    result.transaction = readTransaction(reader);
    if (!reader.ok() || result.transaction.inputs.empty() || result.transaction.inputs.size() > 4)
        return std::nullopt;
    return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader reader(ByteView(data, size));
    const auto given = readCase(reader);
    if (!given) return 0;
    const std::vector<TxOut> spent(given->transaction.inputs.size(), given->coin);
    const auto verified = verifyScript(given->transaction, 0, spent, given->flags);
    check(verified == verifyScript(given->transaction, 0, spent, given->flags),
          "the same script ends the same way");
    if (verified && (given->flags & standard_flags) == standard_flags) {
        check(verifyScript(given->transaction, 0, spent, consensus_flags).has_value(),
              "relay's rules only add to consensus");
    }
    if (const auto checked = preflight(given->transaction, spent)) {
        for (std::size_t i = 0; i < spent.size(); ++i) {
            check(verifyScript(given->transaction, i, spent, consensus_flags).has_value(),
                  "what passes preflight is valid");
        }
        check(checked->fee.value >= 0, "a fee is not negative");
    } else {
        check(!rejectReasonOf(checked.error()).empty(), "every refusal has a reason");
    }
    return 0;
}
