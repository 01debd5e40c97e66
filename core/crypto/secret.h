#pragma once

#include "core/base/bytes.h"

namespace duplex::crypto {

/// Overwrites memory so that the compiler cannot drop it.
void wipe(std::span<std::uint8_t> bytes);

/// N secret bytes: wiped at the end of life and after a move, never printed (no stream or {fmt}
/// output), compared in constant time only.
template <std::size_t N>
class Secret {
public:
    Secret() = default;
    explicit Secret(const ByteArray<N>& bytes) : m_bytes(bytes) {}
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    Secret(Secret&& other) noexcept : m_bytes(other.m_bytes) { wipe(other.m_bytes); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            m_bytes = other.m_bytes;
            wipe(other.m_bytes);
        }
        return *this;
    }
    ~Secret() { wipe(m_bytes); }

    /// The bytes themselves. Every caller is a place to look at in review.
    const ByteArray<N>& reveal() const { return m_bytes; }
    friend bool operator==(const Secret& a, const Secret& b) {
        return equalInConstantTime(a.m_bytes, b.m_bytes);
    }

private:
    ByteArray<N> m_bytes{};
};

/// Secret bytes of any length (mnemonic texts, seeds of other sizes).
class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(Bytes bytes) : m_bytes(std::move(bytes)) {}
    SecretBytes(const SecretBytes&) = default;
    SecretBytes& operator=(const SecretBytes& other) {
        if (this != &other) {
            wipe(m_bytes);
            m_bytes = other.m_bytes;
        }
        return *this;
    }
    SecretBytes(SecretBytes&& other) noexcept : m_bytes(std::move(other.m_bytes)) { other.m_bytes.clear(); }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) {
            wipe(m_bytes);
            m_bytes = std::move(other.m_bytes);
            other.m_bytes.clear();
        }
        return *this;
    }
    ~SecretBytes() { wipe(m_bytes); }

    ByteView reveal() const { return m_bytes; }
    bool empty() const { return m_bytes.empty(); }
    friend bool operator==(const SecretBytes& a, const SecretBytes& b) {
        return equalInConstantTime(a.m_bytes, b.m_bytes);
    }

private:
    Bytes m_bytes;
};

} // namespace duplex::crypto
