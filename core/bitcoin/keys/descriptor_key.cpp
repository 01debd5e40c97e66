#include "core/bitcoin/keys/descriptor_key.h"

#include "core/base/variant.h"

namespace duplex::bitcoin::keys {

namespace {

std::unexpected<DescriptorError> failed(DescriptorError error) {
    return std::unexpected(error);
}

std::vector<std::string_view> splitAt(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

/// "deadbeef/0h/1": eight hexadecimal digits, then steps.
bool isOrigin(std::string_view text) {
    const auto parts = splitAt(text, '/');
    if (!arrayFromHex<4>(parts[0])) return false;
    return std::all_of(parts.begin() + 1, parts.end(),
                       [](std::string_view step) { return parseChildIndex(step).has_value(); });
}

/// "<0;1h>": at least two different steps.
std::optional<std::vector<std::uint32_t>> parseMultipath(std::string_view text) {
    if (!text.starts_with('<') || !text.ends_with('>') || text.size() < 2) return std::nullopt;
    std::vector<std::uint32_t> options;
    for (const std::string_view option : splitAt(text.substr(1, text.size() - 2), ';')) {
        const auto index = parseChildIndex(option);
        if (!index || std::find(options.begin(), options.end(), *index) != options.end()) return std::nullopt;
        options.push_back(*index);
    }
    return options.size() >= 2 ? std::optional(options) : std::nullopt;
}

std::optional<DescriptorError> parseSteps(std::span<const std::string_view> parts,
                                          KeyExpression& expression) {
    bool has_multipath = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string_view part = parts[i];
        if (part.find('\'') != std::string_view::npos) expression.hardened_marker = '\'';
        if (i + 1 == parts.size() && (part == "*" || part == "*h" || part == "*'")) {
            expression.wildcard =
                part == "*" ? KeyExpression::Wildcard::plain : KeyExpression::Wildcard::hardened;
            break;
        }
        if (part.find_first_of("<>;") != std::string_view::npos) {
            auto options = parseMultipath(part);
            if (!options || has_multipath) return DescriptorError::bad_multipath;
            has_multipath = true;
            expression.steps.push_back(std::move(*options));
            continue;
        }
        const auto index = parseChildIndex(part);
        if (!index || expression.steps.size() == 255) return DescriptorError::bad_path;
        expression.steps.push_back({*index});
    }
    return std::nullopt;
}

std::optional<KeyExpression::Plain> parsePlain(std::string_view text, XOnlyKeys x_only) {
    auto bytes = fromHex(text);
    if (!bytes) return std::nullopt;
    if (bytes->size() == 32) {
        const ByteArray<1> even{0x02};
        if (x_only == XOnlyKeys::refused || !crypto::PublicKey::fromBytes(concat({even, *bytes})))
            return std::nullopt;
    } else if (!crypto::PublicKey::fromAnyForm(*bytes)) {
        return std::nullopt;
    }
    return KeyExpression::Plain{std::move(*bytes)};
}

Bytes uncompressedOf(const crypto::PrivateKey& key) {
    return crypto::uncompressed(crypto::publicKey(key));
}

std::string stepText(std::uint32_t index, char marker) {
    std::string text = std::to_string(index & ~hardened_bit);
    if (isHardened(index)) text += marker;
    return text;
}

} // namespace

std::expected<KeyExpression, DescriptorError>
parseKeyExpression(std::string_view text, const NetworkParameters& network, XOnlyKeys x_only) {
    KeyExpression expression{.key = KeyExpression::Plain{}};
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos || !isOrigin(text.substr(1, end - 1)))
            return failed(DescriptorError::bad_origin);
        expression.origin = text.substr(0, end + 1);
        text.remove_prefix(end + 1);
    }
    const auto parts = splitAt(text, '/');
    if (auto plain = parsePlain(parts[0], x_only)) {
        expression.key = std::move(*plain);
    } else if (auto imported = decodeWif(parts[0], network)) {
        expression.key = std::move(*imported);
    } else if (auto public_key = decodeExtendedPublicKey(parts[0], network)) {
        expression.key = std::move(*public_key);
    } else if (auto private_key = decodeExtendedPrivateKey(parts[0], network)) {
        expression.key = std::move(*private_key);
    } else {
        return failed(DescriptorError::bad_key);
    }
    const bool extends = expression.key.index() >= 2;
    if (parts.size() > 1 && !extends) return failed(DescriptorError::bad_path);
    if (const auto error = parseSteps(std::span(parts).subspan(1), expression)) return failed(*error);
    return expression;
}

