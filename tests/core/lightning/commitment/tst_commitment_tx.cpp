#include "core/lightning/commitment/commitment_tx.h"

#include "core/lightning/commitment/trimming.h"
#include "tests/support/bolt3_channel.h"

#include <QRegularExpression>

#include <random>

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::commitment;
using duplex::test::Bolt3Channel;
using duplex::test::hexOf;
using duplex::test::jsonVector;

namespace {

constexpr CommitmentNumber number{42};

struct Expected {
    std::string commitment;
    std::string remote_signature; // DER
    struct Htlc {
        std::string transaction;
        std::string remote_signature;
    };
    std::vector<Htlc> htlcs; // in the order of outputs
};

std::string der(const crypto::Signature& signature) {
    return toHex(crypto::derEncoded(signature));
}

/// Builds and signs all transactions of a case with the published keys and compares every byte.
void compareWithVector(const Bolt3Channel& channel, const CommitmentSpec& spec, const Expected& expected) {
    const auto commitment = buildCommitment(channel.parameters, spec, number, *channel.point);
    QVERIFY(commitment.has_value());
    QVERIFY(conserves(channel.parameters, spec, *commitment));
    QVERIFY(commitmentNumberOf(channel.parameters, commitment->transaction) == number);

    const crypto::Hash32 digest = commitmentDigest(channel.parameters, *commitment);
    const crypto::Signature by_local = crypto::sign(digest, *channel.local_funding);
    const crypto::Signature by_remote = crypto::sign(digest, *channel.remote_funding);
    QCOMPARE(der(by_remote), expected.remote_signature);
    QVERIFY(verifyCommitmentSignature(channel.parameters, *commitment, by_remote));
    QVERIFY(!verifyCommitmentSignature(channel.parameters, *commitment, by_local));
    QCOMPARE(toHex(bitcoin::serialized(
                 withFundingSignatures(channel.parameters, commitment->transaction, by_local, by_remote))),
             expected.commitment);

    const std::vector<SecondStage> stages = secondStages(channel.parameters, *commitment, spec.feerate);
    QCOMPARE(stages.size(), expected.htlcs.size());
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const SecondStage& stage = stages[i];
        const keys::SpendToSign spend = spendOf(stage);
        const auto signedBy = [&](const crypto::PrivateKey& key, std::uint8_t flags) {
            return crypto::sign(
                bitcoin::segwitSighash(spend.transaction, 0, spend.script_code, spend.value, flags), key);
        };
        const crypto::Signature local = signedBy(*channel.local_htlc, bitcoin::sighash_all);
        const crypto::Signature remote =
            signedBy(*channel.remote_htlc, counterSignatureFlags(channel.parameters.format));
        QCOMPARE(der(remote), expected.htlcs[i].remote_signature);
        QVERIFY(verifyHtlcSignature(channel.parameters, *commitment, stage, remote));
        QVERIFY(!verifyHtlcSignature(channel.parameters, *commitment, stage, local));
        std::optional<Preimage> preimage;
        if (stage.htlc.direction == HtlcDirection::received) preimage = channel.preimages[stage.htlc.id];
        bitcoin::Transaction signed_transaction = stage.transaction;
        signed_transaction.inputs[0].witness =
            secondStageWitness(stage, channel.parameters.format, local, remote, preimage);
        QCOMPARE(toHex(bitcoin::serialized(signed_transaction)), expected.htlcs[i].transaction);
    }
}

} // namespace

class TestCommitmentTx : public QObject {
    Q_OBJECT

private slots:
    void appendixC_data() {
        QTest::addColumn<QJsonObject>("vector");
        for (const QJsonValue vector :
             jsonVector("lightning/bolt03/commitment_legacy.json").object()["cases"].toArray())
            QTest::newRow(qPrintable(vector["name"].toString())) << vector.toObject();
    }
    void appendixC() {
        QFETCH(QJsonObject, vector);
        const Bolt3Channel channel(Format::legacy);
        Expected expected{.commitment = vector["commit_tx"].toString().toStdString(),
                          .remote_signature = vector["remote_signature"].toString().toStdString()};
        for (const QJsonValue htlc : vector["htlc_txs"].toArray())
            expected.htlcs.push_back(
                {.transaction = htlc["tx"].toString().toStdString(),
                 .remote_signature = htlc["remote_htlc_signature"].toString().toStdString()});
        compareWithVector(channel,
                          channel.spec(vector["to_local_msat"].toInteger(),
                                       vector["to_remote_msat"].toInteger(),
                                       vector["local_feerate_per_kw"].toInteger()),
                          expected);
    }

