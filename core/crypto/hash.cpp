#include "core/crypto/hash.h"

#include "core/base/check.h"
#include "core/crypto/secret.h"
#include "core/crypto/sha256_compress.h"

#include <botan/hash.h>

#include <cstring>

namespace duplex::crypto {

namespace {

constexpr std::size_t block_size = 64;

/// SHA-256 in progress, all on the stack: header checking calls this millions of times.
struct Running {
    Sha256Words state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::uint8_t buffer[block_size] = {};
    std::uint64_t length = 0;

    void write(ByteView data) {
        if (data.empty()) return;
        std::size_t filled = length % block_size;
        length += data.size();
        if (filled > 0) {
            const std::size_t taken = std::min(block_size - filled, data.size());
            std::memcpy(buffer + filled, data.data(), taken);
            data = data.subspan(taken);
            if (filled + taken < block_size) return;
            sha256Compress(state, buffer, 1);
        }
        const std::size_t whole = data.size() / block_size;
        if (whole > 0) sha256Compress(state, data.data(), whole);
        data = data.subspan(whole * block_size);
        if (!data.empty()) std::memcpy(buffer, data.data(), data.size());
    }

    Hash32 finish() {
        const std::uint64_t bits = length * 8;
        std::size_t filled = length % block_size;
        buffer[filled++] = 0x80;
        if (filled > block_size - 8) {
            std::memset(buffer + filled, 0, block_size - filled);
            sha256Compress(state, buffer, 1);
            filled = 0;
        }
        std::memset(buffer + filled, 0, block_size - 8 - filled);
        for (int i = 0; i < 8; ++i)
            buffer[block_size - 8 + i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
        sha256Compress(state, buffer, 1);
        Hash32 digest;
        for (std::size_t i = 0; i < digest.size(); ++i) {
            digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
        }
        return digest;
    }
};

template <std::size_t N>
ByteArray<N> botanHash(const char* name, ByteView data) {
    const std::unique_ptr<Botan::HashFunction> hash = Botan::HashFunction::create(name);
    check(hash != nullptr && hash->output_length() == N, "the crypto library lacks a hash");
    ByteArray<N> digest;
    hash->update(data.data(), data.size());
    hash->final(digest.data());
    return digest;
}

} // namespace

Hash32 sha256(ByteView data) {
    Running running;
    running.write(data);
    return running.finish();
}

Hash32 sha256d(ByteView data) {
    return sha256(sha256(data));
}

ByteArray<64> sha512(ByteView data) {
    return botanHash<64>("SHA-512", data);
}

Hash20 ripemd160(ByteView data) {
    return botanHash<20>("RIPEMD-160", data);
}

Hash20 hash160(ByteView data) {
    return ripemd160(sha256(data));
}

Hash32 taggedHash(std::string_view tag, ByteView data) {
    const Hash32 prefix = sha256(viewOf(tag));
    Running running;
    running.write(prefix);
    running.write(prefix);
    running.write(data);
    return running.finish();
}

struct Sha256::State {
    Running running;
    ~State() { wipe({reinterpret_cast<std::uint8_t*>(&running), sizeof running}); }
};

Sha256::Sha256() : m_state(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::write(ByteView data) {
    m_state->running.write(data);
    return *this;
}

Hash32 Sha256::finish() {
    const Hash32 digest = m_state->running.finish();
    m_state->running = Running{};
    return digest;
}

} // namespace duplex::crypto
