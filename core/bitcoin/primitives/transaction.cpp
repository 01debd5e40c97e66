#include "core/bitcoin/primitives/transaction.h"

#include "core/base/check.h"
#include "core/crypto/hash.h"

#include <fmt/core.h>

namespace duplex::bitcoin {

namespace {

constexpr std::size_t smallest_input = 41; // outpoint, empty script, sequence
constexpr std::size_t smallest_output = 9; // value, empty script

std::size_t compactSizeLength(std::uint64_t value) {
    return value < 0xfd ? 1 : value <= 0xffff ? 3 : value <= 0xffffffff ? 5 : 9;
}

std::size_t withLength(std::size_t size) {
    return compactSizeLength(size) + size;
}

/// Reads a transaction and remembers the first fault, which the latched reader alone cannot tell.
class TransactionReader {
public:
    explicit TransactionReader(ByteReader& reader) : m_reader(reader) {}

    Transaction read(Witnesses format) {
        Transaction transaction;
        transaction.version = m_reader.i32le();
        const bool marked = format == Witnesses::with && readMarker();
        readInputs(transaction);
        readOutputs(transaction);
        if (marked) readWitnesses(transaction);
        transaction.locktime = m_reader.u32le();
        if (!m_reader.ok()) {
            fail(DecodeError::truncated);
            return {};
        }
        return transaction;
    }
    std::optional<DecodeError> fault() const { return m_fault; }

private:
    void fail(DecodeError error) {
        if (!m_fault) m_fault = error;
        m_reader.fail();
    }

    /// BIP 144: a zero where the input count stands, then the flag 1. Two zeros are a transaction without
    /// anything.
    bool readMarker() {
        ByteReader ahead = m_reader;
        const std::uint8_t marker = ahead.u8();
        const std::uint8_t flag = ahead.u8();
        if (!ahead.ok() || marker != 0 || flag == 0) return false;
        if (flag != 1) fail(DecodeError::bad_witness_flag);
        m_reader.skip(2);
        return true;
    }

    std::size_t count(std::size_t smallest) {
        ByteReader ahead = m_reader;
        const std::uint8_t first = ahead.u8();
        ahead.skip(first < 0xfd ? 0 : std::size_t{1} << (first - 0xfc)); // 2, 4 or 8 bytes follow
        const bool size_is_there = ahead.ok();
        ahead = m_reader;
        ahead.compactSize();
        if (size_is_there && !ahead.ok()) fail(DecodeError::non_minimal_size);
        return m_reader.compactCount(smallest);
    }

    Bytes sizedBytes() { return m_reader.bytes(count(1)); }

    void readInputs(Transaction& transaction) {
        const std::size_t inputs = count(smallest_input);
        for (std::size_t i = 0; i < inputs && m_reader.ok(); ++i) {
            TxIn input;
            input.previous = {.txid = Txid{m_reader.array<32>()}, .index = m_reader.u32le()};
            input.script_sig = Script{sizedBytes()};
            input.sequence = m_reader.u32le();
            transaction.inputs.push_back(std::move(input));
        }
    }

    void readOutputs(Transaction& transaction) {
        const std::size_t outputs = count(smallest_output);
        Satoshi sum;
        for (std::size_t i = 0; i < outputs && m_reader.ok(); ++i) {
            TxOut output;
            output.value = {m_reader.i64le()};
            output.script_pubkey = Script{sizedBytes()};
            const std::optional<Satoshi> with = m_reader.ok() ? checkedSum(sum, output.value) : sum;
            if (!with) fail(DecodeError::amount_out_of_range); // as consensus: each, and all together
            sum = with.value_or(sum);
            transaction.outputs.push_back(std::move(output));
        }
    }

    void readWitnesses(Transaction& transaction) {
        for (TxIn& input : transaction.inputs) {
            const std::size_t items = count(1);
            for (std::size_t i = 0; i < items && m_reader.ok(); ++i) input.witness.push_back(sizedBytes());
        }
        if (m_reader.ok() && !transaction.hasWitness()) fail(DecodeError::superfluous_witness);
    }

