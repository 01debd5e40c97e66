#include "tests/support/test_main.h"

#include "core/family/bitcoin/sync_pace.h"

using namespace duplex;
using namespace duplex::family::bitcoin;
using light::SyncStage;

class TestSyncPace : public QObject {
    Q_OBJECT

private slots:
    void steadyPace_saysWhatIsLeft() {
        SyncPace pace;
        for (int second = 0; second <= 2; ++second) {
            pace.note({SyncStage::filters, 1000 + 100 * second, 11'000}, second * 1s);
            QVERIFY(!pace.secondsLeft()); // seen for too short a time
        }
        pace.note({SyncStage::filters, 1300, 11'000}, 3s);
        QCOMPARE(pace.secondsLeft().value_or(0), std::int64_t{97});
        // Only the last half minute counts: the pace fell to a tenth.
        for (int second = 4; second <= 40; ++second)
            pace.note({SyncStage::filters, 1300 + 10 * (second - 3), 11'000}, second * 1s);
        QCOMPARE(pace.secondsLeft().value_or(0), std::int64_t{933});
    }

    void nothingMoves_nothingIsSaid() {
        SyncPace pace;
        pace.note({SyncStage::headers, 0, 900'000}, 0s);
        pace.note({SyncStage::headers, 20'000, 900'000}, 5s);
        QVERIFY(pace.secondsLeft().has_value());
        for (int second = 6; second <= 40; ++second)
            pace.note({SyncStage::headers, 20'000, 900'000}, second * 1s);
        QVERIFY(!pace.secondsLeft());
    }

    void anotherStage_orAStepBack_beginsAnew() {
        SyncPace pace;
        pace.note({SyncStage::headers, 0, 900'000}, 0s);
        pace.note({SyncStage::headers, 400'000, 900'000}, 4s);
        QVERIFY(pace.secondsLeft().has_value());
        pace.note({SyncStage::filter_headers, 400'001, 900'000}, 5s);
        QVERIFY(!pace.secondsLeft());
        pace.note({SyncStage::filter_headers, 500'000, 900'000}, 10s);
        QVERIFY(pace.secondsLeft().has_value());
        pace.note({SyncStage::filter_headers, 100, 900'000}, 14s);
        QVERIFY(!pace.secondsLeft());
    }

    void done_orWithoutPeers_nothingIsSaid() {
        SyncPace pace;
        pace.note({SyncStage::filters, 100, 200}, 0s);
        pace.note({SyncStage::filters, 200, 200}, 5s);
        QVERIFY(!pace.secondsLeft());
        SyncPace alone;
        alone.note({SyncStage::no_peers, 100, 900}, 0s);
        alone.note({SyncStage::no_peers, 200, 900}, 5s);
        QVERIFY(!alone.secondsLeft());
    }

    void lastSteps_areNeverZeroSeconds() {
        SyncPace pace;
        pace.note({SyncStage::filters, 0, 1'000'001}, 0s);
        pace.note({SyncStage::filters, 1'000'000, 1'000'001}, 5s);
        QCOMPARE(pace.secondsLeft().value_or(0), std::int64_t{1});
    }
};

DUPLEX_TEST(TestSyncPace)
#include "tst_sync_pace.moc"
