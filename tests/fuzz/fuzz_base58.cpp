#include "core/base/check.h"
#include "core/bitcoin/primitives/base58.h"

using namespace duplex;
using namespace duplex::bitcoin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input = ByteView(data, size).first(std::min<std::size_t>(size, 512));
    const std::string text = textOf(input);
    if (const auto bytes = decodeBase58(text)) check(encodeBase58(*bytes) == text, "base58 has one spelling");
    if (const auto bytes = decodeBase58Check(text))
        check(encodeBase58Check(*bytes) == text, "with its checksum too");
    check(decodeBase58(encodeBase58(input)) == toBytes(input), "bytes come back");
    check(decodeBase58Check(encodeBase58Check(input)) == toBytes(input),
          "bytes come back through the checksum");
    return 0;
}
