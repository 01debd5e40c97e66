#include "core/base/check.h"
#include "core/lightning/onion/hop_payload.h"

using namespace duplex;
using namespace duplex::lightning::onion;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const HopPosition position : {HopPosition::intermediate, HopPosition::last}) {
        const auto payload = decodePayload(ByteView(data, size), position);
        if (!payload) continue;
        const Bytes bytes = encodePayload(*payload);
        check(bytes.size() <= size, "encoding adds nothing");
        const auto again = decodePayload(bytes, position);
        check(again && *again == *payload, "decode, encode, decode is the identity");
    }
    return 0;
}
