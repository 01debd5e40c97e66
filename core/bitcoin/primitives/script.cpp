#include "core/bitcoin/primitives/script.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/check.h"

#include <fmt/core.h>

namespace duplex::bitcoin {

namespace {

constexpr std::size_t longest_script = 10'000;

constexpr std::uint8_t byteOf(Opcode opcode) {
    return static_cast<std::uint8_t>(opcode);
}

/// Reads the next operation; nothing (with the reader latched) when its push runs past the end.
std::optional<ScriptOperation> readOperation(ByteReader& reader) {
    ScriptOperation operation{.opcode = reader.u8()};
    std::size_t length = 0;
    if (operation.opcode < byteOf(Opcode::pushdata1))
        length = operation.opcode;
    else if (operation.opcode == byteOf(Opcode::pushdata1))
        length = reader.u8();
    else if (operation.opcode == byteOf(Opcode::pushdata2))
        length = reader.u16le();
    else if (operation.opcode == byteOf(Opcode::pushdata4))
        length = reader.u32le();
    operation.data = reader.bytes(length);
    if (!reader.ok()) return std::nullopt;
    return operation;
}

bool looksLikeKey(ByteView key) {
    if (key.size() == 33) return key[0] == 2 || key[0] == 3;
    return key.size() == 65 && (key[0] == 4 || key[0] == 6 || key[0] == 7);
}

bool isPublicKeyScript(const std::vector<ScriptOperation>& operations) {
    return operations.size() == 2 && operations[0].opcode < byteOf(Opcode::pushdata1) &&
           looksLikeKey(operations[0].data) && operations[1].opcode == byteOf(Opcode::op_checksig);
}

bool isPublicKeyHashScript(ByteView script) {
    return script.size() == 25 && script[0] == byteOf(Opcode::op_dup) &&
           script[1] == byteOf(Opcode::op_hash160) && script[2] == 20 &&
           script[23] == byteOf(Opcode::op_equalverify) && script[24] == byteOf(Opcode::op_checksig);
}

bool isScriptHashScript(ByteView script) {
    return script.size() == 23 && script[0] == byteOf(Opcode::op_hash160) && script[1] == 20 &&
           script[22] == byteOf(Opcode::op_equal);
}

/// The count of keys or signatures in a bare multisig, 1 to 20.
std::optional<std::size_t> multisigCount(const ScriptOperation& operation) {
    std::int64_t count = 0;
    if (operation.opcode >= byteOf(Opcode::op_1) && operation.opcode <= byteOf(Opcode::op_16)) {
        count = operation.opcode - byteOf(Opcode::op_1) + 1;
    } else if (!operation.data.empty() && isMinimalPush(operation) && isMinimalNumber(operation.data)) {
        count = numberOf(operation.data).value_or(0);
    }
    return count >= 1 && count <= 20 ? std::optional<std::size_t>(count) : std::nullopt;
}

bool isMultisigScript(const std::vector<ScriptOperation>& operations) {
    if (operations.size() < 4 || operations.back().opcode != byteOf(Opcode::op_checkmultisig)) return false;
    const auto required = multisigCount(operations.front());
    const auto keys = multisigCount(operations[operations.size() - 2]);
    if (!required || !keys || *required > *keys || *keys != operations.size() - 3) return false;
    return std::all_of(operations.begin() + 1, operations.end() - 2,
                       [](const ScriptOperation& operation) { return looksLikeKey(operation.data); });
}

bool isNullData(const std::vector<ScriptOperation>& operations) {
    return !operations.empty() && operations[0].opcode == byteOf(Opcode::op_return) &&
           std::all_of(operations.begin() + 1, operations.end(), [](const ScriptOperation& operation) {
               return operation.opcode <= byteOf(Opcode::op_16);
           });
}

Script witnessScript(Opcode version, ByteView program) {
    return ScriptBuilder().op(version).push(program).take();
}

ScriptKind kindOfProgram(ByteView script, const WitnessProgram& witness) {
    if (witness.version == 0 && witness.program.size() == 20) return ScriptKind::witness_public_key_hash;
    if (witness.version == 0 && witness.program.size() == 32) return ScriptKind::witness_script_hash;
    if (witness.version == 0) return ScriptKind::nonstandard;
    if (witness.version == 1 && witness.program.size() == 32) return ScriptKind::taproot;
    constexpr ByteArray<4> pay_to_anchor = {0x51, 0x02, 0x4e, 0x73};
    if (std::equal(script.begin(), script.end(), pay_to_anchor.begin(), pay_to_anchor.end()))
        return ScriptKind::anchor;
    return ScriptKind::witness_unknown;
}

} // namespace

ScriptBuilder& ScriptBuilder::op(Opcode opcode) {
    m_bytes.push_back(byteOf(opcode));
    return *this;
}

ScriptBuilder& ScriptBuilder::push(ByteView data) {
    if (data.empty()) return op(Opcode::op_0);
    if (data.size() == 1 && data[0] >= 1 && data[0] <= 16) return number(data[0]);
    if (data.size() == 1 && data[0] == 0x81) return op(Opcode::op_1negate);
    ByteWriter writer;
    if (data.size() < byteOf(Opcode::pushdata1))
        writer.u8(static_cast<std::uint8_t>(data.size()));
    else if (data.size() <= 0xff)
        writer.u8(byteOf(Opcode::pushdata1)).u8(static_cast<std::uint8_t>(data.size()));
    else if (data.size() <= 0xffff)
        writer.u8(byteOf(Opcode::pushdata2)).u16le(static_cast<std::uint16_t>(data.size()));
    else
        writer.u8(byteOf(Opcode::pushdata4)).u32le(static_cast<std::uint32_t>(data.size()));
    writer.bytes(data);
    m_bytes.insert(m_bytes.end(), writer.view().begin(), writer.view().end());
    return *this;
}

ScriptBuilder& ScriptBuilder::number(std::int64_t value) {
    if (value == 0) return op(Opcode::op_0);
    if (value == -1) return op(Opcode::op_1negate);
    if (value >= 1 && value <= 16) return op(static_cast<Opcode>(byteOf(Opcode::op_1) + value - 1));
    return push(scriptNumber(value));
}

Bytes scriptNumber(std::int64_t value) {
    Bytes bytes;
    const bool negative = value < 0;
    std::uint64_t rest = negative ? -static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    for (; rest != 0; rest >>= 8) bytes.push_back(static_cast<std::uint8_t>(rest));
    if (bytes.empty()) return bytes;
    if (bytes.back() & 0x80) bytes.push_back(0);
    if (negative) bytes.back() |= 0x80;
    return bytes;
}

std::optional<std::int64_t> numberOf(ByteView bytes, std::size_t longest) {
    if (bytes.size() > longest || bytes.size() > 8) return std::nullopt;
    if (bytes.empty()) return 0;
    std::uint64_t magnitude = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) magnitude = magnitude << 8 | bytes[i];
    const std::uint64_t sign = std::uint64_t{0x80} << 8 * (bytes.size() - 1);
    const auto value = static_cast<std::int64_t>(magnitude & ~sign);
    return magnitude & sign ? -value : value;
}

