#pragma once

#include "core/bitcoin/primitives/block.h"
#include "core/bitcoin/primitives/network.h"
#include "core/bitcoin/primitives/transaction.h"
#include "core/rpc/json.h"

namespace duplex::rpc {

/// Core's disassembly of a script; in a scriptSig (`signatures`) the sighash type is written after a
/// signature: "3044...[ALL]".
enum class Signatures { plain, decoded };
std::string scriptAsm(ByteView script, Signatures signatures);

/// The descriptor that Core infers for a script whose keys are not its own: pk, multi, rawtr, addr or raw,
/// with checksum.
std::string inferredDescriptor(ByteView script, const bitcoin::NetworkParameters& network);

/// "multi(...)" for a bare multisig script, without checksum; nothing for another one.
std::optional<std::string> bareMultisig(ByteView script);

/// {asm, desc, hex, address?, type}, as in decoderawtransaction. `descriptor`, without checksum, where more
/// is known of the script than it says itself.
Json scriptJson(ByteView script, const bitcoin::NetworkParameters& network,
                const std::optional<std::string>& descriptor = {});

/// The fields of decoderawtransaction: txid, hash, version, size, vsize, weight, locktime, vin, vout.
Json transactionJson(const bitcoin::Transaction& transaction, const bitcoin::NetworkParameters& network);

/// Core's difficulty of a compact target. No money; shown only.
double difficultyOf(std::uint32_t bits);
/// The target that `bits` stands for, 64 hex digits.
std::string targetHex(std::uint32_t bits);

} // namespace duplex::rpc
