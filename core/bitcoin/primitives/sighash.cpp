#include "core/bitcoin/primitives/sighash.h"

#include "core/base/check.h"
#include "core/crypto/hash.h"

namespace duplex::bitcoin {

namespace {

bool isNone(std::uint32_t flags) {
    return (flags & 0x1f) == sighash_none;
}
bool isSingle(std::uint32_t flags) {
    return (flags & 0x1f) == sighash_single;
}
bool isAnyoneCanPay(std::uint32_t flags) {
    return (flags & sighash_anyone_can_pay) != 0;
}

void write(ByteWriter& writer, const OutPoint& outpoint) {
    writer.bytes(outpoint.txid).u32le(outpoint.index);
}
void write(ByteWriter& writer, const TxOut& output) {
    writer.i64le(output.value.value).compactBytes(output.script_pubkey);
}

Bytes previousOutputs(const Transaction& transaction) {
    ByteWriter writer;
    for (const TxIn& input : transaction.inputs) write(writer, input.previous);
    return writer.take();
}

Bytes sequences(const Transaction& transaction) {
    ByteWriter writer;
    for (const TxIn& input : transaction.inputs) writer.u32le(input.sequence);
    return writer.take();
}

Bytes allOutputs(const Transaction& transaction) {
    ByteWriter writer;
    for (const TxOut& output : transaction.outputs) write(writer, output);
    return writer.take();
}

Bytes oneOutput(const TxOut& output) {
    ByteWriter writer;
    write(writer, output);
    return writer.take();
}

/// Old scripts are hashed without their OP_CODESEPARATORs; a push that runs past the end stays as it is.
Bytes withoutCodeSeparators(ByteView script) {
    Bytes result;
    ByteReader reader(script);
    while (reader.remaining() > 0) {
        const std::size_t start = reader.position();
        const std::uint8_t opcode = reader.u8();
        std::size_t length = opcode < 0x4c ? opcode : 0;
        if (opcode == static_cast<std::uint8_t>(Opcode::pushdata1)) length = reader.u8();
        if (opcode == static_cast<std::uint8_t>(Opcode::pushdata2)) length = reader.u16le();
        if (opcode == static_cast<std::uint8_t>(Opcode::pushdata4)) length = reader.u32le();
        reader.skip(length);
        const ByteView operation =
            reader.ok() ? script.subspan(start, reader.position() - start) : script.subspan(start);
        if (opcode != static_cast<std::uint8_t>(Opcode::op_codeseparator))
            result.insert(result.end(), operation.begin(), operation.end());
    }
    return result;
}

} // namespace

crypto::Hash32 segwitSighash(const Transaction& transaction, std::size_t input, ByteView script_code,
                             Satoshi value, std::uint8_t flags) {
    check(input < transaction.inputs.size(), "the input to sign exists");
    crypto::Hash32 hash_prevouts{}, hash_sequence{}, hash_outputs{};
    if (!isAnyoneCanPay(flags)) hash_prevouts = crypto::sha256d(previousOutputs(transaction));
    if (!isAnyoneCanPay(flags) && !isSingle(flags) && !isNone(flags))
        hash_sequence = crypto::sha256d(sequences(transaction));
    if (!isSingle(flags) && !isNone(flags))
        hash_outputs = crypto::sha256d(allOutputs(transaction));
    else if (isSingle(flags) && input < transaction.outputs.size())
        hash_outputs = crypto::sha256d(oneOutput(transaction.outputs[input]));

    ByteWriter writer;
    writer.i32le(transaction.version).bytes(hash_prevouts).bytes(hash_sequence);
    write(writer, transaction.inputs[input].previous);
    writer.compactBytes(script_code).i64le(value.value).u32le(transaction.inputs[input].sequence);
    writer.bytes(hash_outputs).u32le(transaction.locktime).u32le(flags);
    return crypto::sha256d(writer.view());
}

crypto::Hash32 legacySighash(const Transaction& transaction, std::size_t input, ByteView script_code,
                             std::uint32_t flags) {
    check(input < transaction.inputs.size(), "the input to sign exists");
    if (isSingle(flags) && input >= transaction.outputs.size()) {
        return crypto::Hash32{1}; // the number one, little-endian: an old fault that is now a rule
    }
    const Bytes code = withoutCodeSeparators(script_code);
    ByteWriter writer;
    writer.i32le(transaction.version).compactSize(isAnyoneCanPay(flags) ? 1 : transaction.inputs.size());
    for (std::size_t i = 0; i < transaction.inputs.size(); ++i) {
        if (isAnyoneCanPay(flags) && i != input) continue;
        write(writer, transaction.inputs[i].previous);
        writer.compactBytes(i == input ? ByteView(code) : ByteView());
        writer.u32le(i != input && (isSingle(flags) || isNone(flags)) ? 0 : transaction.inputs[i].sequence);
    }
    const std::size_t outputs = isNone(flags) ? 0 : isSingle(flags) ? input + 1 : transaction.outputs.size();
    writer.compactSize(outputs);
    for (std::size_t i = 0; i < outputs; ++i) {
        write(writer, isSingle(flags) && i != input ? TxOut{.value = {-1}, .script_pubkey = {}}
                                                    : transaction.outputs[i]);
    }
    writer.u32le(transaction.locktime).u32le(flags);
    return crypto::sha256d(writer.view());
}

std::optional<crypto::Hash32> taprootSighash(const Transaction& transaction, std::size_t input,
                                             const std::vector<TxOut>& spent, std::uint8_t flags,
                                             std::optional<crypto::Hash32> leaf_hash, ByteView annex,
                                             std::uint32_t code_separator) {
    check(input < transaction.inputs.size() && spent.size() == transaction.inputs.size(),
          "each input has the output it spends");
    const std::uint8_t output_flags = flags & 3;
    if (flags > 3 && (flags < 0x81 || flags > 0x83)) return std::nullopt;
    if (output_flags == sighash_single && input >= transaction.outputs.size()) return std::nullopt;

    ByteWriter writer;
    writer.u8(0).u8(flags).i32le(transaction.version).u32le(transaction.locktime);
    if (!isAnyoneCanPay(flags)) {
        ByteWriter amounts, scripts;
        for (const TxOut& output : spent) {
            amounts.i64le(output.value.value);
            scripts.compactBytes(output.script_pubkey);
        }
        writer.bytes(crypto::sha256(previousOutputs(transaction))).bytes(crypto::sha256(amounts.view()));
        writer.bytes(crypto::sha256(scripts.view())).bytes(crypto::sha256(sequences(transaction)));
    }
    if (output_flags != sighash_none && output_flags != sighash_single)
        writer.bytes(crypto::sha256(allOutputs(transaction)));

    writer.u8(static_cast<std::uint8_t>((leaf_hash ? 2 : 0) + (annex.empty() ? 0 : 1)));
    if (isAnyoneCanPay(flags)) {
        write(writer, transaction.inputs[input].previous);
        write(writer, spent[input]);
        writer.u32le(transaction.inputs[input].sequence);
    } else {
        writer.u32le(static_cast<std::uint32_t>(input));
    }
    if (!annex.empty()) {
        ByteWriter sized;
        writer.bytes(crypto::sha256(sized.compactBytes(annex).view()));
    }
    if (output_flags == sighash_single) writer.bytes(crypto::sha256(oneOutput(transaction.outputs[input])));
    if (leaf_hash) writer.bytes(*leaf_hash).u8(0).u32le(code_separator);
    return crypto::taggedHash("TapSighash", writer.view());
}

} // namespace duplex::bitcoin
