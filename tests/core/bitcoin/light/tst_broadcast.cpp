#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/bitcoin/light/broadcast.h"
#include "core/bitcoin/light/fee_observer.h"
#include "tests/support/mini_chain.h"
#endif

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;
using duplex::test::MiniChain;
using wire::InventoryKind;

namespace {

Moment at(Ticks ticks) {
    return {.ticks = ticks, .time = unixTime(1'800'000'000)};
}

PeerConnected peer(std::uint64_t id, wire::Relay wants = wire::Relay::yes, bool wtxid = true,
                   wire::Relay announces = wire::Relay::no) {
    return {.peer = {id}, .handshake = {.relay = wants, .wtxid_relay = wtxid}, .announces = announces};
}

template <typename M>
std::vector<std::pair<std::uint64_t, M>> sent(const BroadcastActions& actions) {
    std::vector<std::pair<std::uint64_t, M>> found;
    for (const BroadcastAction& action : actions)
        if (const auto* to = std::get_if<SendTo>(&action))
            if (const auto* message = std::get_if<M>(&to->message))
                found.emplace_back(to->peer.value, *message);
    return found;
}

const Transaction tx = MiniChain::pay(MiniChain::script(1), 1000, 1);

} // namespace

class TestBroadcast : public QObject {
    Q_OBJECT

private slots:
    void announce_goesInTheFormThatEachPeerReads_neverToRelay0() {
        Broadcast broadcast({1, 2});
        broadcast.step(peer(1), at(0s));
        broadcast.step(peer(2, wire::Relay::yes, false), at(0s));
        broadcast.step(peer(3, wire::Relay::no), at(0s));
        const auto invs = sent<wire::Inv>(broadcast.step(Announce{tx, {}}, at(1s)));
        QCOMPARE(invs.size(), std::size_t{2});
        QCOMPARE(broadcast.takers(), 2);
        QVERIFY((invs[0].second.entries[0] == wire::Inventory{InventoryKind::wtx, tx.wtxid().bytes}));
        QVERIFY((invs[1].second.entries[0] == wire::Inventory{InventoryKind::tx, tx.txid().bytes}));
    }

    void getdata_isAnsweredByEitherId_elseNotFound() {
        Broadcast broadcast({1, 2});
        broadcast.step(peer(1), at(0s));
        broadcast.step(peer(9, wire::Relay::no), at(0s));
        broadcast.step(Announce{tx, {}}, at(1s));
        const wire::GetData ask{{{InventoryKind::wtx, tx.wtxid().bytes},
                                 {InventoryKind::tx, tx.txid().bytes},
                                 {InventoryKind::witness_tx, tx.txid().bytes},
                                 {InventoryKind::tx, {}}}};
        const auto actions = broadcast.step(PeerMessage{{1}, ask}, at(2s));
        QCOMPARE(sent<wire::Tx>(actions).size(), std::size_t{2}); // one an id
        QCOMPARE(sent<wire::NotFound>(actions)[0].second.entries.size(), std::size_t{1});
        QCOMPARE(broadcast.stateOf(tx.txid())->sent_to, 1);
        // Whoever was told nothing learns nothing.
        QVERIFY(sent<wire::Tx>(broadcast.step(PeerMessage{{9}, ask}, at(2s))).empty());
    }

    void getdata_sameAgainAndAgain_isServedOnce() {
        Broadcast broadcast({1, 2});
        broadcast.step(peer(1), at(0s));
        broadcast.step(Announce{tx, {}}, at(1s));
        const wire::Inventory entry{InventoryKind::witness_tx, tx.txid().bytes};
        const wire::GetData ask{std::vector<wire::Inventory>(50'000, entry)};
        QCOMPARE(sent<wire::Tx>(broadcast.step(PeerMessage{{1}, ask}, at(2s))).size(), std::size_t{1});
    }

    void childFirst_thenParent_servedByTxid() {
        const Transaction child = MiniChain::pay(MiniChain::script(2), 900, 2, OutPoint{tx.txid(), 0});
        Broadcast broadcast({1, 2});
        broadcast.step(peer(1), at(0s));
        const auto invs = sent<wire::Inv>(broadcast.step(Announce{child, {tx}}, at(1s)));
        QCOMPARE(invs.size(), std::size_t{2});
        QVERIFY(invs[0].second.entries[0].hash == child.wtxid().bytes);
        QVERIFY(invs[1].second.entries[0].hash == tx.wtxid().bytes);
        const wire::GetData ask{{{InventoryKind::witness_tx, tx.txid().bytes}}};
        QCOMPARE(sent<wire::Tx>(broadcast.step(PeerMessage{{1}, ask}, at(2s))).size(), std::size_t{1});
    }

    void echo_comesFromAPeerThatWasNotTold() {
        Broadcast broadcast({1, 2});
        broadcast.step(peer(1), at(0s));
        broadcast.step(peer(2), at(0s));
        broadcast.step(peer(3, wire::Relay::yes, true, wire::Relay::yes), at(0s)); // listens
        const auto invs = sent<wire::Inv>(broadcast.step(Announce{tx, {}}, at(1s)));
        QCOMPARE(invs.size(), std::size_t{2});
        QCOMPARE(broadcast.takers(), 2);
        const wire::Inv inv{{{InventoryKind::wtx, tx.wtxid().bytes}}};
        broadcast.step(PeerMessage{{1}, inv}, at(3s)); // told before: no echo
        QCOMPARE(broadcast.stateOf(tx.txid())->echoed_by, 0);
        broadcast.step(std::monostate{}, at(10min));
        QVERIFY(!broadcast.stateOf(tx.txid())->not_seen);
        broadcast.step(std::monostate{}, at(10min + 1s));
        QVERIFY(broadcast.stateOf(tx.txid())->not_seen);
        broadcast.step(PeerMessage{{3}, inv}, at(11min));
        QCOMPARE(broadcast.stateOf(tx.txid())->echoed_by, 1);
        QVERIFY(!broadcast.stateOf(tx.txid())->not_seen);
    }

    void onePeer_hasNoEcho_andIsToldAgain_untilWithdrawn() {
        Broadcast broadcast({1, 2});
        broadcast.step(Announce{tx, {}}, at(0s));
        QCOMPARE(sent<wire::Inv>(broadcast.step(peer(1), at(1s))).size(), std::size_t{1});
        QVERIFY(!broadcast.stateOf(tx.txid())->not_seen);
        QCOMPARE(sent<wire::Inv>(broadcast.step(std::monostate{}, at(16min))).size(), std::size_t{1});
        QVERIFY(!broadcast.stateOf(tx.txid())->not_seen);
        broadcast.step(Withdraw{tx.txid()}, at(17min));
        QVERIFY(sent<wire::Inv>(broadcast.step(std::monostate{}, at(60min))).empty());
    }

    // threats 55: a peer may have put it out of its memory pool, and an inv costs a liar nothing.
    void announce_isRepeated_alsoToWhoTookIt_andAfterAnEcho() {
        Broadcast broadcast({1, 2});
        broadcast.step(peer(1), at(0s));
        broadcast.step(peer(2), at(0s));
        broadcast.step(peer(3, wire::Relay::yes, true, wire::Relay::yes), at(0s)); // kept back, listens
        broadcast.step(Announce{tx, {}}, at(1s));
        const wire::GetData ask{{{InventoryKind::wtx, tx.wtxid().bytes}}};
        const wire::Inv inv{{{InventoryKind::wtx, tx.wtxid().bytes}}};
        broadcast.step(PeerMessage{{1}, ask}, at(2s));
        broadcast.step(PeerMessage{{3}, inv}, at(3s));
        QCOMPARE(broadcast.stateOf(tx.txid())->echoed_by, 1);
        for (const Ticks time : {Ticks(16min), Ticks(32min), Ticks(48min)}) {
            const auto invs = sent<wire::Inv>(broadcast.step(std::monostate{}, at(time)));
            QCOMPARE(invs.size(), std::size_t{2});
            QVERIFY(invs[0].first == 1 && invs[1].first == 2);
        }
        QCOMPARE(sent<wire::Tx>(broadcast.step(PeerMessage{{1}, ask}, at(49min))).size(), std::size_t{1});
        QCOMPARE(broadcast.stateOf(tx.txid())->sent_to, 1);
        // A block makes the next round due within a minute.
        QVERIFY(sent<wire::Inv>(broadcast.step(std::monostate{}, at(50min))).empty());
        QVERIFY(broadcast.step(NextBlock{}, at(50min)).empty());
        QCOMPARE(sent<wire::Inv>(broadcast.step(std::monostate{}, at(51min))).size(), std::size_t{2});
        broadcast.step(Withdraw{tx.txid()}, at(52min));
        QVERIFY(broadcast.step(NextBlock{}, at(52min)).empty());
        QVERIFY(broadcast.step(std::monostate{}, at(90min)).empty());
    }

    void fees_areTheMedianOfFullBlocks() {
        MiniChain chain;
        FeeObserver observer(Network::main);
        QCOMPARE(observer.wanted({10}).size(), std::size_t{6});
        QCOMPARE(observer.toFetch({10}, chain.hash(0)).size(), std::size_t{6});
        QVERIFY(observer.toFetch({10}, chain.hash(0)).empty()); // on their way
        observer.fetchFailed();
        QCOMPARE(observer.toFetch({10}, chain.hash(0)).size(), std::size_t{6});
        for (std::uint32_t height = 5; height <= 10; ++height) {
            Block block = chain.block(0);
            Transaction big = MiniChain::pay(MiniChain::script(1), 1, height);
            big.inputs[0].witness = {Bytes(2'100'000)};
            block.transactions.push_back(big);
            const std::int64_t fee =
                big.weight().value * height / 1000; // `height` sat per 1,000 weight units
            block.transactions[0].outputs[0].value += Satoshi{fee};
            if (height == 7) block.transactions.pop_back(); // nearly empty: says nothing
            observer.blockSeen(block, {height}, Ticks(height * 1000));
        }
        const auto estimate = observer.estimate({10}, Ticks(12'000));
        QVERIFY(estimate);
        QCOMPARE(estimate->blocks, 5);
        QVERIFY(estimate->feerate.value == 7 ||
                estimate->feerate.value == 8); // of 5, 6, 8, 9, 10, rounded down
        QCOMPARE(estimate->age, Ticks(2000));
        QVERIFY(observer.toFetch({10}, chain.hash(0)).empty());
        QCOMPARE(observer.toFetch({11}, BlockHash{}), std::vector<BlockHeight>{BlockHeight{11}});
        observer.forgetAbove({6});
        QVERIFY(!observer.estimate({10}, Ticks(12'000)));
        QCOMPARE(FeeObserver(Network::regtest).estimate({10}, Ticks(0))->source, FeeSource::network_fallback);
    }

    void floor_isNotSetByOnePeerOfTwo_norBeyondReason() {
        FeeObserver observer(Network::main);
        for (std::uint64_t id = 1; id <= 2; ++id) observer.peerConnected({id}, {.relay = wire::Relay::yes});
        observer.peerMessage({1}, wire::FeeFilter{1'000'000});
        QCOMPARE(observer.floor().satPerKvb(), std::int64_t{100'000}); // alone: still bounded
        observer.peerMessage({2}, wire::FeeFilter{1500});
        QCOMPARE(observer.floor().satPerKvb(), std::int64_t{1500});
    }

    void floor_isTheMedian() {
        FeeObserver observer(Network::main);
        QCOMPARE(observer.floor().satPerKvb(), std::int64_t{1000});
        for (std::uint64_t id = 1; id <= 4; ++id) observer.peerConnected({id}, {.relay = wire::Relay::yes});
        observer.peerMessage({1}, wire::FeeFilter{100});
        observer.peerMessage({2}, wire::FeeFilter{2000});
        observer.peerMessage({3}, wire::FeeFilter{9000});
        observer.peerMessage({4}, wire::FeeFilter{9'000'000}); // in initial download
        QCOMPARE(observer.floor().satPerKvb(), std::int64_t{2000});
    }

    void pace_countsBackwardTimesAsZero() {
        QVERIFY(!paceOf({1}));
        const auto pace = paceOf({100, 700, 600, 1800});
        QCOMPARE(pace->intervals, 3);
        QCOMPARE(pace->median_seconds, std::int64_t{600});
        QCOMPARE(pace->p90_seconds, std::int64_t{1200});
    }
};

DUPLEX_TEST(TestBroadcast)
#include "tst_broadcast.moc"
