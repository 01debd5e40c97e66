#include "tests/support/test_main.h"

#include "core/bitcoin/script/preflight.h"
#include "core/family/bitcoin/payment_key_recovery.h"
#include "core/lightning/commitment/commitment_tx.h"

using namespace duplex;
using namespace duplex::family::bitcoin;
namespace commitment = duplex::lightning::commitment;

namespace {

ln::keys::LightningRoot root(std::uint8_t first) {
    Bytes seed(64, 0x22);
    seed[0] = first;
    return ln::keys::LightningRoot(seed);
}

const ln::keys::ChannelNonce nonce{{1, 2, 3}};

/// A channel between our seed and another, and the partner's first commitment in it.
commitment::CommitmentTx partnersCommitment() {
    commitment::ChannelParameters parameters;
    parameters.funding = {{{4}}, 0};
    parameters.capacity = {1'000'000};
    parameters.funder = commitment::Side::remote;
    parameters.local = {
        .keys = publicKeysOf(root(1).channelSecrets(nonce)), .dust_limit = {546}, .to_self_delay = 144};
    parameters.remote = {
        .keys = publicKeysOf(root(2).channelSecrets(nonce)), .dust_limit = {546}, .to_self_delay = 144};
    commitment::CommitmentSpec spec{.owner = commitment::Side::remote, .feerate = {253}};
    spec.to_owner = {600'000'000};
    spec.to_other = {400'000'000};
    const auto point = ln::keys::ChannelSigner(root(2).channelSecrets(nonce)).pointAt({0});
    return *commitment::buildCommitment(parameters, spec, {0}, point);
}

FoundToRemote foundIn(const commitment::CommitmentTx& closed) {
    FoundToRemote found;
    found.key_index = root(1).paymentKeyIndexOf(nonce);
    const auto script = commitment::toRemoteOutputScript(
        crypto::publicKey(root(1).paymentKey(found.key_index)), commitment::Format::anchors);
    for (std::uint32_t index = 0; index < closed.transaction.outputs.size(); ++index) {
        if (closed.transaction.outputs[index].script_pubkey != script) continue;
        found.outpoint = {closed.transaction.txid(), index};
        found.value = closed.transaction.outputs[index].value;
        found.height = 100;
    }
    return found;
}

} // namespace

class TestPaymentKeyRecovery : public QObject {
    Q_OBJECT

private slots:
    void keys_holdEveryChannelsToRemote() {
        const PaymentKeys keys = paymentKeysOf(root(1));
        QCOMPARE(keys.size(), std::size_t{1'000});
        QCOMPARE(std::set(keys.begin(), keys.end()).size(), std::size_t{1'000});
        for (std::uint8_t i = 0; i < 50; ++i) {
            const ln::keys::ChannelNonce one{{i, 9}};
            const auto basepoint = publicKeysOf(root(1).channelSecrets(one)).payment_basepoint;
            QCOMPARE(keys.at(root(1).paymentKeyIndexOf(one)), basepoint);
        }
    }

    void commitment_ofThePartner_paysAWatchedScript() {
        const auto found = foundIn(partnersCommitment());
        QCOMPARE(found.height, std::uint32_t{100});
        QCOMPARE(found.value, duplex::bitcoin::Satoshi{400'000});
    }

    void sweep_passesItsPreflight() {
        const auto found = foundIn(partnersCommitment());
        const auto payout = duplex::bitcoin::payToWitnessPublicKeyHash(crypto::Hash20{1});
        const auto key = root(1).paymentKey(found.key_index);
        const auto sweep = sweepOf(found, key, payout, {1'000});
        QVERIFY(sweep.has_value());
        QCOMPARE(sweep->version, 2);
        QCOMPARE(sweep->inputs.front().sequence, std::uint32_t{1}); // BOLT 3: CSV 1
        const auto script =
            commitment::toRemoteOutputScript(crypto::publicKey(key), commitment::Format::anchors);
        const auto checked = duplex::bitcoin::script::preflight(*sweep, {{found.value, script}});
        QVERIFY(checked.has_value());
        QVERIFY(checked->feerate.value >= 1'000);
        QVERIFY(checked->feerate.value < 1'050);
    }

    void sweep_costsMoreThanItBrings_isNotMade() {
        FoundToRemote found = foundIn(partnersCommitment());
        found.value = {600};
        QVERIFY(!sweepOf(found, root(1).paymentKey(found.key_index),
                         duplex::bitcoin::payToWitnessPublicKeyHash(crypto::Hash20{1}), {1'000}));
    }

    void sweep_thatWaits_isReplacedForMore() {
        FoundToRemote found = foundIn(partnersCommitment());
        const auto key = root(1).paymentKey(found.key_index);
        QVERIFY(!raisedSweepOf(found, key, {2'000})); // there is none yet
        const auto payout = duplex::bitcoin::payToWitnessPublicKeyHash(crypto::Hash20{1});
        found.sweep = sweepOf(found, key, payout, {1'000});
        const auto raised = raisedSweepOf(found, key, {2'000});
        QVERIFY(raised.has_value());
        QCOMPARE(raised->inputs.front().previous, found.outpoint);
        QCOMPARE(raised->outputs.front().script_pubkey, payout);
        const auto more = (found.sweep->outputs.front().value - raised->outputs.front().value).value;
        QVERIFY(more >= raised->weight().virtualSize());
        QVERIFY(!raisedSweepOf(found, key, {1'010}));     // BIP 125: too little more
        QVERIFY(!raisedSweepOf(found, key, {1'000'000})); // would burn more than half
    }

    void found_roundTripsAndRefusesCuts() {
        FoundToRemote found = foundIn(partnersCommitment());
        QCOMPARE(*decodedFound(encodedFound(found)), found);
        found.sweep = sweepOf(found, root(1).paymentKey(found.key_index),
                              duplex::bitcoin::payToWitnessPublicKeyHash(crypto::Hash20{1}), {1'000});
        found.sweep_height = 101;
        const Bytes row = encodedFound(found);
        QCOMPARE(*decodedFound(row), found);
        for (std::size_t size = 0; size < row.size(); ++size)
            QVERIFY(!decodedFound(ByteView(row).first(size)));
    }
};

DUPLEX_TEST(TestPaymentKeyRecovery)
#include "tst_payment_key_recovery.moc"
