#pragma once

#include "core/base/bytes.h"

#include <memory>

namespace duplex::crypto {

using Hash32 = ByteArray<32>;
using Hash20 = ByteArray<20>;

Hash32 sha256(ByteView data);
/// SHA-256 of SHA-256, Bitcoin's hash for txids, block hashes and message checksums.
Hash32 sha256d(ByteView data);
ByteArray<64> sha512(ByteView data);
Hash20 ripemd160(ByteView data);
/// RIPEMD-160 of SHA-256: pubkey and script hashes.
Hash20 hash160(ByteView data);
/// SHA-256(SHA-256(tag) || SHA-256(tag) || data) (BIP 340).
Hash32 taggedHash(std::string_view tag, ByteView data);

/// SHA-256 over pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    Sha256& write(ByteView data);
    /// The digest of all written; the object starts again empty.
    Hash32 finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace duplex::crypto
