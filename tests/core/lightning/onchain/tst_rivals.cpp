#include "core/lightning/onchain/rivals.h"

#include "tests/support/closed_channel.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::onchain;
using duplex::test::ClosedChannel;

namespace {

const bitcoin::Script foreign{Bytes{0x51}};

bitcoin::Transaction spendOf(const std::vector<OutPoint>& outpoints) {
    bitcoin::Transaction transaction;
    for (const OutPoint& outpoint : outpoints) transaction.inputs.push_back({.previous = outpoint});
    transaction.outputs.push_back({.value = {1000}, .script_pubkey = foreign});
    return transaction;
}

} // namespace

class TestRivals : public QObject {
    Q_OBJECT

private slots:
    void eachOutpointThatIsClaimed_isFoundWithItsInput() {
        ClosedChannel channel;
        channel.release(1);
        channel.confirm(channel.theirCommitment(), ClosedChannel::close_height);
        channel.at(1120);
        const auto claims = channel.resolve().claims;
        QCOMPARE(claims.size(), std::size_t{3}); // to_remote and an HTLC each way
        const ClaimInput& first = claims[0].inputs[0];
        const ClaimInput& second = claims[1].inputs[0];
        const OutPoint other{{ByteArray<32>{99}}, 0};
        const auto contests =
            contestsOf(spendOf({other, second.outpoint, first.outpoint}), claims, channel.chain.payout);
        const std::vector<Contest> wanted = {{1, second.outpoint, second.spent},
                                             {2, first.outpoint, first.spent}};
        QVERIFY(contests == wanted);
        QVERIFY(contestsOf(spendOf({other}), claims, channel.chain.payout).empty());
    }

    // A relayed transaction is anybody's: inputs that name one output over and over are looked at once.
    void manyEqualInputs_countOnce() {
        ClosedChannel channel;
        channel.release(1);
        channel.confirm(channel.theirCommitment(), ClosedChannel::close_height);
        const auto claims = channel.resolve().claims;
        const OutPoint outpoint = claims[0].inputs[0].outpoint;
        const auto contests =
            contestsOf(spendOf(std::vector<OutPoint>(50'000, outpoint)), claims, channel.chain.payout);
        QCOMPARE(contests.size(), std::size_t{1});
        QCOMPARE(contests[0].input, std::size_t{0});
    }

    // The echo of an earlier version is no reason to pay more, after a restart no more than before it.
    void earlierVersionsOfOurOwn_areNoRivals_data() {
        QTest::addColumn<bool>("ours");
        QTest::newRow("our commitment") << true;
        QTest::newRow("theirs") << false;
    }
    void earlierVersionsOfOurOwn_areNoRivals() {
        QFETCH(bool, ours);
        ClosedChannel channel;
        channel.release(1);
        channel.confirm(ours ? channel.ourCommitment() : channel.theirCommitment(),
                        ClosedChannel::close_height);
        channel.at(1120);
        const Resolution first = channel.resolveAndRemember();
        channel.at(1180);
        const auto claims = channel.resolve().claims;
        QVERIFY(claims != first.claims);
        for (const Claim& claim : first.claims) {
            bitcoin::Transaction transaction = channel.complete(claim);
            QVERIFY(contestsOf(transaction, claims, channel.chain.payout).empty());
            // With an output of somebody else it is one.
            transaction.outputs.push_back({.value = {1000}, .script_pubkey = foreign});
            QVERIFY(!contestsOf(transaction, claims, channel.chain.payout).empty());
        }
    }
    void earlierChildOfOurAnchor_isNoRival() {
        ClosedChannel channel;
        channel.facts.local_close = LocalClose::wanted;
        const Resolution first = channel.resolveAndRemember();
        channel.at(1090);
        const auto claims = channel.resolve().claims;
        QVERIFY(claims != first.claims);
        QVERIFY(contestsOf(channel.complete(first.claims[0]), claims, channel.chain.payout).empty());
    }
};

DUPLEX_TEST(TestRivals)
#include "tst_rivals.moc"
