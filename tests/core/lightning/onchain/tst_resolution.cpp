#include "core/lightning/onchain/resolution.h"

#include "tests/support/closed_channel.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::onchain;
using duplex::test::ClosedChannel;
using duplex::test::htlcOutput;
using Side = ClosedChannel::Side;

namespace {

enum Scene { ours, our_second_stage, theirs, theirs_next, revoked, revoked_second_stage, future, unknown };

constexpr std::uint32_t close_height = ClosedChannel::close_height;

/// Puts the close of a scene into the chain; second stages of ours confirm by our own claims.
void stage(ClosedChannel& channel, Scene scene) {
    const CommitmentNumber next{ClosedChannel::remote_number.value + 1};
    switch (scene) {
    case ours:
    case our_second_stage:
        channel.confirm(channel.ourCommitment(), close_height);
        break;
    case theirs:
        channel.confirm(channel.theirCommitment(), close_height);
        break;
    case theirs_next:
        channel.facts.remote_next = RemoteCommitment{.number = next,
                                                     .spec = ClosedChannel::spec(Side::remote),
                                                     .per_commitment_point = channel.remote.pointAt(next)};
        channel.confirm(channel.commitment(Side::remote, channel.facts.remote_next->spec, next).transaction,
                        close_height);
        break;
    case revoked:
    case revoked_second_stage:
        channel.confirm(channel.theirRevoked(), close_height);
        break;
    case future:
        channel.confirm(channel.commitment(Side::remote, ClosedChannel::spec(Side::remote), {9}).transaction,
                        close_height);
        break;
    case unknown: {
        bitcoin::Transaction transaction;
        transaction.inputs.push_back({.previous = channel.facts.parameters.funding});
        transaction.outputs.push_back({.value = {9'000'000}, .script_pubkey = {Bytes{0x51}}});
        channel.confirm(transaction, close_height);
        break;
    }
    }
    if (scene == our_second_stage) {
        channel.release(1);
        channel.at(1100);
        for (const Claim& claim : channel.resolve().claims) {
            if (isPaired(claim.inputs.front().kind)) channel.confirm(channel.complete(claim), 1101);
        }
    }
    if (scene == revoked_second_stage) {
        const auto commitment = channel.commitment(Side::remote, ClosedChannel::spec(Side::remote),
                                                   ClosedChannel::revoked_number);
        for (const std::uint64_t id : {0, 1})
            channel.confirm(channel.theirSecondStage(commitment, ClosedChannel::revoked_number,
                                                     htlcOutput(commitment, id)),
                            1210);
    }
}

const ClaimInput* find(const Resolution& resolution, ClaimKind kind) {
    for (const Claim& claim : resolution.claims) {
        for (const ClaimInput& input : claim.inputs) {
            if (input.kind == kind) return &input;
        }
    }
    return nullptr;
}

const HtlcOutcome* outcomeOf(const Resolution& resolution, std::uint64_t id) {
    for (const HtlcOutcome& outcome : resolution.outcomes) {
        if (outcome.htlc.id == id) return &outcome;
    }
    return nullptr;
}
bool isFailed(const HtlcOutcome* outcome) {
    return outcome && std::holds_alternative<HtlcFailed>(outcome->result);
}
bool isFulfilled(const HtlcOutcome* outcome) {
    return outcome && std::holds_alternative<HtlcFulfilled>(outcome->result);
}

} // namespace
Q_DECLARE_METATYPE(Scene)
Q_DECLARE_METATYPE(ClaimKind)

