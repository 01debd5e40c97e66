#include "core/base/check.h"
#include "core/bitcoin/keys/mnemonic.h"

using namespace duplex;
using namespace duplex::bitcoin::keys;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    if (const auto mnemonic = Mnemonic::fromWords(NormalizedText::fromNfkd(textOf(input)))) {
        const auto again =
            Mnemonic::fromWords(NormalizedText::fromNfkd(textOf(mnemonic->sentence().reveal())));
        check(again && *again == *mnemonic, "a sentence reads back");
    }
    if (const auto mnemonic = Mnemonic::fromEntropy(input)) {
        const auto again =
            Mnemonic::fromWords(NormalizedText::fromNfkd(textOf(mnemonic->sentence().reveal())));
        check(again && again->entropy().reveal().size() == size && *again == *mnemonic, "entropy reads back");
    }
    return 0;
}
