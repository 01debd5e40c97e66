#include "core/base/check.h"
#include "core/crypto/ecdsa.h"

using namespace duplex;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    if (const auto signature = crypto::fromDer(input)) {
        const Bytes again = crypto::derEncoded(*signature);
        check(again == toBytes(input), "what strict DER accepts is the one encoding");
    }
    if (size >= 64) { // any 64 bytes stand for a signature, and come back from DER
        const crypto::Signature signature{toArray<64>(input)};
        check(crypto::fromDer(crypto::derEncoded(signature)) == signature, "DER keeps every signature");
    }
    return 0;
}
