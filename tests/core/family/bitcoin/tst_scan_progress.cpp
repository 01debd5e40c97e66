#include "tests/support/test_main.h"

#include "core/family/bitcoin/scan_progress.h"

using namespace duplex;
using namespace duplex::family::bitcoin;
using duplex::bitcoin::BlockHash;
using duplex::bitcoin::BlockHeight;

namespace {

SeenBlock block(std::uint32_t height, std::uint8_t branch = 1) {
    BlockHash hash;
    hash.bytes[0] = static_cast<std::uint8_t>(height);
    hash.bytes[1] = branch;
    return {{height}, hash};
}

/// Born at 50, with every block to `height` seen and verified.
ScanProgress searchedTo(std::uint32_t height) {
    ScanProgress scan({50});
    for (std::uint32_t at = 50; at <= height; ++at) scan.connected(block(at));
    scan.completeTo({height});
    return scan;
}

bool all(const SeenBlock&) {
    return true;
}

} // namespace

class TestScanProgress : public QObject {
    Q_OBJECT

private slots:
    void newWallet_beginsBelowItsBirthday() {
        QCOMPARE(ScanProgress({50}).completeTo().value, 49U);
        QCOMPARE(ScanProgress(BlockHeight{0}).completeTo().value, 0U);
        ScanProgress unborn(birthday_not_known);
        QVERIFY(!unborn.knowsBirthday());
        QCOMPARE(unborn.completeTo().value, 0U);
        unborn.bornAt({70});
        QCOMPARE(unborn.verifiedTo().value, 69U);
    }

    void seen_keepsTheLastDay() {
        const ScanProgress scan = searchedTo(250);
        QCOMPARE(scan.seen().size(), std::size_t{144});
        QCOMPARE(scan.seen().front().height.value, 107U);
        QCOMPARE(scan.seen().back(), block(250));
    }

    void rescan_looksAgain_andForgetsNothing() {
        ScanProgress scan = searchedTo(200);
        const ScanProgress before = scan;
        scan.beginRescan({10});
        QCOMPARE(scan.birthday().value, 10U);
        QCOMPARE(scan.completeTo().value, 9U);
        QCOMPARE(scan.verifiedTo().value, 200U);
        scan.connected(block(10));
        scan.completeTo({10});
        QCOMPARE(scan.seen(), before.seen());
        QVERIFY(!scan.leaveBranch(all)); // a restart in its midst
        QCOMPARE(scan.verifiedTo().value, 200U);
        QVERIFY(scan.abortRescan());
        QCOMPARE(scan, before);
        QVERIFY(!scan.abortRescan());
    }

    void rescan_endsWhereItBegan() {
        ScanProgress scan = searchedTo(200);
        scan.beginRescan({100});
        scan.beginRescan({60}); // further down, while one runs
        scan.completeTo({199});
        QVERIFY(scan.rescan().has_value());
        scan.completeTo({200});
        QVERIFY(!scan.abortRescan());
        scan.connected(block(201));
        QCOMPARE(scan.seen().back(), block(201));
        // One that begins above what is searched is none.
        scan.beginRescan({201});
        QVERIFY(!scan.abortRescan());
    }

    void branchLeftAboveARescan_isNotComeBackTo() {
        ScanProgress scan = searchedTo(200);
        scan.beginRescan({60});
        scan.disconnectedFrom({195});
        QCOMPARE(scan.completeTo().value, 59U);
        QCOMPARE(scan.verifiedTo().value, 194U);
        QCOMPARE(scan.seen().back(), block(194));
        QVERIFY(scan.abortRescan());
        QCOMPARE(scan.completeTo().value, 194U); // the blocks of the other branch are searched from there on
        // Below the rescan nothing is left to come back to.
        scan.beginRescan({100});
        scan.disconnectedFrom({80});
        QCOMPARE(scan.completeTo().value, 79U);
        QVERIFY(!scan.abortRescan());
    }

    // A filter proved false: what it hid is searched, also when the rescan ends before its time.
    void stepBackInARescan_isNotPassedOver() {
        ScanProgress scan = searchedTo(200);
        scan.beginRescan({60});
        scan.completeTo({150});
        scan.completeTo({129});
        QVERIFY(!scan.abortRescan());
        QCOMPARE(scan.completeTo().value, 129U);
        QCOMPARE(scan.verifiedTo().value, 200U);
    }

    void branchLeftWhileTheProgramWasOff() {
        const auto below = [](std::uint32_t height) {
            return [height](const SeenBlock& seen) { return seen.height.value < height; };
        };
        ScanProgress scan = searchedTo(200);
        QVERIFY(!scan.leaveBranch(all));
        QVERIFY(scan.leaveBranch(below(190)));
        QCOMPARE(scan.completeTo().value, 189U);
        QCOMPARE(scan.seen().back(), block(189));

        scan.beginRescan({60});
        QVERIFY(scan.leaveBranch(below(150)));
        QCOMPARE(scan.completeTo().value, 59U);
        QCOMPARE(scan.verifiedTo().value, 149U);
        QCOMPARE(scan.rescan()->complete_to.value, 149U);

        // Further down than is remembered: all is searched again.
        ScanProgress deep = searchedTo(250);
        QVERIFY(deep.leaveBranch(below(60)));
        QCOMPARE(deep.completeTo().value, 49U);
        QCOMPARE(deep.verifiedTo().value, 49U);
    }

    void crashBeforeABlockWasVerified_forgetsIt() {
        ScanProgress scan = searchedTo(200);
        scan.connected(block(201));
        QVERIFY(!scan.leaveBranch(all));
        QCOMPARE(scan.seen().back(), block(200));
    }

    void olderThingsWatched_areSearchedFor_alsoAfterAnAbortedRescan() {
        ScanProgress scan = searchedTo(200);
        scan.searchFrom({201});
        QCOMPARE(scan.completeTo().value, 200U);
        scan.searchFrom({150});
        QCOMPARE(scan.completeTo().value, 149U);
        QCOMPARE(scan.verifiedTo().value, 200U);
        QVERIFY(!scan.abortRescan()); // it is no rescan of the user's
        scan.completeTo({200});

        scan.beginRescan({60});
        scan.completeTo({100});
        scan.searchFrom({150});
        QCOMPARE(scan.completeTo().value, 100U); // the rescan comes there
        QVERIFY(scan.abortRescan());
        QCOMPARE(scan.completeTo().value, 149U); // but its end must not pass over it
        scan.completeTo({200});

        scan.beginRescan({60});
        scan.completeTo({100});
        scan.searchFrom({80});
        QCOMPARE(scan.completeTo().value, 79U);
        QVERIFY(!scan.abortRescan());
    }
};

DUPLEX_TEST(TestScanProgress)
#include "tst_scan_progress.moc"
