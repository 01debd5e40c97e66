#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/bitcoin/wire/address_book.h"
#include "core/io/endpoint.h"

using namespace duplex;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = textOf(ByteView(data, size));
    for (const std::uint16_t port : {0, 8333}) {
        const auto endpoint = io::parseEndpoint(text, port);
        if (!endpoint) continue;
        check(endpoint->port != 0 && !endpoint->host.empty(), "an endpoint has a host and a port");
        check(io::parseEndpoint(io::toText(*endpoint), 0) == endpoint, "an endpoint reads back");
    }
    if (const auto address = bitcoin::wire::nodeAddress(text, 8333)) {
        const std::string host = bitcoin::wire::hostOf(*address);
        check(bitcoin::wire::nodeAddress(host, 8333) == address, "an address reads back from its host");
    }
    return 0;
}
