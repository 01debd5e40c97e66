#include "core/bitcoin/keys/descriptor.h"
#include "core/bitcoin/primitives/address.h"
#include "core/rpc/decode_text.h"
#include "core/rpc/method_table.h"
#include "core/rpc/transaction_json.h"

#include <algorithm>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Decoding";

using bitcoin::Script;
using bitcoin::ScriptKind;
using bitcoin::keys::Descriptor;
using bitcoin::keys::DescriptorError;

LocalResult decodeRawTransaction(const Arguments& arguments, const Environment& environment) {
    const auto bytes = fromHex(arguments.text("hexstring"));
    if (!bytes) return fail(Code::undecodable, "TX decode failed");
    auto transaction = std::expected<bitcoin::Transaction, bitcoin::DecodeError>(
        std::unexpected(bitcoin::DecodeError::truncated));
    const bool both = !arguments.has("iswitness");
    if (both || arguments.boolean("iswitness")) transaction = bitcoin::decodeTransaction(*bytes);
    if (!transaction && (both || !arguments.boolean("iswitness")))
        transaction = bitcoin::decodeTransaction(*bytes, bitcoin::Witnesses::without);
    if (!transaction) return fail(Code::undecodable, "TX decode failed");
    return transactionJson(*transaction, *environment.network);
}

// What may stand under a segwit output: Core wraps neither what is one already nor what could never be spent.
bool canBeWrapped(ByteView script, ScriptKind kind) {
    switch (kind) {
    case ScriptKind::multisig:
    case ScriptKind::nonstandard:
    case ScriptKind::public_key:
    case ScriptKind::public_key_hash:
    case ScriptKind::witness_public_key_hash:
    case ScriptKind::witness_script_hash:
        break;
    case ScriptKind::null_data:
    case ScriptKind::script_hash:
    case ScriptKind::taproot:
    case ScriptKind::witness_unknown:
    case ScriptKind::anchor:
        return false;
    }
    const auto operations = bitcoin::operationsOf(script);
    // OP_CHECKSIGADD means something in tapscript only.
    return bitcoin::isSpendable(script) && operations &&
           std::ranges::none_of(*operations, [](const bitcoin::ScriptOperation& operation) {
               return operation.opcode == 0xba;
           });
}

bool hasUncompressedKey(ByteView script, ScriptKind kind) {
    if (kind != ScriptKind::public_key && kind != ScriptKind::multisig) return false;
    const auto operations = bitcoin::operationsOf(script);
    return operations && std::ranges::any_of(*operations, [](const bitcoin::ScriptOperation& operation) {
               return operation.data.size() == 65;
           });
}

std::string scriptHashAddress(ByteView script, const bitcoin::NetworkParameters& network) {
    return bitcoin::addressOf(bitcoin::payToScriptHash(crypto::hash160(script)), network).value_or("");
}

std::optional<Script> witnessProgramFor(ByteView script, ScriptKind kind) {
    const auto operations = bitcoin::operationsOf(script);
    switch (kind) {
    case ScriptKind::public_key:
        return bitcoin::payToWitnessPublicKeyHash(crypto::hash160((*operations)[0].data));
    case ScriptKind::public_key_hash:
        return bitcoin::payToWitnessPublicKeyHash(toArray<20>((*operations)[2].data));
    case ScriptKind::multisig:
    case ScriptKind::nonstandard:
        return bitcoin::payToWitnessScriptHash(Script{toBytes(script)});
    case ScriptKind::witness_public_key_hash:
    case ScriptKind::witness_script_hash:
    case ScriptKind::null_data:
    case ScriptKind::script_hash:
    case ScriptKind::taproot:
    case ScriptKind::witness_unknown:
    case ScriptKind::anchor:
        return std::nullopt;
    }
    return std::nullopt;
}

/// What the script inside tells of its segwit output, as Core infers it; else only the address is known.
std::optional<std::string> segwitDescriptor(ByteView script, ScriptKind kind) {
    if (kind == ScriptKind::public_key) {
        const auto operations = bitcoin::operationsOf(script);
        return operations ? std::optional("wpkh(" + toHex((*operations)[0].data) + ")") : std::nullopt;
    }
    if (kind != ScriptKind::multisig) return std::nullopt;
    const auto bare = bareMultisig(script);
    return bare ? std::optional("wsh(" + *bare + ")") : std::nullopt;
}

