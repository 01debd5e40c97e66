#pragma once

#include "core/bitcoin/primitives/transaction.h"
#include "core/bitcoin/script/flags.h"
#include "core/bitcoin/script/script_error.h"

namespace duplex::bitcoin::script {

/// Which rules a script runs under.
enum class Version { legacy, segwit_v0, tapscript };

/// The input that is verified.
struct SpendContext {
    const Transaction& transaction;
    std::size_t input = 0;
    const std::vector<TxOut>& spent_outputs;

    const TxIn& in() const { return transaction.inputs[input]; }
    Satoshi value() const { return spent_outputs[input].value; }
};

/// Form of a DER signature with its sighash byte (BIP 66, BIP 62 low S, strict sighash byte); an empty one
/// passes.
std::expected<void, ScriptError> checkSignatureEncoding(ByteView signature, Flags flags);
std::expected<void, ScriptError> checkKeyEncoding(ByteView key, Flags flags, Version version);

/// Whether this ECDSA signature, with its sighash byte, signs the input. Loose DER, hybrid keys and high S
/// pass here, as consensus before BIP 66 wants.
bool ecdsaSigns(const SpendContext& spend, ByteView signature, ByteView key, ByteView script_code,
                Version version);

/// What a tapscript signature commits to besides the transaction.
struct TapscriptContext {
    crypto::Hash32 leaf_hash{};
    std::uint32_t code_separator = 0xffffffff;
};
/// BIP 340 signature of 64 or 65 bytes for the key path (no tapscript context) or a tapscript.
std::expected<void, ScriptError> checkSchnorr(const SpendContext& spend, ByteView signature, ByteView key,
                                              ByteView annex,
                                              const std::optional<TapscriptContext>& tapscript);

} // namespace duplex::bitcoin::script
