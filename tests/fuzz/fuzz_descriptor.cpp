#include "core/base/check.h"
#include "core/bitcoin/keys/descriptor.h"

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::keys;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = duplex::textOf(ByteView(data, size));
    const NetworkParameters& network = parametersOf(Network::main);
    const auto descriptor = Descriptor::parse(text, network);
    if (!descriptor) return 0;
    const auto again = Descriptor::parse(descriptor->publicText(), network);
    check(again.has_value() && !again->hasPrivateKeys(),
          "the public text reads back and holds no private key");
    check(again->publicText() == descriptor->publicText(), "the public text stays the same");
    for (const Descriptor& branch : descriptor->branches()) {
        const auto script = branch.scriptAt(3);
        check(branch.forManyScripts().scriptAt(3) == script, "the cheaper form gives the same script");
        if (script && !branch.hasPrivateKeys()) {
            check(Descriptor::parse(branch.publicText(), network)->scriptAt(3) == script,
                  "the same scripts after reading back");
        }
    }
    return 0;
}
