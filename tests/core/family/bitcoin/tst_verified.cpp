#include "tests/support/test_main.h"

#include "core/bitcoin/light/proof_of_work.h"
#include "core/family/bitcoin/verified.h"

using namespace duplex;
using namespace std::chrono_literals;
using namespace duplex::family::bitcoin;
using ledger::Label;

namespace {

constexpr std::uint32_t real = 0x1a01fffe; // a difficulty like testnet4's
constexpr std::uint32_t harder = 0x1900ffff;
constexpr std::uint32_t least = 0x1d00ffff;

} // namespace

class TestVerified : public QObject {
    Q_OBJECT

private slots:
    void isBuried_countsBlocksOfFullDifficulty() {
        const auto always = [](std::uint32_t) { return real; };
        QVERIFY(!isBuried(100, 104, always));
        QVERIFY(isBuried(100, 105, always));
        QVERIFY(!isBuried(101, 100, always));
    }

    // Anybody mines blocks of least difficulty: a hundred of them make nothing final.
    void isBuried_leastDifficulty_doesNotSuffice() {
        const auto bits = [](std::uint32_t height) {
            return height < 3000 || height % 20 == 0 ? real : least;
        };
        QVERIFY(!isBuried(3001, 3100, bits)); // five of full difficulty among them
        QVERIFY(isBuried(3001, 3120, bits));
        QVERIFY(isBuried(3000, 3100, bits));
    }

    void isBuried_eachPeriodHasItsOwnDifficulty() {
        const auto bits = [](std::uint32_t height) { return height < 2016 ? harder : real; };
        QVERIFY(isBuried(2012, 2017, bits)); // less work than before, but all that the period asks for
        const auto mixed = [&](std::uint32_t height) { return height % 2016 == 0 ? real : least; };
        QVERIFY(!isBuried(2016, 4 * 2016, mixed));
    }

    void label_agreedOnlyAfterSomebodyWasAsked() {
        const light::CompleteTo nobody{.height = {30}};
        const light::CompleteTo three{.height = {30}, .agreeing = 3, .asked = 3};
        QCOMPARE(agreementLabel({.complete = nobody, .synced = true}), Label::stale);
        QCOMPARE(agreementLabel({.complete = three, .synced = false}), Label::stale);
        QCOMPARE(agreementLabel({.complete = {.height = {30}, .asked = 2}, .synced = true}), Label::stale);
        QCOMPARE(agreementLabel({.complete = three, .synced = true}), Label::agreed);
        QCOMPARE(agreementLabel({.complete = three, .synced = true, .disputed = true}), Label::disputed);
    }

    // An estimate is as old as the newest block that it was taken of.
    void fee_hasTheTimeOfItsBlocks() {
        const light::FeeEstimate estimate{
            .feerate = {500}, .source = light::FeeSource::recent_blocks, .blocks = 3, .age = 120min};
        const auto verified = verifiedFee(estimate, 900'000, unixTime(1'800'000'000));
        QCOMPARE(verified.label, Label::reported);
        QCOMPARE(verified.time, std::int64_t{1'800'000'000 - 7200});
        QCOMPARE(verifiedFee(std::nullopt, 9, unixTime(50)).time, std::int64_t{50});
    }
};

DUPLEX_TEST(TestVerified)
#include "tst_verified.moc"
