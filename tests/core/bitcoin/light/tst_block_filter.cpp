#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/bitcoin/light/filter_header_chain.h"
#include "tests/support/mini_chain.h"
#endif

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;
using duplex::test::MiniChain;

namespace {

QByteArray fileOf(const char* path) {
    QFile file(duplex::test::vectorPath(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Reads a block without its rules: two of the vectors' blocks would do, but the test is about filters.
Block blockOf(const Bytes& bytes) {
    ByteReader reader(bytes);
    Block block{.header = readHeader(reader)};
    const std::size_t count = reader.compactCount(60);
    for (std::size_t i = 0; i < count; ++i) block.transactions.push_back(readTransaction(reader));
    return block;
}

} // namespace

class TestBlockFilter : public QObject {
    Q_OBJECT

private slots:
    void bip158_data() {
        QTest::addColumn<QJsonArray>("row");
        const auto rows = QJsonDocument::fromJson(fileOf("bips/bip0158/testnet-19.json")).array();
        QVERIFY(rows.size() == 11);
        for (qsizetype i = 1; i < rows.size(); ++i) {
            const QJsonArray row = rows[i].toArray();
            QTest::newRow(qPrintable(QString::number(row[0].toInt()) + " " + row[7].toString())) << row;
        }
    }
    // threats 7: nested and unusual scripts of real blocks; their right filters are never called false.
    void bip158() {
        QFETCH(QJsonArray, row);
        const auto text = [&](int i) { return row[i].toString().toStdString(); };
        const Block block = blockOf(*fromHex(text(2)));
        QVERIFY(block.header.hash() == *BlockHash::fromReversedHex(text(1)));
        std::vector<Script> spent;
        for (const auto script : row[3].toArray())
            spent.push_back({*fromHex(script.toString().toStdString())});
        const BlockFilter filter = buildFilter(block, spent);
        QCOMPARE(toHex(filter.bytes), text(5));
        const FilterHeader header =
            headerAfter(*FilterHeader::fromReversedHex(text(4)), hashOf(filter.bytes));
        QCOMPARE(header.reversedHex(), text(6));
        const BlockHash hash = block.header.hash();
        QCOMPARE(judge(filter.bytes, hashOf(filter.bytes), hash, block), FilterVerdict::not_refuted);
        for (const Script& script : outputScripts(block))
            QVERIFY(*matchesAny(filter.bytes, hash, FilterQuery({script})));
    }

    void realBlock_filter_isThePublishedOne() {
        const QJsonObject expected =
            QJsonDocument::fromJson(fileOf("blocks/testnet3_1087400_filter.json")).object();
        const QByteArray raw = fileOf("blocks/testnet3_1087400.raw");
        const auto block = decodeBlock(ByteView(reinterpret_cast<const std::uint8_t*>(raw.data()),
                                                static_cast<std::size_t>(raw.size())));
        QVERIFY(block);
        std::vector<Script> spent;
        for (const auto each :
             QJsonDocument::fromJson(fileOf("blocks/testnet3_1087400_spent_outputs.json")).array())
            spent.push_back({*fromHex(each.toObject()["script"].toString().toStdString())});
        const BlockFilter filter = buildFilter(*block, spent);
        QCOMPARE(toHex(filter.bytes), expected["basic_filter"].toString().toStdString());
        const std::string hash = expected["filter_hash"].toString().toStdString();
        QVERIFY(hashOf(filter.bytes).hex() == hash || hashOf(filter.bytes).reversedHex() == hash);
        const BlockHash block_hash = block->header.hash();
        for (const Script& script : spent)
            if (!script.empty()) QVERIFY(*matchesAny(filter.bytes, block_hash, FilterQuery({script})));

        // Sorted merge and bitmap say the same: for queries without a hit, with one, below and above the
        // limit.
        for (const std::uint32_t count : {1U, 100U, 101U, 5000U}) {
            std::vector<Script> scripts;
            for (std::uint32_t i = 0; i < count; ++i) scripts.push_back(MiniChain::script(i));
            const auto values = *decodeFilter(filter.bytes);
            const bool expected_hit = *matchesAny(filter.bytes, block_hash, FilterQuery(scripts));
            bool found = false;
            for (const Script& script : scripts) found |= *holdsAll(filter.bytes, block_hash, {script});
            QCOMPARE(expected_hit, found);
            scripts.push_back(spent[3]);
            QVERIFY(*matchesAny(filter.bytes, block_hash, FilterQuery(scripts)));
        }
    }

    void threat11_malformedFilters_areRefused_data() {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<int>("fault");
        QTest::newRow("empty") << QByteArray("") << int(FilterFault::truncated);
        QTest::newRow("count over the bits")
            << QByteArray("fe00000001ffffff") << int(FilterFault::count_too_large);
        QTest::newRow("non-minimal count") << QByteArray("fd0100ffffff") << int(FilterFault::truncated);
        QTest::newRow("ones without end") << QByteArray("01ffffff") << int(FilterFault::truncated);
        QTest::newRow("ones over many words") << "01" + QByteArray(100, 'f') << int(FilterFault::truncated);
        QTest::newRow("left over") << QByteArray("0100000000") << int(FilterFault::trailing_bytes);
        QTest::newRow("left over after nothing") << QByteArray("0000") << int(FilterFault::trailing_bytes);
    }
    void threat11_malformedFilters_areRefused() {
        QFETCH(QByteArray, hex);
        QFETCH(int, fault);
        const auto values = decodeFilter(*fromHex(hex.toStdString()));
        QVERIFY(!values);
        QCOMPARE(int(values.error()), fault);
        QVERIFY(!matchesAny(*fromHex(hex.toStdString()), {}, FilterQuery({MiniChain::script(1)})));
    }

    void longQuotients_areRead() {
        // 70 ones, a zero, 19 bits of remainder 5.
        Bytes bytes = {1};
        std::vector<bool> bits(70, true);
        bits.push_back(false);
        for (int i = 18; i >= 0; --i) bits.push_back((5 >> i & 1) != 0);
        while (bits.size() % 8 != 0) bits.push_back(false);
        for (std::size_t i = 0; i < bits.size(); i += 8) {
            std::uint8_t byte = 0;
            for (std::size_t j = 0; j < 8; ++j) byte = static_cast<std::uint8_t>(byte << 1 | bits[i + j]);
            bytes.push_back(byte);
        }
        QCOMPARE(decodeFilter(bytes)->at(0), (std::uint64_t{70} << 19) + 5);
    }

    // threats 5, 7: a missing output script is proof; missing spent scripts and additions are not.
    void threat5_judge_callsFalseOnlyWhatTheBlockRefutes() {
        MiniChain chain;
        const Script mine = MiniChain::script(1);
        const Transaction pay = MiniChain::pay(mine, 1000, 1);
        chain.mine({pay});
        chain.mine({MiniChain::pay(MiniChain::script(2), 900, 2, OutPoint{pay.txid(), 0})});
        const Block& block = chain.block(2);
        const BlockHash hash = chain.hash(2);
        const auto verdict = [&](const BlockFilter& filter) {
            return judge(filter.bytes, hashOf(filter.bytes), hash, block);
        };
        QCOMPARE(verdict(chain.filter(2)), FilterVerdict::not_refuted);
        QCOMPARE(verdict(buildFilter(block, {})),
                 FilterVerdict::not_refuted); // hides the spend: suspicion only
        QCOMPARE(verdict(buildFilter(block, {mine, MiniChain::script(77)})), FilterVerdict::not_refuted);
        Block fewer = block;
        fewer.transactions.pop_back();
        QCOMPARE(verdict(buildFilter(fewer, {mine})), FilterVerdict::proven_false);
        QCOMPARE(judge(chain.filter(2).bytes, FilterHash{}, hash, block), FilterVerdict::proven_false);
        QCOMPARE(verdict({{0xff}}), FilterVerdict::proven_false);
    }
};

DUPLEX_TEST(TestBlockFilter)
#include "tst_block_filter.moc"
