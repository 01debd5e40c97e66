#pragma once

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/tagged.h"
#include "core/bitcoin/primitives/feerate.h"
#include "core/bitcoin/primitives/script.h"

#include <expected>

namespace duplex::bitcoin {

struct TxidTag;
/// Hash of a transaction without witnesses; internal order here, reversed in text (reversedHex()).
using Txid = TaggedBytes<TxidTag>;
struct WtxidTag;
using Wtxid = TaggedBytes<WtxidTag>;

struct OutPoint {
    Txid txid;
    std::uint32_t index = 0;
    friend auto operator<=>(const OutPoint&, const OutPoint&) = default;
};
/// "txid:index" with the txid in display order.
std::string textOf(const OutPoint& outpoint);

using Witness = std::vector<Bytes>;

struct TxIn {
    OutPoint previous;
    Script script_sig;
    std::uint32_t sequence = 0xffffffff;
    Witness witness;
    friend bool operator==(const TxIn&, const TxIn&) = default;
};

struct TxOut {
    Satoshi value;
    Script script_pubkey;
    friend auto operator<=>(const TxOut&, const TxOut&) = default;
};

struct Transaction {
    std::int32_t version = 2;
    std::vector<TxIn> inputs;
    std::vector<TxOut> outputs;
    std::uint32_t locktime = 0;

    bool hasWitness() const;
    bool isCoinbase() const;
    Txid txid() const;
    Wtxid wtxid() const;
    Weight weight() const;
    friend bool operator==(const Transaction&, const Transaction&) = default;
};

enum class Witnesses { with, without };
Bytes serialized(const Transaction& transaction, Witnesses witnesses = Witnesses::with);
/// The length of serialized() without writing it.
std::size_t serializedSize(const Transaction& transaction, Witnesses witnesses = Witnesses::with);

enum class DecodeError {
    truncated,
    non_minimal_size,
    trailing_bytes,
    bad_witness_flag,
    superfluous_witness,
    amount_out_of_range
};
std::string_view textOf(DecodeError error);
/// Reads one transaction and demands that nothing is left. Witnesses::without reads the old format only, in
/// which zero inputs are no marker (a PSBT's unsigned transaction, BIP 174).
std::expected<Transaction, DecodeError> decodeTransaction(ByteView bytes, Witnesses format = Witnesses::with);
/// Reads one transaction from a stream of them (blocks, tx messages); latches the reader on a fault.
Transaction readTransaction(ByteReader& reader);

} // namespace duplex::bitcoin
