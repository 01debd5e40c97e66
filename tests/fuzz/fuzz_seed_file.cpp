#include "core/base/byte_reader.h"
#include "core/base/check.h"
#include "core/crypto/sealed_box.h"
#include "core/family/bitcoin/seed_file.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

constexpr std::size_t head_size = 9; // magic, version, kind
constexpr std::size_t cost_at = head_size + 1;
constexpr std::string_view password = "p";
const crypto::Secret<32> key(ByteArray<32>{7});

/// Argon2id at the cost that the file names, unless that takes long: the rest of the way is the same.
bool isCheap(ByteView file) {
    ByteReader reader(file);
    reader.skip(cost_at);
    return reader.u32le() <= 64 && reader.u32le() <= 3 && reader.u32le() <= 4 && reader.ok();
}

void open(ByteView file) {
    const auto kind = sealedBy(file);
    if (const auto contents = openSeedWithKey(file, key)) {
        check(kind == SealedBy::random_key, "a file that a key opens says so");
        const auto nonce = toArray<24>(file.subspan(head_size + 1, 24));
        check(sealSeedWithKey(*contents, key, nonce) == toBytes(file), "a seed file has one form");
        contents->mnemonic.words();
    }
    if (!isCheap(file)) return;
    if (const auto contents = openSeedWithPassword(file, viewOf(password))) {
        check(kind == SealedBy::password, "a file that a password opens says so");
        const crypto::KeyStretching cost{.memory_kib = 8, .passes = 1};
        const Bytes again = sealSeedWithPassword(*contents, viewOf(password), cost, {}, {});
        check(openSeedWithPassword(again, viewOf(password)).has_value(), "a seed comes back");
        check(!openSeedWithPassword(again, viewOf("q")), "another password does not open it");
    }
}

} // namespace

/// The input once as a file, and once as what the seals hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    open(input);
    const auto headOf = [](std::uint8_t kind) { return concat({viewOf("DPXSEED"), Bytes{1, kind}}); };
    open(concat({headOf(2), crypto::sealWithKey(key, {1}, headOf(2), input)}));
    const crypto::KeyStretching cost{.memory_kib = 8, .passes = 1};
    open(concat({headOf(1), crypto::sealWithPassword(viewOf(password), {}, {}, cost, headOf(1), input)}));
    return 0;
}
