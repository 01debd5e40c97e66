#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/block_outputs.h"

using namespace duplex;
using namespace duplex::bitcoin;

class TestBlockOutputs : public QObject {
    Q_OBJECT

private slots:
    void eachTransaction_isFoundByItsId() {
        Block block;
        for (std::uint32_t i = 0; i < 3; ++i) {
            Transaction transaction{.locktime = i};
            transaction.inputs.push_back({});
            transaction.outputs.resize(i + 1);
            block.transactions.push_back(transaction);
        }
        const OutputsByTxid outputs = outputsByTxid(block);
        QCOMPARE(outputs.size(), std::size_t{3});
        for (const Transaction& transaction : block.transactions)
            QVERIFY(outputs.at(transaction.txid()) == &transaction.outputs);
        QVERIFY(!outputs.contains(Txid{}));
        const Txid last = block.transactions.back().txid();
        QVERIFY(find(outputs, {.txid = last, .index = 2}) == &block.transactions.back().outputs[2]);
        QVERIFY(find(outputs, {.txid = last, .index = 3}) == nullptr);
        QVERIFY(find(outputs, {}) == nullptr);
    }
};

DUPLEX_TEST(TestBlockOutputs)
#include "tst_block_outputs.moc"
