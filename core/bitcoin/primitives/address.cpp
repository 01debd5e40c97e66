#include "core/bitcoin/primitives/address.h"

#include "core/base/check.h"
#include "core/bitcoin/primitives/base58.h"
#include "core/bitcoin/primitives/bech32.h"

namespace duplex::bitcoin {

namespace {

constexpr std::array all_networks = {Network::main, Network::testnet4, Network::signet, Network::regtest,
                                     Network::sandbox};

bool startsWithIgnoringCase(std::string_view text, std::string_view lower_prefix) {
    if (text.size() < lower_prefix.size()) return false;
    return std::equal(lower_prefix.begin(), lower_prefix.end(), text.begin(), [](char want, char c) {
        return want == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    });
}

bool isMixedCase(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; }) &&
           std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

/// True when the text begins as a segwit address of some network does ("bc1", "tb1", "bcrt1").
bool looksLikeSegwit(std::string_view text) {
    return std::any_of(all_networks.begin(), all_networks.end(), [&](Network network) {
        return startsWithIgnoringCase(text, std::string(parametersOf(network).bech32_prefix) + "1");
    });
}

std::expected<Script, AddressError> segwitScript(std::string_view address,
                                                 const NetworkParameters& parameters) {
    if (isMixedCase(address)) return std::unexpected(AddressError::mixed_case);
    if (address.size() > 90) return std::unexpected(AddressError::bad_length);
    const auto text = decodeBech32(address);
    if (!text) return std::unexpected(AddressError::bad_checksum);
    if (text->words.empty()) return std::unexpected(AddressError::bad_witness_program);

    const std::uint8_t version = text->words[0];
    const auto program = convertBits(std::span(text->words).subspan(1), 5, 8, false);
    const Bech32Variant variant = version == 0 ? Bech32Variant::bech32 : Bech32Variant::bech32m;
    if (version > 16 || !program || text->variant != variant)
        return std::unexpected(AddressError::bad_witness_program);
    if (program->size() < 2 || program->size() > 40)
        return std::unexpected(AddressError::bad_witness_program);
    if (version == 0 && program->size() != 20 && program->size() != 32)
        return std::unexpected(AddressError::bad_witness_program);
    if (text->prefix != parameters.bech32_prefix) return std::unexpected(AddressError::wrong_network);
    return ScriptBuilder().number(version).push(*program).take();
}

std::optional<Script> base58Script(const Bytes& payload, const NetworkParameters& parameters) {
    const auto hash = toArray<20>(ByteView(payload).subspan(1));
    if (payload[0] == parameters.public_key_hash_version) return payToPublicKeyHash(hash);
    if (payload[0] == parameters.script_hash_version) return payToScriptHash(hash);
    return std::nullopt;
}

bool isKnownVersion(const Bytes& payload) {
    return !payload.empty() && std::any_of(all_networks.begin(), all_networks.end(), [&](Network network) {
        const NetworkParameters& parameters = parametersOf(network);
        return payload[0] == parameters.public_key_hash_version ||
               payload[0] == parameters.script_hash_version;
    });
}

std::expected<Script, AddressError> oldScript(std::string_view address, const NetworkParameters& parameters) {
    const auto bytes = decodeBase58(address);
    if (!bytes) return std::unexpected(AddressError::unknown_form);
    const auto payload = decodeBase58Check(address);
    // Text of about the right length is a mistyped address, all else was never one.
    if (!payload)
        return std::unexpected(address.size() >= 26 && address.size() <= 35 ? AddressError::bad_checksum
                                                                            : AddressError::unknown_form);
    const bool known_elsewhere = isKnownVersion(*payload);
    if (payload->size() != 21)
        return std::unexpected(known_elsewhere ? AddressError::bad_length : AddressError::unknown_form);
    if (auto script = base58Script(*payload, parameters)) return std::move(*script);
    return std::unexpected(known_elsewhere ? AddressError::wrong_network : AddressError::unknown_form);
}

std::string segwitAddress(const WitnessProgram& witness, const NetworkParameters& parameters) {
    std::vector<std::uint8_t> words = {static_cast<std::uint8_t>(witness.version)};
    const auto program = convertBits(witness.program, 8, 5, true);
    check(program.has_value(), "eight bits always regroup");
    words.insert(words.end(), program->begin(), program->end());
    return encodeBech32(parameters.bech32_prefix, words,
                        witness.version == 0 ? Bech32Variant::bech32 : Bech32Variant::bech32m);
}

std::string oldAddress(std::uint8_t version, ByteView hash) {
    const ByteArray<1> prefix = {version};
    return encodeBase58Check(concat({prefix, hash}));
}

} // namespace

std::string_view textOf(AddressError error) {
    switch (error) {
    case AddressError::empty:
        return "Enter an address.";
    case AddressError::unknown_form:
        return "This is not a Bitcoin address. Copy it again from the receiver.";
    case AddressError::mixed_case:
        return "The address mixes upper and lower case. Copy it again from the receiver.";
    case AddressError::bad_checksum:
        return "A character of the address is wrong. Copy it again from the receiver.";
    case AddressError::wrong_network:
        return "This address belongs to another network. Ask the receiver for one of this network.";
    case AddressError::bad_witness_program:
        return "The address is malformed; coins sent to it would be lost. Ask the receiver for a new one.";
    case AddressError::bad_length:
        return "The address has a wrong length. Copy it again from the receiver.";
    }
    check(false, "every address error has a text");
    return {};
}

std::expected<Script, AddressError> scriptFromAddress(std::string_view address,
                                                      const NetworkParameters& parameters) {
    if (address.empty()) return std::unexpected(AddressError::empty);
    return looksLikeSegwit(address) ? segwitScript(address, parameters) : oldScript(address, parameters);
}

std::optional<std::string> addressOf(ByteView script, const NetworkParameters& parameters) {
    switch (kindOf(script)) {
    case ScriptKind::public_key_hash:
        return oldAddress(parameters.public_key_hash_version, script.subspan(3, 20));
    case ScriptKind::script_hash:
        return oldAddress(parameters.script_hash_version, script.subspan(2, 20));
    case ScriptKind::witness_public_key_hash:
    case ScriptKind::witness_script_hash:
    case ScriptKind::taproot:
    case ScriptKind::witness_unknown:
    case ScriptKind::anchor:
        return segwitAddress(*witnessProgramOf(script), parameters);
    case ScriptKind::public_key:
    case ScriptKind::multisig:
    case ScriptKind::null_data:
    case ScriptKind::nonstandard:
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace duplex::bitcoin
