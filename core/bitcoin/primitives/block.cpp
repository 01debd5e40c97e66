#include "core/bitcoin/primitives/block.h"

#include "core/base/check.h"
#include "core/crypto/hash.h"

namespace duplex::bitcoin {

namespace {

constexpr std::size_t smallest_transaction = 60; // one input and one output, both with empty scripts
constexpr std::size_t inner_node_size = 64;      // two hashes of 32 bytes

std::vector<ByteArray<32>> txidsOf(const Block& block) {
    std::vector<ByteArray<32>> leaves;
    leaves.reserve(block.transactions.size());
    for (const Transaction& transaction : block.transactions) leaves.push_back(transaction.txid().bytes);
    return leaves;
}

/// The last output of the coinbase that carries a witness commitment (BIP 141).
std::optional<ByteArray<32>> witnessCommitment(const Transaction& coinbase) {
    constexpr ByteArray<6> prefix = {0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed};
    for (std::size_t i = coinbase.outputs.size(); i-- > 0;) {
        const ByteView script = coinbase.outputs[i].script_pubkey;
        if (script.size() < 38 || !std::equal(prefix.begin(), prefix.end(), script.begin())) continue;
        return toArray<32>(script.subspan(6));
    }
    return std::nullopt;
}

bool witnessesMatch(const Block& block) {
    const auto commitment = witnessCommitment(block.transactions[0]);
    if (!commitment) {
        return std::none_of(block.transactions.begin(), block.transactions.end(),
                            [](const Transaction& transaction) { return transaction.hasWitness(); });
    }
    const Witness& reserved = block.transactions[0].inputs[0].witness;
    if (reserved.size() != 1 || reserved[0].size() != 32) return false;
    std::vector<ByteArray<32>> leaves(1); // the coinbase counts as zero
    for (std::size_t i = 1; i < block.transactions.size(); ++i)
        leaves.push_back(block.transactions[i].wtxid().bytes);
    return crypto::sha256d(concat({merkleRoot(std::move(leaves)).root, reserved[0]})) == *commitment;
}

std::int64_t weightOf(const Block& block, std::size_t size) {
    std::int64_t base = static_cast<std::int64_t>(header_size) + (block.transactions.size() < 0xfd      ? 1
                                                                  : block.transactions.size() <= 0xffff ? 3
                                                                                                        : 5);
    for (const Transaction& transaction : block.transactions)
        base += static_cast<std::int64_t>(serializedSize(transaction, Witnesses::without));
    return 3 * base + static_cast<std::int64_t>(size);
}

std::optional<Block> readBlock(ByteView bytes) {
    ByteReader reader(bytes);
    Block block{.header = readHeader(reader)};
    const std::size_t count = reader.compactCount(smallest_transaction);
    for (std::size_t i = 0; i < count && reader.ok(); ++i)
        block.transactions.push_back(readTransaction(reader));
    return reader.finished() ? std::optional<Block>(std::move(block)) : std::nullopt;
}

std::optional<BlockFault> faultOf(const Block& block, std::size_t size) {
    if (block.transactions.empty()) return BlockFault::no_transactions;
    if (weightOf(block, size) > longest_block_weight) return BlockFault::over_weight;
    const MerkleRoot tree = merkleRoot(txidsOf(block));
    if (tree.duplicate_leaves) return BlockFault::duplicate_leaves;
    if (tree.root != block.header.merkle_root) return BlockFault::merkle_root_differs;
    if (!block.transactions[0].isCoinbase()) {
        // Inner nodes of the real tree, read as transactions: the root fits, the coinbase does not.
        const bool inner_nodes = std::any_of(
            block.transactions.begin(), block.transactions.end(), [](const Transaction& transaction) {
                return serializedSize(transaction, Witnesses::without) == inner_node_size;
            });
        return inner_nodes ? BlockFault::transaction_of_64_bytes : BlockFault::first_not_coinbase;
    }
    if (!witnessesMatch(block)) return BlockFault::witness_commitment_differs;
    return std::nullopt;
}

} // namespace

BlockHash BlockHeader::hash() const {
    return BlockHash{crypto::sha256d(serialized(*this))};
}

ByteArray<header_size> serialized(const BlockHeader& header) {
    ByteWriter writer;
    writer.i32le(header.version)
        .bytes(header.previous)
        .bytes(header.merkle_root)
        .u32le(header.time)
        .u32le(header.bits)
        .u32le(header.nonce);
    return toArray<header_size>(writer.view());
}

BlockHeader readHeader(ByteReader& reader) {
    return {.version = reader.i32le(),
            .previous = BlockHash{reader.array<32>()},
            .merkle_root = reader.array<32>(),
            .time = reader.u32le(),
            .bits = reader.u32le(),
            .nonce = reader.u32le()};
}

Bytes serialized(const Block& block) {
    ByteWriter writer;
    writer.bytes(serialized(block.header)).compactSize(block.transactions.size());
    for (const Transaction& transaction : block.transactions) writer.bytes(serialized(transaction));
    return writer.take();
}

std::string_view textOf(BlockFault fault) {
    switch (fault) {
    case BlockFault::undecodable:
        return "the block cannot be read";
    case BlockFault::no_transactions:
        return "the block holds no transaction";
    case BlockFault::over_weight:
        return "the block weighs more than 4,000,000 units";
    case BlockFault::first_not_coinbase:
        return "the first transaction is not a coinbase";
    case BlockFault::merkle_root_differs:
        return "the transactions are not those of the header";
    case BlockFault::duplicate_leaves:
        return "the block repeats transactions";
    case BlockFault::witness_commitment_differs:
        return "the witnesses are not those of the block";
    case BlockFault::transaction_of_64_bytes:
        return "the block holds inner nodes of its tree in place of transactions";
    }
    check(false, "every block fault has a text");
    return {};
}

std::expected<Block, BlockFault> decodeBlock(ByteView bytes) {
    if (bytes.size() > static_cast<std::size_t>(longest_block_weight))
        return std::unexpected(BlockFault::over_weight);
    auto block = readBlock(bytes);
    if (!block) return std::unexpected(BlockFault::undecodable);
    if (const auto fault = faultOf(*block, bytes.size())) return std::unexpected(*fault);
    return std::move(*block);
}

MerkleRoot merkleRoot(std::vector<ByteArray<32>> leaves) {
    MerkleRoot result;
    if (leaves.empty()) return result;
    while (leaves.size() > 1) {
        for (std::size_t i = 0; i + 1 < leaves.size(); i += 2)
            result.duplicate_leaves |= leaves[i] == leaves[i + 1];
        if (leaves.size() % 2 != 0) leaves.push_back(leaves.back());
        for (std::size_t i = 0; i < leaves.size() / 2; ++i)
            leaves[i] = crypto::sha256d(concat({leaves[2 * i], leaves[2 * i + 1]}));
        leaves.resize(leaves.size() / 2);
    }
    result.root = leaves[0];
    return result;
}

std::vector<ByteArray<32>> merkleBranch(std::vector<ByteArray<32>> leaves, std::size_t index) {
    check(index < leaves.size(), "the leaf stands in the tree");
    std::vector<ByteArray<32>> branch;
    for (; leaves.size() > 1; index /= 2) {
        if (leaves.size() % 2 != 0) leaves.push_back(leaves.back());
        branch.push_back(leaves[index ^ 1]);
        for (std::size_t i = 0; i < leaves.size() / 2; ++i)
            leaves[i] = crypto::sha256d(concat({leaves[2 * i], leaves[2 * i + 1]}));
        leaves.resize(leaves.size() / 2);
    }
    return branch;
}

ByteArray<32> rootFromBranch(ByteArray<32> leaf, std::size_t index,
                             const std::vector<ByteArray<32>>& branch) {
    for (const ByteArray<32>& sibling : branch) {
        leaf = index % 2 == 0 ? crypto::sha256d(concat({leaf, sibling}))
                              : crypto::sha256d(concat({sibling, leaf}));
        index /= 2;
    }
    return leaf;
}

namespace {

/// A right node equal to its left one exists only in a tree whose leaves were doubled (CVE-2012-2459, threats
/// 13).
bool climbsThroughDoubledNode(const MerkleProof& proof) {
    ByteArray<32> node = proof.transaction.txid().bytes;
    std::size_t index = proof.index;
    for (const ByteArray<32>& sibling : proof.branch) {
        if (index % 2 != 0 && sibling == node) return true;
        node = rootFromBranch(node, index % 2, {sibling});
        index /= 2;
    }
    return false;
}

} // namespace

std::expected<void, ProofFault> verifyInclusion(const MerkleProof& proof, const MerkleProof& coinbase,
                                                const BlockHeader& header) {
    for (const MerkleProof* each : {&proof, &coinbase}) {
        if (serializedSize(each->transaction, Witnesses::without) == inner_node_size)
            return std::unexpected(ProofFault::transaction_of_64_bytes);
    }
    if (coinbase.index != 0 || !coinbase.transaction.isCoinbase())
        return std::unexpected(ProofFault::coinbase_missing);
    const std::size_t depth = coinbase.branch.size();
    if (proof.branch.size() != depth || depth >= 32 || proof.index >= std::size_t{1} << depth)
        return std::unexpected(ProofFault::depth_differs);
    for (const MerkleProof* each : {&proof, &coinbase}) {
        const ByteArray<32> root = rootFromBranch(each->transaction.txid().bytes, each->index, each->branch);
        if (root != header.merkle_root) return std::unexpected(ProofFault::root_differs);
    }
    if (climbsThroughDoubledNode(proof)) return std::unexpected(ProofFault::doubled_node);
    return {};
}

std::optional<BlockHeight> heightInCoinbase(const Transaction& coinbase) {
    if (!coinbase.isCoinbase()) return std::nullopt;
    const Bytes& script = coinbase.inputs[0].script_sig.bytes;
    if (script.empty()) return std::nullopt;
    std::int64_t height = 0;
    if (script[0] >= static_cast<std::uint8_t>(Opcode::op_1) &&
        script[0] <= static_cast<std::uint8_t>(Opcode::op_16)) {
        height = script[0] - static_cast<std::uint8_t>(Opcode::op_1) + 1;
    } else if (script[0] >= 1 && script[0] <= 5 && script.size() > script[0]) {
        const ByteView digits = ByteView(script).subspan(1, script[0]);
        height = isMinimalNumber(digits) ? numberOf(digits, 5).value_or(-1) : -1;
    } else if (script[0] != 0) {
        return std::nullopt;
    }
    if (height < 0 || height > 0xffffffffLL) return std::nullopt;
    return BlockHeight{static_cast<std::uint32_t>(height)};
}

} // namespace duplex::bitcoin
