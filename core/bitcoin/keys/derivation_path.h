#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duplex::bitcoin::keys {

/// Set in a child index whose derivation needs the private key (BIP 32).
inline constexpr std::uint32_t hardened_bit = 0x80000000;
constexpr std::uint32_t hardened(std::uint32_t index) {
    return index | hardened_bit;
}
constexpr bool isHardened(std::uint32_t index) {
    return (index & hardened_bit) != 0;
}

/// Child indexes from some key downwards; at most 255.
struct DerivationPath {
    std::vector<std::uint32_t> indexes;

    DerivationPath() = default;
    DerivationPath(std::initializer_list<std::uint32_t> list) : indexes(list) {}
    explicit DerivationPath(std::vector<std::uint32_t> list) : indexes(std::move(list)) {}
    /// "m/84'/0'/0'", "84h/0h/0h" or "m"; ' and h both mean hardened. Nothing for everything else.
    static std::optional<DerivationPath> parse(std::string_view text);
    /// "m/84'/0'/0'".
    std::string text() const;
    DerivationPath child(std::uint32_t index) const;
    friend bool operator==(const DerivationPath&, const DerivationPath&) = default;
};

/// One step of a path, "84'" or "84h" or "84"; nothing for signs, spaces, leading text or 2^31 and above.
std::optional<std::uint32_t> parseChildIndex(std::string_view text);

} // namespace duplex::bitcoin::keys