class TestResolution : public QObject {
    Q_OBJECT

private slots:
    // lightning.md 6, row by row: from which height, until which deadline, with which sequence and locktime.
    void section6_data() {
        QTest::addColumn<Scene>("scene");
        QTest::addColumn<ClaimKind>("kind");
        QTest::addColumn<int>("first_block"); // the first that may hold it
        QTest::addColumn<int>("deadline");    // 0: none
        QTest::addColumn<quint32>("sequence");
        QTest::addColumn<quint32>("locktime");
        const quint32 replaceable = 0xfffffffd;
        QTest::newRow("ours: to_local") << ours << ClaimKind::to_local << 1144 << 0 << 144u << 0u;
        QTest::newRow("ours: HTLC we offered")
            << ours << ClaimKind::htlc_timeout << 1101 << 1136 << 1u << 1100u;
        QTest::newRow("ours: HTLC they offered")
            << ours << ClaimKind::htlc_success << 1001 << 1200 << 1u << 0u;
        QTest::newRow("ours: second stage")
            << our_second_stage << ClaimKind::second_stage << 1245 << 0 << 144u << 0u;
        QTest::newRow("theirs: to_remote") << theirs << ClaimKind::to_remote << 1001 << 0 << 1u << 0u;
        QTest::newRow("theirs: HTLC we offered")
            << theirs << ClaimKind::remote_htlc_timeout << 1101 << 1136 << 1u << 1100u;
        QTest::newRow("theirs: HTLC they offered")
            << theirs << ClaimKind::remote_htlc_preimage << 1001 << 1200 << 1u << 0u;
        QTest::newRow("next: to_remote") << theirs_next << ClaimKind::to_remote << 1001 << 0 << 1u << 0u;
        QTest::newRow("next: HTLC we offered")
            << theirs_next << ClaimKind::remote_htlc_timeout << 1101 << 1136 << 1u << 1100u;
        QTest::newRow("next: HTLC they offered")
            << theirs_next << ClaimKind::remote_htlc_preimage << 1001 << 1200 << 1u << 0u;
        QTest::newRow("revoked: to_remote") << revoked << ClaimKind::to_remote << 1001 << 0 << 1u << 0u;
        QTest::newRow("revoked: to_local")
            << revoked << ClaimKind::penalty_to_local << 1001 << 1720 << replaceable << 0u;
        QTest::newRow("revoked: HTLC")
            << revoked << ClaimKind::penalty_htlc << 1001 << 1720 << replaceable << 0u;
        QTest::newRow("future: to_remote") << future << ClaimKind::to_remote << 1001 << 0 << 1u << 0u;
    }
    void section6() {
        QFETCH(Scene, scene);
        QFETCH(ClaimKind, kind);
        QFETCH(int, first_block);
        QFETCH(int, deadline);
        QFETCH(quint32, sequence);
        QFETCH(quint32, locktime);
        ClosedChannel channel;
        stage(channel, scene);
        channel.release(1);
        const auto at = [&](int next_block) {
            channel.at(static_cast<std::uint32_t>(next_block) - 1);
            return channel.resolve();
        };
        if (first_block > 1001) QVERIFY(!find(at(first_block - 1), kind));
        const Resolution resolution = at(first_block);
        const ClaimInput* input = find(resolution, kind);
        QVERIFY(input);
        QCOMPARE(int(input->deadline.value_or(BlockHeight{0}).value), deadline);
        QCOMPARE(input->sequence, sequence);
        QCOMPARE(input->locktime, locktime);
        for (const Claim& claim : resolution.claims) {
            ClosedChannel::verify(claim, channel.complete(claim));
            QCOMPARE(claim.transaction.version, 2);
            QCOMPARE(claim.transaction.locktime, claim.inputs.front().locktime);
            if (claim.inputs.front().kind == ClaimKind::to_remote)
                QCOMPARE(claim.inputs.size(), std::size_t{1});
        }
    }

