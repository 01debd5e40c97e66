#include "core/bitcoin/script/sha1.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

#include <bit>

namespace duplex::bitcoin::script {

namespace {

using State = std::array<std::uint32_t, 5>;

void compress(State& state, ByteView block) {
    std::array<std::uint32_t, 80> schedule{};
    ByteReader reader(block);
    for (std::size_t i = 0; i < 16; ++i) schedule[i] = reader.u32be();
    for (std::size_t i = 16; i < 80; ++i)
        schedule[i] = std::rotl(schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16], 1);

    auto [a, b, c, d, e] = state;
    for (std::size_t i = 0; i < 80; ++i) {
        const std::uint32_t f = i < 20   ? (b & c) | (~b & d)
                                : i < 40 ? b ^ c ^ d
                                : i < 60 ? (b & c) | (b & d) | (c & d)
                                         : b ^ c ^ d;
        const std::uint32_t k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
        const std::uint32_t next = std::rotl(a, 5) + f + e + k + schedule[i];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    const State mixed = {a, b, c, d, e};
    for (std::size_t i = 0; i < state.size(); ++i) state[i] += mixed[i];
}

} // namespace

ByteArray<20> sha1(ByteView data) {
    State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    Bytes padded = toBytes(data);
    padded.push_back(0x80);
    while (padded.size() % 64 != 56) padded.push_back(0);
    ByteWriter length;
    length.u64be(static_cast<std::uint64_t>(data.size()) * 8);
    padded.insert(padded.end(), length.view().begin(), length.view().end());
    for (std::size_t at = 0; at < padded.size(); at += 64) compress(state, ByteView(padded).subspan(at, 64));

    ByteWriter writer;
    for (const std::uint32_t word : state) writer.u32be(word);
    return toArray<20>(writer.view());
}

} // namespace duplex::bitcoin::script
