#include "core/base/check.h"
#include "core/bitcoin/wire/peer.h"
#include "core/crypto/hash.h"

using namespace duplex;
using namespace duplex::bitcoin::wire;

namespace {

constexpr Magic magic{1, 2, 3, 4};

/// Whole frames of these commands with the payloads that the input gives, so that checksums are right.
Bytes framed(ByteView input) {
    static constexpr std::string_view commands[] = {
        "version", "verack",  "wtxidrelay", "sendaddrv2",  "ping",    "pong",  "headers", "inv",
        "addrv2",  "cfilter", "feefilter",  "sendheaders", "getdata", "block", "tx",      "unknown"};
    Bytes stream;
    while (input.size() >= 2) {
        const std::string_view command = commands[input[0] % std::size(commands)];
        const std::size_t length = std::min<std::size_t>(input[1], input.size() - 2);
        const ByteView payload = input.subspan(2, length);
        input = input.subspan(2 + length);
        Bytes header(magic.begin(), magic.end());
        header.insert(header.end(), command.begin(), command.end());
        header.resize(16);
        for (const std::size_t shift : {0U, 8U, 16U, 24U})
            header.push_back(static_cast<std::uint8_t>(length >> shift));
        const crypto::Hash32 hash = crypto::sha256d(payload);
        header.insert(header.end(), hash.begin(), hash.begin() + 4);
        stream = concat({stream, header, payload});
    }
    return stream;
}

void feed(ByteView stream, std::size_t piece, Role role) {
    Peer peer({.magic = magic, .role = role, .nonce = 5});
    bool ended = false, open = false;
    Moment now{};
    const auto look = [&](const PeerActions& actions) {
        for (const PeerAction& action : actions) {
            check(!ended, "nothing follows the end of a connection");
            ended = std::holds_alternative<Disconnect>(action);
            if (std::holds_alternative<HandshakeDone>(action)) {
                check(!open, "the handshake is done once");
                open = true;
            }
            if (std::holds_alternative<MessageReceived>(action))
                check(open, "no message before the handshake");
        }
    };
    look(peer.step(Connected{}, now));
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        look(peer.step(BytesReceived{stream.subspan(at, std::min(piece, stream.size() - at))}, now));
        now.ticks += 1s;
        look(peer.step(Tick{}, now));
    }
    now.ticks += std::chrono::minutes(10);
    look(peer.step(Tick{}, now));
    check(peer.ended() == ended, "an ended peer said so");
}

} // namespace

/// First byte: how the stream is cut and who called. The rest once as raw bytes, once as payloads in frames.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const Role role = data[0] % 2 == 0 ? Role::outbound : Role::inbound;
    const std::size_t piece = 1 + data[0] / 2 * 8;
    feed(ByteView(data + 1, size - 1), piece, role);
    feed(framed(ByteView(data + 1, size - 1)), piece, role);
    return 0;
}
