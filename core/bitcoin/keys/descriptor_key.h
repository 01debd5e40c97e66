#pragma once

#include "core/bitcoin/keys/descriptor.h"

#include <variant>

namespace duplex::bitcoin::keys {

/// A key expression of BIP 380 with BIP 389's multipath step. This room's own; others use descriptor.h.
struct KeyExpression {
    /// A public key as written: 33, 65 or (in tr only) 32 bytes.
    struct Plain {
        Bytes bytes;
    };
    std::string origin; // "[deadbeef/0h]" as written, or empty
    std::variant<Plain, ImportedKey, ExtendedPublicKey, ExtendedPrivateKey> key;
    /// Each step's options; at most one step has more than one.
    std::vector<std::vector<std::uint32_t>> steps;
    enum class Wildcard { none, plain, hardened };
    Wildcard wildcard = Wildcard::none;
    char hardened_marker = 'h';

    bool isPrivate() const;
    bool isUncompressed() const;
    std::size_t branchCount() const;
    KeyExpression branch(std::size_t index) const;
    /// The same keys with the steps before a wildcard taken already, so that a range does not take them anew
    /// for each of its keys. Its text is another one. This itself where that saves nothing or cannot be.
    KeyExpression atParent() const;
    std::string publicText(const NetworkParameters& network) const;
    /// The public key's bytes at this index of the range, in the form that was written.
    std::expected<Bytes, DescriptorError> keyAt(std::uint32_t index) const;
};

enum class XOnlyKeys { refused, accepted };
std::expected<KeyExpression, DescriptorError>
parseKeyExpression(std::string_view text, const NetworkParameters& network, XOnlyKeys x_only);

} // namespace duplex::bitcoin::keys
