#include "core/lightning/onchain/claim_bumping.h"

#include "core/lightning/onchain/commitment_view.h"

#include "tests/support/closed_channel.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::onchain;
using duplex::test::ClosedChannel;
using Side = ClosedChannel::Side;

namespace {

constexpr std::uint32_t close_height = ClosedChannel::close_height;

const Claim* claimOf(const Resolution& resolution, ClaimKind kind) {
    for (const Claim& claim : resolution.claims) {
        if (claim.inputs.front().kind == kind) return &claim;
    }
    return nullptr;
}

} // namespace

class TestClaimBumping : public QObject {
    Q_OBJECT

private slots:
    void feeCurve_data() {
        QTest::addColumn<uint>("now");
        QTest::addColumn<qint64>("feerate");
        QTest::newRow("start") << 100u << qint64{1000};
        QTest::newRow("a quarter") << 125u << qint64{2500};
        QTest::newRow("half way") << 150u << qint64{4000};
        QTest::newRow("between half and end") << 172u << qint64{27000};
        QTest::newRow("deadline - 6") << 194u << qint64{50000};
        QTest::newRow("after the deadline") << 300u << qint64{50000};
    }
    void feeCurve() {
        QFETCH(uint, now);
        QFETCH(qint64, feerate);
        const FeeFacts fees{.slow = {1000}, .fast = {4000}};
        QCOMPARE(feerateAt(fees, {100}, {now}, BlockHeight{200}, {50000}).value, feerate);
        QCOMPARE(feerateAt(fees, {100}, {now}, std::nullopt, {50000}).value, qint64{1000});
        QVERIFY(feerateAt(fees, {100}, {now}, BlockHeight{200}, {700}).value <= 700);
    }
    void feeCurve_survivesShortAndPastWindows() {
        const FeeFacts fees;
        for (std::uint32_t start = 0; start < 12; ++start) {
            for (std::uint32_t deadline = 0; deadline < 14; ++deadline) {
                for (std::uint32_t now = 0; now < 16; ++now) {
                    const FeeratePerKw rate = feerateAt(fees, {start}, {now}, BlockHeight{deadline}, {9000});
                    QVERIFY(rate >= fees.floor && rate <= FeeratePerKw{9000});
                }
            }
        }
    }

    // The level never falls, whatever the estimates do, and each new version can replace the last.
    void feeLevel_neverFalls() {
        ClosedChannel channel;
        channel.release(1);
        channel.confirm(channel.theirCommitment(), close_height);
        std::optional<Claim> last;
        int versions = 0;
        for (std::uint32_t height = close_height; height < 1210; ++height) {
            channel.at(height);
            channel.chain.fees.slow = {height % 7 == 0 ? 300 : 1500};
            channel.chain.fees.fast = {height % 5 == 0 ? 400 : 3000};
            const Resolution resolution = channel.resolveAndRemember();
            const Claim* claim = claimOf(resolution, ClaimKind::remote_htlc_preimage);
            QVERIFY(claim);
            QVERIFY(claim->fee.value <= claim->inputs[0].spent.value.value / 2);
            if (last) {
                QVERIFY(claim->feerate >= last->feerate && claim->fee >= last->fee);
                if (claim->transaction != last->transaction) {
                    ++versions;
                    const bitcoin::Weight weight = channel.complete(*claim).weight();
                    QVERIFY(claim->fee >= last->fee + channel.chain.fees.increment.feeCeil(weight));
                }
                if (height > 1134 && height < 1194) QVERIFY(claim->fee > last->fee); // the last third
            }
            last = *claim;
        }
        QVERIFY(versions > 60);
        QVERIFY(last->fee.value > last->inputs[0].spent.value.value * 4 / 10);
    }

    void rival_bumpsAtOnce() {
        ClosedChannel channel;
        channel.release(1);
        channel.confirm(channel.theirCommitment(), close_height);
        const Claim first = *claimOf(channel.resolveAndRemember(), ClaimKind::remote_htlc_preimage);
        QVERIFY(*claimOf(channel.resolve(), ClaimKind::remote_htlc_preimage) == first);
        channel.chain.contested.insert(first.inputs[0].outpoint);
        const Claim second = *claimOf(channel.resolve(), ClaimKind::remote_htlc_preimage);
        QVERIFY(second.feerate > first.feerate && second.fee > first.fee);
    }