    void appendixF_data() {
        QTest::addColumn<QJsonObject>("vector");
        for (const QJsonValue vector : jsonVector("lightning/bolt03/commitment_anchors.json").array())
            QTest::newRow(qPrintable(vector["Name"].toString())) << vector.toObject();
    }
    void appendixF() {
        QFETCH(QJsonObject, vector);
        Bolt3Channel channel(Format::anchors);
        channel.parameters.local.dust_limit = {vector["DustLimitSatoshis"].toInteger()};
        Expected expected{.commitment = vector["ExpectedCommitmentTxHex"].toString().toStdString(),
                          .remote_signature = vector["RemoteSigHex"].toString().toStdString()};
        for (const QJsonValue htlc : vector["HtlcDescs"].toArray())
            expected.htlcs.push_back({.transaction = htlc["ResolutionTxHex"].toString().toStdString(),
                                      .remote_signature = htlc["RemoteSigHex"].toString().toStdString()});
        compareWithVector(channel,
                          channel.spec(vector["LocalBalance"].toInteger(),
                                       vector["RemoteBalance"].toInteger(), vector["FeePerKw"].toInteger()),
                          expected);
    }

    void appendixB_fundingOutput() {
        const QJsonObject vector = jsonVector("lightning/bolt03/funding_tx.json").object();
        const Bolt3Channel channel(Format::anchors);
        QCOMPARE(toHex(fundingScript(channel.parameters.remote.keys.funding_pubkey,
                                     channel.parameters.local.keys.funding_pubkey)),
                 vector["funding witness script"].toString().toStdString());
        const auto transaction = bitcoin::decodeTransaction(hexOf(vector["funding tx"]));
        QVERIFY(transaction.has_value());
        QVERIFY(transaction->outputs[0].script_pubkey == fundingOutputScript(channel.parameters));
        QVERIFY(transaction->outputs[0].value == channel.parameters.capacity);
        QVERIFY(transaction->txid() == channel.parameters.funding.txid);
    }

    // The figures stand in the appendix's text.
    void appendixA_expectedWeights() {
        QString text;
        for (const QJsonValue section : jsonVector("lightning/bolt03/expected_weights.json").array())
            for (const QJsonValue line : section["lines"].toArray()) text += line.toString() + '\n';
        const auto figures = [&](const char* pattern) {
            const auto match = QRegularExpression(QString::fromLatin1(pattern)).match(text);
            return std::array{match.captured(1).toLongLong(), match.captured(2).toLongLong(),
                              match.captured(3).toLongLong()};
        };
        const auto legacy = figures(
            "overall_weight \\(no option_anchors\\) = (\\d+) \\+ (\\d+) \\* num-htlc-outputs \\+ (\\d+)");
        const auto anchors = figures(
            "overall_weight \\(option_anchors\\) = (\\d+) \\+ (\\d+) \\* num-htlc-outputs \\+ (\\d+)");
        QVERIFY(legacy[0] > 0 && anchors[0] > legacy[0]);
        for (const std::int64_t count : {0, 1, 5, 966}) {
            const auto of = [&](const auto& f) { return f[0] + f[1] * count + f[2]; };
            QCOMPARE(commitmentWeight(static_cast<std::size_t>(count), Format::legacy).value, of(legacy));
            QCOMPARE(commitmentWeight(static_cast<std::size_t>(count), Format::anchors).value, of(anchors));
        }
        QCOMPARE(secondStageFee(HtlcDirection::offered, {1000}, Format::legacy).value,
                 figures("(\\d+) \\(HTLC-timeout\\)")[0]);
        QCOMPARE(secondStageFee(HtlcDirection::received, {1000}, Format::legacy).value,
                 figures("(\\d+) \\(HTLC-success\\)")[0]);
    }