bool isMinimalNumber(ByteView bytes) {
    if (bytes.empty() || (bytes.back() & 0x7f) != 0) return true;
    return bytes.size() > 1 && (bytes[bytes.size() - 2] & 0x80) != 0;
}

bool isMinimalPush(const ScriptOperation& operation) {
    if (operation.opcode > byteOf(Opcode::pushdata4)) return true;
    return ScriptBuilder().push(operation.data).take().bytes[0] == operation.opcode;
}

bool isSpendable(ByteView script) {
    return script.size() <= longest_script && (script.empty() || script[0] != byteOf(Opcode::op_return));
}

Script payToPublicKeyHash(const crypto::Hash20& hash) {
    return ScriptBuilder()
        .op(Opcode::op_dup)
        .op(Opcode::op_hash160)
        .push(hash)
        .op(Opcode::op_equalverify)
        .op(Opcode::op_checksig)
        .take();
}

Script payToScriptHash(const crypto::Hash20& hash) {
    return ScriptBuilder().op(Opcode::op_hash160).push(hash).op(Opcode::op_equal).take();
}

Script payToWitnessPublicKeyHash(const crypto::PublicKey& key) {
    return payToWitnessPublicKeyHash(crypto::hash160(key));
}
Script payToWitnessPublicKeyHash(const crypto::Hash20& hash) {
    return witnessScript(Opcode::op_0, hash);
}
Script payToWitnessScriptHash(const Script& witness_script) {
    return witnessScript(Opcode::op_0, crypto::sha256(witness_script));
}
Script payToTaproot(const crypto::XOnlyPublicKey& output_key) {
    return witnessScript(Opcode::op_1, output_key);
}

