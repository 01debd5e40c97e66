#include "core/bitcoin/keys/descriptor.h"

#include "core/bitcoin/keys/descriptor_key.h"
#include "core/bitcoin/primitives/address.h"
#include "core/crypto/schnorr.h"

namespace duplex::bitcoin::keys {

namespace {

constexpr std::size_t longest_descriptor = 10'000;
constexpr std::size_t checksum_size = 8;
constexpr std::string_view input_characters = "0123456789()[],'/*abcdefgh@:$%{}"
                                              "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"
                                              "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
constexpr std::string_view checksum_characters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

std::unexpected<DescriptorError> failed(DescriptorError error) {
    return std::unexpected(error);
}

std::uint64_t polymod(std::uint64_t state, std::uint64_t value) {
    constexpr std::uint64_t generator[5] = {0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a,
                                            0x644d626ffd};
    const std::uint64_t top = state >> 35;
    state = (state & 0x7ffffffff) << 5 ^ value;
    for (int i = 0; i < 5; ++i) {
        if (top >> i & 1) state ^= generator[i];
    }
    return state;
}

/// The text inside "name(...)", when it is that function.
std::optional<std::string_view> insideOf(std::string_view text, std::string_view name) {
    if (!text.starts_with(name) || !text.substr(name.size()).starts_with('(') || !text.ends_with(')'))
        return std::nullopt;
    return text.substr(name.size() + 1, text.size() - name.size() - 2);
}

enum class Wrapper { sh, wsh };
enum class Form { pk, pkh, wpkh, tr };

std::string_view nameOf(Form form) {
    switch (form) {
    case Form::pk:
        return "pk";
    case Form::pkh:
        return "pkh";
    case Form::wpkh:
        return "wpkh";
    case Form::tr:
        return "tr";
    }
    return {};
}

} // namespace

struct Descriptor::Parts {
    const NetworkParameters* network = nullptr;
    std::vector<Wrapper> wrappers; // outermost first: none, sh, wsh, or sh and wsh
    Form form = Form::pk;
    std::optional<KeyExpression> key;
    std::string fixed_text; // addr(...) or raw(...), whose script is `fixed`
    Script fixed;
};

namespace {

using Parts = Descriptor::Parts;

std::expected<Parts, DescriptorError> parseFixed(std::string_view text, Parts parts) {
    parts.fixed_text = text;
    if (const auto hex = insideOf(text, "raw")) {
        auto bytes = fromHex(*hex);
        if (!bytes) return failed(DescriptorError::bad_hex);
        parts.fixed.bytes = std::move(*bytes);
        return parts;
    }
    auto script = scriptFromAddress(insideOf(text, "addr").value_or(""), *parts.network);
    if (!script) return failed(DescriptorError::bad_address);
    parts.fixed = std::move(*script);
    return parts;
}

std::expected<Parts, DescriptorError> parseKeyForm(std::string_view text, Parts parts) {
    const bool in_witness = !parts.wrappers.empty() && parts.wrappers.back() == Wrapper::wsh;
    for (const Form form : {Form::pk, Form::pkh, Form::wpkh, Form::tr}) {
        const auto inside = insideOf(text, nameOf(form));
        if (!inside) continue;
        if (form == Form::tr && !parts.wrappers.empty()) return failed(DescriptorError::bad_nesting);
        if (form == Form::wpkh && in_witness) return failed(DescriptorError::bad_nesting);
        if (form == Form::tr && inside->find(',') != std::string_view::npos)
            return failed(DescriptorError::unknown_form);
        auto key = parseKeyExpression(*inside, *parts.network,
                                      form == Form::tr ? XOnlyKeys::accepted : XOnlyKeys::refused);
        if (!key) return failed(key.error());
        const bool segwit = in_witness || form == Form::wpkh || form == Form::tr;
        if (segwit && key->isUncompressed()) return failed(DescriptorError::uncompressed_key);
        parts.form = form;
        parts.key = std::move(*key);
        return parts;
    }
    return failed(DescriptorError::unknown_form);
}

std::expected<Parts, DescriptorError> parseExpression(std::string_view text,
                                                      const NetworkParameters& network) {
    Parts parts;
    parts.network = &network;
    if (const auto inside = insideOf(text, "sh")) {
        parts.wrappers.push_back(Wrapper::sh);
        text = *inside;
    }
    if (const auto inside = insideOf(text, "wsh")) {
        parts.wrappers.push_back(Wrapper::wsh);
        text = *inside;
    }
    const bool is_fixed = insideOf(text, "raw") || insideOf(text, "addr");
    const bool is_wrapper = insideOf(text, "sh") || insideOf(text, "wsh");
    if (is_wrapper || (is_fixed && !parts.wrappers.empty())) return failed(DescriptorError::bad_nesting);
    return is_fixed ? parseFixed(text, std::move(parts)) : parseKeyForm(text, std::move(parts));
}

std::expected<Script, DescriptorError> innermostScript(const Parts& parts, std::uint32_t index) {
    const auto key = parts.key->keyAt(index);
    if (!key) return failed(key.error());
    switch (parts.form) {
    case Form::pk:
        return ScriptBuilder().push(*key).op(Opcode::op_checksig).take();
    case Form::pkh:
        return payToPublicKeyHash(crypto::hash160(*key));
    case Form::wpkh:
        return payToWitnessPublicKeyHash(crypto::hash160(*key));
    case Form::tr:
        break;
    }
    const crypto::XOnlyPublicKey internal{toArray<32>(ByteView(*key).last(32))};
    const auto output = crypto::taprootOutputKey(internal);
    if (!output) return failed(DescriptorError::bad_key);
    return payToTaproot(output->key);
}

} // namespace

std::string_view textOf(DescriptorError error) {
    switch (error) {
    case DescriptorError::invalid_character:
        return "Invalid characters in the descriptor.";
    case DescriptorError::missing_checksum:
        return "Missing checksum.";
    case DescriptorError::bad_checksum:
        return "The checksum does not fit the descriptor.";
    case DescriptorError::unknown_form:
        return "This kind of descriptor is not known here.";
    case DescriptorError::bad_nesting:
        return "This function cannot stand inside another one.";
    case DescriptorError::bad_origin:
        return "The key's origin is malformed.";
    case DescriptorError::bad_key:
        return "The key is not a valid one of this network.";
    case DescriptorError::bad_path:
        return "The key's path is malformed.";
    case DescriptorError::uncompressed_key:
        return "Uncompressed keys are not allowed in segwit descriptors.";
    case DescriptorError::bad_multipath:
        return "The multipath step is malformed.";
    case DescriptorError::bad_address:
        return "The address is not a valid one of this network.";
    case DescriptorError::bad_hex:
        return "The script is not hexadecimal.";
    case DescriptorError::hardened_needs_private_key:
        return "A hardened step needs the private key.";
    case DescriptorError::index_out_of_range:
        return "The index is out of range.";
    }
    return {};
}

std::optional<std::string> descriptorChecksum(std::string_view descriptor) {
    std::uint64_t state = 1;
    std::uint64_t group = 0;
    int in_group = 0;
    for (const char character : descriptor) {
        const std::size_t position = input_characters.find(character);
        if (position == std::string_view::npos) return std::nullopt;
        state = polymod(state, position & 31);
        group = group * 3 + (position >> 5);
        if (++in_group == 3) {
            state = polymod(state, group);
            group = 0;
            in_group = 0;
        }
    }
    if (in_group > 0) state = polymod(state, group);
    for (std::size_t i = 0; i < checksum_size; ++i) state = polymod(state, 0);
    state ^= 1;
    std::string checksum;
    for (std::size_t i = 0; i < checksum_size; ++i)
        checksum += checksum_characters[state >> (5 * (7 - i)) & 31];
    return checksum;
}

std::expected<Descriptor, DescriptorError>
Descriptor::parse(std::string_view text, const NetworkParameters& network, Checksum checksum) {
    if (text.size() > longest_descriptor) return failed(DescriptorError::unknown_form);
    const std::size_t hash = text.find('#');
    const std::string_view expression = text.substr(0, hash);
    const auto computed = descriptorChecksum(expression);
    if (!computed) return failed(DescriptorError::invalid_character);
    if (hash != std::string_view::npos && text.substr(hash + 1) != *computed)
        return failed(DescriptorError::bad_checksum);
    if (hash == std::string_view::npos && checksum == Checksum::required)
        return failed(DescriptorError::missing_checksum);
    auto parts = parseExpression(expression, network);
    if (!parts) return failed(parts.error());
    return Descriptor(std::make_shared<const Parts>(std::move(*parts)));
}

std::string Descriptor::publicText() const {
    if (!m_parts->key) return m_parts->fixed_text;
    std::string text =
        std::string(nameOf(m_parts->form)) + '(' + m_parts->key->publicText(*m_parts->network) + ')';
    for (auto wrapper = m_parts->wrappers.rbegin(); wrapper != m_parts->wrappers.rend(); ++wrapper) {
        text = (*wrapper == Wrapper::sh ? "sh(" : "wsh(") + text + ')';
    }
    return text;
}

bool Descriptor::isRange() const {
    return m_parts->key && m_parts->key->wildcard != KeyExpression::Wildcard::none;
}

bool Descriptor::hasPrivateKeys() const {
    return m_parts->key && m_parts->key->isPrivate();
}

bool Descriptor::isSolvable() const {
    return m_parts->key.has_value();
}

std::vector<Descriptor> Descriptor::branches() const {
    const std::size_t count = m_parts->key ? m_parts->key->branchCount() : 1;
    if (count == 1) return {*this};
    std::vector<Descriptor> result;
    for (std::size_t i = 0; i < count; ++i) {
        Parts parts = *m_parts;
        parts.key = m_parts->key->branch(i);
        result.push_back(Descriptor(std::make_shared<const Parts>(std::move(parts))));
    }
    return result;
}

std::expected<Script, DescriptorError> Descriptor::scriptAt(std::uint32_t index) const {
    if (!m_parts->key) return m_parts->fixed;
    if (m_parts->key->branchCount() > 1) return failed(DescriptorError::bad_multipath);
    auto script = innermostScript(*m_parts, index);
    if (!script) return script;
    for (auto wrapper = m_parts->wrappers.rbegin(); wrapper != m_parts->wrappers.rend(); ++wrapper) {
        script = *wrapper == Wrapper::sh ? payToScriptHash(crypto::hash160(*script))
                                         : payToWitnessScriptHash(*script);
    }
    return script;
}

} // namespace duplex::bitcoin::keys
