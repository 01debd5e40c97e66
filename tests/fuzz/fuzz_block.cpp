#include "core/base/check.h"
#include "core/bitcoin/primitives/block.h"

using namespace duplex;
using namespace duplex::bitcoin;

namespace {

std::vector<ByteArray<32>> txidsOf(const Block& block) {
    std::vector<ByteArray<32>> leaves;
    for (const Transaction& transaction : block.transactions) leaves.push_back(transaction.txid().bytes);
    return leaves;
}

/// Mends the merkle root, so that mutations reach what lies behind it.
Bytes withOwnRoot(ByteView input) {
    Bytes bytes = toBytes(input);
    if (bytes.size() < header_size) return bytes;
    ByteReader reader(input.subspan(header_size));
    std::vector<ByteArray<32>> leaves;
    const std::size_t count = reader.compactCount(10);
    for (std::size_t i = 0; i < count && reader.ok(); ++i)
        leaves.push_back(readTransaction(reader).txid().bytes);
    const ByteArray<32> root = merkleRoot(std::move(leaves)).root;
    std::copy(root.begin(), root.end(), bytes.begin() + 36);
    return bytes;
}

void checkBlock(ByteView input) {
    const auto block = decodeBlock(input);
    if (!block) return;
    check(serialized(*block) == toBytes(input), "a decoded block is written as it was read");
    heightInCoinbase(block->transactions[0]);
    const auto leaves = txidsOf(*block);
    const MerkleProof coinbase{
        .transaction = block->transactions[0], .index = 0, .branch = merkleBranch(leaves, 0)};
    const std::size_t last = leaves.size() - 1;
    const MerkleProof proof{
        .transaction = block->transactions[last], .index = last, .branch = merkleBranch(leaves, last)};
    const auto proven = verifyInclusion(proof, coinbase, block->header);
    check(proven || proven.error() == ProofFault::transaction_of_64_bytes,
          "what stands in a block can be proved");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    checkBlock(ByteView(data, size));
    checkBlock(withOwnRoot(ByteView(data, size)));
    return 0;
}
