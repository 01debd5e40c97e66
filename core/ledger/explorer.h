#pragma once

#include "core/ledger/finality.h"

#include <optional>
#include <string>
#include <vector>

namespace duplex::ledger {

struct InputFacts {
    std::string previous_txid;
    std::uint32_t previous_index = 0;
    std::string script_sig_hex;
    std::vector<std::string> witness_hex;
    std::uint32_t sequence = 0;
    bool coinbase = false;
    std::optional<std::int64_t> amount_sat; // known only when the spent output is in the same block or ours
    std::string address;                    // likewise
    friend bool operator==(const InputFacts&, const InputFacts&) = default;
};

struct OutputFacts {
    std::int64_t amount_sat = 0;
    std::string script_hex;
    std::string script_asm;
    std::string script_kind;
    std::string address;
    bool ours = false;
    friend bool operator==(const OutputFacts&, const OutputFacts&) = default;
};

struct TransactionFacts {
    std::string txid;
    std::string wtxid;
    int version = 0;
    std::uint32_t locktime = 0;
    std::int64_t weight = 0;
    std::int64_t size = 0;
    std::vector<InputFacts> inputs;
    std::vector<OutputFacts> outputs;
    std::optional<std::int64_t> fee_sat; // only when every spent output is known
    std::string block_hash;
    std::int64_t height = -1;
    int confirmations = 0;
    Verified verified;
    friend bool operator==(const TransactionFacts&, const TransactionFacts&) = default;
};

struct BlockFacts {
    std::string hash;
    std::int64_t height = -1;
    std::string previous_hash;
    std::string merkle_root;
    std::int64_t time = 0;
    std::int64_t median_time = 0;
    std::uint32_t bits = 0;
    std::uint32_t nonce = 0;
    int version = 0;
    int confirmations = 0;
    std::optional<std::int64_t> transaction_count; // known once the body was seen
    std::optional<std::int64_t> weight;
    std::optional<std::int64_t> size;
    std::optional<std::int64_t> claimed_fee_sat; // coinbase outputs less subsidy
    std::optional<std::int64_t> average_feerate_sat_per_kvb;
    std::vector<TransactionFacts> transactions; // filled by a block query, empty in a strip
    Verified verified;
    friend bool operator==(const BlockFacts&, const BlockFacts&) = default;
};

} // namespace duplex::ledger
