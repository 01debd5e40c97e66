#include "core/base/check.h"
#include "core/bitcoin/primitives/bech32.h"

using namespace duplex;
using namespace duplex::bitcoin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    const std::string text = textOf(input);
    if (const auto decoded = decodeBech32(text, 7089)) {
        const std::string again = encodeBech32(decoded->prefix, decoded->words, decoded->variant);
        check(decodeBech32(again, 7089).has_value() && again.size() == text.size(),
              "what was read can be written");
    }
    const auto words = convertBits(input, 8, 5, true);
    check(words.has_value(), "whole bytes always regroup");
    const auto bytes = convertBits(*words, 5, 8, false);
    check(bytes && *bytes == toBytes(input), "regrouping comes back");
    for (const Bech32Variant variant : {Bech32Variant::bech32, Bech32Variant::bech32m}) {
        const auto decoded = decodeBech32(encodeBech32("lnbc", *words, variant), words->size() + 11);
        check(decoded && decoded->words == *words && decoded->variant == variant && decoded->prefix == "lnbc",
              "what was written can be read");
    }
    return 0;
}