LocalResult decodeScript(const Arguments& arguments, const Environment& environment) {
    const auto bytes = fromHex(arguments.text("hexstring"));
    if (!bytes)
        return fail(Code::bad_parameter, fmt::format("argument must be hexadecimal string (not '{}')",
                                                     arguments.text("hexstring")));
    const bitcoin::NetworkParameters& network = *environment.network;
    const ScriptKind kind = bitcoin::kindOf(*bytes);
    Json json = Json::object();
    const Json script = scriptJson(*bytes, network);
    for (const auto& [key, value] : *script.members())
        if (key != "hex") json.set(key, value); // the caller has it
    if (!canBeWrapped(*bytes, kind)) return json;
    json.set("p2sh", scriptHashAddress(*bytes, network));
    if (hasUncompressedKey(*bytes, kind)) return json;
    if (const auto program = witnessProgramFor(*bytes, kind)) {
        Json segwit = scriptJson(*program, network, segwitDescriptor(*bytes, kind));
        segwit.set("p2sh-segwit", scriptHashAddress(*program, network));
        json.set("segwit", std::move(segwit));
    }
    return json;
}

LocalResult validateAddress(const Arguments& arguments, const Environment& environment) {
    const std::string address = arguments.text("address");
    const auto script = bitcoin::scriptFromAddress(address, *environment.network);
    if (!script)
        return Json::object()
            .set("isvalid", false)
            .set("error_locations", Json::array())
            .set("error", bitcoin::textOf(script.error()));
    Json json = Json::object();
    json.set("isvalid", true);
    json.set("address", bitcoin::addressOf(*script, *environment.network).value_or(address));
    json.set("scriptPubKey", toHex(*script));
    const ScriptKind kind = bitcoin::kindOf(*script);
    const auto program = bitcoin::witnessProgramOf(*script);
    json.set("isscript", kind == ScriptKind::script_hash || kind == ScriptKind::witness_script_hash ||
                             kind == ScriptKind::taproot);
    json.set("iswitness", program.has_value());
    if (program)
        json.set("witness_version", program->version).set("witness_program", toHex(program->program));
    return json;
}

std::unexpected<api::Error> badDescriptor(DescriptorError error) {
    return fail(Code::bad_address, std::string(bitcoin::keys::textOf(error)));
}

LocalResult descriptorInfo(const Arguments& arguments, const Environment& environment) {
    const std::string text = arguments.text("descriptor");
    const auto descriptor = Descriptor::parse(text, *environment.network);
    if (!descriptor) return badDescriptor(descriptor.error());
    const auto withChecksum = [](const std::string& plain) {
        return plain + "#" + bitcoin::keys::descriptorChecksum(plain).value_or("");
    };
    Json json = Json::object();
    const auto branches = descriptor->branches();
    json.set("descriptor", withChecksum(branches.front().publicText()));
    if (branches.size() > 1) {
        Json list = Json::array();
        for (const Descriptor& branch : branches) list.push(withChecksum(branch.publicText()));
        json.set("multipath_expansion", std::move(list));
    }
    json.set("checksum", bitcoin::keys::descriptorChecksum(text.substr(0, text.find('#'))).value_or(""));
    json.set("isrange", descriptor->isRange());
    json.set("issolvable", descriptor->isSolvable());
    return json.set("hasprivatekeys", descriptor->hasPrivateKeys());
}