    void classification_data() {
        QTest::addColumn<Scene>("scene");
        QTest::addColumn<int>("index");
        QTest::newRow("ours") << ours << 2;
        QTest::newRow("theirs, current") << theirs << 3;
        QTest::newRow("theirs, next") << theirs_next << 4;
        QTest::newRow("theirs, revoked") << revoked << 5;
        QTest::newRow("theirs, future") << future << 6;
        QTest::newRow("unknown") << unknown << 7;
    }
    void classification() {
        QFETCH(Scene, scene);
        QFETCH(int, index);
        ClosedChannel channel;
        QCOMPARE(channel.resolve().funding_spend.index(), std::size_t{0});
        stage(channel, scene);
        const Resolution resolution = channel.resolve();
        QCOMPARE(resolution.funding_spend.index(), std::size_t(index));
        QCOMPARE(resolution.alarms.contains(Alarm::peer_cheated), scene == revoked);
        QCOMPARE(resolution.alarms.contains(Alarm::we_are_stale), scene == future);
        QCOMPARE(resolution.alarms.contains(Alarm::unknown_spend), scene == unknown);
    }
    void mutualClose_isResolvedAndIrrevocableAtDepthSix() {
        ClosedChannel channel;
        bitcoin::Transaction closing;
        closing.inputs.push_back({.previous = channel.facts.parameters.funding});
        closing.outputs.push_back({.value = {1}, .script_pubkey = channel.chain.payout});
        channel.facts.mutual_closes = {closing.txid()};
        channel.setLocal(ClosedChannel::spec(Side::local, {}));
        channel.facts.remote_current->spec = ClosedChannel::spec(Side::remote, {});
        channel.confirm(closing, close_height);
        QVERIFY(channel.resolve().all_resolved && !channel.resolve().irrevocable);
        channel.at(close_height + 5);
        QVERIFY(channel.resolve().irrevocable);
        QVERIFY(std::holds_alternative<MutualClose>(channel.resolve().funding_spend));
    }
    // A restore from the seed and the backup: nothing is known but the keys.
    void restoredChannel_sweepsToRemote() {
        ClosedChannel channel;
        const bitcoin::Transaction theirs_at_close = channel.theirCommitment();
        channel.facts.local.reset();
        channel.facts.remote_current.reset();
        channel.facts.secrets = {};
        channel.facts.revoked.clear();
        channel.confirm(theirs_at_close, close_height);
        const Resolution resolution = channel.resolve();
        QVERIFY(std::holds_alternative<TheirFutureCommitment>(resolution.funding_spend));
        QVERIFY(find(resolution, ClaimKind::to_remote));
    }

    // From the close to the end, each claim confirming in the block after it is due.
    void everyScene_endsResolved_data() {
        QTest::addColumn<Scene>("scene");
        QTest::newRow("ours") << ours;
        QTest::newRow("theirs") << theirs;
        QTest::newRow("theirs, next") << theirs_next;
        QTest::newRow("revoked") << revoked;
        QTest::newRow("revoked, second stage") << revoked_second_stage;
        QTest::newRow("future") << future;
    }
    void everyScene_endsResolved() {
        QFETCH(Scene, scene);
        ClosedChannel channel;
        stage(channel, scene);
        channel.release(1);
        int confirmed = 0;
        for (std::uint32_t height = channel.chain.tip_height.value; height < 2000; ++height) {
            channel.at(height);
            const Resolution resolution = channel.resolve();
            for (const Claim& claim : resolution.claims) {
                const bitcoin::Transaction transaction = channel.complete(claim);
                ClosedChannel::verify(claim, transaction);
                channel.confirm(transaction, height + 1);
                for (const WalletCoin& coin : claim.wallet_inputs)
                    std::erase_if(channel.chain.coins,
                                  [&](const WalletCoin& c) { return c.outpoint == coin.outpoint; });
                ++confirmed;
            }
        }
        const Resolution end = channel.resolve();
        QVERIFY(end.all_resolved && end.irrevocable && end.claims.empty());
        QVERIFY(confirmed >= 1);
        QVERIFY(isFailed(outcomeOf(end, 2)));
        if (scene == ours || scene == theirs || scene == theirs_next) {
            QVERIFY(isFailed(outcomeOf(end, 0)));
            QVERIFY(isFulfilled(outcomeOf(end, 1)));
        }
        // Every script that a spend was found by is watched.
        for (const ConfirmedTransaction& transaction : channel.chain.transactions) {
            const OutPoint spent = transaction.transaction.inputs[0].previous;
            QVERIFY(std::ranges::find(end.watch, spent, &WatchedOutput::outpoint) != end.watch.end());
        }
    }

