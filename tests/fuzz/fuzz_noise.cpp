#include "core/base/check.h"
#include "core/lightning/transport/session.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::transport;

namespace {

crypto::PrivateKey keyOf(std::uint8_t fill) {
    ByteArray<32> bytes{};
    bytes.fill(fill);
    return *crypto::PrivateKey::fromBytes(bytes);
}

const SessionSettings settings{.chain_hash = {ByteArray<32>{1}}, .features = ourInitFeatures()};

/// A peer that finished the handshake and sends the input as messages, each with its length in one byte.
void messagesAfterHandshake(ByteView input) {
    NoiseInitiator noise(keyOf(1), keyOf(2), crypto::publicKey(keyOf(3)));
    Session session = Session::respond(settings, keyOf(3), keyOf(4), 0s);
    session.receive(noise.actOne(), 0s);
    const auto finished = noise.actTwo(toArray<act_two_size>(session.takeBytes()));
    check(finished.has_value(), "an honest handshake succeeds");
    session.receive(finished->act_three, 0s);
    SendStream stream(finished->keys.send, finished->keys.chaining_key);
    session.receive(stream.seal(wire::encode(wire::Init{})), 0s);
    check(session.isReady(), "an honest init is accepted");
    for (Ticks now = 1s; !input.empty(); now += 1s) {
        const std::size_t length = std::min<std::size_t>(input[0], input.size() - 1);
        session.receive(stream.seal(input.subspan(1, length)), now);
        session.tick(now);
        input = input.subspan(1 + length);
    }
    bool closed = false;
    while (const auto event = session.next()) {
        check(!closed, "nothing comes after Closed");
        closed = std::holds_alternative<Closed>(*event);
    }
    check(closed == session.isClosed(), "a closed session says so once");
}

/// Raw bytes of a stranger: never ready.
void rawBytes(ByteView input) {
    Session session = Session::respond(settings, keyOf(3), keyOf(4), 0s);
    session.receive(input, 0s);
    check(!session.isReady(), "no session without the handshake");
    Session initiator = Session::initiate(settings, keyOf(1), keyOf(2), crypto::publicKey(keyOf(3)), 0s);
    initiator.receive(input, 0s);
    check(!initiator.isReady(), "no session without the handshake");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    rawBytes(ByteView(data, size));
    messagesAfterHandshake(ByteView(data, size));
    return 0;
}
