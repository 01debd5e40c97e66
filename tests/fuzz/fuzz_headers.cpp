#include "core/base/check.h"
#include "core/bitcoin/light/header_chain.h"

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;

/// Four bytes make a header on regtest: how far below the best known header it starts, and how its fields
/// differ. After each message the chain is linked, its work never fell, and what left is what stood there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const NetworkParameters& network = parametersOf(Network::regtest);
    HeaderChain chain(network, {});
    std::vector<BlockHeader> made = {network.genesis};
    std::vector<BlockHeader> message;
    for (std::size_t at = 0; at + 4 <= size && at < 4 * 200; at += 4) {
        const BlockHeader& parent = made[made.size() - 1 - data[at] % std::min<std::size_t>(made.size(), 12)];
        BlockHeader header{.version = data[at + 1] % 16 == 0 ? 3 : 4,
                           .previous = parent.hash(),
                           .time = parent.time + data[at + 2],
                           .bits = data[at + 3] % 32 == 0 ? 0x207ffffeU : 0x207fffffU,
                           .nonce = std::uint32_t{data[at + 3]} << 16};
        while (data[at + 1] % 32 != 1 && !meetsTarget(header.hash(), header.bits, network)) ++header.nonce;
        made.push_back(header);
        message.push_back(header);
        if (data[at + 1] % 4 == 3) continue; // several headers in one message
        const Work before = chain.tipWork();
        const ChainTip tip = chain.tip();
        const auto outcome = chain.accept(message, unixTime(1'400'000'000));
        message.clear();
        check(chain.tipWork() >= before, "work never falls");
        check(chain.tipWork() == workOf(0x207fffff) * (chain.height() + 1),
              "work is the sum of the headers'");
        check(chain.at(chain.height()).hash() == chain.tip().hash, "the tip is the last header");
        for (std::uint32_t i = 1; i <= chain.height(); ++i)
            check(chain.at(i).previous == chain.at(i - 1).hash(), "headers are linked");
        check(chain.heightOf(chain.tip().hash) == chain.tip().height, "the index knows the tip");
        if (const auto* change = std::get_if<HeadersReorganised>(&outcome.what)) {
            check(!change->left.empty() && change->left.back().hash() == tip.hash, "the old tip left");
            check(change->fork.value + change->headers.size() == chain.height(),
                  "the new headers reach the tip");
        }
    }
    return 0;
}