    ByteReader& m_reader;
    std::optional<DecodeError> m_fault;
};

void writeInputs(ByteWriter& writer, const Transaction& transaction) {
    writer.compactSize(transaction.inputs.size());
    for (const TxIn& input : transaction.inputs) {
        writer.bytes(input.previous.txid).u32le(input.previous.index);
        writer.compactBytes(input.script_sig).u32le(input.sequence);
    }
}

void writeOutputs(ByteWriter& writer, const Transaction& transaction) {
    writer.compactSize(transaction.outputs.size());
    for (const TxOut& output : transaction.outputs)
        writer.i64le(output.value.value).compactBytes(output.script_pubkey);
}

} // namespace

std::string textOf(const OutPoint& outpoint) {
    return fmt::format("{}:{}", outpoint.txid.reversedHex(), outpoint.index);
}

std::string_view textOf(DecodeError error) {
    switch (error) {
    case DecodeError::truncated:
        return "the transaction ends too early";
    case DecodeError::non_minimal_size:
        return "a size is written longer than needed";
    case DecodeError::trailing_bytes:
        return "bytes follow the transaction";
    case DecodeError::bad_witness_flag:
        return "unknown witness flag";
    case DecodeError::superfluous_witness:
        return "marked as having witnesses but all are empty";
    case DecodeError::amount_out_of_range:
        return "an output, or all together, is worth less than 0 or more than 21 million bitcoin";
    }
    check(false, "every decode error has a text");
    return {};
}

bool Transaction::hasWitness() const {
    return std::any_of(inputs.begin(), inputs.end(),
                       [](const TxIn& input) { return !input.witness.empty(); });
}

bool Transaction::isCoinbase() const {
    return inputs.size() == 1 && inputs[0].previous.txid.isZero() && inputs[0].previous.index == 0xffffffff;
}

Txid Transaction::txid() const {
    return Txid{crypto::sha256d(serialized(*this, Witnesses::without))};
}

Wtxid Transaction::wtxid() const {
    return Wtxid{crypto::sha256d(serialized(*this))};
}

Weight Transaction::weight() const {
    const auto base = static_cast<std::int64_t>(serializedSize(*this, Witnesses::without));
    const auto total = static_cast<std::int64_t>(serializedSize(*this));
    return {3 * base + total};
}

Bytes serialized(const Transaction& transaction, Witnesses witnesses) {
    const bool marked = witnesses == Witnesses::with && transaction.hasWitness();
    ByteWriter writer;
    writer.i32le(transaction.version);
    if (marked) writer.u8(0).u8(1);
    writeInputs(writer, transaction);
    writeOutputs(writer, transaction);
    if (marked) {
        for (const TxIn& input : transaction.inputs) {
            writer.compactSize(input.witness.size());
            for (const Bytes& item : input.witness) writer.compactBytes(item);
        }
    }
    writer.u32le(transaction.locktime);
    return writer.take();
}

std::size_t serializedSize(const Transaction& transaction, Witnesses witnesses) {
    const bool marked = witnesses == Witnesses::with && transaction.hasWitness();
    std::size_t size = 8 + compactSizeLength(transaction.inputs.size()) +
                       compactSizeLength(transaction.outputs.size()) + (marked ? 2 : 0);
    for (const TxIn& input : transaction.inputs) {
        size += 40 + withLength(input.script_sig.bytes.size());
        if (!marked) continue;
        size += compactSizeLength(input.witness.size());
        for (const Bytes& item : input.witness) size += withLength(item.size());
    }
    for (const TxOut& output : transaction.outputs) size += 8 + withLength(output.script_pubkey.bytes.size());
    return size;
}

std::expected<Transaction, DecodeError> decodeTransaction(ByteView bytes, Witnesses format) {
    ByteReader reader(bytes);
    TransactionReader from(reader);
    Transaction transaction = from.read(format);
    if (from.fault()) return std::unexpected(*from.fault());
    if (!reader.finished()) return std::unexpected(DecodeError::trailing_bytes);
    return transaction;
}

Transaction readTransaction(ByteReader& reader) {
    return TransactionReader(reader).read(Witnesses::with);
}

} // namespace duplex::bitcoin