    void reorganisation_needsNoPathOfItsOwn() {
        ClosedChannel channel;
        const Resolution before = channel.resolve();
        channel.confirm(channel.theirCommitment(), close_height);
        QVERIFY(!channel.resolve().claims.empty());
        channel.chain.transactions.clear();
        const Resolution after = channel.resolve();
        QVERIFY(after.funding_spend == before.funding_spend && after.claims == before.claims &&
                after.watch == before.watch && after.outcomes.empty());
        channel.confirm(channel.ourCommitment(), close_height + 1);
        QVERIFY(std::holds_alternative<OurCommitment>(channel.resolve().funding_spend));
    }

    void preimageInAnyWitness_fulfilsAtOnce() {
        ClosedChannel channel;
        channel.confirm(channel.ourCommitment(), close_height);
        const auto commitment =
            channel.commitment(Side::local, channel.facts.local->spec, ClosedChannel::local_number);
        bitcoin::Transaction theft; // the peer's claim by preimage
        theft.inputs.push_back({.previous = {commitment.transaction.txid(), htlcOutput(commitment, 0)},
                                .witness = {Bytes(72), toBytes(ClosedChannel::preimageOf(0)), Bytes(140)}});
        theft.outputs.push_back({.value = {399'000}, .script_pubkey = {Bytes{0x51}}});
        channel.confirm(theft, close_height + 1);
        const Resolution resolution = channel.resolve();
        QVERIFY(isFulfilled(outcomeOf(resolution, 0)));
        QCOMPARE(resolution.preimages_seen.size(), std::size_t{1});
        QVERIFY(!find(resolution, ClaimKind::htlc_timeout));
    }

    // R8: two parts of a payment came in over one channel; that one is claimed says nothing of the other.
    void partsWithOneHash_areResolvedEachByItsOwnOutput() {
        ClosedChannel channel;
        auto htlcs = ClosedChannel::ourHtlcs();
        htlcs.push_back(htlcs[1]);
        htlcs.back().id = 3;
        htlcs.back().amount = {250'000'000};
        channel.facts.remote_current->spec = ClosedChannel::spec(Side::remote, htlcs);
        channel.release(1);
        const auto theirs = channel.commitment(Side::remote, channel.facts.remote_current->spec,
                                               ClosedChannel::remote_number);
        channel.confirm(theirs.transaction, close_height);
        bitcoin::Transaction claim;
        claim.inputs.push_back({.previous = {theirs.transaction.txid(), htlcOutput(theirs, 1)},
                                .witness = {Bytes(72), toBytes(ClosedChannel::preimageOf(1)), Bytes(140)}});
        claim.outputs.push_back({.value = {299'000}, .script_pubkey = channel.chain.payout});
        channel.confirm(claim, 1190);
        const Resolution half = channel.resolve();
        QVERIFY(isFulfilled(outcomeOf(half, 1)));
        QVERIFY(!outcomeOf(half, 3));
        QVERIFY(find(half, ClaimKind::remote_htlc_preimage));
        channel.confirm(channel.theirSecondStage(theirs, ClosedChannel::remote_number, htlcOutput(theirs, 3)),
                        1201);
        channel.at(1206);
        const Resolution end = channel.resolve();
        QVERIFY(isFulfilled(outcomeOf(end, 1)));
        QVERIFY(isFailed(outcomeOf(end, 3)));
    }

    // What our HTLC transaction took is in no wallet before its sweep.
    void htlcTakenBack_waitsForItsSecondStage() {
        ClosedChannel channel;
        stage(channel, our_second_stage);
        const HtlcId taken{.id = 0};
        channel.at(1300);
        const Resolution waiting = channel.resolve();
        QVERIFY(isFailed(outcomeOf(waiting, 0)));
        QVERIFY(waiting.second_stage.contains(taken));
        for (const Claim& claim : waiting.claims)
            if (claim.inputs.front().kind == ClaimKind::second_stage)
                channel.confirm(channel.complete(claim), 1301);
        QVERIFY(channel.resolve().second_stage.empty());
    }

    // BOLT 5: an HTLC is failed at depth 6 of the transaction that took it back, not before.
    void htlcWithOutput_failsAtDepthSixOfItsTimeout() {
        ClosedChannel channel;
        channel.confirm(channel.theirCommitment(), close_height);
        channel.at(1150);
        const Resolution due = channel.resolve();
        for (const Claim& claim : due.claims) {
            if (claim.inputs.front().kind == ClaimKind::remote_htlc_timeout)
                channel.confirm(channel.complete(claim), 1151);
        }
        channel.at(1155);
        QVERIFY(!outcomeOf(channel.resolve(), 0));
        channel.at(1156);
        QVERIFY(isFailed(outcomeOf(channel.resolve(), 0)));
    }
    // The "excessive failback" pair: an HTLC missing here may have an output in another valid commitment.
    void missingHtlc_failsAtOnceOnlyWhenNoValidCommitmentHasIt() {
        ClosedChannel channel;
        const auto without = [](Side side) {
            auto htlcs = ClosedChannel::ourHtlcs();
            htlcs.erase(htlcs.begin());
            return ClosedChannel::spec(side, htlcs);
        };
        channel.facts.remote_current->spec = without(Side::remote); // ours still has HTLC 0
        channel.confirm(channel.theirCommitment(), close_height);
        QVERIFY(isFailed(outcomeOf(channel.resolve(), 2))); // dust everywhere
        channel.at(close_height + 4);
        QVERIFY(!outcomeOf(channel.resolve(), 0));
        channel.at(close_height + 5);
        QVERIFY(isFailed(outcomeOf(channel.resolve(), 0)));
        channel.chain.known_preimages[paymentHashOf(ClosedChannel::preimageOf(0))] =
            ClosedChannel::preimageOf(0);
        QVERIFY(isFulfilled(outcomeOf(channel.resolve(), 0)));
    }

    // threats 36, the part on chain: a preimage counts only when it hashes to the payment hash.
    void threat36_wrongPreimage_isNoPreimage() {
        ClosedChannel channel;
        const auto hash = [](std::uint64_t id) { return paymentHashOf(ClosedChannel::preimageOf(id)); };
        channel.chain.releasable_preimages[hash(1)] = ClosedChannel::preimageOf(8);
        channel.chain.known_preimages[hash(0)] = ClosedChannel::preimageOf(8);
        channel.confirm(channel.theirCommitment(), close_height);
        const Resolution resolution = channel.resolve();
        QVERIFY(!find(resolution, ClaimKind::remote_htlc_preimage));
        QVERIFY(!outcomeOf(resolution, 0));
    }

    // threats 62: a preimage that we know goes on chain only for an HTLC of a payment in Claiming.
    void threat62_preimageOutsideClaiming_isNotShown_data() {
        QTest::addColumn<Scene>("scene");
        QTest::newRow("ours") << ours;
        QTest::newRow("theirs") << theirs;
        QTest::newRow("theirs, next") << theirs_next;
        QTest::newRow("revoked") << revoked;
    }
    void threat62_preimageOutsideClaiming_isNotShown() {
        QFETCH(Scene, scene);
        ClosedChannel channel;
        stage(channel, scene);
        for (const std::uint64_t id : {0, 1, 2})
            channel.chain.known_preimages[paymentHashOf(ClosedChannel::preimageOf(id))] =
                ClosedChannel::preimageOf(id);
        for (const std::uint32_t height : {close_height, close_height + 150, close_height + 199}) {
            channel.at(height);
            for (const Claim& claim : channel.resolve().claims) {
                for (const bitcoin::TxIn& input : channel.complete(claim).inputs) {
                    for (const Bytes& element : input.witness) {
                        for (const std::uint64_t id : {0, 1, 2})
                            QVERIFY(element != toBytes(ClosedChannel::preimageOf(id)));
                    }
                }
            }
        }
    }
};

DUPLEX_TEST(TestResolution)
#include "tst_resolution.moc"
