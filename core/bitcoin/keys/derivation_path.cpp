#include "core/bitcoin/keys/derivation_path.h"

namespace duplex::bitcoin::keys {

std::optional<std::uint32_t> parseChildIndex(std::string_view text) {
    const bool is_hardened = text.ends_with('\'') || text.ends_with('h');
    if (is_hardened) text.remove_suffix(1);
    if (text.empty() || text.size() > 10) return std::nullopt;
    std::uint64_t value = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    if (value >= hardened_bit) return std::nullopt;
    const std::uint32_t index = static_cast<std::uint32_t>(value);
    return is_hardened ? hardened(index) : index;
}

std::optional<DerivationPath> DerivationPath::parse(std::string_view text) {
    if (text == "m") return DerivationPath{};
    if (text.starts_with("m/")) text.remove_prefix(2);
    DerivationPath path;
    while (true) {
        const std::size_t slash = text.find('/');
        const auto index = parseChildIndex(text.substr(0, slash));
        if (!index || path.indexes.size() == 255) return std::nullopt;
        path.indexes.push_back(*index);
        if (slash == std::string_view::npos) return path;
        text.remove_prefix(slash + 1);
    }
}

std::string DerivationPath::text() const {
    std::string result = "m";
    for (const std::uint32_t index : indexes) {
        result += '/' + std::to_string(index & ~hardened_bit);
        if (isHardened(index)) result += '\'';
    }
    return result;
}

DerivationPath DerivationPath::child(std::uint32_t index) const {
    DerivationPath result = *this;
    result.indexes.push_back(index);
    return result;
}

} // namespace duplex::bitcoin::keys
