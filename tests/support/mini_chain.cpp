#include "tests/support/mini_chain.h"

#include "core/bitcoin/light/proof_of_work.h"
#include "core/crypto/hash.h"

namespace duplex::test {

using namespace duplex::bitcoin;

namespace {

Block genesisBlock(const NetworkParameters& network) {
    // Satoshi's coinbase, the same on main, test and regtest.
    const Bytes bytes =
        *fromHex("01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff0"
                 "01d0104455468652054"
                 "696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e6"
                 "4206261696c6f757420"
                 "666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e"
                 "03909a67962e0ea1f61"
                 "deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000");
    return {network.genesis, {*decodeTransaction(bytes)}};
}

Transaction coinbase(std::uint32_t height, std::uint32_t salt, const NetworkParameters& network) {
    Transaction transaction;
    Script input = ScriptBuilder().number(height).push(ByteWriter().u32le(salt).u32le(height).take()).take();
    transaction.inputs = {{.previous = {{}, 0xffffffff}, .script_sig = input, .witness = {Bytes(32)}}};
    transaction.outputs = {{subsidyAt({height}, network), MiniChain::script(0x10000000U + salt)}};
    return transaction;
}

void commitToWitnesses(Block& block) {
    std::vector<ByteArray<32>> leaves(1);
    for (std::size_t i = 1; i < block.transactions.size(); ++i)
        leaves.push_back(block.transactions[i].wtxid().bytes);
    const auto commitment = crypto::sha256d(concat({merkleRoot(leaves).root, Bytes(32)}));
    const Bytes prefix = {0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed};
    block.transactions[0].outputs.push_back({{0}, Script{concat({prefix, commitment})}});
}

} // namespace

MiniChain::MiniChain(Network network) : m_network(&parametersOf(network)) {
    add(genesisBlock(*m_network));
}

Script MiniChain::script(std::uint32_t salt) {
    return payToWitnessPublicKeyHash(crypto::hash160(ByteWriter().u32le(salt).view()));
}

Transaction MiniChain::pay(const Script& script, std::int64_t sat, std::uint32_t salt,
                           std::optional<OutPoint> from) {
    Transaction transaction;
    if (!from) from = OutPoint{Txid{crypto::sha256(ByteWriter().u32le(salt).view())}, 0};
    transaction.inputs = {{.previous = *from, .witness = {{1}, {2}}}};
    transaction.outputs = {{{sat}, script}};
    return transaction;
}

std::vector<Script> MiniChain::spentScripts(const Block& block) const {
    std::vector<Script> scripts;
    for (const Transaction& transaction : block.transactions) {
        for (const TxIn& input : transaction.inputs) {
            const auto found = m_outputs.find(input.previous);
            if (found != m_outputs.end()) scripts.push_back(found->second);
        }
    }
    return scripts;
}

void MiniChain::add(Block block) {
    for (const Transaction& transaction : block.transactions) {
        const Txid txid = transaction.txid();
        for (std::uint32_t i = 0; i < transaction.outputs.size(); ++i)
            m_outputs[{txid, i}] = transaction.outputs[i].script_pubkey;
    }
    m_filters.push_back(light::buildFilter(block, spentScripts(block)));
    m_blocks.push_back(std::move(block));
}

std::uint32_t MiniChain::mine(std::vector<Transaction> transactions, std::uint32_t salt) {
    const std::uint32_t height = this->height() + 1;
    Block block;
    block.transactions.push_back(coinbase(height, salt, *m_network));
    for (Transaction& transaction : transactions) block.transactions.push_back(std::move(transaction));
    commitToWitnesses(block);
    std::vector<ByteArray<32>> leaves;
    for (const Transaction& transaction : block.transactions) leaves.push_back(transaction.txid().bytes);
    block.header = {.version = 4,
                    .previous = hash(height - 1),
                    .merkle_root = merkleRoot(leaves).root,
                    .time = m_blocks.back().header.time + 600,
                    .bits = m_network->power_limit_bits};
    while (!light::meetsTarget(block.header.hash(), block.header.bits, *m_network)) ++block.header.nonce;
    add(std::move(block));
    return height;
}

void MiniChain::mineMany(std::uint32_t count, std::uint32_t salt) {
    for (std::uint32_t i = 0; i < count; ++i) mine({}, salt);
}

void MiniChain::cutTo(std::uint32_t height) {
    m_blocks.resize(height + 1);
    m_filters.resize(height + 1);
}

std::vector<BlockHeader> MiniChain::headers(std::uint32_t from, std::uint32_t to) const {
    std::vector<BlockHeader> headers;
    for (std::uint32_t i = from; i <= to && i <= height(); ++i) headers.push_back(m_blocks[i].header);
    return headers;
}

std::optional<std::uint32_t> MiniChain::heightOf(const BlockHash& hash) const {
    for (std::uint32_t i = 0; i <= height(); ++i)
        if (i < height() ? m_blocks[i + 1].header.previous == hash : this->hash(i) == hash) return i;
    return std::nullopt;
}

} // namespace duplex::test
