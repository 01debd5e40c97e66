#include "tests/support/lightning_vectors.h"

#include "core/lightning/gossip/route_cost.h"
#include "core/lightning/gossip/route_finder.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::gossip;

namespace {

const UnixTime now = unixTime(1'800'000'000);

NodeId key(std::uint8_t n) {
    return crypto::publicKey(test::privateKeyOf(n));
}

/// A graph by hand: nodes are numbers.
struct Map {
    NetworkGraph graph{bitcoin::BlockHash{}};

    DirectedChannel add(std::uint8_t from, std::uint8_t to, std::uint64_t id, std::uint32_t base,
                        std::uint32_t ppm = 0, std::uint16_t delta = 40,
                        std::int64_t capacity_sat = 1'000'000) {
        const bool first = key(from) < key(to);
        graph.addTrusted({id}, key(first ? from : to), key(first ? to : from));
        const DirectedChannel channel{{id}, first ? 0 : 1};
        graph.setPolicy(channel, {.timestamp = 1,
                                  .fee_base_msat = base,
                                  .fee_proportional_millionths = ppm,
                                  .cltv_expiry_delta = delta,
                                  .htlc_minimum = {1},
                                  .htlc_maximum = {capacity_sat * 1000}});
        graph.setVerified({id}, Verification::unspent, bitcoin::Satoshi{capacity_sat});
        return channel;
    }
};

/// Us = 1, with one channel to 2.
RouteRequest request(std::uint8_t target, std::int64_t msat = 100'000) {
    return {.source = key(1),
            .target = key(target),
            .amount = {msat},
            .final_cltv_delta = {150},
            .max_fee = {10'000'000},
            .first_hops = {{.channel_id = {ByteArray<32>{9}},
                            .peer = key(2),
                            .spendable = {1'000'000'000},
                            .htlc_minimum = {1}}},
            .now = now};
}

std::vector<std::uint64_t> idsOf(const Route& route) {
    std::vector<std::uint64_t> ids;
    for (const RouteHop& hop : route.hops) ids.push_back(hop.short_channel_id.value);
    return ids;
}

} // namespace

class TestRouteFinder : public QObject {
    Q_OBJECT

private slots:
    void directPeer_noFee() {
        const Map map;
        const auto route = findRoute(map.graph, {}, request(2));
        QVERIFY(route);
        QCOMPARE(route->hops.size(), std::size_t{1});
        QCOMPARE(route->fee().value, std::int64_t{0});
        QCOMPARE(route->hops[0].cltv_delta.value, 150u);
        QVERIFY(route->first_channel == ChannelId{ByteArray<32>{9}});
    }

    void fees_addUpBackwards() {
        Map map;
        map.add(2, 3, 23, 1000, 1000, 40);  // 1 sat + 0.1 %
        map.add(3, 4, 34, 2000, 10000, 30); // 2 sat + 1 %
        const auto route = findRoute(map.graph, {}, request(4, 1'000'000));
        QVERIFY(route);
        QCOMPARE(idsOf(*route), (std::vector<std::uint64_t>{0, 23, 34}));
        // Node 3 asks 2,000 + 10,000 for 1,000,000; node 2 asks 1,000 + 0.1 % of 1,012,000.
        QCOMPARE(route->hops[2].amount.value, std::int64_t{1'000'000});
        QCOMPARE(route->hops[1].amount.value, std::int64_t{1'012'000});
        QCOMPARE(route->hops[0].amount.value, std::int64_t{1'012'000 + 1000 + 1012});
        QCOMPARE(route->hops[2].cltv_delta.value, 150u);
        QCOMPARE(route->hops[1].cltv_delta.value, 180u);
        QCOMPARE(route->hops[0].cltv_delta.value, 220u);
    }

    void cheaperWay_isTaken_excludedIsNot() {
        Map map;
        map.add(2, 4, 24, 50'000);
        const DirectedChannel cheap = map.add(2, 3, 23, 10);
        map.add(3, 4, 34, 10);
        RouteRequest ask = request(4);
        QCOMPARE(idsOf(*findRoute(map.graph, {}, ask)), (std::vector<std::uint64_t>{0, 23, 34}));
        ask.excluded_channels = {cheap};
        QCOMPARE(idsOf(*findRoute(map.graph, {}, ask)), (std::vector<std::uint64_t>{0, 24}));
        ask.excluded_channels.clear();
        ask.excluded_nodes = {key(3)};
        QCOMPARE(idsOf(*findRoute(map.graph, {}, ask)), (std::vector<std::uint64_t>{0, 24}));
    }

    void capacityAndLimits_bound() {
        Map map;
        map.add(2, 3, 23, 10, 0, 40, 1000); // 1,000 sat
        QVERIFY(findRoute(map.graph, {}, request(3, 1'000'000)));
        QVERIFY(findRoute(map.graph, {}, request(3, 1'000'001)).error() == RouteError::no_route);
        QVERIFY(findRoute(map.graph, {}, request(5)).error() == RouteError::no_route);
        QVERIFY(findRoute(map.graph, {}, request(3, 2'000'000'000)).error() == RouteError::no_local_balance);
        QVERIFY(findRoute(map.graph, {}, request(1)).error() == RouteError::bad_request);
        QVERIFY(findRoute(map.graph, {}, request(3, 0)).error() == RouteError::bad_request);
        RouteRequest ask = request(3, 1000);
        ask.max_fee = {9};
        QVERIFY(findRoute(map.graph, {}, ask).error() == RouteError::fee_too_high);
        ask.max_fee = {10};
        QVERIFY(findRoute(map.graph, {}, ask));
        ask.max_blocks = 189;
        QVERIFY(findRoute(map.graph, {}, ask).error() == RouteError::too_far);
        ask.max_blocks = 190;
        QVERIFY(findRoute(map.graph, {}, ask));
    }

    // An update that came before the chain showed the capacity may promise more than there is.
    void capacityOnChain_belowThePromise_bounds() {
        Map map;
        map.add(2, 3, 23, 10, 0, 40, 5000);
        QVERIFY(findRoute(map.graph, {}, request(3, 1'000'001)));
        map.graph.setVerified({23}, Verification::unspent, bitcoin::Satoshi{1000});
        QVERIFY(findRoute(map.graph, {}, request(3, 1'000'000)));
        QVERIFY(findRoute(map.graph, {}, request(3, 1'000'001)).error() == RouteError::no_route);
    }

    void twentyHops_atMost() {
        Map map;
        for (std::uint8_t i = 2; i < 30; ++i) map.add(i, static_cast<std::uint8_t>(i + 1), i, 1, 0, 1);
        QCOMPARE(findRoute(map.graph, {}, request(21))->hops.size(), std::size_t{20});
        QVERIFY(findRoute(map.graph, {}, request(22)).error() == RouteError::too_far);
    }

    void knownFailure_makesADetour_untilItFades() {
        Map map;
        const DirectedChannel cheap = map.add(2, 4, 24, 10);
        map.add(2, 3, 23, 100);
        map.add(3, 4, 34, 100);
        LiquidityEstimate liquidity;
        QCOMPARE(idsOf(*findRoute(map.graph, liquidity, request(4))), (std::vector<std::uint64_t>{0, 24}));
        liquidity.failed(cheap, {100'000}, now);
        QCOMPARE(idsOf(*findRoute(map.graph, liquidity, request(4))),
                 (std::vector<std::uint64_t>{0, 23, 34}));
        RouteRequest later = request(4);
        later.now = now + std::chrono::hours(24 * 7);
        QCOMPARE(idsOf(*findRoute(map.graph, liquidity, later)), (std::vector<std::uint64_t>{0, 24}));
    }

    void policyFromFailure_overrides() {
        Map map;
        const DirectedChannel channel = map.add(2, 3, 23, 10);
        RouteRequest ask = request(3);
        ChannelPolicy dear = *map.graph.channel({23})->policy[channel.direction];
        dear.fee_base_msat = 777;
        ask.policies.emplace(channel, dear);
        QCOMPARE(findRoute(map.graph, {}, ask)->fee().value, std::int64_t{777});
    }

    void routeHint_leadsToAHiddenPayee() {
        Map map;
        map.add(2, 3, 23, 10);
        RouteRequest ask = request(50);
        ask.hints = {
            {{.node_id = key(3), .short_channel_id = {99}, .fee_base_msat = 5, .cltv_expiry_delta = {18}}}};
        const auto route = findRoute(map.graph, {}, ask);
        QVERIFY(route);
        QCOMPARE(idsOf(*route), (std::vector<std::uint64_t>{0, 23, 99}));
        QVERIFY(!route->hops[2].in_graph);
        QCOMPARE(route->hops[1].cltv_delta.value, 168u);
        QCOMPARE(route->fee().value, std::int64_t{15});
    }

    void threat89_circularOrLongHints_areIgnored() {
        Map map;
        const HintedHop hop{.node_id = key(2), .short_channel_id = {99}};
        const std::vector<std::vector<HintedHop>> bad = {
            {},
            {hop, hop},
            {{.node_id = key(50), .short_channel_id = {98}}},
            {{.node_id = key(1), .short_channel_id = {97}}},
            std::vector<HintedHop>(6, hop),
        };
        RouteRequest ask = request(50);
        ask.hints = bad;
        QVERIFY(findRoute(map.graph, {}, ask).error() == RouteError::no_route);
        ask.hints = std::vector<std::vector<HintedHop>>(10, {hop, hop});
        ask.hints.push_back({hop}); // the eleventh
        QVERIFY(findRoute(map.graph, {}, ask).error() == RouteError::no_route);
        ask.hints = {{hop}};
        QVERIFY(findRoute(map.graph, {}, ask));
    }

    void smallestSufficientChannel_isUsed() {
        const Map map;
        RouteRequest ask = request(2);
        ask.first_hops.push_back(
            {.channel_id = {ByteArray<32>{8}}, .peer = key(2), .spendable = {100'000}, .htlc_minimum = {1}});
        ask.first_hops.push_back(
            {.channel_id = {ByteArray<32>{7}}, .peer = key(2), .spendable = {99'999}, .htlc_minimum = {1}});
        QVERIFY(findRoute(map.graph, {}, ask)->first_channel == ChannelId{ByteArray<32>{8}});
    }

    // The small graph of lnd's tests: between any two nodes with enough capacity there is a way, at the fees
    // its edges name.
    void basicGraph_everyPair_feesAddUp() {
        const QJsonObject file = test::lightningVectors("graph/basic_graph.json").object();
        NetworkGraph graph{bitcoin::BlockHash{}};
        std::vector<NodeId> nodes;
        for (const QJsonValue& node : file["nodes"].toArray())
            nodes.push_back(*crypto::PublicKey::fromBytes(test::hexBytes(node["pubkey"])));
        for (const QJsonValue& edge : file["edges"].toArray()) {
            const ShortChannelId id{static_cast<std::uint64_t>(edge["channel_id"].toInteger())};
            graph.addTrusted(id, *crypto::PublicKey::fromBytes(test::hexBytes(edge["node_1"])),
                             *crypto::PublicKey::fromBytes(test::hexBytes(edge["node_2"])));
            graph.setPolicy(
                {id, edge["channel_flags"].toInt() & 1},
                {.timestamp = 1,
                 .fee_base_msat = static_cast<std::uint32_t>(edge["fee_base_msat"].toInt()),
                 .fee_proportional_millionths = static_cast<std::uint32_t>(edge["fee_rate"].toInt()),
                 .cltv_expiry_delta = static_cast<std::uint16_t>(edge["expiry"].toInt()),
                 .htlc_minimum = {edge["min_htlc"].toInteger()},
                 .htlc_maximum = {edge["max_htlc"].toInteger()}});
            graph.setVerified(id, Verification::block_read, bitcoin::Satoshi{edge["capacity"].toInteger()});
        }
        int found = 0;
        for (const NodeId& peer : nodes)
            for (const NodeId& target : nodes) {
                RouteRequest ask = request(1);
                ask.target = target;
                ask.first_hops[0].peer = peer;
                const auto route = findRoute(graph, {}, ask);
                if (!route) continue;
                ++found;
                QVERIFY(route->hops.front().node_id == peer && route->hops.back().node_id == target);
                for (std::size_t i = 1; i < route->hops.size(); ++i) {
                    const auto& policy =
                        graph.channel(route->hops[i].short_channel_id)->policy[route->hops[i].direction];
                    QVERIFY(policy);
                    QCOMPARE(route->hops[i - 1].amount,
                             route->hops[i].amount + *policy->feeFor(route->hops[i].amount));
                }
            }
        QVERIFY2(found > 30, qPrintable(QString::number(found)));
    }

    void liquidity_bounds() {
        LiquidityEstimate liquidity;
        const DirectedChannel channel{{5}, 0};
        const MilliSatoshi capacity{1000};
        QCOMPARE(liquidity.bounds(channel, capacity, now), (LiquidityBounds{{0}, {1000}}));
        liquidity.failed(channel, {600}, now);
        liquidity.passed(channel, {200}, now);
        QCOMPARE(liquidity.bounds(channel, capacity, now), (LiquidityBounds{{200}, {600}}));
        QCOMPARE(liquidity.bounds(channel, capacity, now + std::chrono::hours(6)),
                 (LiquidityBounds{{100}, {800}}));
        liquidity.moved(channel, {100}, now);
        QCOMPARE(liquidity.bounds(channel, capacity, now), (LiquidityBounds{{100}, {500}}));
        QCOMPARE(liquidity.bounds({{5}, 1}, capacity, now), (LiquidityBounds{{100}, {1000}}));
        // A capacity below what was learnt bounds both.
        QCOMPARE(liquidity.bounds(channel, {50}, now), (LiquidityBounds{{50}, {50}}));
    }

    void penalty_growsWithTheRisk() {
        const LiquidityBounds bounds{{1000}, {1'000'000}};
        QCOMPARE(liquidityPenalty({1000}, bounds, Verification::unspent), std::int64_t{0});
        std::int64_t last = 0;
        for (const std::int64_t amount : {100'000, 500'000, 900'000, 999'999, 1'000'000}) {
            const std::int64_t penalty = liquidityPenalty({amount}, bounds, Verification::unspent);
            QVERIFY(penalty > last);
            last = penalty;
        }
        QCOMPARE(log2In64ths(1024, 1), std::int64_t{640});
        QCOMPARE(log2In64ths(3, 3), std::int64_t{0});
        QVERIFY(liquidityPenalty({1}, bounds, Verification::signatures) >
                liquidityPenalty({1}, bounds, Verification::unspent));
    }
};

DUPLEX_TEST(TestRouteFinder)
#include "tst_route_finder.moc"
