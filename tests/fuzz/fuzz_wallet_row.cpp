#include "core/base/check.h"
#include "core/bitcoin/wallet/rows.h"

using namespace duplex;
using namespace duplex::bitcoin::wallet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    if (const auto coin = decodeCoin(input))
        check(encodeCoin(*coin) == toBytes(input), "a coin row has one form");
    if (const auto entry = decodeHistoryEntry(input)) {
        check(decodeHistoryEntry(encodeHistoryEntry(*entry)) == entry, "a history row reads back");
    }
    return 0;
}
