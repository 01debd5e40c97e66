#include "core/bitcoin/keys/descriptor.h"

#include "core/bitcoin/keys/descriptor_key.h"
#include "core/bitcoin/primitives/address.h"
#include "core/crypto/schnorr.h"

#include <algorithm>
#include <charconv>

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
enum class Form { pk, pkh, wpkh, tr, rawtr, combo, multi, sortedmulti };
constexpr Form all_forms[] = {Form::pk,    Form::pkh,   Form::wpkh,  Form::tr,
                              Form::rawtr, Form::combo, Form::multi, Form::sortedmulti};

bool isMulti(Form form) {
    return form == Form::multi || form == Form::sortedmulti;
}
/// Whose keys are x-only, and which stand by themselves only.
bool isTaproot(Form form) {
    return form == Form::tr || form == Form::rawtr;
}

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
    case Form::rawtr:
        return "rawtr";
    case Form::combo:
        return "combo";
    case Form::multi:
        return "multi";
    case Form::sortedmulti:
        return "sortedmulti";
    }
    return {};
}

} // namespace

struct Descriptor::Parts {
    const NetworkParameters* network = nullptr;
    std::vector<Wrapper> wrappers; // outermost first: none, sh, wsh, or sh and wsh
    Form form = Form::pk;
    std::vector<KeyExpression> keys; // one, of multi several, none of what is fixed
    int threshold = 0;               // multi
    std::string fixed_text;          // addr(...) or raw(...), whose script is `fixed`
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

bool standsIn(const Parts& parts, Wrapper wrapper) {
    return !parts.wrappers.empty() && parts.wrappers.back() == wrapper;
}

/// "k,KEY,KEY...": takes k off (BIP 383).
std::expected<int, DescriptorError> takeThreshold(std::string_view& text) {
    const std::size_t comma = text.find(',');
    int threshold = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + std::min(comma, text.size()), threshold);
    if (comma == std::string_view::npos || error != std::errc{} || end != text.data() + comma ||
        threshold < 1)
        return failed(DescriptorError::bad_threshold);
    text.remove_prefix(comma + 1);
    return threshold;
}

/// As many as standard rules let be spent: three bare, what fits 520 bytes in sh, else twenty.
bool fits(const Parts& parts) {
    constexpr std::size_t most_bare = 3;
    constexpr std::size_t most_keys = 20;
    constexpr std::size_t longest_redeem_script = 520;
    if (parts.keys.size() > (parts.wrappers.empty() ? most_bare : most_keys)) return false;
    if (!standsIn(parts, Wrapper::sh)) return true;
    std::size_t script = 3;
    for (const KeyExpression& key : parts.keys) script += key.isUncompressed() ? 66 : 34;
    return script <= longest_redeem_script;
}

/// At most one key has several paths, or each has as many.
bool branchesAgree(const Parts& parts) {
    std::size_t count = 1;
    for (const KeyExpression& key : parts.keys) {
        if (key.branchCount() == 1) continue;
        if (count > 1 && key.branchCount() != count) return false;
        count = key.branchCount();
    }
    return true;
}

std::expected<Parts, DescriptorError> parseKeys(std::string_view text, Form form, Parts parts) {
    if (isMulti(form)) {
        const auto threshold = takeThreshold(text);
        if (!threshold) return failed(threshold.error());
        parts.threshold = *threshold;
    } else if (text.find(',') != std::string_view::npos) {
        return failed(DescriptorError::unknown_form); // tr with scripts
    }
    const bool segwit = standsIn(parts, Wrapper::wsh) || form == Form::wpkh || isTaproot(form);
    for (bool last = false; !last;) {
        const std::size_t comma = text.find(',');
        last = comma == std::string_view::npos;
        auto key = parseKeyExpression(text.substr(0, comma), *parts.network,
                                      isTaproot(form) ? XOnlyKeys::accepted : XOnlyKeys::refused);
        if (!key) return failed(key.error());
        if (segwit && key->isUncompressed()) return failed(DescriptorError::uncompressed_key);
        parts.keys.push_back(std::move(*key));
        if (!last) text.remove_prefix(comma + 1);
    }
    parts.form = form;
    if (isMulti(form) && parts.threshold > static_cast<int>(parts.keys.size()))
        return failed(DescriptorError::bad_threshold);
    if (isMulti(form) && !fits(parts)) return failed(DescriptorError::too_many_keys);
    if (!branchesAgree(parts)) return failed(DescriptorError::bad_multipath);
    return parts;
}