ScriptKind kindOf(ByteView script) {
    if (isScriptHashScript(script)) return ScriptKind::script_hash;
    if (isPublicKeyHashScript(script)) return ScriptKind::public_key_hash;
    if (const auto witness = witnessProgramOf(script)) return kindOfProgram(script, *witness);
    if (script.size() > longest_script) return ScriptKind::nonstandard;
    const auto operations = operationsOf(script);
    if (!operations) return ScriptKind::nonstandard;
    if (isNullData(*operations)) return ScriptKind::null_data;
    if (isPublicKeyScript(*operations)) return ScriptKind::public_key;
    return isMultisigScript(*operations) ? ScriptKind::multisig : ScriptKind::nonstandard;
}

std::string_view coreNameOf(ScriptKind kind) {
    switch (kind) {
    case ScriptKind::public_key:
        return "pubkey";
    case ScriptKind::public_key_hash:
        return "pubkeyhash";
    case ScriptKind::script_hash:
        return "scripthash";
    case ScriptKind::witness_public_key_hash:
        return "witness_v0_keyhash";
    case ScriptKind::witness_script_hash:
        return "witness_v0_scripthash";
    case ScriptKind::taproot:
        return "witness_v1_taproot";
    case ScriptKind::witness_unknown:
        return "witness_unknown";
    case ScriptKind::anchor:
        return "anchor";
    case ScriptKind::multisig:
        return "multisig";
    case ScriptKind::null_data:
        return "nulldata";
    case ScriptKind::nonstandard:
        return "nonstandard";
    }
    check(false, "every script kind has a name");
    return {};
}

std::optional<WitnessProgram> witnessProgramOf(ByteView script) {
    if (script.size() < 4 || script.size() > 42 || script[1] != script.size() - 2) return std::nullopt;
    const bool zero = script[0] == byteOf(Opcode::op_0);
    if (!zero && (script[0] < byteOf(Opcode::op_1) || script[0] > byteOf(Opcode::op_16))) return std::nullopt;
    return WitnessProgram{.version = zero ? 0 : script[0] - byteOf(Opcode::op_1) + 1,
                          .program = toBytes(script.subspan(2))};
}

std::optional<std::vector<ScriptOperation>> operationsOf(ByteView script) {
    std::vector<ScriptOperation> operations;
    ByteReader reader(script);
    while (reader.remaining() > 0) {
        auto operation = readOperation(reader);
        if (!operation) return std::nullopt;
        operations.push_back(std::move(*operation));
    }
    return operations;
}

std::string disassemble(ByteView script) {
    std::string text;
    ByteReader reader(script);
    while (reader.remaining() > 0) {
        if (!text.empty()) text += ' ';
        const auto operation = readOperation(reader);
        if (!operation) return text + "[error]";
        if (operation->opcode > byteOf(Opcode::pushdata4))
            text += nameOf(operation->opcode);
        else if (const auto number = numberOf(operation->data))
            text += fmt::format("{}", *number);
        else
            text += toHex(operation->data);
    }
    return text;
}

std::int64_t dustLimitSat(ByteView script) {
    if (!isSpendable(script)) return 0;
    constexpr std::int64_t witness_spend = 32 + 4 + 1 + 107 / 4 + 4; // an input with its witness at a quarter
    constexpr std::int64_t plain_spend = 32 + 4 + 1 + 107 + 4;
    const std::int64_t length_size = script.size() < 0xfd ? 1 : 3;
    const std::int64_t output = 8 + length_size + static_cast<std::int64_t>(script.size());
    return 3 * (output + (witnessProgramOf(script) ? witness_spend : plain_spend));
}

} // namespace duplex::bitcoin
