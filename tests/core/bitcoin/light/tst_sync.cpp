#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "tests/core/bitcoin/light/sync_room.h"
#endif

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <random>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;
using duplex::test::MiniChain;
using duplex::test::ServingPeer;
using duplex::test::SyncRoom;

namespace {

const Script mine = MiniChain::script(1);

/// 30 blocks; height 12 pays us, height 20 spends that.
struct PaidChain {
    MiniChain chain;
    Transaction pay = MiniChain::pay(mine, 1000, 1);
    PaidChain() {
        chain.mineMany(11);
        chain.mine({pay});
        chain.mineMany(7);
        chain.mine({MiniChain::pay(MiniChain::script(2), 900, 2, OutPoint{pay.txid(), 0})});
        chain.mineMany(10);
    }
};

WatchAdded watchMine(std::uint32_t birth = 0) {
    return {.scripts = {mine}, .birth = {birth}};
}

/// The filter of a height without its output script `missing` (of a block's second transaction).
BlockFilter filterWithout(const MiniChain& chain, std::uint32_t height) {
    Block block = chain.block(height);
    const std::vector<Script> spent = chain.spentScripts(block);
    block.transactions.resize(1);
    return buildFilter(block, spent);
}

std::vector<BlockHeader> oldMainnetHeaders() {
    std::vector<BlockHeader> headers;
    QFile file(duplex::test::vectorPath("headers/mainnet_headers_0_8999.json"));
    if (!file.open(QIODevice::ReadOnly)) return headers;
    for (const auto each : QJsonDocument::fromJson(file.readAll()).array()) {
        const Bytes bytes = *fromHex(each.toString().toStdString());
        ByteReader reader(bytes);
        headers.push_back(readHeader(reader));
    }
    return headers;
}

} // namespace

