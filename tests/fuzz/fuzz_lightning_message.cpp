#include "core/base/check.h"
#include "core/lightning/wire/message.h"

using namespace duplex;
using namespace duplex::lightning::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = decode(ByteView(data, size));
    if (!message) return 0;
    const Bytes bytes = encode(*message);
    check(bytes.size() <= size, "encoding adds nothing");
    const auto again = decode(bytes);
    check(again && *again == *message, "decode, encode, decode is the identity");
    check(encode(*again) == bytes, "a message has one encoding");
    return 0;
}
