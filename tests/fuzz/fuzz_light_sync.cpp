#include "core/base/check.h"
#include "core/bitcoin/wire/message_codec.h"
#include "tests/core/bitcoin/light/sync_room.h"

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::test;

namespace {

// The liar knows the chain up to here, so that nothing it makes up has as much work as the whole.
constexpr std::uint32_t known_to_liar = 6;
constexpr std::uint32_t payment_height = 4;

const MiniChain& chain() {
    static const MiniChain made = [] {
        MiniChain mini;
        mini.mineMany(payment_height - 1);
        mini.mine({MiniChain::pay(MiniChain::script(1), 50'000, 7)});
        mini.mineMany(4);
        return mini;
    }();
    return made;
}

/// A message that the peer truly could send, with one byte of it changed: closer to the handlers than noise.
std::optional<wire::Message> bent(ByteView bytes) {
    const std::uint32_t height = bytes[1] % (known_to_liar + 1);
    wire::Message message;
    switch (bytes[0] % 6) {
    case 0:
        message = wire::Headers{chain().headers(height, known_to_liar)};
        break;
    case 1: {
        wire::CfHeaders filters{.stop = chain().hash(known_to_liar)};
        for (std::uint32_t i = 0; i <= known_to_liar; ++i) {
            const light::FilterHash hash = light::hashOf(chain().filter(i).bytes);
            if (i < height)
                filters.previous = light::headerAfter(filters.previous, hash);
            else
                filters.hashes.push_back(hash);
        }
        message = filters;
        break;
    }
    case 2:
        message = wire::Cfilter{chain().hash(height), chain().filter(height).bytes};
        break;
    case 3:
        message = wire::BlockBody{serialized(chain().block(height))};
        break;
    case 4:
        message = wire::Inv{{{.kind = wire::InventoryKind::block, .hash = chain().hash(height).bytes}}};
        break;
    default:
        message = wire::CfCheckpt{.stop = chain().hash(height)};
    }
    Bytes payload = wire::encodePayload(message);
    if (!payload.empty()) payload[(bytes[2] * 256U + bytes[3]) % payload.size()] ^= bytes[4];
    const auto decoded = wire::decodePayload(wire::commandOf(message), payload);
    return decoded ? std::optional(*decoded) : std::nullopt;
}

} // namespace

/// A first peer says what the input says, five bytes a message, and answers nothing; honest ones come later.
/// The machine keeps its promises (SyncRoom), comes to rest, drops no honest peer, and finds the whole chain
/// and the payment in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    SyncRoom room({.wanted_filter_peers = 2});
    room.feed(light::WatchAdded{.scripts = {MiniChain::script(1)}, .outpoints = {}, .birth = {0}});
    const light::PeerId liar = room.connect({.chain = &chain(),
                                             .netgroup = 7,
                                             .silent_filters = true,
                                             .silent_headers = true,
                                             .silent_blocks = true,
                                             .knows_up_to = known_to_liar});
    std::size_t at = 0;
    for (int i = 0; at + 5 <= size && i < 40 && room.peers.contains(liar); at += 5, ++i) {
        if (i == 10) room.connect({.chain = &chain(), .netgroup = 9});
        if (data[at] >= 0xf0) room.wait(std::chrono::seconds(data[at + 1] % 32));
        if (const auto message = bent(ByteView(data + at, 5))) room.feed(light::PeerMessage{liar, *message});
    }
    room.connect({.chain = &chain(), .netgroup = 10});
    room.connect({.chain = &chain(), .netgroup = 11});
    if (room.peers.contains(liar)) room.disconnect(liar);
    room.wait(std::chrono::seconds(120));
    if (!room.broken.empty()) check(false, room.broken.c_str());
    for (const light::DropPeer& drop : room.dropped) check(drop.peer == liar, "no honest peer is dropped");
    check(room.sync().chain().tip().hash == chain().hash(chain().height()), "the honest chain wins");
    check(room.complete && room.complete->height.value == chain().height(), "the chain is complete");
    check(std::ranges::count(room.hits, payment_height) > 0, "the payment is found");
    return 0;
}