    void htlcTransactions_takeACoinEachAndPairTheirOutputs() {
        ClosedChannel channel;
        channel.release(1);
        channel.chain.coins.clear();
        for (std::uint32_t i = 0; i < 2; ++i) channel.addCoin(i, 300'000);
        channel.confirm(channel.ourCommitment(), close_height);
        channel.at(1120);
        const Resolution resolution = channel.resolveAndRemember();
        const Claim* timeout = claimOf(resolution, ClaimKind::htlc_timeout);
        const Claim* success = claimOf(resolution, ClaimKind::htlc_success);
        QVERIFY(timeout && success && timeout != success);
        QVERIFY(timeout->wallet_inputs[0].outpoint != success->wallet_inputs[0].outpoint);
        QCOMPARE(timeout->transaction.locktime, 1100u);
        QCOMPARE(success->transaction.locktime, 0u);
        for (const Claim* claim : {timeout, success}) {
            QVERIFY(claim->transaction.outputs[0] == *claim->inputs[0].paired_output);
            QVERIFY(claim->transaction.outputs[1].script_pubkey == channel.chain.payout);
            ClosedChannel::verify(*claim, channel.complete(*claim));
        }
        // The next version uses the same coin.
        channel.at(1130);
        const Resolution later = channel.resolve();
        QCOMPARE(claimOf(later, ClaimKind::htlc_success)->wallet_inputs[0].outpoint,
                 success->wallet_inputs[0].outpoint);
        QVERIFY(claimOf(later, ClaimKind::htlc_success)->fee > success->fee);
    }

    void withoutCoins_anAlarm() {
        ClosedChannel channel;
        channel.release(1);
        channel.chain.coins.clear();
        channel.confirm(channel.ourCommitment(), close_height);
        const Resolution resolution = channel.resolve();
        QVERIFY(!claimOf(resolution, ClaimKind::htlc_success));
        QVERIFY(resolution.alarms.contains(Alarm::no_coins_for_fee));
        QVERIFY(!resolution.all_resolved);
    }

    // Near a deadline the curve asks for more than the wallet has: what it has is still used.
    void tooFewCoins_payWhatTheyCan() {
        ClosedChannel channel;
        channel.release(1);
        channel.chain.coins.clear();
        channel.addCoin(1, 20'000);
        channel.confirm(channel.ourCommitment(), close_height);
        for (const std::uint32_t height : {1150u, 1199u}) {
            channel.at(height);
            const Resolution resolution = channel.resolveAndRemember();
            const Claim* claim = claimOf(resolution, ClaimKind::htlc_success);
            const Claim* timeout = claimOf(resolution, ClaimKind::htlc_timeout);
            QVERIFY((claim != nullptr) != (timeout != nullptr)); // one coin, one claim
            ClosedChannel::verify(resolution.claims[0], channel.complete(resolution.claims[0]));
            QVERIFY(resolution.alarms.contains(Alarm::no_coins_for_fee));
        }
    }

    void smallCoins_areJoined() {
        ClosedChannel channel;
        channel.release(1);
        channel.chain.coins.clear();
        for (std::uint32_t i = 0; i < 8; ++i) channel.addCoin(i, 600);
        channel.confirm(channel.ourCommitment(), close_height);
        const Resolution resolution = channel.resolve();
        const Claim* claim = claimOf(resolution, ClaimKind::htlc_success);
        QVERIFY(claim && claim->wallet_inputs.size() > 1);
        ClosedChannel::verify(*claim, channel.complete(*claim));
    }

    void claimThatCostsMoreThanItBrings_isNotMade() {
        ClosedChannel channel;
        channel.release(1);
        channel.chain.fees = {.slow = {2'000'000}, .fast = {2'000'000}, .floor = {1'000'000}};
        channel.confirm(channel.theirCommitment(), close_height);
        const Resolution resolution = channel.resolve();
        QVERIFY(!claimOf(resolution, ClaimKind::remote_htlc_preimage));
        QVERIFY(resolution.alarms.contains(Alarm::claim_uneconomic));
    }

    void claimThatNeverPays_isGivenUpAfterTwoWeeks() {
        ClosedChannel channel;
        channel.chain.fees = {.slow = {20'000'000}, .fast = {20'000'000}, .floor = {10'000'000}};
        channel.confirm(channel.theirCommitment(), close_height);
        channel.at(1100 + give_up_after_blocks - 1); // our HTLC expires at 1100
        const Resolution waiting = channel.resolve();
        QVERIFY(waiting.alarms.contains(Alarm::claim_uneconomic));
        QVERIFY(!waiting.all_resolved && !waiting.irrevocable);
        channel.at(1100 + give_up_after_blocks + irrevocable_depth - 1);
        const Resolution over = channel.resolve();
        QVERIFY(over.alarms.contains(Alarm::output_given_up) && over.claims.empty());
        QVERIFY(over.all_resolved && over.irrevocable);
        QVERIFY(std::ranges::any_of(over.outcomes, [](const HtlcOutcome& outcome) {
            return outcome.htlc.direction == commitment::HtlcDirection::offered &&
                   std::holds_alternative<HtlcFailed>(outcome.result);
        }));
        // Fees fell after all: what is still there is claimed.
        channel.chain.fees = {};
        const Resolution again = channel.resolve();
        QVERIFY(!again.claims.empty() && !again.all_resolved);
    }

    void forceClose_isBroadcastWithAChild() {
        ClosedChannel channel;
        QVERIFY(!channel.resolve().local_commitment);
        QVERIFY(!signLocalClose(channel.facts, channel.local, channel.counters));
        channel.facts.local_close = LocalClose::wanted;
        const Resolution resolution = channel.resolveAndRemember();
        QVERIFY(resolution.local_commitment == channel.ourCommitment());
        const auto commitment = signLocalClose(channel.facts, channel.local, channel.counters);
        QVERIFY(commitment.has_value());
        QVERIFY(bitcoin::script::verifyScript(
                    *commitment, 0,
                    {{.value = channel.facts.parameters.capacity,
                      .script_pubkey = commitment::fundingOutputScript(channel.facts.parameters)}},
                    bitcoin::script::standard_flags)
                    .has_value());
        const Claim* child = claimOf(resolution, ClaimKind::anchor);
        QVERIFY(child && child->parent == resolution.local_commitment);
        QCOMPARE(child->deadline->value,
                 1100u); // the claim of the HTLC that expires there has 36 blocks more
        const bitcoin::Transaction complete = channel.complete(*child);
        ClosedChannel::verify(*child, complete);
        const Satoshi parent_fee =
            channel.commitment(Side::local, channel.facts.local->spec, ClosedChannel::local_number).fee;
        QVERIFY(child->fee + parent_fee >= child->feerate.feeCeil(complete.weight() + commitment->weight()));
        // A revoked one is refused by the signer, whatever the facts say (R5).
        const keys::SignerCounters revoked{.local_stored = 7, .local_released = 6};
        QVERIFY(signLocalClose(channel.facts, channel.local, revoked).error() ==
                keys::SignerRefusal::secret_was_released);
    }

    // Found against LND: an HTLC added 33 blocks before its expiry had the child pay half of the channel at
    // once.
    void forceClose_closeToAnExpiry_startsSlowAndNeverPaysWithTheBalance() {
        ClosedChannel channel;
        channel.facts.local_close = LocalClose::wanted;
        channel.at(1100 - 33);
        const Resolution first = channel.resolveAndRemember();
        const Claim* child = claimOf(first, ClaimKind::anchor);
        QVERIFY(child);
        QCOMPARE(child->deadline->value, 1136u - 34); // half way to the end of the window
        QVERIFY(child->feerate <= channel.chain.fees.fast);
        Satoshi htlcs;
        for (const auto& htlc : channel.facts.local->spec.htlcs) htlcs += htlc.amount.satoshiFloor();
        channel.at(1100);
        const Resolution last = channel.resolve();
        child = claimOf(last, ClaimKind::anchor);
        QVERIFY(child);
        QCOMPARE(child->deadline->value, 1136u - 34); // half way to the end of the window
        QVERIFY(child->fee.value <= htlcs.value / 2);
    }

    // A close for an expired HTLC begins 3 blocks after its expiry or later: nothing is lost yet.
    void forceClose_afterTheExpiry_startsSlow_data() {
        QTest::addColumn<uint>("begins");
        QTest::newRow("just before it") << 1094u;
        QTest::newRow("at it") << 1100u;
        QTest::newRow("as the channel closes") << 1103u;
        QTest::newRow("after two days") << 1400u;
    }
    void forceClose_afterTheExpiry_startsSlow() {
        QFETCH(uint, begins);
        ClosedChannel channel;
        channel.facts.local_close = LocalClose::wanted;
        channel.at(begins);
        const Resolution first = channel.resolveAndRemember();
        const Claim* child = claimOf(first, ClaimKind::anchor);
        QVERIFY(child);
        const BlockHeight deadline = *child->deadline;
        auto feerate = child->feerate;
        QVERIFY(deadline.value >= begins + 18);
        QCOMPARE(feerate, channel.chain.fees.slow);
        for (std::uint32_t height = begins + 1; height < deadline.value; ++height) {
            channel.at(height);
            const Resolution later = channel.resolveAndRemember();
            child = claimOf(later, ClaimKind::anchor);
            QVERIFY(child);
            QCOMPARE(child->deadline->value, deadline.value); // it does not run away
            feerate = child->feerate;
            if (height <= begins + 8) QVERIFY(feerate <= channel.chain.fees.fast);
        }
        QVERIFY(feerate > channel.chain.fees.fast); // it had its time
    }
    // A preimage is worth nothing after the expiry: there the deadline is hard.
    void forceClose_forAPreimage_keepsItsDeadline() {
        ClosedChannel channel;
        channel.facts.local_close = LocalClose::wanted;
        channel.release(1);
        channel.at(1190); // it expires at 1200
        const Claim child = *claimOf(channel.resolve(), ClaimKind::anchor);
        QCOMPARE(child.deadline->value, 1195u);
    }

    // A second too late to be there in time: whatever is paid now, the partner may take it as well.
    void forceClose_forAnExpiredPreimage_startsSlow_data() {
        QTest::addColumn<uint>("begins");
        QTest::addColumn<bool>("in_time");
        QTest::newRow("commitment and claim just fit") << 1198u << true;
        QTest::newRow("the claim comes one block late") << 1199u << false;
        QTest::newRow("at the expiry") << 1200u << false;
        QTest::newRow("after it") << 1201u << false;
        QTest::newRow("after two days") << 1400u << false;
    }
    void forceClose_forAnExpiredPreimage_startsSlow() {
        QFETCH(uint, begins);
        QFETCH(bool, in_time);
        ClosedChannel channel;
        channel.setLocal(ClosedChannel::spec(Side::local, {ClosedChannel::ourHtlcs()[1]}));
        channel.facts.local_close = LocalClose::wanted;
        channel.release(1);
        channel.at(begins);
        const Claim first = *claimOf(channel.resolveAndRemember(), ClaimKind::anchor);
        const BlockHeight deadline = *first.deadline;
        if (in_time) {
            QCOMPARE(deadline.value, 1199u);
            QVERIFY(first.feerate > channel.chain.fees.fast);
            return;
        }
        QCOMPARE(first.feerate, channel.chain.fees.slow);
        QVERIFY(deadline.value >= begins + 18);
        for (std::uint32_t height = begins + 1; height < deadline.value; ++height) {
            channel.at(height);
            const Claim later = *claimOf(channel.resolveAndRemember(), ClaimKind::anchor);
            QCOMPARE(later.deadline->value, deadline.value); // it does not run away
            if (height <= begins + 8) QVERIFY(later.feerate <= channel.chain.fees.fast);
        }
    }

    // The race with the partner's timeout is run all the same, from the slow feerate to the whole budget.
    void preimageClaim_thatBeginsAfterTheExpiry_startsSlow_data() {
        QTest::addColumn<bool>("ours");
        QTest::addColumn<uint>("confirmed");
        QTest::addColumn<uint>("begins");
        QTest::newRow("ours, confirmed late") << true << 1210u << 1210u;
        QTest::newRow("ours, found late") << true << 1000u << 1300u;
        QTest::newRow("theirs, confirmed late") << false << 1200u << 1200u;
        QTest::newRow("theirs, found late") << false << 1000u << 1300u;
    }
    void preimageClaim_thatBeginsAfterTheExpiry_startsSlow() {
        QFETCH(bool, ours);
        QFETCH(uint, confirmed);
        QFETCH(uint, begins);
        const ClaimKind kind = ours ? ClaimKind::htlc_success : ClaimKind::remote_htlc_preimage;
        ClosedChannel channel;
        channel.release(1);
        channel.confirm(ours ? channel.ourCommitment() : channel.theirCommitment(), confirmed);
        Satoshi fee;
        for (std::uint32_t height = begins; height < begins + race_window; ++height) {
            channel.at(height);
            const Resolution resolution = channel.resolveAndRemember();
            const Claim* claim = claimOf(resolution, kind);
            QVERIFY(claim);
            QCOMPARE(claim->deadline->value, begins + race_window);
            if (height == begins) QCOMPARE(claim->feerate, channel.chain.fees.slow);
            if (height < begins + 6) QVERIFY(claim->feerate <= channel.chain.fees.fast);
            QVERIFY(claim->fee >= fee);
            fee = claim->fee;
        }
        QVERIFY(fee.value > 100'000); // of 300,000
    }
    void preimageClaim_thatBeganInTime_keepsItsDeadline() {
        for (const Side owner : {Side::local, Side::remote}) {
            const bool ours = owner == Side::local;
            const ClaimKind kind = ours ? ClaimKind::htlc_success : ClaimKind::remote_htlc_preimage;
            ClosedChannel channel;
            channel.release(1);
            channel.confirm(ours ? channel.ourCommitment() : channel.theirCommitment(), 1199);
            const Claim first = *claimOf(channel.resolveAndRemember(), kind);
            QCOMPARE(first.deadline->value, 1200u);
            QVERIFY(first.feerate > channel.chain.fees.fast);
            channel.at(1205);
            QCOMPARE(claimOf(channel.resolve(), kind)->deadline->value, 1200u);
        }
    }

    // The program was off, or the commitment came in late: the claim begins slowly all the same.
    void timeoutClaim_thatBeginsLate_startsSlow_data() {
        QTest::addColumn<bool>("ours");
        QTest::addColumn<uint>("confirmed");
        QTest::addColumn<uint>("begins");
        QTest::newRow("ours, confirmed late") << true << 1150u << 1150u;
        QTest::newRow("ours, found late") << true << 1000u << 1140u;
        QTest::newRow("theirs, confirmed late") << false << 1131u << 1131u;
        QTest::newRow("theirs, found late") << false << 1000u << 1140u;
    }
    void timeoutClaim_thatBeginsLate_startsSlow() {
        QFETCH(bool, ours);
        QFETCH(uint, confirmed);
        QFETCH(uint, begins);
        const ClaimKind kind = ours ? ClaimKind::htlc_timeout : ClaimKind::remote_htlc_timeout;
        ClosedChannel channel;
        channel.confirm(ours ? channel.ourCommitment() : channel.theirCommitment(), confirmed);
        Satoshi fee;
        for (std::uint32_t height = begins; height < begins + timeout_window; ++height) {
            channel.at(height);
            const Resolution resolution = channel.resolveAndRemember();
            const Claim* claim = claimOf(resolution, kind);
            QVERIFY(claim);
            QCOMPARE(claim->deadline->value, begins + timeout_window);
            if (height == begins) QCOMPARE(claim->feerate, channel.chain.fees.slow);
            if (height <= begins + 18) QVERIFY(claim->feerate <= channel.chain.fees.fast);
            QVERIFY(claim->fee >= fee);
            fee = claim->fee;
        }
        QVERIFY(fee.value > 10'000); // it had its time
    }

    // The partner holds its preimage and we know it too: the HTLC is paid, whoever takes its output.
    void forceClose_withAFulfilledHtlcOfOurs_isNotInHaste() {
        ClosedChannel channel;
        channel.facts.local_close = LocalClose::wanted;
        QVERIFY(claimOf(channel.resolve(), ClaimKind::anchor)->deadline);
        const lightning::Preimage preimage = ClosedChannel::preimageOf(0);
        channel.chain.known_preimages[paymentHashOf(preimage)] = preimage;
        const Claim child = *claimOf(channel.resolve(), ClaimKind::anchor);
        QVERIFY(!child.deadline);
        QCOMPARE(child.feerate, channel.chain.fees.slow);
    }

    // The budget follows the estimate, and falls with it: a child that is out is not taken back for that, nor
    // its coin given to another.
    void anchorChild_staysOutWhenEstimatesFall() {
        ClosedChannel channel;
        channel.setLocal(ClosedChannel::spec(Side::local, {})); // our balance alone is at stake
        channel.facts.local_close = LocalClose::wanted;
        channel.chain.fees.slow = {2000};
        const Claim first = *claimOf(channel.resolveAndRemember(), ClaimKind::anchor);
        channel.chain.fees.slow = {1000};
        for (int block = 1; block < 4; ++block) {
            channel.at(close_height + block);
            const Resolution later = channel.resolveAndRemember();
            const Claim* same = claimOf(later, ClaimKind::anchor);
            QVERIFY(same);
            QVERIFY(same->transaction == first.transaction);
            QVERIFY(same->feerate == first.feerate && same->fee == first.fee);
        }
        channel.chain.fees.slow = {3000};
        const Resolution dear = channel.resolve();
        const Claim* next = claimOf(dear, ClaimKind::anchor);
        QVERIFY(next);
        QCOMPARE(next->feerate.value, 3000);
        const bitcoin::Transaction complete = channel.complete(*next);
        ClosedChannel::verify(*next, complete);
        QVERIFY(next->fee >= first.fee + channel.chain.fees.increment.feeCeil(complete.weight()));
        QVERIFY(next->wallet_inputs == first.wallet_inputs);
    }

    // A relay floor above all that the claim may pay leaves what is out as it is: some nodes have it, and the
    // floor falls again.
    void claim_staysOutWhenTheFloorRisesAboveItsBudget() {
        ClosedChannel channel;
        channel.release(1);
        channel.confirm(channel.theirCommitment(), close_height);
        const Claim first = *claimOf(channel.resolveAndRemember(), ClaimKind::remote_htlc_preimage);
        const auto fees = channel.chain.fees;
        channel.chain.fees = {.slow = {20'000'000}, .fast = {20'000'000}, .floor = {10'000'000}};
        channel.at(close_height + 1);
        const Resolution dear = channel.resolveAndRemember();
        const Claim* same = claimOf(dear, ClaimKind::remote_htlc_preimage);
        QVERIFY(same);
        QVERIFY(same->transaction == first.transaction && same->fee == first.fee);
        channel.chain.fees = fees;
        channel.at(close_height + 2);
        QVERIFY(claimOf(channel.resolve(), ClaimKind::remote_htlc_preimage));
    }

    void parentThatPaysEnough_hasNoChild() {
        ClosedChannel channel;
        channel.facts.local_close = LocalClose::wanted;
        channel.chain.fees.slow = channel.chain.fees.fast = {400};
        QVERIFY(channel.resolve().claims.empty());
        QVERIFY(channel.resolve().alarms.empty());
    }

    void theirUnconfirmedCommitment_hasAChildOnlyForAnHtlc() {
        ClosedChannel channel;
        channel.chain.unconfirmed = {channel.theirCommitment()};
        const Resolution resolution = channel.resolve();
        const Claim* child = claimOf(resolution, ClaimKind::anchor);
        QVERIFY(child && child->parent == channel.theirCommitment());
        ClosedChannel::verify(*child, channel.complete(*child));
        channel.facts.remote_current->spec = ClosedChannel::spec(Side::remote, {});
        channel.chain.unconfirmed = {channel.theirCommitment()};
        QVERIFY(channel.resolve().claims.empty());
    }

    void attempt_roundTripsAndRefusesOthers() {
        ClosedChannel channel;
        channel.release(1);
        channel.confirm(channel.ourCommitment(), close_height);
        const ClaimAttempt attempt =
            attemptOf(*claimOf(channel.resolve(), ClaimKind::htlc_success), channel.chain.tip_height);
        Bytes bytes = encoded(attempt);
        QVERIFY(decodeClaimAttempt(bytes) == attempt);
        bytes.pop_back();
        QVERIFY(decodeClaimAttempt(bytes).error() == StoredFormError::malformed);
        bytes[0] = 2;
        QVERIFY(decodeClaimAttempt(bytes).error() == StoredFormError::unknown_version);
    }
};

DUPLEX_TEST(TestClaimBumping)
#include "tst_claim_bumping.moc"