class TestSync : public QObject {
    Q_OBJECT

private slots:
    void oneHonestPeer_connectsEveryHeight_andFindsOurs() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &paid.chain});
        QCOMPARE(QString::fromStdString(room.broken), QString());
        QCOMPARE(room.connected.size(), std::size_t{31});
        for (std::uint32_t i = 0; i <= 30; ++i) QVERIFY(room.connected[i] == paid.chain.hash(i));
        QCOMPARE(room.hits, (std::vector<std::uint32_t>{12, 20}));
        QCOMPARE(*room.complete, (CompleteTo{{30}, 1, 1}));
        QCOMPARE(room.sync().stage(), SyncStage::synced);
        QCOMPARE(room.sync().netgroupsAtTip(), 1);
        QVERIFY(room.sync().filterAt({12}) && *room.sync().filterAt({12}) == paid.chain.filter(12));
        QVERIFY(room.dropped.empty());
    }

    void emptyChain_isSyncedAtGenesis() {
        const MiniChain chain;
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &chain});
        QCOMPARE(room.sync().stage(), SyncStage::synced);
        QCOMPARE(room.complete->height.value, 0U);
        QCOMPARE(room.broken, std::string());
    }

    void newBlocks_areFollowed_alsoByInv() {
        MiniChain chain;
        chain.mineMany(3);
        SyncRoom room;
        room.feed(watchMine());
        const PeerId peer = room.connect({.chain = &chain});
        chain.mine({MiniChain::pay(mine, 5, 9)});
        room.announceTip(peer, 4);
        QCOMPARE(room.complete->height.value, 4U);
        QCOMPARE(room.hits, std::vector<std::uint32_t>{4});
        chain.mineMany(2);
        room.feed(PeerMessage{peer, wire::Inv{{{wire::InventoryKind::block, chain.hash(6).bytes}}}});
        QCOMPARE(room.complete->height.value, 6U);
        QCOMPARE(room.broken, std::string());
    }

    void longChain_withCheckpoints_isSyncedByTwoPeers() {
        MiniChain chain;
        chain.mineMany(4300);
        chain.mine({MiniChain::pay(mine, 5, 9)});
        chain.mineMany(150);
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &chain});
        room.connect({.chain = &chain});
        room.wait(3s);
        QCOMPARE(room.broken, std::string());
        QCOMPARE(room.complete->height.value, 4451U);
        QCOMPARE(room.complete->agreeing, 2);
        QCOMPARE(room.hits, std::vector<std::uint32_t>{4301});
    }

    // threats 17: random reorganisations of depth 1 to 20 with payments on both sides; the end state is the
    // chain's.
    void threat17_reorganisations_areUndoneAndFollowed() {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        MiniChain chain;
        chain.mineMany(25);
        SyncRoom room;
        room.feed(watchMine());
        const PeerId peer = room.connect({.chain = &chain});
        for (std::uint32_t depth = 1; depth <= 20; ++depth) {
            const std::uint32_t fork = chain.height() - depth;
            const std::size_t left_before = room.left.size();
            chain.cutTo(fork);
            std::vector<std::uint32_t> expected;
            for (std::uint32_t i = 0; i < depth + 1 + random() % 3; ++i) {
                std::vector<Transaction> transactions;
                if (random() % 3 == 0) transactions.push_back(MiniChain::pay(mine, 5, depth * 1000 + i));
                if (!transactions.empty()) expected.push_back(chain.height() + 1);
                chain.mine(transactions, depth);
            }
            room.hits.clear();
            room.announceTip(peer, fork + 1);
            QCOMPARE(room.broken, std::string());
            QCOMPARE(room.left.size() - left_before, std::size_t{depth});
            QCOMPARE(room.hits, expected);
            QCOMPARE(room.complete->height.value, chain.height());
            QCOMPARE(room.connected.size(), std::size_t{chain.height()} + 1);
            for (std::uint32_t i = 0; i <= chain.height(); ++i) QVERIFY(room.connected[i] == chain.hash(i));
        }
    }

    void lateScript_rescansFromItsBirth() {
        const PaidChain paid;
        SyncRoom room;
        room.feed({WatchAdded{.scripts = {MiniChain::script(50)}, .birth = {0}}});
        room.connect({.chain = &paid.chain});
        QVERIFY(room.hits.empty());
        room.feed(watchMine(5));
        QCOMPARE(room.rescanned, (std::vector<std::uint32_t>{12, 20}));
        QCOMPARE(room.complete->height.value, 30U);
        QCOMPARE(room.connected.size(), std::size_t{31});
        QCOMPARE(room.broken, std::string());
    }

    // bitcoin.md 3: a script that block 12 brings to light is found in 13, though 13's filter was matched
    // before.
    void scriptFromBlock_isFoundInTheNext() {
        MiniChain chain;
        chain.mineMany(11);
        chain.mine({MiniChain::pay(mine, 5, 1)});
        chain.mine({MiniChain::pay(MiniChain::script(60), 5, 2)});
        chain.mineMany(4);
        SyncRoom room;
        room.feed(watchMine());
        room.on_block = [&](std::uint32_t height, const Block&) {
            if (height != 12) return;
            room.queue(WatchAdded{{MiniChain::script(60)}, {}, {13}}); // the wallet's next address
        };
        room.connect({.chain = &chain});
        room.wait(2s);
        QCOMPARE(room.hits, (std::vector<std::uint32_t>{12, 13}));
        QCOMPARE(room.complete->height.value, 17U);
    }

    // threats 5: two peers of three leave our payment out of a filter; the block proves it, the one honest is
    // believed.
    void threat5_omittedOutput_isProven_liarsAreBanned() {
        const PaidChain paid;
        const std::map<std::uint32_t, BlockFilter> lie = {{12, filterWithout(paid.chain, 12)}};
        for (const int order : {0, 1}) {
            SyncRoom room;
            room.feed(watchMine());
            if (order == 0) room.connect({.chain = &paid.chain});
            const PeerId a = room.connect({.chain = &paid.chain, .false_filters = lie});
            const PeerId b = room.connect({.chain = &paid.chain, .false_filters = lie});
            if (order == 1) room.connect({.chain = &paid.chain}); // the honest one comes last
            room.wait(2s);
            QCOMPARE(room.broken, std::string());
            QCOMPARE(room.dropped.size(), std::size_t{2});
            for (const DropPeer& drop : room.dropped) {
                QVERIFY(drop.peer == a || drop.peer == b);
                QVERIFY(drop.reason == DropReason::false_filter && drop.ban == Ban::yes);
            }
            QCOMPARE(order == 0 ? room.hits : room.rescanned, order == 0
                                                                  ? (std::vector<std::uint32_t>{12, 20})
                                                                  : (std::vector<std::uint32_t>{12, 20}));
            QCOMPARE(*room.complete, (CompleteTo{{30}, 1, 1}));
            QVERIFY(room.disputed.empty());
        }
    }

    // threats 5: a filter of no bytes has a hash too, and does not decode.
    void threat5_filterOfNoBytes_isProvenFalse() {
        for (const bool odd_first : {false, true}) {
            PaidChain paid;
            paid.chain.cutTo(25);
            SyncRoom room;
            room.feed(watchMine());
            const PeerId honest = room.connect({.chain = &paid.chain});
            const PeerId odd = room.connect({.chain = &paid.chain, .false_filters = {{26, BlockFilter{}}}});
            paid.chain.mine();
            room.announceTip(odd_first ? odd : honest, 26);
            room.announceTip(odd_first ? honest : odd, 26);
            room.wait(2s);
            QCOMPARE(room.broken, std::string());
            QVERIFY((room.dropped == std::vector{DropPeer{odd, DropReason::false_filter, Ban::yes}}));
            QCOMPARE(room.complete->height.value, 26U);
        }
    }

    // threats 5, 6: while a dispute is open, our filter headers turn out false from further down. Whoever was
    // asked for the filter in dispute is here still, and answers.
    void threat6_falseBelowAnOpenDispute_endsIt() {
        const PaidChain paid;
        const BlockFilter garbage{.bytes = {0xff}};
        const auto odd = [&](std::uint32_t height) {
            return buildFilter(paid.chain.block(height), {MiniChain::script(height)});
        };
        SyncRoom room;
        room.feed(watchMine());
        const auto serve = [&](PeerId id, std::uint32_t height, const BlockFilter& filter) {
            room.feed(PeerMessage{id, wire::Cfilter{paid.chain.hash(height), filter.bytes}});
        };
        // Ours are the second's; the first is compared when it comes back, and differs at 5 for good.
        const PeerId first = room.connect({.chain = &paid.chain, .silent_filters = true});
        const PeerId second =
            room.connect({.chain = &paid.chain, .false_filters = {{20, garbage}}, .withholds_filters = true});
        room.wait(21s);
        ServingPeer& back = room.peers.at(first);
        back.false_filters = {{5, odd(5)}, {20, garbage}};
        back.silent_filters = false;
        back.withholds_filters = true;
        for (int i = 0; i < 4; ++i) {
            room.wait(8s);
            room.feed(PeerProgress{second});
        }
        serve(first, 5, odd(5));
        serve(second, 5, paid.chain.filter(5));
        QCOMPARE(room.disputed, std::vector<std::uint32_t>{5});
        room.connect({.chain = &paid.chain,
                      .false_filters = {{20, garbage}, {25, odd(25)}},
                      .withholds_filters = true});
        QVERIFY(room.dropped.empty());
        for (std::uint32_t height = 0; height < 20; ++height)
            serve(second, height, paid.chain.filter(height));
        serve(second, 20, garbage);
        QCOMPARE(room.dropped.size(), std::size_t{2}); // all but the first, of whom nothing is proven
        serve(first, 25, paid.chain.filter(25));
        room.connect({.chain = &paid.chain});
        room.wait(2min);
        QCOMPARE(room.broken, std::string());
        QCOMPARE(room.complete->height.value, 30U);
    }

    // threats 5: the spend at height 20 hidden (a script that is not in the block): nobody can be proven
    // wrong.
    void threat5_hiddenSpend_isDisputed_andFoundInTheBlock() {
        const PaidChain paid;
        const std::map<std::uint32_t, BlockFilter> lie = {{20, buildFilter(paid.chain.block(20), {})}};
        for (const int order : {0, 1, 2}) {
            SyncRoom room;
            room.feed(watchMine());
            if (order == 0) room.connect({.chain = &paid.chain});
            room.connect({.chain = &paid.chain, .false_filters = lie});
            if (order != 2) room.connect({.chain = &paid.chain, .false_filters = lie});
            if (order != 0) room.connect({.chain = &paid.chain});
            room.wait(2s);
            QCOMPARE(room.broken, std::string());
            QVERIFY(room.dropped.empty());
            QCOMPARE(room.disputed, std::vector<std::uint32_t>{20});
            std::vector<std::uint32_t> found = room.hits;
            found.insert(found.end(), room.rescanned.begin(), room.rescanned.end());
            QVERIFY(std::count(found.begin(), found.end(), 12U) > 0 &&
                    std::count(found.begin(), found.end(), 20U) > 0);
            QCOMPARE(room.complete->height.value, 30U);
            QVERIFY(room.sync().isDisputed({20}));
        }
    }

    // threats 5: a late peer names odd hashes for heights that were verified. Each such block is searched,
    // and nothing else again; the tip stays verified.
    void threat5_lateDisputes_searchTheirBlocksOnly() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &paid.chain});
        QCOMPARE(room.hits, (std::vector<std::uint32_t>{12, 20}));
        const std::size_t asked = room.filters_asked;
        ServingPeer odd{.chain = &paid.chain};
        for (const std::uint32_t height : {3U, 5U, 15U, 20U})
            odd.false_filters[height] = buildFilter(paid.chain.block(height), {MiniChain::script(height)});
        std::size_t told = 0;
        room.on_block = [&](std::uint32_t, const Block&) {
            // Stored as disputed once it was searched, and the gate lets one block through at a time.
            if (room.broken.empty() && (room.disputed.size() != told || room.rescanned.size() != ++told))
                room.broken = "one late search at a time";
            if (room.complete->height.value != 30 && room.broken.empty()) room.broken = "verified stays";
        };
        room.connect(odd);
        room.wait(5s);
        QCOMPARE(room.broken, std::string());
        QCOMPARE(room.rescanned, (std::vector<std::uint32_t>{3, 5, 15, 20}));
        QCOMPARE(room.disputed, room.rescanned);
        QCOMPARE(room.filters_asked - asked, std::size_t{4}); // the odd ones; ours are still at hand
        QVERIFY(room.dropped.empty());
        QCOMPARE(*room.complete, (CompleteTo{{30}, 1, 2}));
    }

    // Where our filter of the height cannot be had and its block pays us, later blocks may spend that: they
    // are scanned again.
    void lateDispute_withoutOurFilter_scansOnFromItsBlock() {
        const PaidChain paid;
        const std::map<std::uint32_t, BlockFilter> lie = {{12, filterWithout(paid.chain, 12)}};
        SyncRoom first;
        first.feed(watchMine());
        const PeerId liar = first.connect({.chain = &paid.chain, .false_filters = lie});
        QCOMPARE(first.hits, std::vector<std::uint32_t>{20});
        first.disconnect(liar);
        SyncRoom room(first.restart()); // filters are not stored
        room.feed(watchMine(31));
        room.connect({.chain = &paid.chain});
        room.wait(2min);
        QCOMPARE(room.broken, std::string());
        QCOMPARE(room.rescanned, (std::vector<std::uint32_t>{12, 20}));
        QCOMPARE(room.complete->height.value, 30U);
    }

    // threats 8: a dispute that its peer lets run out has cost what any other costs.
    void threat8_disputes_thatRunOut_areCountedToo() {
        MiniChain chain;
        chain.mineMany(110);
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &chain});
        ServingPeer odd{.chain = &chain, .withholds_filters = true};
        odd.false_filters[50] = buildFilter(chain.block(50), {MiniChain::script(50)});
        const PeerId id = room.connect(odd);
        room.wait(120min);
        QVERIFY((room.dropped == std::vector{DropPeer{id, DropReason::too_many_disputes, Ban::no}}));
        QCOMPARE(room.complete->height.value, 110U);
        QVERIFY(room.disputed.empty());
    }

    void reorganisation_whileFiltersAreUnderWay_theOthersAreAskedAgain() {
        MiniChain chain;
        chain.mineMany(110);
        SyncRoom room;
        room.feed(watchMine());
        const PeerId silent = room.connect({.chain = &chain, .withholds_filters = true});
        room.wait(2s);
        chain.cutTo(109);
        chain.mineMany(2, 7);
        room.announceTip(silent, 110);
        room.connect({.chain = &chain});
        room.wait(60s); // less than the patience with a silent peer
        QCOMPARE(room.complete->height.value, 111U);
    }

    // The window is full above a block that comes late; its payment makes the wallet look again from there.
    void rewind_belowAFullWindow_goesOn() {
        PaidChain paid;
        paid.chain.mineMany(60);
        SyncRoom room({.window_bytes = 60});
        room.feed(watchMine());
        room.on_block = [&](std::uint32_t height, const Block&) {
            if (height == 12) room.queue(WatchAdded{.scripts = {MiniChain::script(2)}, .birth = {12}});
        };
        room.connect({.chain = &paid.chain, .silent_blocks = true});
        room.wait(2s);
        room.connect({.chain = &paid.chain});
        room.wait(180s);
        QCOMPARE(room.complete->height.value, 90U);
    }

    void sameFilterAgainAndAgain_isNoAnswer() {
        MiniChain chain;
        chain.mineMany(110);
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &chain, .repeats_a_filter = true});
        room.wait(2s);
        room.connect({.chain = &chain});
        room.wait(180s);
        QCOMPARE(room.complete->height.value, 110U);
    }

    void disputedPeers_goOnWithNewBlocks() {
        PaidChain paid;
        const std::map<std::uint32_t, BlockFilter> lie = {{20, buildFilter(paid.chain.block(20), {})}};
        SyncRoom room;
        room.feed(watchMine());
        const PeerId honest = room.connect({.chain = &paid.chain});
        room.connect({.chain = &paid.chain, .false_filters = lie});
        paid.chain.mineMany(3);
        room.announceTip(honest, 31);
        room.wait(40s);
        QCOMPARE(room.complete->height.value, 33U);
        QVERIFY(room.dropped.empty());
    }

    void liarsAboutManyHeights_areDisputedOneByOne() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &paid.chain, .keeps_blocks_back = true});
        for (const std::uint32_t height : {5U, 20U, 25U, 26U}) {
            const BlockFilter more = buildFilter(paid.chain.block(height), {MiniChain::script(height)});
            room.connect(
                {.chain = &paid.chain, .false_filters = {{height, more}}, .keeps_blocks_back = true});
        }
        QVERIFY(room.disputed.empty()); // no block yet, and no busy loop either
        room.connect({.chain = &paid.chain});
        room.wait(5min);
        QCOMPARE(room.broken, std::string());
        QCOMPARE(room.disputed.size(), std::size_t{4});
        QVERIFY(room.dropped.empty());
        QCOMPARE(*room.complete, (CompleteTo{{30}, 2, 6}));
    }

    // threats 6: all peers leave out an output script of the block in which another script hit.
    void threat6_allAgreeOnAFalseFilter_isFoundByTheBlock() {
        PaidChain paid;
        paid.chain.mine({MiniChain::pay(mine, 7, 70), MiniChain::pay(MiniChain::script(71), 7, 71)});
        Block fewer = paid.chain.block(31);
        fewer.transactions.pop_back();
        ServingPeer liar{.chain = &paid.chain, .false_filters = {{31, buildFilter(fewer, {})}}};
        SyncRoom room;
        room.feed(watchMine());
        room.connect(liar);
        room.connect(liar);
        room.wait(2s);
        QCOMPARE(room.dropped.size(), std::size_t{2});
        QCOMPARE(room.complete->height.value, 30U);
        room.connect({.chain = &paid.chain});
        QCOMPARE(room.complete->height.value, 31U);
        QCOMPARE(room.hits, (std::vector<std::uint32_t>{12, 20, 31}));
        QCOMPARE(room.broken, std::string());
    }

    void filterThatFailsItsOwnHash_bans() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &paid.chain,
                      .false_filters = {{12, filterWithout(paid.chain, 12)}},
                      .serves_truth_under_false_hash = true});
        QCOMPARE(room.dropped.size(), std::size_t{1});
        QCOMPARE(room.dropped[0].ban, Ban::yes);
    }

    // threats 8: silence sets aside and never bans; another peer does the work.
    void threat8_silentPeer_isSetAside() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &paid.chain, .silent_filters = true});
        room.connect({.chain = &paid.chain});
        room.wait(90s);
        QVERIFY(room.dropped.empty());
        QCOMPARE(room.complete->height.value, 30U);
        QCOMPARE(room.hits, (std::vector<std::uint32_t>{12, 20}));
        SyncRoom other;
        other.feed(watchMine());
        other.connect({.chain = &paid.chain, .silent_headers = true});
        other.connect({.chain = &paid.chain, .silent_headers = true});
        other.connect({.chain = &paid.chain});
        other.wait(60s);
        QCOMPARE(other.complete->height.value, 30U);
        QVERIFY(other.dropped.empty());
    }

    // threats 8: checkpoints of a wrong number are no answer: two such peers by turns would stop all.
    void threat8_checkpointsOfAWrongNumber_areWaitedForEverLess() {
        MiniChain chain;
        chain.mineMany(2'100);
        SyncRoom room;
        room.feed(watchMine());
        const std::array odd = {room.connect({.chain = &chain, .silent_filters = true}),
                                room.connect({.chain = &chain, .silent_filters = true})};
        room.connect({.chain = &chain});
        for (int second = 1; second <= 20 * 60; ++second) {
            room.wait(1s);
            for (int i = 0; i < 2; ++i) {
                if (second % 10 == 0) room.feed(PeerProgress{odd[i]});
                if ((second + 40 * i) % 85 == 55)
                    room.feed(PeerMessage{odd[i], wire::CfCheckpt{.stop = chain.hash(2'100)}});
            }
        }
        QCOMPARE(room.broken, std::string());
        QCOMPARE(room.complete->height.value, 2'100U);
        QVERIFY(room.dropped.empty());
    }

    // threats 8: at first two peers are asked for headers. Neither what we know, again and again, nor one
    // more header at a time keeps their places for ever.
    void threat8_headersWithoutEnd_giveUpTheirPlace_data() {
        QTest::addColumn<uint>("further"); // each time by so many
        QTest::newRow("the same again") << 0U;
        QTest::newRow("one more each time") << 1U;
    }
    void threat8_headersWithoutEnd_giveUpTheirPlace() {
        QFETCH(uint, further);
        MiniChain chain;
        chain.mineMany(2'200);
        SyncRoom before;
        before.connect({.chain = &chain});
        chain.mine();
        SyncRoom room(before.restart());
        room.now.time = unixTime(chain.block(2'201).header.time + 600);
        const std::array odd = {room.connect({.chain = &chain, .silent_headers = true}),
                                room.connect({.chain = &chain, .silent_headers = true})};
        room.connect({.chain = &chain});
        for (std::uint32_t i = 0; i < 100; ++i) {
            for (const PeerId id : odd)
                room.feed(
                    PeerMessage{id, wire::Headers{chain.headers(1 + i * further, 2'000 + i * further)}});
            for (int part = 0; part < 3; ++part) {
                room.wait(10s);
                for (const PeerId id : odd) room.feed(PeerProgress{id});
            }
        }
        QCOMPARE(room.broken, std::string());
        QCOMPARE(room.sync().chain().height(), 2'201U);
        QVERIFY(room.dropped.empty());
    }

    // threats 8: an answer that names no block is no answer. It neither ends the peer's time nor the round.
    void threat8_roundAnsweredForNoBlock_goesOnWithoutThatPeer() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        const PeerId odd = room.connect({.chain = &paid.chain, .silent_filters = true});
        wire::CfHeaders nowhere;
        nowhere.hashes.resize(31);
        room.feed(PeerMessage{odd, nowhere});
        room.connect({.chain = &paid.chain});
        room.wait(90s);
        QVERIFY(room.dropped.empty());
        QCOMPARE(room.complete->height.value, 30U);
        QCOMPARE(room.hits, (std::vector<std::uint32_t>{12, 20}));
        for (int i = 0; i < 10; ++i) room.feed(PeerMessage{odd, nowhere});
        QVERIFY((room.dropped == std::vector{DropPeer{odd, DropReason::unrequested, Ban::no}}));
        QCOMPARE(room.broken, std::string());
    }

    // threats 8, 17: a round that ends below the fork outlives the reorganisation, and so does its time-out.
    void threat8_silentRound_overAReorganisationAbove_timesOut() {
        PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        const PeerId silent = room.connect({.chain = &paid.chain, .silent_filters = true});
        paid.chain.mineMany(2);
        room.announceTip(silent, 31);
        paid.chain.cutTo(31);
        paid.chain.mineMany(2, 7);
        room.announceTip(silent, 32);
        QCOMPARE(room.sync().chain().height(), 33U);
        room.connect({.chain = &paid.chain});
        room.wait(90s);
        QVERIFY(room.dropped.empty());
        QCOMPARE(room.complete->height.value, 33U);
        QCOMPARE(room.broken, std::string());
    }

    void threat8_hitThatNobodyServes_alarms_andIsNeverSkipped() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        const PeerId miser = room.connect({.chain = &paid.chain, .keeps_blocks_back = true});
        room.wait(31min);
        QCOMPARE(room.missing_blocks, 2); // heights 12 and 20
        QCOMPARE(room.complete->height.value, 11U);
        room.peers.at(miser).keeps_blocks_back = false;
        room.wait(2min);
        QCOMPARE(room.complete->height.value, 30U);
        QCOMPARE(room.hits, (std::vector<std::uint32_t>{12, 20}));
    }

    // threats 14: a changed body of a good header costs its sender the connection, not the header its block.
    void threat14_mutatedBody_isAskedFromAnother() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        const PeerId bad = room.connect({.chain = &paid.chain, .mutates_blocks = true});
        QCOMPARE(room.dropped.size(), std::size_t{1});
        QVERIFY((room.dropped[0] == DropPeer{bad, DropReason::bad_block, Ban::yes}));
        QCOMPARE(room.complete->height.value, 11U);
        room.connect({.chain = &paid.chain});
        room.wait(1s);
        QCOMPARE(room.complete->height.value, 30U);
        QCOMPARE(room.hits, (std::vector<std::uint32_t>{12, 20}));
    }

    void fetchBlock_isAnsweredOnce() {
        const PaidChain paid;
        SyncRoom room;
        room.connect({.chain = &paid.chain, .services = 8 | 64}); // filters only
        room.feed(FetchBlock{{1}, paid.chain.hash(7)});
        room.wait(61s);
        QCOMPARE(room.fetch_failed.size(), std::size_t{1});
        QCOMPARE(room.fetch_failed[0].why, FetchFailure::no_peer);
        room.connect({.chain = &paid.chain, .keeps_blocks_back = true});
        room.connect({.chain = &paid.chain});
        room.wait(40s);
        room.feed(FetchBlock{{2}, paid.chain.hash(7)});
        QCOMPARE(room.fetched.size(), std::size_t{1});
        QVERIFY(room.fetched[0].block == paid.chain.block(7) && room.fetched[0].height == BlockHeight{7});
        room.feed(FetchBlock{{3}, BlockHash{}});
        room.wait(5s);
        QCOMPARE(room.fetch_failed.size(), std::size_t{2});
        QCOMPARE(room.fetch_failed[1].why, FetchFailure::not_served);
    }

    // A peer that has its hands full is no peer that has not the block.
    void fetchBlock_ofABusyPeer_waitsForIt() {
        MiniChain chain;
        for (std::uint32_t i = 0; i < 8; ++i) chain.mine({MiniChain::pay(mine, 7, 70 + i)});
        chain.mine();
        SyncRoom room;
        room.feed(watchMine());
        const PeerId busy = room.connect({.chain = &chain, .silent_blocks = true});
        room.connect({.chain = &chain, .keeps_blocks_back = true});
        room.wait(1s);
        room.feed(FetchBlock{{1}, chain.hash(9)});
        room.wait(1s);
        QVERIFY(room.fetched.empty() && room.fetch_failed.empty());
        room.peers.at(busy).silent_blocks = false;
        for (std::uint32_t height = 1; height <= 8; ++height)
            room.feed(PeerMessage{busy, wire::BlockBody{serialized(chain.block(height))}});
        room.wait(1s);
        QCOMPARE(room.fetched.size(), std::size_t{1});
        QCOMPARE(room.complete->height.value, 9U);
    }

    void restart_goesOnWhereItWas() {
        PaidChain paid;
        SyncRoom first;
        first.feed(watchMine());
        first.connect({.chain = &paid.chain});
        QCOMPARE(first.complete->height.value, 30U);
        paid.chain.mine({MiniChain::pay(mine, 7, 70)});
        SyncRoom second(first.restart());
        second.feed(watchMine(31));
        second.connect({.chain = &paid.chain});
        QCOMPARE(second.broken, std::string());
        QCOMPARE(second.connected.size(), std::size_t{1});
        QCOMPARE(second.hits, std::vector<std::uint32_t>{31});
        QCOMPARE(second.complete->height.value, 31U);
    }

    void birthday_isWhereTheScanBegins() {
        const PaidChain paid;
        SyncRoom room({.birthday = {15}});
        room.feed(watchMine(15));
        room.connect({.chain = &paid.chain});
        QCOMPARE(room.connected.size(), std::size_t{16});
        QCOMPARE(room.hits, std::vector<std::uint32_t>{20});
        QCOMPARE(room.broken, std::string());
    }

    void badHeaders_ban() {
        const PaidChain paid;
        SyncRoom room;
        const PeerId peer = room.connect({.chain = &paid.chain});
        BlockHeader header{.version = 4, .previous = paid.chain.hash(30), .time = 1, .bits = 0x207fffff};
        while (!meetsTarget(header.hash(), header.bits, parametersOf(Network::regtest))) ++header.nonce;
        room.feed(PeerMessage{peer, wire::Headers{{header}}});
        QVERIFY((room.dropped == std::vector{DropPeer{peer, DropReason::bad_headers, Ban::yes}}));
    }

    void peerBehindUs_isPlacedAndKept() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        room.connect({.chain = &paid.chain});
        room.connect({.chain = &paid.chain, .knows_up_to = 9});
        QCOMPARE(room.sync().lowestPeerHeight(), std::optional(BlockHeight{9}));
        QCOMPARE(room.sync().netgroupsAtTip(), 1);
        QVERIFY(room.dropped.empty());
    }

    // threats 1: one header of little work on an old fork, sent without end.
    void threat1_lowWorkHeaders_withoutEnd_areLetGo() {
        QFile file(duplex::test::vectorPath("headers/mainnet_headers_0_8999.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const Bytes bytes =
            *fromHex(QJsonDocument::fromJson(file.readAll()).array().at(1).toString().toStdString());
        ByteReader reader(bytes);
        const wire::Headers first{{readHeader(reader)}};
        Sync sync(SyncStart{.network = Network::main});
        Moment now{.ticks = 1000s, .time = unixTime(1'800'000'000)};
        sync.start(now);
        sync.step(PeerConnected{{1}, {.services = {1 | 8 | 64}}, {1}}, now);
        const auto sendsUntilDropped = [&](int most, Ticks pause) {
            for (int sent = 1; sent <= most; ++sent) {
                now.ticks += pause;
                for (const SyncAction& action : sync.step(PeerMessage{{1}, first}, now)) {
                    if (const auto* drop = std::get_if<DropPeer>(&action))
                        return *drop == DropPeer{{1}, DropReason::unrequested, Ban::no} ? sent : -1;
                }
            }
            return 0;
        };
        QCOMPARE(sendsUntilDropped(100, 30s), 0); // as often as we would ask it ourselves
        const int sent = sendsUntilDropped(100, 1s);
        QVERIFY2(sent > 0 && sent <= 51, std::to_string(sent).c_str());
    }

    // threats 1: a chain of real headers far below main's minimum work, offered by three peers: nothing is
    // stored.
    void threat1_lowWorkFlood_storesNothing() {
        const std::vector<BlockHeader> headers = oldMainnetHeaders();
        QCOMPARE(headers.size(), std::size_t{9000});
        Sync sync(SyncStart{.network = Network::main});
        const Moment now{.ticks = 1000s, .time = unixTime(1'800'000'000)};
        sync.start(now);
        std::map<PeerId, std::size_t> given;
        std::deque<SyncEvent> events;
        for (std::uint64_t id = 1; id <= 3; ++id)
            events.push_back(PeerConnected{{id}, {.services = {1 | 8 | 64}}, {id}});
        std::size_t asked = 0;
        while (!events.empty()) {
            const SyncActions actions = sync.step(events.front(), now);
            events.pop_front();
            for (const SyncAction& action : actions) {
                QVERIFY(!std::holds_alternative<PersistHeaders>(action));
                const auto* to = std::get_if<SendTo>(&action);
                if (!to || !std::holds_alternative<wire::GetHeaders>(to->message)) continue;
                ++asked;
                std::size_t& at = given[to->peer];
                const std::size_t end = std::min<std::size_t>(at + 2000, 8999);
                events.push_back(
                    PeerMessage{to->peer, wire::Headers{{headers.begin() + 1 + std::ptrdiff_t(at),
                                                         headers.begin() + 1 + std::ptrdiff_t(end)}}});
                at = end;
            }
        }
        QCOMPARE(asked, std::size_t{15}); // each peer's whole chain was looked at once
        QCOMPARE(sync.chain().height(), 0U);
        QCOMPARE(sync.stage(), SyncStage::headers);
    }

    // A block is found while a peer's old headers are looked at, and the peer announces it: no fault of its.
    void blockAnnouncedInAFirstPass_isNoFault() {
        const std::vector<BlockHeader> headers = oldMainnetHeaders();
        QCOMPARE(headers.size(), std::size_t{9000});
        Sync sync(SyncStart{.network = Network::main});
        const Moment now{.ticks = 1000s, .time = unixTime(1'800'000'000)};
        sync.start(now);
        std::deque<SyncEvent> events{PeerConnected{{1}, {.services = {1 | 8 | 64}}, {1}}};
        std::size_t asked = 0;
        while (!events.empty()) {
            const SyncActions actions = sync.step(events.front(), now);
            events.pop_front();
            for (const SyncAction& action : actions) {
                QVERIFY(!std::holds_alternative<DropPeer>(action));
                const auto* to = std::get_if<SendTo>(&action);
                if (!to || !std::holds_alternative<wire::GetHeaders>(to->message)) continue;
                const auto at = static_cast<std::ptrdiff_t>(1 + 2000 * asked++);
                if (asked == 3) events.push_back(PeerMessage{{1}, wire::Headers{{headers.back()}}});
                events.push_back(PeerMessage{
                    {1},
                    wire::Headers{{headers.begin() + at,
                                   headers.begin() + std::min(at + 2000, std::ptrdiff_t{9000})}}});
            }
        }
        QCOMPARE(asked, std::size_t{5}); // all of it was looked at
    }

    void relayedTransaction_ofOurs_isSeen() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        const PeerId peer = room.connect({.chain = &paid.chain});
        const Transaction ours = MiniChain::pay(mine, 3, 5);
        const Transaction others = MiniChain::pay(MiniChain::script(9), 3, 6);
        using wire::InventoryKind;
        room.feed(PeerMessage{peer, wire::Inv{{{InventoryKind::wtx, ours.wtxid().bytes},
                                               {InventoryKind::tx, others.txid().bytes}}}});
        for (const Transaction& transaction : {ours, others})
            room.feed(PeerMessage{peer, wire::Tx{transaction}});
        QCOMPARE(room.seen.size(), std::size_t{1});
        QVERIFY(room.seen[0] == ours);
    }

    // A transaction that a peer pushes at us, unasked, is nothing to us; nor is one that it announces where
    // we said that we want none.
    void relayedTransaction_notAskedFor_isIgnored() {
        const PaidChain paid;
        SyncRoom room;
        room.feed(watchMine());
        const PeerId listening = room.connect({.chain = &paid.chain});
        const PeerId silent{99};
        room.peers[silent] = {.chain = &paid.chain};
        room.feed(PeerConnected{silent,
                                {.version = 70016, .services = {1 | 8 | 64}, .wtxid_relay = true},
                                {99},
                                wire::Relay::no});
        const Transaction ours = MiniChain::pay(mine, 3, 5);
        const wire::Inv inv{{{wire::InventoryKind::wtx, ours.wtxid().bytes}}};
        for (const PeerId peer : {listening, silent}) room.feed(PeerMessage{peer, wire::Tx{ours}});
        room.feed(PeerMessage{silent, inv});
        room.feed(PeerMessage{silent, wire::Tx{ours}});
        QVERIFY(room.seen.empty());
        room.feed(PeerMessage{listening, inv});
        room.feed(PeerMessage{silent, wire::Tx{ours}}); // another peer was asked
        QVERIFY(room.seen.empty());
        for (int times = 0; times < 2; ++times) room.feed(PeerMessage{listening, wire::Tx{ours}});
        QCOMPARE(room.seen.size(), std::size_t{1}); // asked for once
    }
};

DUPLEX_TEST(TestSync)
#include "tst_sync.moc"