    // Appendix A: the estimate is never below the real weight.
    void expectedWeight_coversTheTransaction() {
        const Bolt3Channel channel(Format::anchors);
        const CommitmentSpec spec = channel.spec(6988000000, 3000000000, 253);
        const auto commitment = buildCommitment(channel.parameters, spec, number, *channel.point);
        const crypto::Hash32 digest = commitmentDigest(channel.parameters, *commitment);
        const bitcoin::Transaction complete = withFundingSignatures(
            channel.parameters, commitment->transaction, crypto::sign(digest, *channel.local_funding),
            crypto::sign(digest, *channel.remote_funding));
        const bitcoin::Weight expected = commitmentWeight(spec.htlcs.size(), Format::anchors);
        QCOMPARE(expected.value, std::int64_t{1124 + 172 * 5});
        QVERIFY(complete.weight() <= expected);
        QVERIFY(complete.weight().value > expected.value - 20);
    }

    // threats 33: what the builder trims is what fee, signature count and exposure say, around every limit.
    void threat33_builderEqualsChecker() {
        std::mt19937_64 random(33);
        Bolt3Channel channel(Format::anchors);
        for (int round = 0; round < 400; ++round) {
            channel.parameters.format = round % 2 == 0 ? Format::anchors : Format::legacy;
            channel.parameters.funder = round % 3 == 0 ? Side::remote : Side::local;
            channel.parameters.local.dust_limit = {354 + static_cast<std::int64_t>(random() % 400)};
            channel.parameters.remote.dust_limit = {354 + static_cast<std::int64_t>(random() % 4000)};
            CommitmentSpec spec{.owner = round % 5 == 0 ? Side::remote : Side::local,
                                .feerate = {static_cast<std::int64_t>(253 + random() % 3000)}};
            const bitcoin::Satoshi dust = channel.parameters.of(spec.owner).dust_limit;
            std::int64_t rest = MilliSatoshi::fromSatoshi(channel.parameters.capacity).value;
            for (std::uint64_t id = 0; id < random() % 30; ++id) {
                CommitmentHtlc htlc{
                    .direction = random() % 2 ? HtlcDirection::offered : HtlcDirection::received,
                    .id = id,
                    .payment_hash = {crypto::sha256(ByteArray<1>{static_cast<std::uint8_t>(id)})},
                    .cltv_expiry = {static_cast<std::uint32_t>(500 + random() % 10)}};
                // Within two satoshi of the limit.
                const bitcoin::Satoshi limit =
                    dust + secondStageFee(htlc.direction, spec.feerate, channel.parameters.format);
                htlc.amount = {limit.value * 1000 + static_cast<std::int64_t>(random() % 4000) - 2000};
                rest -= htlc.amount.value;
                spec.htlcs.push_back(htlc);
            }
            spec.to_owner = {static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rest))};
            if (round % 7 == 0) spec.to_owner = {static_cast<std::int64_t>(random() % 2'000'000)};
            spec.to_other = {rest - spec.to_owner.value};
            const MilliSatoshi payer =
                channel.parameters.funder == spec.owner ? spec.to_owner : spec.to_other;
            const auto commitment = buildCommitment(channel.parameters, spec, {7}, *channel.point);
            if (!commitment) {
                QVERIFY(commitment.error() == BuildError::outputs_above_capacity);
                QVERIFY(payer < MilliSatoshi{660'000});
                continue;
            }
            QVERIFY(commitment.has_value());
            QVERIFY(conserves(channel.parameters, spec, *commitment));
            const std::size_t untrimmed = untrimmedCount(spec, dust, channel.parameters.format);
            QCOMPARE(commitment->htlcOutputs().size(), untrimmed);
            QCOMPARE(secondStages(channel.parameters, *commitment, spec.feerate).size(), untrimmed);
            for (const SecondStage& stage : secondStages(channel.parameters, *commitment, spec.feerate))
                QVERIFY(stage.transaction.outputs[0].value >= dust);
            MilliSatoshi shown;
            for (const std::uint32_t index : commitment->htlcOutputs())
                shown += commitment->outputs[index].htlc->amount;
            MilliSatoshi all;
            for (const CommitmentHtlc& htlc : spec.htlcs) all += htlc.amount;
            QVERIFY(all - shown == trimmedValue(spec, dust, channel.parameters.format));
            const bitcoin::Satoshi cost = funderCost(spec, dust, channel.parameters.format);
            const bitcoin::Satoshi fee = commitmentFee(untrimmed, spec.feerate, channel.parameters.format);
            QVERIFY(cost - fee == bitcoin::Satoshi{channel.parameters.format == Format::anchors ? 660 : 0});
            // Outputs of equal value and script stand by rising expiry.
            const auto& outputs = commitment->transaction.outputs;
            for (std::size_t i = 1; i < outputs.size(); ++i) {
                QVERIFY(outputs[i - 1] <= outputs[i]);
                if (outputs[i - 1] == outputs[i] && commitment->outputs[i].htlc)
                    QVERIFY(commitment->outputs[i - 1].htlc->cltv_expiry <=
                            commitment->outputs[i].htlc->cltv_expiry);
            }
        }
    }