std::expected<Parts, DescriptorError> parseKeyForm(std::string_view text, Parts parts) {
    for (const Form form : all_forms) {
        const auto inside = insideOf(text, nameOf(form));
        if (!inside) continue;
        const bool top_only = isTaproot(form) || form == Form::combo;
        if ((top_only && !parts.wrappers.empty()) || (form == Form::wpkh && standsIn(parts, Wrapper::wsh)))
            return failed(DescriptorError::bad_nesting);
        return parseKeys(*inside, form, std::move(parts));
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

std::expected<std::vector<Bytes>, DescriptorError> keysAt(const Parts& parts, std::uint32_t index) {
    std::vector<Bytes> keys;
    for (const KeyExpression& expression : parts.keys) {
        auto key = expression.keyAt(index);
        if (!key) return failed(key.error());
        keys.push_back(std::move(*key));
    }
    return keys;
}

crypto::XOnlyPublicKey xOnly(const Bytes& key) {
    return {toArray<32>(ByteView(key).last(32))};
}

Script multisig(int threshold, const std::vector<Bytes>& keys) {
    ScriptBuilder script;
    script.number(threshold);
    for (const Bytes& key : keys) script.push(key);
    return script.number(static_cast<std::int64_t>(keys.size())).op(Opcode::op_checkmultisig).take();
}

std::expected<Script, DescriptorError> innermostScript(const Parts& parts, std::uint32_t index) {
    auto keys = keysAt(parts, index);
    if (!keys) return failed(keys.error());
    const Bytes& key = keys->front();
    switch (parts.form) {
    case Form::pk:
        return ScriptBuilder().push(key).op(Opcode::op_checksig).take();
    case Form::pkh:
        return payToPublicKeyHash(crypto::hash160(key));
    case Form::wpkh:
        return payToWitnessPublicKeyHash(crypto::hash160(key));
    case Form::rawtr:
        return payToTaproot(xOnly(key));
    case Form::combo:
        return failed(DescriptorError::several_scripts);
    case Form::sortedmulti:
        std::ranges::sort(*keys);
        return multisig(parts.threshold, *keys);
    case Form::multi:
        return multisig(parts.threshold, *keys);
    case Form::tr:
        break;
    }
    const auto output = crypto::taprootOutputKey(xOnly(key));
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
    case DescriptorError::bad_threshold:
        return "The number of signatures must be from 1 to the number of keys.";
    case DescriptorError::too_many_keys:
        return "There are more keys than can be spent: 3 by themselves, 15 inside sh, 20 inside wsh.";
    case DescriptorError::several_scripts:
        return "combo stands for several scripts: name the one that is meant, as wpkh, pkh or sh(wpkh).";
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
    if (m_parts->keys.empty()) return m_parts->fixed_text;
    std::string text = std::string(nameOf(m_parts->form)) + '(';
    if (isMulti(m_parts->form)) text += std::to_string(m_parts->threshold) + ',';
    for (const KeyExpression& key : m_parts->keys) text += key.publicText(*m_parts->network) + ',';
    text.back() = ')';
    for (auto wrapper = m_parts->wrappers.rbegin(); wrapper != m_parts->wrappers.rend(); ++wrapper) {
        text = (*wrapper == Wrapper::sh ? "sh(" : "wsh(") + text + ')';
    }
    return text;
}

bool Descriptor::isRange() const {
    return std::ranges::any_of(m_parts->keys, [](const KeyExpression& key) {
        return key.wildcard != KeyExpression::Wildcard::none;
    });
}

bool Descriptor::hasPrivateKeys() const {
    return std::ranges::any_of(m_parts->keys, &KeyExpression::isPrivate);
}

bool Descriptor::isSolvable() const {
    return !m_parts->keys.empty();
}

std::size_t Descriptor::keyCount() const {
    return m_parts->keys.size();
}

std::vector<Descriptor> Descriptor::branches() const {
    std::size_t count = 1;
    for (const KeyExpression& key : m_parts->keys) count = std::max(count, key.branchCount());
    if (count == 1) return {*this};
    std::vector<Descriptor> result;
    for (std::size_t i = 0; i < count; ++i) {
        Parts parts = *m_parts;
        for (KeyExpression& key : parts.keys) key = key.branch(i);
        result.push_back(Descriptor(std::make_shared<const Parts>(std::move(parts))));
    }
    return result;
}

Descriptor Descriptor::forManyScripts() const {
    Parts parts = *m_parts;
    for (KeyExpression& key : parts.keys) key = key.atParent();
    return Descriptor(std::make_shared<const Parts>(std::move(parts)));
}

std::expected<Script, DescriptorError> Descriptor::scriptAt(std::uint32_t index) const {
    if (m_parts->keys.empty()) return m_parts->fixed;
    if (std::ranges::any_of(m_parts->keys, [](const KeyExpression& key) { return key.branchCount() > 1; }))
        return failed(DescriptorError::bad_multipath);
    auto script = innermostScript(*m_parts, index);
    if (!script) return script;
    for (auto wrapper = m_parts->wrappers.rbegin(); wrapper != m_parts->wrappers.rend(); ++wrapper) {
        script = *wrapper == Wrapper::sh ? payToScriptHash(crypto::hash160(*script))
                                         : payToWitnessScriptHash(*script);
    }
    return script;
}

} // namespace duplex::bitcoin::keys
