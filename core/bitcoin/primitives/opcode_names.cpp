#include "core/bitcoin/primitives/script.h"

#include <fmt/core.h>

namespace duplex::bitcoin {

namespace {

constexpr std::uint8_t first_named = 0x61; // OP_NOP
constexpr std::array<std::string_view, 90> names = {
    "NOP",
    "VER",
    "IF",
    "NOTIF",
    "VERIF",
    "VERNOTIF",
    "ELSE",
    "ENDIF",
    "VERIFY",
    "RETURN",
    "TOALTSTACK",
    "FROMALTSTACK",
    "2DROP",
    "2DUP",
    "3DUP",
    "2OVER",
    "2ROT",
    "2SWAP",
    "IFDUP",
    "DEPTH",
    "DROP",
    "DUP",
    "NIP",
    "OVER",
    "PICK",
    "ROLL",
    "ROT",
    "SWAP",
    "TUCK",
    "CAT",
    "SUBSTR",
    "LEFT",
    "RIGHT",
    "SIZE",
    "INVERT",
    "AND",
    "OR",
    "XOR",
    "EQUAL",
    "EQUALVERIFY",
    "RESERVED1",
    "RESERVED2",
    "1ADD",
    "1SUB",
    "2MUL",
    "2DIV",
    "NEGATE",
    "ABS",
    "NOT",
    "0NOTEQUAL",
    "ADD",
    "SUB",
    "MUL",
    "DIV",
    "MOD",
    "LSHIFT",
    "RSHIFT",
    "BOOLAND",
    "BOOLOR",
    "NUMEQUAL",
    "NUMEQUALVERIFY",
    "NUMNOTEQUAL",
    "LESSTHAN",
    "GREATERTHAN",
    "LESSTHANOREQUAL",
    "GREATERTHANOREQUAL",
    "MIN",
    "MAX",
    "WITHIN",
    "RIPEMD160",
    "SHA1",
    "SHA256",
    "HASH160",
    "HASH256",
    "CODESEPARATOR",
    "CHECKSIG",
    "CHECKSIGVERIFY",
    "CHECKMULTISIG",
    "CHECKMULTISIGVERIFY",
    "NOP1",
    "CHECKLOCKTIMEVERIFY",
    "CHECKSEQUENCEVERIFY",
    "NOP4",
    "NOP5",
    "NOP6",
    "NOP7",
    "NOP8",
    "NOP9",
    "NOP10",
    "CHECKSIGADD",
};

} // namespace

std::string nameOf(std::uint8_t opcode) {
    if (opcode == static_cast<std::uint8_t>(Opcode::op_0)) return "0";
    if (opcode == static_cast<std::uint8_t>(Opcode::pushdata1)) return "OP_PUSHDATA1";
    if (opcode == static_cast<std::uint8_t>(Opcode::pushdata2)) return "OP_PUSHDATA2";
    if (opcode == static_cast<std::uint8_t>(Opcode::pushdata4)) return "OP_PUSHDATA4";
    if (opcode == static_cast<std::uint8_t>(Opcode::op_1negate)) return "-1";
    if (opcode == static_cast<std::uint8_t>(Opcode::op_reserved)) return "OP_RESERVED";
    if (opcode == static_cast<std::uint8_t>(Opcode::op_invalidopcode)) return "OP_INVALIDOPCODE";
    if (opcode >= static_cast<std::uint8_t>(Opcode::op_1) &&
        opcode <= static_cast<std::uint8_t>(Opcode::op_16)) {
        return fmt::format("{}", opcode - static_cast<int>(Opcode::op_1) + 1);
    }
    if (opcode < first_named || opcode >= first_named + names.size()) return "OP_UNKNOWN";
    return fmt::format("OP_{}", names[opcode - first_named]);
}

} // namespace duplex::bitcoin