struct Range {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// A call is answered where all calls are read, and in the window where everything is drawn: each key
/// costs a point multiplication, so more than these would hold everybody up. Core allows 1,000,000.
constexpr std::int64_t most_keys = 10'000;

std::expected<Range, api::Error> rangeOf(const Json& value) {
    Range range;
    if (const auto end = value.integer()) {
        range.last = *end;
    } else if (const Json::Array* pair = value.elements();
               pair && pair->size() == 2 && (*pair)[0].integer() && (*pair)[1].integer()) {
        range = {.first = *(*pair)[0].integer(), .last = *(*pair)[1].integer()};
        if (range.first > range.last)
            return fail(Code::bad_parameter, "Range specified as [begin,end] must not have begin after end");
    } else {
        return fail(Code::bad_parameter, "Range must be specified as end or as [begin,end]");
    }
    if (range.first < 0) return fail(Code::bad_parameter, "Range should be greater or equal than 0");
    if (range.last >= 0x80000000LL) return fail(Code::bad_parameter, "End of range is too high");
    if (range.last < 0) return fail(Code::bad_parameter, "Range should be greater or equal than 0");
    return range;
}

std::expected<Json, api::Error> addressesOf(const Descriptor& descriptor, Range range,
                                            const bitcoin::NetworkParameters& network) {
    Json list = Json::array();
    const Descriptor cheaper = descriptor.forManyScripts();
    for (std::int64_t index = range.first; index <= range.last; ++index) {
        const auto script = cheaper.scriptAt(static_cast<std::uint32_t>(index));
        if (!script)
            return fail(Code::bad_address, script.error() == DescriptorError::hardened_needs_private_key
                                               ? "Cannot derive script without private keys"
                                               : std::string(bitcoin::keys::textOf(script.error())));
        const auto address = bitcoin::addressOf(*script, network);
        if (!address || bitcoin::kindOf(*script) == ScriptKind::public_key)
            return fail(Code::bad_address, "Descriptor does not have a corresponding address");
        list.push(*address);
    }
    return list;
}

LocalResult deriveAddresses(const Arguments& arguments, const Environment& environment) {
    const auto descriptor =
        Descriptor::parse(arguments.text("descriptor"), *environment.network, Descriptor::Checksum::required);
    if (!descriptor) return badDescriptor(descriptor.error());
    if (!descriptor->isRange() && arguments.has("range"))
        return fail(Code::bad_parameter, "Range should not be specified for an un-ranged descriptor");
    if (descriptor->isRange() && !arguments.has("range"))
        return fail(Code::bad_parameter, "Range must be specified for a ranged descriptor");
    Range range;
    if (arguments.has("range")) {
        const auto given = rangeOf(arguments.at("range"));
        if (!given) return std::unexpected(given.error());
        range = *given;
    }
    const auto branches = descriptor->branches();
    const std::size_t keys_each = branches.size() * std::max<std::size_t>(1, descriptor->keyCount());
    if ((range.last - range.first + 1) * static_cast<std::int64_t>(keys_each) > most_keys)
        return fail(Code::bad_parameter,
                    fmt::format("Range is too large: a call derives at most {} keys, and this descriptor has "
                                "{} for each address. Ask for the rest with further calls.",
                                most_keys, keys_each));
    if (branches.size() == 1) return addressesOf(branches.front(), range, *environment.network);
    Json lists = Json::array();
    for (const Descriptor& branch : branches) {
        auto list = addressesOf(branch, range, *environment.network);
        if (!list) return list;
        lists.push(std::move(*list));
    }
    return lists;
}

} // namespace

std::vector<Method> decodeMethods() {
    return {
        {.name = "decoderawtransaction",
         .group = group,
         .params = {{.name = "hexstring", .needed = Needed::yes, .help = "the transaction"},
                    {.name = "iswitness",
                     .type = ParamType::boolean,
                     .help = "whether it has witnesses; default: found out"}},
         .summary = "A transaction's fields.",
         .result_help = "an object as Core's",
         .example = "HEX",
         .local = decodeRawTransaction},
        {.name = "decodescript",
         .group = group,
         .params = {{.name = "hexstring", .needed = Needed::yes, .help = "the script"}},
         .summary = "What a script is, and what wraps it.",
         .result_help = "an object as Core's",
         .example = "0014751e76e8199196d454941c45d1b3a323f1433bd6",
         .local = decodeScript},
        {.name = "validateaddress",
         .group = group,
         .params = {{.name = "address", .needed = Needed::yes, .help = "to check"}},
         .summary = "Whether a text is an address of this network.",
         .result_help = "an object as Core's",
         .example = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
         .local = validateAddress},
        {.name = "getdescriptorinfo",
         .group = group,
         .params = {{.name = "descriptor",
                     .needed = Needed::yes,
                     .help = "with or without checksum; one with private keys: -stdin"}},
         .summary = "What an output descriptor is.",
         .result_help = "an object as Core's",
         .example = "\"wpkh([d34db33f/84h/0h/"
                    "0h]0279be667ef9dcbbac55a06295Ce870b07029Bfcdb2dce28d959f2815b16f81798)\"",
         .local = descriptorInfo},
        {.name = "deriveaddresses",
         .group = group,
         .params = {{.name = "descriptor", .needed = Needed::yes, .help = "with checksum"},
                    {.name = "range",
                     .type = ParamType::text_or_json,
                     .help = "last index, or [first, last]; at most 10000 addresses a call"}},
         .summary = "Addresses of an output descriptor.",
         .result_help = "an array of addresses",
         .example = "DESCRIPTOR '[0,2]'",
         .local = deriveAddresses},
        {.name = "decode",
         .group = group,
         .params = {{.name = "string",
                     .needed = Needed::yes,
                     .help = "a BOLT 11 invoice, a bitcoin: or lightning: link, or an address"}},
         .summary = "What a string is, and what stands in it. BOLT 12 and LNURL are known by sight only.",
         .result_help = "an object with type and valid, for BOLT 11 as Core Lightning's; with valid false "
                        "also why",
         .example = "lnbc1...",
         .local = decodeText},
    };
}

} // namespace duplex::rpc
