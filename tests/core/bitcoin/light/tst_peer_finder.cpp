#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/bitcoin/light/peer_finder.h"
#endif

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;

namespace {

const NetworkParameters& mainNet() {
    return parametersOf(Network::main);
}

ConnectionFacts filterPeer(std::uint64_t id) {
    return {.peer = {id}, .established = true, .serves_filters = true};
}

ConnectionFacts plainPeer(std::uint64_t id) {
    return {.peer = {id}, .established = true};
}

std::vector<std::uint64_t> replaced(const std::vector<ConnectionFacts>& connections) {
    std::vector<std::uint64_t> ids;
    for (const PeerId id : PeerFinder(mainNet(), 3).toReplace(connections, 8)) ids.push_back(id.value);
    return ids;
}

} // namespace

class TestPeerFinder : public QObject {
    Q_OBJECT

private slots:
    void seeds_areAskedByX49_whereTheyKnowIt() {
        PeerFinder finder(mainNet(), 3);
        const auto names = finder.seedsDue(0s, 0, {});
        const auto has = [&](const std::string& name, wire::Services services) {
            return std::count(names.begin(), names.end(), SeedName{name, services}) == 1;
        };
        QVERIFY(has("x49.seed.mainnet.achownodes.xyz", full_services));
        QVERIFY(has("x49.seed.bitcoin.sprovoost.nl", full_services));
        QVERIFY(has("dnsseed.bluematt.me", {})); // knows x9 only
        QVERIFY(has("seed.btc.petertodd.net", {}));
        for (const SeedName& seed : names) QVERIFY(!has("x49." + seed.name, full_services));
        QVERIFY(full_services.has(wire::Service::network) && full_services.has(wire::Service::witness) &&
                full_services.has(wire::Service::compact_filters));
    }

    void seeds_withoutAnswer_areAskedAgain_evenAfterHours() {
        PeerFinder finder(mainNet(), 3);
        std::vector<Ticks> asked;
        for (Ticks now = 0s; now < 180min; now += 1s) {
            const auto names = finder.seedsDue(now, 0, {});
            if (names.empty()) continue;
            asked.push_back(now);
            for (const SeedName& seed : names) {
                const auto plain = finder.seedAnswered(seed, 0, now);
                QCOMPARE(plain.has_value(), seed.services == full_services);
                if (plain) QCOMPARE("x49." + plain->name, seed.name);
            }
        }
        QVERIFY2(asked.size() > 80 && asked.size() < 120, std::to_string(asked.size()).c_str());
        QCOMPARE(asked[1], Ticks(10s));
        for (std::size_t i = 1; i < asked.size(); ++i) QVERIFY(asked[i] - asked[i - 1] <= 2min);
        // On-line at last: the answers end the hurry.
        const Ticks online = asked.back() + 2min;
        for (const SeedName& seed : finder.seedsDue(online, 0, {})) finder.seedAnswered(seed, 30, online);
        QVERIFY(finder.seedsDue(online + 9min, 100, {}).empty());
        QVERIFY(!finder.seedsDue(online + 10min, 100, {}).empty()); // still no filter peer
    }

    void seeds_areLeftAlone_withEnoughOfBoth() {
        PeerFinder finder(mainNet(), 3);
        const std::vector<ConnectionFacts> three = {filterPeer(1), filterPeer(2), filterPeer(3)};
        QVERIFY(finder.seedsDue(0s, 20, three).empty());
        QVERIFY(!finder.seedsDue(0s, 19, three).empty());
        QVERIFY(finder.seedsDue(1s, 19, three).empty());
    }

    // threats 3, 8: eight connections of which none serves filters must not hold their places for ever.
    void threat8_eightUselessConnections_makePlace() {
        std::vector<ConnectionFacts> connections;
        for (std::uint64_t id = 1; id <= 8; ++id) connections.push_back(plainPeer(id));
        QCOMPARE(replaced(connections), (std::vector<std::uint64_t>{1, 2, 3}));
        connections[0].chosen_by_user = true;
        QCOMPARE(replaced(connections), (std::vector<std::uint64_t>{2, 3, 4}));
        connections[7].established = false; // may be one
        QCOMPARE(replaced(connections), (std::vector<std::uint64_t>{2, 3}));
        connections.pop_back(); // room for one
        QCOMPARE(replaced(connections), (std::vector<std::uint64_t>{2, 3}));
        connections[6] = filterPeer(7);
        QCOMPARE(replaced(connections), (std::vector<std::uint64_t>{2}));
    }

    void replaced_areFirstThoseWithoutFilters_thenThoseSetAside() {
        std::vector<ConnectionFacts> connections;
        for (std::uint64_t id = 1; id <= 7; ++id) {
            connections.push_back(filterPeer(id));
            connections.back().set_aside = true;
        }
        connections.push_back(plainPeer(8));
        QCOMPARE(replaced(connections), (std::vector<std::uint64_t>{8, 1, 2}));
        for (ConnectionFacts& each : connections) each = filterPeer(each.peer.value);
        QVERIFY(replaced(connections).empty()); // all good: a dispute among them is not theirs to pay
        connections[4] = plainPeer(5);
        QCOMPARE(replaced(connections), (std::vector<std::uint64_t>{5}));
    }

    void addressesKnownToServeNone_areNotWorthAPlace() {
        QVERIFY(PeerFinder::mayServeFilters({}));
        QVERIFY(PeerFinder::mayServeFilters({.services = {0x49}}));
        QVERIFY(!PeerFinder::mayServeFilters({.services = {0x409}}));
    }
};

DUPLEX_TEST(TestPeerFinder)
#include "tst_peer_finder.moc"
