#include "core/base/check.h"
#include "core/bitcoin/primitives/transaction.h"

using namespace duplex;
using namespace duplex::bitcoin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    if (const auto transaction = decodeTransaction(input)) {
        check(serialized(*transaction) == toBytes(input), "a decoded transaction is written as it was read");
        check(serializedSize(*transaction) == size, "the size needs no writing");
        const Bytes old = serialized(*transaction, Witnesses::without);
        check(serializedSize(*transaction, Witnesses::without) == old.size(), "the old size too");
        check(transaction->weight().value == static_cast<std::int64_t>(3 * old.size() + size),
              "weight follows from both sizes");
        const auto again = decodeTransaction(old, Witnesses::without);
        check(again && again->txid() == transaction->txid(), "witnesses do not change the txid");
    }
    if (const auto transaction = decodeTransaction(input, Witnesses::without)) {
        check(serialized(*transaction, Witnesses::without) == toBytes(input),
              "the old format is read and written alike");
    }
    return 0;
}
