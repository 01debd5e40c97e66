#include "core/base/check.h"
#include "core/bitcoin/keys/extended_key.h"

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::keys;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = duplex::textOf(ByteView(data, size));
    for (const Network network : {Network::main, Network::regtest}) {
        const NetworkParameters& parameters = parametersOf(network);
        if (const auto key = decodeExtendedPublicKey(text, parameters)) {
            check(encoded(*key, parameters) == text, "an extended public key has one text");
        }
        if (const auto key = decodeExtendedPrivateKey(text, parameters)) {
            check(duplex::textOf(revealedText(*key, parameters).reveal()) == text,
                  "an extended private key has one text");
        }
        static_cast<void>(decodeWif(text, parameters));
    }
    if (const auto path = DerivationPath::parse(text)) {
        check(DerivationPath::parse(path->text()) == path, "a path reads back");
    }
    return 0;
}
