#include "core/base/check.h"
#include "core/bitcoin/primitives/address.h"

using namespace duplex;
using namespace duplex::bitcoin;

namespace {

std::string lowered(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = textOf(ByteView(data, size));
    for (const Network network : {Network::main, Network::testnet4, Network::regtest}) {
        const NetworkParameters& parameters = parametersOf(network);
        if (const auto script = scriptFromAddress(text, parameters)) {
            const auto again = addressOf(*script, parameters);
            check(again && (*again == text || *again == lowered(text)),
                  "an address names one script and back");
        }
        if (const auto address = addressOf(ByteView(data, size), parameters)) {
            const auto script = scriptFromAddress(*address, parameters);
            check(script && script->bytes == toBytes(ByteView(data, size)),
                  "a script with an address comes back from it");
        }
    }
    return 0;
}
