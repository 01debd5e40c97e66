#include "core/base/check.h"
#include "core/bitcoin/wire/message_codec.h"

using namespace duplex;
using namespace duplex::bitcoin::wire;

/// First byte: which command. The rest: its payload. What decodes must decode to the same after encoding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static constexpr std::string_view commands[] = {
        "version",      "verack",    "wtxidrelay", "sendaddrv2",  "sendheaders",  "getaddr",
        "ping",         "pong",      "headers",    "getheaders",  "getcfcheckpt", "cfcheckpt",
        "getcfheaders", "cfheaders", "cfilter",    "getcfilters", "inv",          "getdata",
        "notfound",     "tx",        "block",      "feefilter",   "addr",         "addrv2"};
    if (size == 0) return 0;
    const std::string_view command = commands[data[0] % std::size(commands)];
    const auto message = decodePayload(command, ByteView(data + 1, size - 1));
    if (!message) return 0;
    check(commandOf(*message) == command, "a message keeps its command");
    const Bytes encoded = encodePayload(*message);
    check(encoded.size() <= *payloadLimit(command), "what was decoded fits its limit");
    const auto again = decodePayload(command, encoded);
    check(again && *again == *message, "decoding after encoding gives the same message");
    return 0;
}
