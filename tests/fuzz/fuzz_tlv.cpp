#include "core/base/check.h"
#include "core/lightning/wire/tlv.h"

using namespace duplex;
using namespace duplex::lightning::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(data, size);
    if (const auto records = decodeTlvStream(bytes)) {
        TlvWriter writer;
        for (const TlvRecord& record : *records) writer.record(record.type, record.value);
        check(writer.take() == toBytes(bytes), "a TLV stream has one form");
    }
    if (const auto value = truncatedInteger(bytes))
        check(truncatedInteger(*value) == toBytes(bytes), "a truncated integer has one form");
    if (const auto value = signedInteger(bytes))
        check(signedInteger(*value) == toBytes(bytes), "a signed integer has one form");
    return 0;
}
