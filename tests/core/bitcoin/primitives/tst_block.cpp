#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/block.h"
#include "core/crypto/hash.h"

#include <QFile>

using namespace duplex;
using namespace duplex::bitcoin;

namespace {

Bytes blockFile(const char* name) {
    QFile file(test::vectorPath(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QByteArray bytes = file.readAll();
    return Bytes(bytes.begin(), bytes.end());
}

std::vector<ByteArray<32>> txidsOf(const Block& block) {
    std::vector<ByteArray<32>> leaves;
    for (const Transaction& transaction : block.transactions) leaves.push_back(transaction.txid().bytes);
    return leaves;
}

Transaction coinbase() {
    return {.inputs = {TxIn{.previous = {.txid = {}, .index = 0xffffffff},
                            .script_sig = Script{{0x03, 0x01, 0x02, 0x03}},
                            .witness = {}}},
            .outputs = {TxOut{.value = {50}, .script_pubkey = Script{{0x51}}}}};
}

Transaction payment(std::uint8_t which) {
    return {
        .inputs = {TxIn{.previous = {.txid = Txid{{which}}, .index = 0}, .script_sig = {}, .witness = {}}},
        .outputs = {TxOut{.value = {which}, .script_pubkey = Script{{0x51, which}}}}};
}

Block blockOf(std::vector<Transaction> transactions) {
    Block block{.header = {}, .transactions = std::move(transactions)};
    block.header.merkle_root = merkleRoot(txidsOf(block)).root;
    return block;
}

} // namespace

class TestBlock : public QObject {
    Q_OBJECT

private slots:
    void realBlock_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("hash");
        QTest::addColumn<int>("height");
        QTest::newRow("mainnet_482683")
            << QByteArray("blocks/mainnet_482683.raw")
            << QString("000000000000000000c238240ef6dcb26c37e75e16514e6ffc0aef7eee73e747") << 482683;
        QTest::newRow("testnet3_1087400")
            << QByteArray("blocks/testnet3_1087400.raw")
            << QString("0000000003db83e6ab01a6ebb26ad2b1481688009141c9afc204c54284e1ba66") << 1087400;
    }
    void realBlock() {
        QFETCH(QByteArray, file);
        QFETCH(QString, hash);
        QFETCH(int, height);
        const Bytes bytes = blockFile(file.constData());
        QVERIFY(!bytes.empty());
        const auto block = decodeBlock(bytes);
        QVERIFY2(block, block ? "" : textOf(block.error()).data());
        QCOMPARE(block->header.hash().reversedHex(), hash.toStdString());
        QCOMPARE(heightInCoinbase(block->transactions[0])->value, std::uint32_t(height));
        QCOMPARE(serialized(*block), bytes);
    }

    void headerHash_ofFirstBlock() {
        const Bytes bytes = *fromHex("01000000000000000000000000000000000000000000000000000000000000000000000"
                                     "03ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9f"
                                     "b8aa4b1e5e4a29ab5f49ffff001d1dac2b7c");
        ByteReader reader(bytes);
        const BlockHeader header = readHeader(reader);
        QVERIFY(reader.finished());
        QCOMPARE(header.hash().reversedHex(),
                 std::string("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"));
    }

    void merkleBranch_leadsToTheRoot() {
        const Bytes bytes = blockFile("blocks/testnet3_1087400.raw");
        const auto block = decodeBlock(bytes);
        QVERIFY(block);
        const auto leaves = txidsOf(*block);
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            QCOMPARE(rootFromBranch(leaves[i], i, merkleBranch(leaves, i)), block->header.merkle_root);
            const MerkleProof proof{
                .transaction = block->transactions[i], .index = i, .branch = merkleBranch(leaves, i)};
            const MerkleProof first{
                .transaction = block->transactions[0], .index = 0, .branch = merkleBranch(leaves, 0)};
            QVERIFY(verifyInclusion(proof, first, block->header));
        }
    }

    void threat12_transactionOf64Bytes_provesNothing() {
        // A 64-byte "transaction" that is an inner node: its two hashes become leaves one level lower.
        Transaction small = payment(9);
        small.outputs[0].script_pubkey.bytes.assign(4, 0x51);
        QCOMPARE(serialized(small, Witnesses::without).size(), std::size_t{64});
        const Block block = blockOf({coinbase(), small});
        const auto leaves = txidsOf(block);
        const MerkleProof first{.transaction = coinbase(), .index = 0, .branch = merkleBranch(leaves, 0)};
        const MerkleProof proof{.transaction = small, .index = 1, .branch = merkleBranch(leaves, 1)};
        QCOMPARE(verifyInclusion(proof, first, block.header).error(), ProofFault::transaction_of_64_bytes);
    }
    void threat12_deeperThanTheCoinbase_refused() {
        const Block block = blockOf({coinbase(), payment(1), payment(2)});
        const auto leaves = txidsOf(block);
        const MerkleProof first{.transaction = coinbase(), .index = 0, .branch = merkleBranch(leaves, 0)};
        MerkleProof proof{.transaction = payment(1), .index = 1, .branch = merkleBranch(leaves, 1)};
        QVERIFY(verifyInclusion(proof, first, block.header));
        proof.branch.push_back({});
        QCOMPARE(verifyInclusion(proof, first, block.header).error(), ProofFault::depth_differs);
        proof.branch.resize(1);
        QCOMPARE(verifyInclusion(proof, first, block.header).error(), ProofFault::depth_differs);
        const MerkleProof no_coinbase{
            .transaction = payment(1), .index = 0, .branch = merkleBranch(leaves, 0)};
        QCOMPARE(verifyInclusion(proof, no_coinbase, block.header).error(), ProofFault::coinbase_missing);
    }
    void threat12_innerNodesAsBlock_namedAsSuch() {
        Transaction node = payment(9);
        node.outputs[0].script_pubkey.bytes.assign(4, 0x51);
        QCOMPARE(decodeBlock(serialized(blockOf({node, payment(1)}))).error(),
                 BlockFault::transaction_of_64_bytes);
        QCOMPARE(decodeBlock(serialized(blockOf({payment(1), payment(2)}))).error(),
                 BlockFault::first_not_coinbase);
    }
    void threat12_genuine64ByteTransaction_blockAccepted() {
        // Five of them stand in the main chain (BIP 53): a whole block with one stays good.
        Transaction small = payment(9);
        small.outputs[0].script_pubkey.bytes.assign(4, 0x51);
        QVERIFY(decodeBlock(serialized(blockOf({coinbase(), small}))));
    }

