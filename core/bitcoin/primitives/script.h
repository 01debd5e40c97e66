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

/// Every opcode by its name in Core, less the "OP_". op_1 to op_16 stand in a row.
enum class Opcode : std::uint8_t {
    op_0 = 0x00,
    pushdata1 = 0x4c,
    pushdata2 = 0x4d,
    pushdata4 = 0x4e,
    op_1negate = 0x4f,
    op_reserved = 0x50,
    op_1 = 0x51,
    op_2 = 0x52,
    op_16 = 0x60,
    op_nop = 0x61,
    op_ver,
    op_if,
    op_notif,
    op_verif,
    op_vernotif,
    op_else,
    op_endif,
    op_verify,
    op_return,
    op_toaltstack,
    op_fromaltstack,
    op_2drop,
    op_2dup,
    op_3dup,
    op_2over,
    op_2rot,
    op_2swap,
    op_ifdup,
    op_depth,
    op_drop,
    op_dup,
    op_nip,
    op_over,
    op_pick,
    op_roll,
    op_rot,
    op_swap,
    op_tuck,
    op_cat,
    op_substr,
    op_left,
    op_right,
    op_size,
    op_invert,
    op_and,
    op_or,
    op_xor,
    op_equal,
    op_equalverify,
    op_reserved1,
    op_reserved2,
    op_1add,
    op_1sub,
    op_2mul,
    op_2div,
    op_negate,
    op_abs,
    op_not,
    op_0notequal,
    op_add,
    op_sub,
    op_mul,
    op_div,
    op_mod,
    op_lshift,
    op_rshift,
    op_booland,
    op_boolor,
    op_numequal,
    op_numequalverify,
    op_numnotequal,
    op_lessthan,
    op_greaterthan,
    op_lessthanorequal,
    op_greaterthanorequal,
    op_min,
    op_max,
    op_within,
    op_ripemd160,
    op_sha1,
    op_sha256,
    op_hash160,
    op_hash256,
    op_codeseparator,
    op_checksig,
    op_checksigverify,
    op_checkmultisig,
    op_checkmultisigverify,
    op_nop1,
    op_checklocktimeverify,
    op_checksequenceverify,
    op_nop4,
    op_nop5,
    op_nop6,
    op_nop7,
    op_nop8,
    op_nop9,
    op_nop10,
    op_checksigadd = 0xba,
    op_invalidopcode = 0xff,
};
static_assert(static_cast<std::uint8_t>(Opcode::op_checksequenceverify) == 0xb2 &&
              static_cast<std::uint8_t>(Opcode::op_hash160) == 0xa9);
/// "OP_DUP"; "0", "-1" and "1" to "16" for the small numbers; "OP_UNKNOWN" where there is no name.
std::string nameOf(std::uint8_t opcode);

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

enum class ScriptKind {
    public_key,
    public_key_hash,
    script_hash,
    witness_public_key_hash,
    witness_script_hash,
    taproot,
    witness_unknown,
    anchor,
    multisig,
    null_data,
    nonstandard
};
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

/// A script number (little-endian, sign in the top bit), minimally encoded; zero is empty.
Bytes scriptNumber(std::int64_t value);
/// Nothing when longer than `longest` bytes (8 at most).
std::optional<std::int64_t> numberOf(ByteView bytes, std::size_t longest = 4);
/// True when these bytes are the shortest encoding of their number.
bool isMinimalNumber(ByteView bytes);
/// True when this opcode is the shortest way to push this data (BIP 62, rule 3).
bool isMinimalPush(const ScriptOperation& operation);
/// What a script does when run: false where a spend can never succeed (OP_RETURN first, or over 10,000
/// bytes).
bool isSpendable(ByteView script);

/// The least value of an output with this script that relay takes at 3 sat/vB of dust relay fee (Core's dust
/// rule, BOLT 3).
std::int64_t dustLimitSat(ByteView script);

} // namespace duplex::bitcoin
