#include "core/base/check.h"
#include "core/lightning/onion/failure_onion.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::onion;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    std::vector<crypto::Secret<32>> secrets;
    for (std::uint8_t i = 1; i <= 5; ++i) secrets.emplace_back(ByteArray<32>{i});
    check(!unwrapFailurePacket(secrets, input), "a packet of nobody is nobody's");
    const auto failure = decodeFailure(input);
    if (!failure) return 0;
    (void)updateOf(*failure);
    check(decodeFailure(encodeFailure(*failure)) == failure, "decode, encode, decode is the identity");
    const std::size_t hop = size % secrets.size();
    Bytes packet = createFailurePacket(secrets[hop], *failure);
    for (std::size_t i = hop; i-- > 0;) packet = wrapFailurePacket(secrets[i], packet);
    const auto found = unwrapFailurePacket(secrets, packet);
    check(found && found->hop == hop && found->message == failure, "a failure comes back from its hop");
    return 0;
}
