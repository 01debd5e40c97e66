#include "core/lightning/commitment/closing_tx.h"

#include "tests/support/bolt3_channel.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::commitment;
using duplex::test::Bolt3Channel;

namespace {

bitcoin::Script wallet(std::uint8_t byte) {
    return bitcoin::payToWitnessPublicKeyHash(crypto::Hash20{byte});
}

ClosingTerms terms(std::int64_t to_local_sat) {
    return {.to_local = {to_local_sat * 1000},
            .to_remote = {(10'000'000 - to_local_sat) * 1000},
            .local_script = wallet(1),
            .remote_script = wallet(2),
            .fee = {500},
            .local_dust_limit = {546},
            .remote_dust_limit = {546}};
}

} // namespace

class TestClosingTx : public QObject {
    Q_OBJECT

    Bolt3Channel m_channel{Format::anchors};

private slots:
    void bothOutputs_feeFromTheFunder() {
        const auto closing = buildClosing(m_channel.parameters, terms(4'000'000));
        QVERIFY(closing.has_value());
        QCOMPARE(closing->version, 2);
        QCOMPARE(closing->locktime, 0u);
        QCOMPARE(closing->inputs[0].sequence, 0xffffffffu);
        QCOMPARE(closing->outputs.size(), std::size_t{2});
        QCOMPARE(closing->outputs[0].value.value, std::int64_t{3'999'500});
        QCOMPARE(closing->outputs[1].value.value, std::int64_t{6'000'000});
    }

    void dust_isLeftOut() {
        QCOMPARE(buildClosing(m_channel.parameters, terms(1'000))->outputs.size(), std::size_t{1});
        QCOMPARE(buildClosing(m_channel.parameters, terms(1'046))->outputs.size(), std::size_t{2});
        ClosingTerms by_owner = terms(10'000'000 - 400);
        QCOMPARE(buildClosing(m_channel.parameters, by_owner)->outputs.size(), std::size_t{1});
        by_owner.remote_dust_limit = {354};
        QCOMPARE(buildClosing(m_channel.parameters, by_owner)->outputs.size(), std::size_t{2});
        QCOMPARE(buildClosing(m_channel.parameters, terms(4'000'000), Side::remote)->outputs.size(),
                 std::size_t{1});
    }

    void impossibleTerms_areRefused() {
        QVERIFY(buildClosing(m_channel.parameters, terms(499)).error() == ClosingError::funder_cannot_pay);
        ClosingTerms unbalanced = terms(1'000'000);
        unbalanced.to_local.value += 1;
        QVERIFY(buildClosing(m_channel.parameters, unbalanced).error() == ClosingError::not_conserved);
        unbalanced.to_local.value = -1;
        QVERIFY(buildClosing(m_channel.parameters, unbalanced).error() == ClosingError::not_conserved);
    }

    void peersSignature_isAcceptedOnTheFormItSigned() {
        const bitcoin::Script script = fundingScript(m_channel.parameters.local.keys.funding_pubkey,
                                                     m_channel.parameters.remote.keys.funding_pubkey);
        for (const std::optional<Side> omitted : {std::optional<Side>{}, std::optional{Side::remote}}) {
            const auto closing = buildClosing(m_channel.parameters, terms(3'000'000), omitted);
            const crypto::Signature signature =
                crypto::sign(bitcoin::segwitSighash(*closing, 0, script, m_channel.parameters.capacity,
                                                    bitcoin::sighash_all),
                             *m_channel.remote_funding);
            QVERIFY(closingSignedBy(m_channel.parameters, terms(3'000'000), signature) == *closing);
        }
        const auto without_ours = buildClosing(m_channel.parameters, terms(3'000'000), Side::local);
        const crypto::Signature stolen =
            crypto::sign(bitcoin::segwitSighash(*without_ours, 0, script, m_channel.parameters.capacity,
                                                bitcoin::sighash_all),
                         *m_channel.remote_funding);
        QVERIFY(!closingSignedBy(m_channel.parameters, terms(3'000'000), stolen));
    }

    void weight_coversTheTransaction() {
        const auto closing = buildClosing(m_channel.parameters, terms(3'000'000));
        const bitcoin::Script script = fundingScript(m_channel.parameters.local.keys.funding_pubkey,
                                                     m_channel.parameters.remote.keys.funding_pubkey);
        const lightning::keys::SpendToSign spend =
            closingSpend(*closing, script, m_channel.parameters.capacity);
        const crypto::Hash32 digest = bitcoin::segwitSighash(spend.transaction, 0, spend.script_code,
                                                             spend.value, bitcoin::sighash_all);
        const bitcoin::Transaction complete = withFundingSignatures(
            m_channel.parameters, *closing, crypto::sign(digest, *m_channel.local_funding),
            crypto::sign(digest, *m_channel.remote_funding));
        QVERIFY(complete.weight() <= closingWeight(terms(3'000'000)));
        QVERIFY(complete.weight().value >= closingWeight(terms(3'000'000)).value - 6);
    }
};

DUPLEX_TEST(TestClosingTx)
#include "tst_closing_tx.moc"
