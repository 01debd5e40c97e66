#include "core/base/check.h"
#include "core/bitcoin/wire/frame.h"

using namespace duplex;
using namespace duplex::bitcoin::wire;

namespace {

struct Seen {
    std::vector<std::string> commands;
    std::vector<Bytes> payloads;
    std::optional<FrameFault> fault;
    friend bool operator==(const Seen&, const Seen&) = default;
};

Seen parse(ByteView bytes, std::size_t piece) {
    Seen seen;
    FrameParser parser(Magic{1, 2, 3, 4});
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const auto received = parser.receive(bytes.subspan(at, std::min(piece, bytes.size() - at)));
        for (const Frame& frame : received.frames) {
            seen.commands.push_back(frame.command);
            seen.payloads.push_back(frame.payload);
        }
        if (received.fault) seen.fault = received.fault;
        check(parser.held() <= bytes.size(), "the parser holds no more than what came");
    }
    return seen;
}

} // namespace

/// First byte: size of the pieces. However a stream is cut, the same frames come out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const ByteView stream(data + 1, size - 1);
    check(parse(stream, stream.size()) == parse(stream, 1 + data[0]), "pieces do not change what is read");
    return 0;
}