    void threat13_doubledLeaves_malformedBody() {
        Block block = blockOf({coinbase(), payment(1), payment(2)});
        QVERIFY(decodeBlock(serialized(block)));
        block.transactions.push_back(payment(2)); // same root (CVE-2012-2459)
        QCOMPARE(merkleRoot(txidsOf(block)).root, block.header.merkle_root);
        QCOMPARE(decodeBlock(serialized(block)).error(), BlockFault::duplicate_leaves);
    }
    void threat13_doubledInnerNodes_malformedBody() {
        Block block = blockOf({coinbase(), payment(1), payment(2), payment(3), payment(4), payment(5)});
        block.transactions.push_back(payment(4));
        block.transactions.push_back(payment(5));
        QCOMPARE(merkleRoot(txidsOf(block)).root, block.header.merkle_root);
        QCOMPARE(decodeBlock(serialized(block)).error(), BlockFault::duplicate_leaves);
    }
    void threat13_doubledNodeInProof_refused() {
        const Block block = blockOf({coinbase(), payment(1), payment(2)});
        const auto leaves = txidsOf(block);
        const MerkleProof first{.transaction = coinbase(), .index = 0, .branch = merkleBranch(leaves, 0)};
        MerkleProof proof{.transaction = payment(2), .index = 2, .branch = merkleBranch(leaves, 2)};
        QVERIFY(verifyInclusion(proof, first, block.header));
        proof.index = 3; // the copy that pads the tree is no transaction
        QCOMPARE(verifyInclusion(proof, first, block.header).error(), ProofFault::doubled_node);
    }

    void threat14_otherTransactions_bodyBlamedNotHeader() {
        Block block = blockOf({coinbase(), payment(1)});
        block.transactions[1].outputs[0].value = {7};
        QCOMPARE(decodeBlock(serialized(block)).error(), BlockFault::merkle_root_differs);
    }
    void threat14_changedWitness_commitmentDiffers() {
        const Bytes bytes = blockFile("blocks/mainnet_482683.raw");
        auto block = decodeBlock(bytes);
        QVERIFY(block);
        for (Transaction& transaction : block->transactions) {
            if (!transaction.isCoinbase() && transaction.hasWitness())
                transaction.inputs[0].witness.push_back({1});
        }
        QCOMPARE(decodeBlock(serialized(*block)).error(), BlockFault::witness_commitment_differs);
    }
    void threat14_witnessWithoutCommitment_refused() {
        Transaction spend = payment(1);
        spend.inputs[0].witness = {{1}};
        QCOMPARE(decodeBlock(serialized(blockOf({coinbase(), spend}))).error(),
                 BlockFault::witness_commitment_differs);
    }

    void threat11_transactionCountOverTheRest_refused() {
        Bytes bytes(header_size);
        for (const std::uint8_t byte : {0xfe, 0xff, 0xff, 0xff, 0x7f}) bytes.push_back(byte);
        QCOMPARE(decodeBlock(bytes).error(), BlockFault::undecodable);
        QCOMPARE(decodeBlock(Bytes(80)).error(), BlockFault::undecodable);
        QCOMPARE(decodeBlock(Bytes(81)).error(), BlockFault::no_transactions);
        QCOMPARE(decodeBlock(Bytes(4'000'001)).error(), BlockFault::over_weight);
    }

    void heightInCoinbase_smallAndMissing() {
        Transaction first = coinbase();
        first.inputs[0].script_sig.bytes = {0x51, 0x00};
        QCOMPARE(heightInCoinbase(first)->value, 1u);
        first.inputs[0].script_sig.bytes = {0x02, 0x11};
        QVERIFY(!heightInCoinbase(first));
        first.inputs[0].script_sig.bytes = {0x02, 0x11, 0x00}; // not minimal
        QVERIFY(!heightInCoinbase(first));
        QVERIFY(!heightInCoinbase(payment(1)));
    }
};

DUPLEX_TEST(TestBlock)
#include "tst_block.moc"