bool KeyExpression::isPrivate() const {
    return key.index() == 1 || key.index() == 3;
}

bool KeyExpression::isUncompressed() const {
    if (const auto* plain = std::get_if<Plain>(&key)) return plain->bytes.size() == 65;
    if (const auto* imported = std::get_if<ImportedKey>(&key)) return !imported->compressed;
    return false;
}

std::size_t KeyExpression::branchCount() const {
    std::size_t count = 1;
    for (const auto& options : steps) count = std::max(count, options.size());
    return count;
}

KeyExpression KeyExpression::branch(std::size_t index) const {
    KeyExpression result = *this;
    for (auto& options : result.steps) {
        if (options.size() > 1) options = {options.at(index)};
    }
    return result;
}

KeyExpression KeyExpression::atParent() const {
    if (wildcard == Wildcard::none || steps.empty() || branchCount() > 1) return *this;
    DerivationPath path;
    for (const auto& options : steps) path.indexes.push_back(options[0]);
    KeyExpression result = *this;
    result.steps.clear();
    if (const auto* extended = std::get_if<ExtendedPrivateKey>(&key)) {
        const auto derived = extended->derived(path);
        if (!derived) return *this;
        result.key = *derived;
        if (wildcard == Wildcard::plain) result.key = derived->publicPart(); // half the work of each key
        return result;
    }
    const auto* extended = std::get_if<ExtendedPublicKey>(&key);
    if (extended == nullptr || std::any_of(path.indexes.begin(), path.indexes.end(), isHardened))
        return *this;
    const auto derived = extended->derived(path);
    if (!derived) return *this;
    result.key = *derived;
    return result;
}

std::string KeyExpression::publicText(const NetworkParameters& network) const {
    std::string text = origin;
    text += std::visit(
        overloaded{
            [](const Plain& plain) { return toHex(plain.bytes); },
            [](const ImportedKey& imported) {
                return imported.compressed ? crypto::publicKey(imported.key).hex()
                                           : toHex(uncompressedOf(imported.key));
            },
            [&](const ExtendedPublicKey& extended) { return encoded(extended, network); },
            [&](const ExtendedPrivateKey& extended) { return encoded(extended.publicPart(), network); },
        },
        key);
    for (const auto& options : steps) {
        text += '/';
        if (options.size() == 1) {
            text += stepText(options[0], hardened_marker);
            continue;
        }
        for (std::size_t i = 0; i < options.size(); ++i) {
            text += (i == 0 ? '<' : ';') + stepText(options[i], hardened_marker);
        }
        text += '>';
    }
    if (wildcard != Wildcard::none) text += "/*";
    if (wildcard == Wildcard::hardened) text += hardened_marker;
    return text;
}

std::expected<Bytes, DescriptorError> KeyExpression::keyAt(std::uint32_t index) const {
    if (const auto* plain = std::get_if<Plain>(&key)) return plain->bytes;
    if (const auto* imported = std::get_if<ImportedKey>(&key)) {
        return imported->compressed ? toBytes(crypto::publicKey(imported->key))
                                    : uncompressedOf(imported->key);
    }
    if (isHardened(index)) return failed(DescriptorError::index_out_of_range);
    DerivationPath path;
    for (const auto& options : steps) path.indexes.push_back(options[0]);
    if (wildcard == Wildcard::plain) path.indexes.push_back(index);
    if (wildcard == Wildcard::hardened) path.indexes.push_back(hardened(index));
    if (const auto* extended = std::get_if<ExtendedPrivateKey>(&key)) {
        const auto derived = extended->derived(path);
        if (!derived) return failed(DescriptorError::bad_path);
        return toBytes(derived->publicKey());
    }
    if (std::any_of(path.indexes.begin(), path.indexes.end(), isHardened))
        return failed(DescriptorError::hardened_needs_private_key);
    const auto derived = std::get<ExtendedPublicKey>(key).derived(path);
    if (!derived) return failed(DescriptorError::bad_path);
    return toBytes(derived->key());
}

} // namespace duplex::bitcoin::keys
