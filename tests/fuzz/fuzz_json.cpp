#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/rpc/json.h"

using namespace duplex;
using namespace duplex::rpc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = textOf(ByteView(data, size));
    if (const auto json = parseJson(text)) {
        check(parseJson(json->text()) == json, "a value reads back from its line");
        check(parseJson(json->pretty()) == json, "a value reads back from its lines");
        check(json->text().find('\n') == std::string::npos, "a value stands on one line");
    }
    if (const auto amount = satoshiOf(text)) {
        if (*amount >= 0) {
            const Json printed = Json::btc(*amount);
            check(satoshiOf(printed.number()->text) == amount, "an amount reads back");
        }
    }
    static_cast<void>(fixedPointOf(text, 3));
    return 0;
}
