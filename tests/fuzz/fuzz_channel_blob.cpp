#include "core/base/check.h"
#include "core/lightning/channel/channel_codec.h"

using namespace duplex;
using namespace duplex::lightning::channel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    if (const auto revoked = decodeRevokedHtlc(input))
        check(encodeRevokedHtlc(*revoked) == Bytes(input.begin(), input.end()), "a stored HTLC has one form");
    const auto channel = decodeChannel(input);
    if (!channel) return 0;
    check(channel->link == Link::offline && channel->held.empty(), "nothing of a connection is stored");
    const Bytes encoded = encodeChannel(*channel);
    const auto again = decodeChannel(encoded);
    check(again && *again == *channel, "a stored channel comes back");
    check(encodeChannel(*again) == encoded, "a stored channel has one form");
    return 0;
}
