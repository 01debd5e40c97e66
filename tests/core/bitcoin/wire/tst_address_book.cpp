#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/bitcoin/wire/address_book.h"
#include <random>
#endif

using namespace duplex;
using namespace duplex::bitcoin::wire;

namespace {

const UnixTime now = unixTime(1'700'000'000);

NodeAddress address(std::uint32_t ip, std::uint32_t time = 1'700'000'000) {
    return {.time = time,
            .services = {1},
            .address = {static_cast<std::uint8_t>(ip >> 24), static_cast<std::uint8_t>(ip >> 16),
                        static_cast<std::uint8_t>(ip >> 8), static_cast<std::uint8_t>(ip)},
            .port = 8333};
}

} // namespace

class TestAddressBook : public QObject {
    Q_OBJECT

private slots:
    void names_roundTrip() {
        QCOMPARE(hostOf(*nodeAddress("1.2.3.4", 1)), std::string("1.2.3.4"));
        QCOMPARE(hostOf(*nodeAddress("2001:db8::1", 1)),
                 std::string("2001:0db8:0000:0000:0000:0000:0000:0001"));
        QVERIFY(!nodeAddress("1.2.3.256", 1) && !nodeAddress("seed.example", 1) &&
                !nodeAddress("1::2::3", 1));
        QCOMPARE(netgroupOf(*nodeAddress("1.2.3.4", 1)), netgroupOf(*nodeAddress("1.2.200.9", 5)));
        QVERIFY(netgroupOf(*nodeAddress("1.2.3.4", 1)) != netgroupOf(*nodeAddress("1.3.3.4", 1)));
    }

    // What is kept reads back from its name as itself, else a try or a failure of it is never noted and it is
    // dialled for ever. A CJDNS address would read back as IPv6.
    void names_thatReadBackAsOthers_areNotKept() {
        AddressBook book({11, 22});
        NodeAddress cjdns = address(0);
        cjdns.kind = AddressKind::cjdns;
        cjdns.address = Bytes(16, 0xfc);
        QCOMPARE(book.add({cjdns}, Netgroup{1}, now), std::size_t{0});
        NodeAddress ipv6 = cjdns;
        ipv6.kind = AddressKind::ipv6;
        ipv6.address[0] = 0x20;
        QCOMPARE(book.add({ipv6, address(0x01020304)}, Netgroup{1}, now), std::size_t{2});
        for (const NodeAddress& each : {ipv6, address(0x01020304)}) {
            const auto read = nodeAddress(hostOf(each), each.port);
            QVERIFY(read && read->kind == each.kind && read->address == each.address);
        }
    }

    // threats 3, 9: one source group fills at most 32 buckets of 64, however much it sends.
    void threat9_floodFromOneGroup_leavesRoomForOthers() {
        std::mt19937 random(7);
        AddressBook book({11, 22});
        const Netgroup hostile = netgroupOf(address(0x01020304));
        for (int i = 0; i < 100; ++i) {
            std::vector<NodeAddress> flood;
            for (int j = 0; j < 1000; ++j) flood.push_back(address(static_cast<std::uint32_t>(random())));
            book.add(flood, hostile, now);
        }
        QVERIFY(book.size() <= 32 * 64);
        std::size_t honest = 0;
        for (std::uint32_t i = 0; i < 100; ++i)
            honest += book.add({address(0x50000000 + i * 0x10001)},
                               netgroupOf(address(0x50000000 + (i << 16))), now);
        QVERIFY2(honest > 80, std::to_string(honest).c_str());
    }

    void threat9_allowance_isATenthOfAnAddressASecond() {
        AddressAllowance allowance;
        QCOMPARE(allowance.take(1000, 0s), std::size_t{1});
        QCOMPARE(allowance.take(1000, 5s), std::size_t{0});
        QCOMPARE(allowance.take(1000, 100s), std::size_t{10});
        allowance.grantAnswer();
        QCOMPARE(allowance.take(1000, 100s), std::size_t{1000});
    }

    void pick_prefersOtherGroups_andSuccessSurvives() {
        AddressBook book({1, 2});
        const NodeAddress good = address(0x05060708);
        const NodeAddress other = address(0x09060708);
        book.add({good, other}, {1}, now);
        QCOMPARE(book.pick(3, {netgroupOf(good)}, now), std::optional(other));
        book.noteSuccess(good, now);
        QCOMPARE(book.latest(2), std::vector{good});
        QVERIFY(!book.pick(3, {netgroupOf(other)}, now + std::chrono::minutes(9)));
        QCOMPARE(book.pick(3, {netgroupOf(other)}, now + std::chrono::minutes(11)), std::optional(good));
        AddressBook again({3, 4});
        again.restore(book.all());
        QCOMPARE(again.size(), std::size_t{2});
        QCOMPARE(again.latest(1), std::vector{good});
    }

    // bitcoin.md 1: filter peers first, then addresses of which nothing is known.
    void pick_prefersWhoOffersFilters() {
        AddressBook book({11, 22});
        const auto with = [](std::uint32_t ip, std::uint64_t services) {
            NodeAddress each = address(ip);
            each.services = {services};
            return each;
        };
        const NodeAddress plain = with(0x01000001, 0x409);
        const NodeAddress unknown = with(0x02000001, 0);
        const NodeAddress filters = with(0x03000001, 0x449);
        book.add({plain, unknown, filters}, Netgroup{1}, now);
        book.noteSuccess(plain, now); // in the tried table; that it answered once does not make it one
        const UnixTime later = now + std::chrono::hours(1);
        for (std::uint64_t random = 0; random < 20; ++random) {
            const Services wanted{0x40};
            QVERIFY(*book.pick(random, {}, later, wanted) <=> filters == 0);
            const auto next = book.pick(random, {netgroupOf(filters)}, later, wanted);
            QVERIFY(*next <=> unknown == 0);
            const auto last = book.pick(random, {netgroupOf(filters), netgroupOf(unknown)}, later, wanted);
            QVERIFY(*last <=> plain == 0);
        }
        book.add({with(0x02000001, 0x49), with(0x03000001, 1)}, Netgroup{2}, now);
        QCOMPARE(book.pick(0, {netgroupOf(filters)}, later, {0x40})->services.bits, std::uint64_t{0x49});
        QCOMPARE(book.pick(0, {netgroupOf(unknown)}, later, {0x40})->services.bits, std::uint64_t{0x449});
    }
};

DUPLEX_TEST(TestAddressBook)
#include "tst_address_book.moc"
