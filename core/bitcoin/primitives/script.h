#pragma once

#include "core/base/bytes.h"
#include "core/crypto/hash.h"
#include "core/crypto/keys.h"

namespace duplex::bitcoin {

/// A script's bytes, as they stand in a transaction.
struct Script {
    Bytes bytes;
    bool empty() const { return bytes.empty(); }
    operator ByteView() const { return bytes; }
    friend auto operator<=>(const Script&, const Script&) = default;
};

enum class Opcode : std::uint8_t {
    op_0 = 0x00, pushdata1 = 0x4c, pushdata2 = 0x4d, pushdata4 = 0x4e, op_1negate = 0x4f, op_1 = 0x51, op_2 = 0x52, op_16 = 0x60,
    op_if = 0x63, op_notif = 0x64, op_else = 0x67, op_endif = 0x68, op_verify = 0x69, op_return = 0x6a,
    op_drop = 0x75, op_dup = 0x76, op_ifdup = 0x73, op_swap = 0x7c, op_size = 0x82, op_equal = 0x87, op_equalverify = 0x88,
    op_hash160 = 0xa9, op_checksig = 0xac, op_checksigverify = 0xad, op_checkmultisig = 0xae,
    op_checklocktimeverify = 0xb1, op_checksequenceverify = 0xb2,
};

/// Builds a script; pushes are minimal (BIP 62).
class ScriptBuilder {
public:
    ScriptBuilder& op(Opcode opcode);
    ScriptBuilder& push(ByteView data);
    ScriptBuilder& number(std::int64_t value);
    Script take() { return Script{std::move(m_bytes)}; }

private:
    Bytes m_bytes;
};

Script payToPublicKeyHash(const crypto::Hash20& hash);
Script payToScriptHash(const crypto::Hash20& hash);
Script payToWitnessPublicKeyHash(const crypto::PublicKey& key);
Script payToWitnessPublicKeyHash(const crypto::Hash20& hash);
/// OP_0 and SHA-256 of the witness script.
Script payToWitnessScriptHash(const Script& witness_script);
/// OP_1 and the (already tweaked) output key.
Script payToTaproot(const crypto::XOnlyPublicKey& output_key);

enum class ScriptKind { public_key, public_key_hash, script_hash, witness_public_key_hash, witness_script_hash, taproot, witness_unknown, anchor, multisig, null_data, nonstandard };
ScriptKind kindOf(ByteView script);
/// Core's name for a kind: "witness_v0_keyhash" and so on.
std::string_view coreNameOf(ScriptKind kind);

struct WitnessProgram {
    int version = 0;
    Bytes program;
};
std::optional<WitnessProgram> witnessProgramOf(ByteView script);

/// One operation of a script: opcode byte and what it pushes.
struct ScriptOperation {
    std::uint8_t opcode = 0;
    Bytes data;
};
/// Nothing when a push runs past the end.
std::optional<std::vector<ScriptOperation>> operationsOf(ByteView script);
/// Core's disassembly ("0 751e76e8…", "OP_DUP OP_HASH160 …").
std::string disassemble(ByteView script);

/// The least value of an output with this script that relay takes at 3 sat/vB of dust relay fee (Core's dust rule, BOLT 3).
std::int64_t dustLimitSat(ByteView script);

} // namespace duplex::bitcoin
