#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/bitcoin/primitives/address.h"
#include "core/rpc/payment_link.h"

using namespace duplex;
using namespace duplex::rpc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = textOf(ByteView(data, size));
    for (const bitcoin::Network network : {bitcoin::Network::main, bitcoin::Network::regtest}) {
        const bitcoin::NetworkParameters& parameters = bitcoin::parametersOf(network);
        const auto link = parsePaymentLink(text, parameters);
        if (!link) {
            check(!textOf(link.error()).empty(), "every error has its sentence");
            continue;
        }
        check(!link->address.empty() || !link->invoice.empty(), "a link names somebody to pay");
        check(link->address.empty() || bitcoin::scriptFromAddress(link->address, parameters).has_value(),
              "the address of a link is one of this network");
        check(!link->amount_sat || (*link->amount_sat >= 0 && *link->amount_sat <= bitcoin::max_money.value),
              "an amount is one of bitcoin");
    }
    return 0;
}