    // An anchor exists only if its owner's output does, or any HTLC; both are paid for in any case (R6).
    void anchors_existWithTheirOutputs_data() {
        QTest::addColumn<qint64>("to_local");
        QTest::addColumn<bool>("htlc");
        QTest::addColumn<int>("anchors");
        QTest::addColumn<qint64>("fee");
        const qint64 base = 253 * 1124 / 1000;
        QTest::newRow("both balances") << qint64{5'000'000'000} << false << 2 << base;
        QTest::newRow("owner only") << qint64{10'000'000'000} << false << 1 << base + 330;
        QTest::newRow("owner only, with an HTLC")
            << qint64{9'999'000'000} << true << 2 << qint64{253 * 1296 / 1000};
    }
    void anchors_existWithTheirOutputs() {
        QFETCH(qint64, to_local);
        QFETCH(bool, htlc);
        QFETCH(int, anchors);
        QFETCH(qint64, fee);
        const Bolt3Channel channel(Format::anchors);
        CommitmentSpec spec{.feerate = {253},
                            .to_owner = {to_local},
                            .to_other = {10'000'000'000 - to_local - (htlc ? 1'000'000 : 0)}};
        if (htlc) spec.htlcs = {channel.htlcs[0]};
        const auto commitment = buildCommitment(channel.parameters, spec, number, *channel.point);
        QVERIFY(commitment && conserves(channel.parameters, spec, *commitment));
        QCOMPARE(int(std::ranges::count_if(commitment->outputs,
                                           [](const CommitmentOutput& output) {
                                               return output.kind == OutputKind::owner_anchor ||
                                                      output.kind == OutputKind::other_anchor;
                                           })),
                 anchors);
        QCOMPARE(commitment->fee.value, fee);
    }

    void unbalancedSpec_isRefused_data() {
        QTest::addColumn<qint64>("to_owner");
        QTest::addColumn<qint64>("to_other");
        QTest::newRow("too much") << qint64{10'000'000'001} << qint64{0};
        QTest::newRow("too little") << qint64{9'999'999'999} << qint64{0};
        QTest::newRow("negative") << qint64{-1} << qint64{10'000'000'001};
        QTest::newRow("overflow") << std::numeric_limits<qint64>::max() << qint64{10'000'000'000};
    }
    void unbalancedSpec_isRefused() {
        QFETCH(qint64, to_owner);
        QFETCH(qint64, to_other);
        const Bolt3Channel channel(Format::anchors);
        const CommitmentSpec spec{.feerate = {253}, .to_owner = {to_owner}, .to_other = {to_other}};
        const auto commitment = buildCommitment(channel.parameters, spec, number, *channel.point);
        QVERIFY(!commitment && commitment.error() == BuildError::not_conserved);
    }

    void storedForms_roundTrip() {
        const Bolt3Channel channel(Format::anchors);
        const CommitmentSpec spec = channel.spec(6988000000, 3000000000, 700);
        ByteWriter writer;
        write(writer, channel.parameters);
        write(writer, spec);
        ByteReader reader(writer.view());
        QVERIFY(readChannelParameters(reader) == channel.parameters);
        QVERIFY(readCommitmentSpec(reader) == spec);
        QVERIFY(reader.finished());
    }
};

DUPLEX_TEST(TestCommitmentTx)
#include "tst_commitment_tx.moc"
