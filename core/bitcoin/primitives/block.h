#pragma once

#include "core/base/time.h"
#include "core/bitcoin/primitives/transaction.h"

namespace duplex::bitcoin {

struct BlockHashTag;
/// Double SHA-256 of a header; internal order here, reversed in text.
using BlockHash = TaggedBytes<BlockHashTag>;

struct BlockHeightTag;
using BlockHeight = TaggedNumber<BlockHeightTag, std::uint32_t>;

struct BlockHeader {
    std::int32_t version = 0;
    BlockHash previous;
    ByteArray<32> merkle_root{};
    std::uint32_t time = 0;
    std::uint32_t bits = 0;
    std::uint32_t nonce = 0;

    BlockHash hash() const;
    friend bool operator==(const BlockHeader&, const BlockHeader&) = default;
};

inline constexpr std::size_t header_size = 80;
ByteArray<header_size> serialized(const BlockHeader& header);
BlockHeader readHeader(ByteReader& reader);

inline constexpr std::int64_t longest_block_weight = 4'000'000; // BIP 141

struct Block {
    BlockHeader header;
    std::vector<Transaction> transactions;
    friend bool operator==(const Block&, const Block&) = default;
};
Bytes serialized(const Block& block);

enum class BlockFault {
    undecodable,
    no_transactions,
    over_weight,
    first_not_coinbase,
    merkle_root_differs,
    duplicate_leaves,
    witness_commitment_differs,
    transaction_of_64_bytes
};
std::string_view textOf(BlockFault fault);

/// Decodes a block body and checks it against its own header: merkle root, no duplicate leaves
/// (CVE-2012-2459), witness commitment, weight. A fault is the body's, never the header's: ask another peer
/// (threats 13, 14).
std::expected<Block, BlockFault> decodeBlock(ByteView bytes);

struct MerkleRoot {
    ByteArray<32> root{};
    bool duplicate_leaves = false; // two equal siblings somewhere: the body is malformed
};
MerkleRoot merkleRoot(std::vector<ByteArray<32>> leaves);

/// Merkle branch of leaf `index`: the sibling at each level, lowest first.
std::vector<ByteArray<32>> merkleBranch(std::vector<ByteArray<32>> leaves, std::size_t index);
ByteArray<32> rootFromBranch(ByteArray<32> leaf, std::size_t index, const std::vector<ByteArray<32>>& branch);

/// One transaction with its place in a block.
struct MerkleProof {
    Transaction transaction;
    std::size_t index = 0;
    std::vector<ByteArray<32>> branch;
};
enum class ProofFault {
    transaction_of_64_bytes,
    coinbase_missing,
    depth_differs,
    root_differs,
    doubled_node
};
/// Proves that a transaction stands in the block of this header. `coinbase` is the proof of the block's first
/// transaction: it fixes the tree's depth, so that an inner node cannot pass as a transaction
/// (CVE-2017-12842, threats 12).
std::expected<void, ProofFault> verifyInclusion(const MerkleProof& proof, const MerkleProof& coinbase,
                                                const BlockHeader& header);

/// BIP 34 height in the coinbase, or nothing.
std::optional<BlockHeight> heightInCoinbase(const Transaction& coinbase);

} // namespace duplex::bitcoin
