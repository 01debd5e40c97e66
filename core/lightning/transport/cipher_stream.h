#pragma once

#include "core/crypto/secret.h"

#include <expected>

namespace duplex::lightning::transport {

/// One direction's key with its counter; a new key after 1,000 uses (BOLT 8, Lightning Message Key Rotation).
class RotatingKey {
public:
    RotatingKey(const crypto::Secret<32>& key, const crypto::Secret<32>& chaining_key)
        : m_key(key), m_chaining_key(chaining_key) {}
    Bytes seal(ByteView plaintext);
    std::optional<Bytes> open(ByteView sealed);

private:
    ByteArray<12> nonce() const;
    void used();

    crypto::Secret<32> m_key;
    crypto::Secret<32> m_chaining_key;
    std::uint64_t m_uses = 0;
};

/// Seals messages for the wire: length and body, each with its tag.
class SendStream {
public:
    SendStream(const crypto::Secret<32>& key, const crypto::Secret<32>& chaining_key)
        : m_key(key, chaining_key) {}
    /// At most 65,535 bytes (checked).
    Bytes seal(ByteView message);

private:
    RotatingKey m_key;
};

/// Takes messages out of the bytes of a connection. A wrong tag is final.
class ReceiveStream {
public:
    ReceiveStream(const crypto::Secret<32>& key, const crypto::Secret<32>& chaining_key)
        : m_key(key, chaining_key) {}
    struct BadMac {};
    /// The next whole message, removed from the front of `buffer`; nothing while more bytes are needed.
    std::expected<std::optional<Bytes>, BadMac> next(Bytes& buffer);

private:
    RotatingKey m_key;
    std::optional<std::size_t> m_length; // of the message whose length was read already
};

} // namespace duplex::lightning::transport
