#include "core/lightning/onchain/output_claims.h"

#include "tests/support/closed_channel.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::onchain;
using duplex::test::ClosedChannel;
using duplex::test::htlcOutput;
using Side = ClosedChannel::Side;

namespace {

constexpr std::uint32_t close_height = ClosedChannel::close_height;

std::vector<Claim> penaltiesOf(const Resolution& resolution) {
    std::vector<Claim> claims;
    for (const Claim& claim : resolution.claims) {
        if (isPenalty(claim.inputs.front().kind)) claims.push_back(claim);
    }
    return claims;
}

} // namespace

class TestPenaltyClaims : public QObject {
    Q_OBJECT

private slots:
    void penalties_areOneTransactionUntil18BlocksBeforeTheEarliestExpiry() {
        ClosedChannel channel;
        channel.confirm(channel.theirRevoked(), close_height);
        const std::uint32_t expiry = close_height + ClosedChannel::their_delay;
        for (const std::uint32_t height : {close_height, expiry - 19}) {
            channel.at(height);
            const auto penalties = penaltiesOf(channel.resolveAndRemember());
            QCOMPARE(penalties.size(), std::size_t{1});
            QCOMPARE(penalties[0].inputs.size(), std::size_t{3}); // to_local and two HTLCs
        }
        const Satoshi joint_fee = channel.chain.attempts.back().fee;
        channel.at(expiry - 18);
        const auto split = penaltiesOf(channel.resolveAndRemember());
        QCOMPARE(split.size(), std::size_t{3});
        // The first replaces the joint transaction, the others only have to pay for themselves.
        const bitcoin::Transaction first = channel.complete(split[0]);
        Satoshi highest;
        for (const Claim& claim : split) {
            highest = std::max(highest, claim.fee);
            ClosedChannel::verify(claim, channel.complete(claim));
        }
        QVERIFY(highest > joint_fee);
    }

    // The peer was faster with an HTLC, in a transaction with inputs and outputs of its own.
    void secondStageWithExtras_isPunishedByTheOutpointSpent() {
        ClosedChannel channel;
        channel.confirm(channel.theirRevoked(), close_height);
        const auto commitment = channel.commitment(Side::remote, ClosedChannel::spec(Side::remote),
                                                   ClosedChannel::revoked_number);
        bitcoin::Transaction theirs =
            channel.theirSecondStage(commitment, ClosedChannel::revoked_number, htlcOutput(commitment, 0));
        theirs.inputs.insert(theirs.inputs.begin(), {.previous = {{ByteArray<32>{3}}, 3}});
        theirs.outputs.insert(theirs.outputs.begin(), {.value = {4}, .script_pubkey = {Bytes{0x51}}});
        channel.confirm(theirs, close_height + 2);
        const Resolution resolution = channel.resolve();
        const auto penalties = penaltiesOf(resolution);
        QCOMPARE(penalties.size(), std::size_t{1});
        const auto input =
            std::ranges::find(penalties[0].inputs, OutPoint{theirs.txid(), 1}, &ClaimInput::outpoint);
        QVERIFY(input != penalties[0].inputs.end());
        QCOMPARE(input->deadline->value, close_height + 2 + ClosedChannel::their_delay);
        ClosedChannel::verify(penalties[0], channel.complete(penalties[0]));
        // It was an HTLC-success: the preimage in its witness is ours to keep.
        QCOMPARE(resolution.preimages_seen.size(), std::size_t{1});
    }

    // A claim that is partly invalidated is rebuilt in the same block, at the fee level reached.
    void partlyInvalidatedPenalty_keepsItsFeeLevel() {
        ClosedChannel channel;
        channel.confirm(channel.theirRevoked(), close_height);
        channel.at(close_height + 300);
        const auto before = penaltiesOf(channel.resolveAndRemember());
        channel.chain.fees.fast = channel.chain.fees.slow = {300}; // estimates fall
        const auto commitment = channel.commitment(Side::remote, ClosedChannel::spec(Side::remote),
                                                   ClosedChannel::revoked_number);
        channel.confirm(
            channel.theirSecondStage(commitment, ClosedChannel::revoked_number, htlcOutput(commitment, 1)),
            close_height + 300);
        const auto after = penaltiesOf(channel.resolve());
        QCOMPARE(after.size(), std::size_t{1});
        QCOMPARE(after[0].inputs.size(), std::size_t{3});
        QVERIFY(after[0].feerate >= before[0].feerate);
        ClosedChannel::verify(after[0], channel.complete(after[0]));
    }

    void penaltyNearItsExpiry_mayCostAllThatItBrings() {
        ClosedChannel channel;
        channel.confirm(channel.theirRevoked(), close_height);
        channel.at(close_height + ClosedChannel::their_delay - 6);
        for (const Claim& claim : penaltiesOf(channel.resolve())) {
            QVERIFY(claim.fee.value > claim.inputs[0].spent.value.value * 9 / 10);
            ClosedChannel::verify(claim, channel.complete(claim));
        }
    }

    void withoutStoredHtlcs_toLocalIsStillPunished() {
        ClosedChannel channel;
        channel.facts.revoked.clear();
        channel.confirm(channel.theirRevoked(), close_height);
        const auto penalties = penaltiesOf(channel.resolve());
        QCOMPARE(penalties.size(), std::size_t{1});
        QCOMPARE(penalties[0].inputs.size(), std::size_t{1});
    }

    void storedForm_roundTripsAndRefusesOthers() {
        const ClosedChannel channel;
        const RevokedCommitment& revoked = channel.facts.revoked.front();
        QCOMPARE(revoked.htlcs.size(), std::size_t{2}); // the dust one is left out
        Bytes bytes = encoded(revoked);
        QVERIFY(decodeRevokedCommitment(bytes) == revoked);
        bytes.push_back(0);
        QVERIFY(decodeRevokedCommitment(bytes).error() == StoredFormError::malformed);
        bytes[0] = 9;
        QVERIFY(decodeRevokedCommitment(bytes).error() == StoredFormError::unknown_version);
        QVERIFY(decodeRevokedCommitment({}).error() == StoredFormError::malformed);
    }
};

DUPLEX_TEST(TestPenaltyClaims)
#include "tst_penalty_claims.moc"
