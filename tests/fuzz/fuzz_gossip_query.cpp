#include "core/base/check.h"
#include "core/lightning/primitives/features.h"
#include "core/lightning/primitives/short_channel_id.h"
#include "core/lightning/wire/gossip_messages.h"

using namespace duplex;
using namespace duplex::lightning;

/// Lists inside gossip queries, feature vectors, and short channel ids as people write them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    if (const auto ids = wire::decodeShortIds(input))
        check(wire::encodeShortIds(*ids) == toBytes(input), "a list of ids has one form");
    if (const auto pairs = wire::decodeTimestamps(input))
        check(wire::encodeTimestamps(*pairs) == toBytes(input), "a list of timestamps has one form");
    if (const auto pairs = wire::decodeChecksums(input))
        check(wire::encodeChecksums(*pairs) == toBytes(input), "a list of checksums has one form");
    if (const auto features = Features::fromBytes(input)) {
        const auto again = Features::fromBytes(features->bytes());
        check(again && *again == *features, "features come back");
    }
    if (const auto id = shortChannelIdFromText(textOf(input)))
        check(shortChannelIdFromText(textOf(*id)) == id, "an id reads back from its text");
    return 0;
}
