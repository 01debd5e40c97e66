#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/bitcoin/light/first_pass.h"
#include "tests/support/mini_chain.h"
#endif

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <random>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;
using duplex::test::MiniChain;

namespace {

const UnixTime now = unixTime(1'800'000'000);

QByteArray fileOf(const char* path) {
    QFile file(duplex::test::vectorPath(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

BlockHeader headerOf(const QString& hex) {
    const Bytes bytes = *fromHex(hex.toStdString());
    ByteReader reader(bytes);
    return readHeader(reader);
}

const std::vector<BlockHeader>& mainHeaders() {
    static const std::vector<BlockHeader> headers = [] {
        std::vector<BlockHeader> all;
        for (const auto each : QJsonDocument::fromJson(fileOf("headers/mainnet_headers_0_8999.json")).array())
            all.push_back(headerOf(each.toString()));
        return all;
    }();
    return headers;
}

/// Main's rules for a chain that need not have main's work.
const NetworkParameters& youngMain() {
    static const NetworkParameters parameters = [] {
        NetworkParameters young = parametersOf(Network::main);
        young.minimum_work = {};
        return young;
    }();
    return parameters;
}

std::vector<BlockHeader> part(const std::vector<BlockHeader>& all, std::size_t from, std::size_t to) {
    return {all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(to)};
}

/// A header with new contents that still meets its target; only for regtest's.
BlockHeader mined(BlockHeader header) {
    const auto& network = parametersOf(Network::regtest);
    while (!meetsTarget(header.hash(), header.bits, network)) ++header.nonce;
    return header;
}

/// Electrum's checkpoints: [hash, target] with the target in decimal digits, beyond what JSON numbers hold.
std::vector<std::pair<BlockHash, UInt256>> checkpointsOf(const char* path) {
    std::vector<std::pair<BlockHash, UInt256>> result;
    const QByteArray text = fileOf(path);
    for (qsizetype at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
        const std::string hash = text.mid(at + 1, 64).toStdString();
        UInt256 target;
        for (at = text.indexOf(',', at) + 1; text[at] != ']'; ++at)
            if (text[at] >= '0' && text[at] <= '9')
                target = target * 10 + UInt256::of(static_cast<std::uint64_t>(text[at] - '0'));
        result.emplace_back(*BlockHash::fromReversedHex(hash), target);
    }
    return result;
}

} // namespace

class TestHeaderChain : public QObject {
    Q_OBJECT

private slots:
    void uint256_divides() {
        std::mt19937_64 random(5);
        for (int i = 0; i < 200; ++i) {
            const UInt256 a{{random(), random(), random(), random() >> (i % 64)}};
            const UInt256 b{{random(), i % 2 == 0 ? random() >> (i % 60) : 0, 0, 0}};
            const auto factor = static_cast<std::uint32_t>(random());
            QVERIFY((b * factor) / b == UInt256::of(factor));
            const UInt256 quotient = a / b;
            QVERIFY(quotient * 1 == quotient && (a >> 3) << 3 <= a);
            QVERIFY(UInt256::fromBigEndian(a.bigEndian()) == a);
        }
    }

    void compactBits_areThoseOfCore_data() {
        QTest::addColumn<quint32>("bits");
        QTest::addColumn<bool>("valid");
        QTest::newRow("regtest") << 0x207fffffU << true;
        QTest::newRow("genesis") << 0x1d00ffffU << true;
        QTest::newRow("zero") << 0U << false;
        QTest::newRow("negative") << 0x04923456U << false;
        QTest::newRow("too large") << 0xff123456U << false;
        QTest::newRow("small") << 0x03123456U << true;
        QTest::newRow("shifted away") << 0x00123456U << false;
    }
    void compactBits_areThoseOfCore() {
        QFETCH(quint32, bits);
        QFETCH(bool, valid);
        const auto target = targetOf(bits);
        QCOMPARE(target.has_value(), valid);
        if (valid) QCOMPARE(bitsOf(*target), bits);
    }

    // threats 2: mainnet's retargets and its summed work.
    void threat2_mainnetRetargets_areReproduced() {
        const auto rows =
            QJsonDocument::fromJson(fileOf("headers/mainnet_retargets_below_500k.json")).array();
        QVERIFY(rows.size() > 400);
        std::map<int, BlockHeader> headers;
        std::map<int, Work> works;
        for (const auto row : rows) {
            const int height = row.toObject()["height"].toInt();
            headers[height] = headerOf(row.toObject()["header"].toString());
            works[height] =
                Work::fromBigEndian(*arrayFromHex<32>(row.toObject()["chainwork"].toString().toStdString()));
        }
        int boundaries = 0;
        for (const auto& [height, header] : headers) {
            QVERIFY(meetsTarget(header.hash(), header.bits, youngMain()));
            if (height % 2016 != 0 || height == 0 || !headers.contains(height - 1)) continue;
            ++boundaries;
            const BlockHeader& last = headers.at(height - 1);
            const BlockHeader& first = headers.at(height - 2016);
            QCOMPARE(retarget(last.bits, std::int64_t{last.time} - first.time, youngMain()), header.bits);
            QVERIFY(bitsMayFollow(static_cast<std::uint32_t>(height), last.bits, header.bits, youngMain()));
            QVERIFY(works.at(height) == works.at(height - 1) + workOf(header.bits));
            QVERIFY(works.at(height - 1) == works.at(height - 2016) + workOf(last.bits) * 2015);
        }
        QVERIFY(boundaries > 240);
    }

    void checkpoints_meetTheirTargets() {
        const auto main = checkpointsOf("headers/mainnet_checkpoints.json");
        QCOMPARE(main.size(), std::size_t{473});
        for (std::size_t i = 1; i < main.size(); ++i)
            QVERIFY(UInt256::fromLittleEndian(main[i].first.bytes) <= main[i - 1].second);
        for (const auto& [hash, target] : checkpointsOf("headers/signet_checkpoints.json"))
            QVERIFY(meetsTarget(hash, 0x1e0377ae, parametersOf(Network::signet)));
        for (const auto& [hash, target] : checkpointsOf("headers/testnet4_checkpoints.json"))
            QVERIFY(meetsTarget(hash, 0x1d00ffff, parametersOf(Network::testnet4)));
    }

    void mainnet_9000Headers_areAccepted() {
        const auto& headers = mainHeaders();
        QCOMPARE(headers.size(), std::size_t{9000});
        HeaderChain chain(youngMain(), {});
        for (std::size_t from = 1; from < headers.size(); from += 2000) {
            const auto outcome =
                chain.accept(part(headers, from, std::min(from + 2000, headers.size())), now);
            QVERIFY(std::holds_alternative<HeadersAppended>(outcome.what));
        }
        QCOMPARE(chain.height(), 8999U);
        const auto checkpoints = checkpointsOf("headers/mainnet_checkpoints.json");
        for (std::uint32_t i = 0; i < 4; ++i)
            QVERIFY(chain.hashAt(2016 * (i + 1) - 1) == checkpoints[i].first);
        QCOMPARE(chain.heightOf(headers[4321].hash())->value, 4321U);
        QVERIFY(!chain.heightOf(BlockHash{}));
        QVERIFY(chain.workAt(2015) == workOf(0x1d00ffff) * 2016);

        // The same from a file, and after a view took the place of memory.
        Bytes file;
        for (const BlockHeader& header : headers) file = concat({file, serialized(header)});
        HeaderChain stored(youngMain(), {file});
        QVERIFY(stored.tipWork() == chain.tipWork() && stored.tip() == chain.tip());
        chain.confirmStored({file});
        QVERIFY(chain.at(77) == headers[77] && chain.hashAt(8998) == headers[8998].hash());
    }

    // threats 2: each rule, one header before and one after the boundary where there is one.
    void threat2_falseHeaders_areRefused() {
        const auto& headers = mainHeaders();
        const auto faultOf = [&](std::size_t at, auto change) -> std::optional<HeaderFault> {
            HeaderChain chain(youngMain(), {});
            if (at > 1) chain.accept(part(headers, 1, at), now);
            BlockHeader header = headers[at];
            change(header);
            const auto outcome = chain.accept({header}, now);
            const auto* refused = std::get_if<HeadersRefused>(&outcome.what);
            return refused ? std::optional(refused->fault) : std::nullopt;
        };
        QCOMPARE(faultOf(2016, [](BlockHeader& h) { h.nonce ^= 1; }), HeaderFault::proof_of_work);
        QCOMPARE(faultOf(5, [](BlockHeader& h) { h.bits = 0x1d00fffe; }), HeaderFault::proof_of_work);
        QVERIFY(!faultOf(2016, [](BlockHeader&) {}));
        HeaderChain chain(youngMain(), {});
        const auto jumped = chain.accept({headers[1], headers[3]}, now);
        QCOMPARE(std::get<HeadersRefused>(jumped.what).fault, HeaderFault::unlinked);
        QVERIFY(std::holds_alternative<HeadersUnconnected>(chain.accept({headers[7]}, now).what));
    }

    void threat2_times_andBits_onRegtest() {
        MiniChain mini;
        mini.mineMany(20);
        HeaderChain chain(parametersOf(Network::regtest), {});
        chain.accept(mini.headers(1, 20), now);
        const std::uint32_t median = chain.medianTimeAt(20);
        QCOMPARE(median, mini.block(15).header.time);
        BlockHeader next = {.version = 4, .previous = mini.hash(20), .time = median, .bits = 0x207fffff};
        const auto fault = [&](const BlockHeader& header) {
            const auto outcome = chain.accept({header}, now);
            const auto* refused = std::get_if<HeadersRefused>(&outcome.what);
            return refused ? std::optional(refused->fault) : std::nullopt;
        };
        QCOMPARE(fault(mined(next)), HeaderFault::time_too_old);
        next.time = median + 1;
        next.version = 3;
        QCOMPARE(fault(mined(next)), HeaderFault::version_too_old);
        next.version = 4;
        next.bits = 0x207ffffe;
        QCOMPARE(fault(mined(next)), HeaderFault::wrong_bits);
        next.bits = 0x207fffff;

        // Two hours and a second ahead: not yet valid, not kept, no fault; exactly two hours: taken.
        next.time = static_cast<std::uint32_t>(secondsOf(now)) + 7201;
        const auto early = chain.accept({mined(next)}, now);
        QVERIFY(early.not_yet_valid && std::holds_alternative<HeadersKnown>(early.what));
        QCOMPARE(chain.height(), 20U);
        next.time -= 1;
        QVERIFY(std::holds_alternative<HeadersAppended>(chain.accept({mined(next)}, now).what));
    }

    void threat2_targetAboveTheLimit_isNoWork() {
        const NetworkParameters& main = parametersOf(Network::main);
        QVERIFY(meetsTarget(BlockHash{}, 0x1d00ffff, main));
        QVERIFY(!meetsTarget(BlockHash{}, 0x1d010000, main));
        QVERIFY(!meetsTarget(BlockHash{}, 0x207fffff, main));
        QVERIFY(meetsTarget(BlockHash{}, 0x207fffff, parametersOf(Network::regtest)));
    }

    // BIP 94: least difficulty after 20 minutes, not at a retarget; retarget from the period's first bits.
    void testnet4_rules() {
        NetworkParameters rules = parametersOf(Network::testnet4);
        rules.minimum_work = {};
        rules.power_limit_bits = 0x207fffff;
        rules.genesis = parametersOf(Network::regtest).genesis;
        HeaderChain chain(rules, {});
        const auto extend = [&](std::uint32_t spacing) {
            BlockHeader header{
                .version = 4, .previous = chain.tip().hash, .time = chain.tip().header.time + spacing};
            header.bits = chain.nextBits(header.time);
            const auto outcome = chain.accept({mined(header)}, now);
            return std::holds_alternative<HeadersAppended>(outcome.what);
        };
        while (chain.height() < 2015) QVERIFY(extend(300)); // twice as fast as it should be
        const std::uint32_t harder = chain.nextBits(chain.tip().header.time + 5000);
        QVERIFY(*targetOf(harder) < *targetOf(0x207fffff)); // no exception at a retarget
        QVERIFY(extend(5000));
        QCOMPARE(chain.nextBits(chain.tip().header.time + 1200), harder);
        QCOMPARE(chain.nextBits(chain.tip().header.time + 1201), 0x207fffffU);
        QVERIFY(extend(1201));
        QCOMPARE(chain.tip().header.bits, 0x207fffffU);
        QCOMPARE(chain.nextBits(chain.tip().header.time + 600), harder); // back past the exception
        while (chain.height() < 4031) QVERIFY(extend(1201));
        // All but the first block had least difficulty: the base is the first block's, four times easier,
        // capped.
        QCOMPARE(chain.nextBits(chain.tip().header.time + 1),
                 retarget(harder, std::int64_t{chain.tip().header.time} - chain.timeAt(2016), rules));
        BlockHeader warped{.version = 4, .previous = chain.tip().hash, .time = chain.tip().header.time - 601};
        warped.bits = chain.nextBits(warped.time);
        QCOMPARE(std::get<HeadersRefused>(chain.accept({mined(warped)}, now).what).fault,
                 HeaderFault::time_warp);
        warped.time += 1;
        QVERIFY(std::holds_alternative<HeadersAppended>(chain.accept({mined(warped)}, now).what));
    }

    // threats 17: any depth is reported as what left and what came; equal work changes nothing.
    void threat17_reorganisations_ofDepth1To20() {
        for (std::uint32_t depth = 1; depth <= 20; ++depth) {
            MiniChain mini;
            mini.mineMany(30);
            HeaderChain chain(parametersOf(Network::regtest), {});
            chain.accept(mini.headers(1, 30), now);
            const auto left = mini.headers(30 - depth + 1, 30);
            mini.cutTo(30 - depth);
            mini.mineMany(depth, 1);
            const auto side = chain.accept(mini.headers(30 - depth + 1, 30), now);
            QCOMPARE(std::get<HeadersOnSideBranch>(side.what).fork.value, 30 - depth);
            QCOMPARE(chain.sideTips().size(), std::size_t{1});
            mini.mineMany(1, 1);
            const auto outcome = chain.accept(mini.headers(31, 31), now);
            const auto& change = std::get<HeadersReorganised>(outcome.what);
            QCOMPARE(change.fork.value, 30 - depth);
            QVERIFY(change.left == left && change.headers == mini.headers(30 - depth + 1, 31));
            QVERIFY(chain.tip().hash == mini.hash(31) && chain.hashAt(30) == mini.hash(30));
            QCOMPARE(chain.sideTips().size(), std::size_t{1});
            QVERIFY(!chain.heightOf(left.back().hash()));
            QVERIFY(chain.tipWork() == workOf(0x207fffff) * 32);
            // The old branch grows past the new one: back again.
            BlockHeader next{.version = 4,
                             .previous = left.back().hash(),
                             .time = left.back().time + 600,
                             .bits = 0x207fffff};
            next = mined(next);
            BlockHeader last{
                .version = 4, .previous = next.hash(), .time = next.time + 600, .bits = 0x207fffff};
            const auto back = chain.accept({next, mined(last)}, now);
            QCOMPARE(std::get<HeadersReorganised>(back.what).headers.size(), std::size_t{depth + 2});
        }
    }

    // threats 17: work counts, not length. By the rules of testnet4 a header 20 minutes late is easy to make.
    void threat17_fewerButHarderHeaders_win() {
        NetworkParameters rules = parametersOf(Network::testnet4);
        rules.minimum_work = {};
        rules.power_limit_bits = 0x207fffff;
        rules.genesis = parametersOf(Network::regtest).genesis;
        HeaderChain chain(rules, {});
        const auto after = [](const BlockHeader& before, std::uint32_t spacing, std::uint32_t bits) {
            return mined(
                {.version = 4, .previous = before.hash(), .time = before.time + spacing, .bits = bits});
        };
        while (chain.height() < 2015) chain.accept({after(chain.tip().header, 100, 0x207fffff)}, now);
        const BlockHeader fork = chain.tip().header;
        const std::uint32_t harder = chain.nextBits(fork.time + 600); // four times as hard
        const BlockHeader hard = after(fork, 600, harder);
        chain.accept({hard}, now);
        std::vector<BlockHeader> easy = {after(hard, 1201, 0x207fffff)};
        for (int i = 0; i < 2; ++i) easy.push_back(after(easy.back(), 1201, 0x207fffff));
        QVERIFY(std::holds_alternative<HeadersAppended>(chain.accept(easy, now).what));

        const BlockHeader one = after(hard, 600, harder); // as much work as four easy ones
        const auto outcome = chain.accept({one}, now);
        QVERIFY(std::holds_alternative<HeadersReorganised>(outcome.what));
        QVERIFY(chain.tip().hash == one.hash() && chain.height() == 2017);
        const auto longer = chain.accept({after(easy.back(), 1201, 0x207fffff)}, now);
        QVERIFY(std::holds_alternative<HeadersOnSideBranch>(longer.what)); // equal work: the first seen stays
        QVERIFY(chain.tip().hash == one.hash());
    }

    void reorganisation_whileUnstored_keepsTheRightHeaders() {
        MiniChain mini;
        mini.mineMany(10);
        HeaderChain chain(parametersOf(Network::regtest), {});
        chain.accept(mini.headers(1, 10), now);
        Bytes file;
        for (const BlockHeader& header : mini.headers(0, 10)) file = concat({file, serialized(header)});
        mini.cutTo(5);
        mini.mineMany(7, 3);
        chain.accept(mini.headers(6, 12), now);
        chain.confirmStored({file}); // written before the reorganisation: must not be believed
        QVERIFY(chain.at(8) == mini.block(8).header);
        Bytes rewritten;
        for (const BlockHeader& header : mini.headers(0, 12))
            rewritten = concat({rewritten, serialized(header)});
        chain.confirmStored({rewritten});
        QVERIFY(chain.at(8) == mini.block(8).header && chain.height() == 12);
    }

    // threats 1: nine thousand real headers of difficulty 1 are far below main's minimum work: nothing is
    // kept.
    // performance.md 4: sums of work are kept per 2,016 headers, so that the work at an old fork costs one
    // period. What lies above that period is written over here: nobody may read it again.
    void threat1_workAtAnOldFork_readsOnePeriod() {
        Bytes file;
        for (const BlockHeader& header : mainHeaders()) {
            const auto bytes = serialized(header);
            file.insert(file.end(), bytes.begin(), bytes.end());
        }
        const HeaderChain chain(youngMain(), {file});
        const Work each = workOf(0x1d00ffff);
        for (const std::uint32_t height : {8999U, 8064U, 8063U, 5000U, 4032U, 2016U, 1U, 0U})
            QVERIFY(chain.workAt(height) == each * (height + 1));
        for (std::size_t height = 4033; height < mainHeaders().size() - 1; ++height)
            file[height * header_size + 72] ^= 1;
        for (const std::uint32_t height : {4032U, 3000U, 2017U, 1500U, 0U})
            QVERIFY(chain.workAt(height) == each * (height + 1));
    }

    void threat1_lowWorkChain_keepsNothing() {
        const auto& headers = mainHeaders();
        HeaderChain chain(parametersOf(Network::main), {});
        const auto outcome = chain.accept(part(headers, 1, 2001), now);
        const auto& low = std::get<HeadersLowWork>(outcome.what);
        QCOMPARE(chain.height(), 0U);
        FirstPass pass(chain, low.parent);
        for (std::size_t from = 1; from < 8001; from += 2000) {
            const auto seen = pass.look(part(headers, from, from + 2000), chain);
            QVERIFY(seen && std::holds_alternative<FirstPass::More>(*seen));
            QVERIFY(pass.heldBytes() <= 4 * 32);
        }
        QVERIFY(std::holds_alternative<FirstPass::GaveUp>(*pass.look(part(headers, 8001, 9000), chain)));
        QCOMPARE(chain.height(), 0U);
        QVERIFY(chain.sideTips().empty());
    }

    void firstPass_withEnoughWork_givesTheHeadersInTheSecond() {
        const auto& headers = mainHeaders();
        NetworkParameters network = youngMain();
        network.minimum_work = (workOf(0x1d00ffff) * 5000).bigEndian();
        HeaderChain chain(network, {});
        FirstPass pass(chain, {0});
        QVERIFY(std::holds_alternative<FirstPass::More>(*pass.look(part(headers, 1, 2001), chain)));
        QVERIFY(std::holds_alternative<FirstPass::More>(*pass.look(part(headers, 2001, 4001), chain)));
        QVERIFY(std::holds_alternative<FirstPass::EnoughWork>(*pass.look(part(headers, 4001, 6001), chain)));
        for (std::size_t from = 1; from < 6001; from += 2000) {
            const auto released = pass.lookAgain(part(headers, from, from + 2000));
            QVERIFY(released && released->size() == 2000);
            QVERIFY(
                std::holds_alternative<HeadersAppended>(chain.accept(*released, now, WorkProof::shown).what));
        }
        QVERIFY(pass.finished());
        QCOMPARE(chain.height(), 6000U);
    }

    void firstPass_otherHeadersInTheSecond_areRefused() {
        MiniChain mini;
        mini.mineMany(2100);
        NetworkParameters network = parametersOf(Network::regtest);
        network.minimum_work = (workOf(0x207fffff) * 2050).bigEndian();
        HeaderChain chain(network, {});
        FirstPass pass(chain, {0});
        QVERIFY(std::holds_alternative<FirstPass::More>(*pass.look(mini.headers(1, 2000), chain)));
        QVERIFY(std::holds_alternative<FirstPass::EnoughWork>(*pass.look(mini.headers(2001, 2100), chain)));
        mini.cutTo(10);
        mini.mineMany(2090, 9);
        const auto other = pass.lookAgain(mini.headers(1, 2000));
        QVERIFY(!other && other.error() == HeaderFault::second_pass_differs);
    }
};

DUPLEX_TEST(TestHeaderChain)
#include "tst_header_chain.moc"
