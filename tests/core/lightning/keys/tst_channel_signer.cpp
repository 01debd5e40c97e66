#include "core/lightning/keys/channel_signer.h"

#include "tests/support/test_main.h"

using namespace duplex;
using namespace duplex::lightning::keys;

namespace {

const Bytes script(71, 0x51);

bitcoin::Transaction commitmentShaped(std::uint32_t salt) {
    bitcoin::Transaction transaction;
    transaction.inputs.push_back({.sequence = 0x80000000 | salt});
    transaction.locktime = 0x20000000;
    transaction.outputs.push_back({.value = {1000}, .script_pubkey = {Bytes{0x51}}});
    return transaction;
}

SpendToSign spend(const bitcoin::Transaction& transaction) {
    return {.transaction = transaction, .input = 0, .script_code = script, .value = {5000}};
}

} // namespace

class TestChannelSigner : public QObject {
    Q_OBJECT

    ChannelSigner m_signer{LightningRoot{Bytes(64, 9)}.channelSecrets(ChannelNonce{ByteArray<32>{4}})};

private slots:
    void secretReleased_onlyOnceTheSuccessorIsStored() {
        SignerCounters counters{.local_stored = 1};
        QVERIFY(m_signer.releaseSecret({0}, counters).error() == SignerRefusal::commitment_not_stored);
        counters.local_stored = 2;
        const auto secret = m_signer.releaseSecret({0}, counters);
        QVERIFY(secret && pointOf(*secret) == m_signer.pointAt({0}));
        QVERIFY(m_signer.releaseSecret({1}, counters).error() == SignerRefusal::commitment_not_stored);
        counters = {.local_stored = 2, .local_released = 1};
        QVERIFY(m_signer.releaseSecret({0}, counters).has_value()); // again after a reconnect
    }

    void localCommitment_notSignedOnceRevoked() {
        const bitcoin::Transaction transaction = commitmentShaped(1);
        const SignerCounters counters{.local_stored = 3, .local_released = 2};
        QVERIFY(m_signer.signLocalCommitment({1}, spend(transaction), counters).error() ==
                SignerRefusal::secret_was_released);
        QVERIFY(m_signer.signLocalHtlc({1}, spend(transaction), counters).error() ==
                SignerRefusal::secret_was_released);
        QVERIFY(m_signer.signLocalCommitment({3}, spend(transaction), counters).error() ==
                SignerRefusal::commitment_not_stored);
        const auto signature = m_signer.signLocalCommitment({2}, spend(transaction), counters);
        QVERIFY(signature &&
                crypto::verify(bitcoin::segwitSighash(transaction, 0, script, {5000}, bitcoin::sighash_all),
                               *signature, m_signer.publicKeys().funding_pubkey));
    }

    void twoRemoteCommitmentsOfOneNumber_notSigned() {
        const bitcoin::Transaction first = commitmentShaped(1);
        const bitcoin::Transaction other = commitmentShaped(2);
        const SignerCounters none;
        QVERIFY(m_signer.signRemoteCommitment({1}, spend(first), none).error() ==
                SignerRefusal::remote_number_skipped);
        const auto signed_once = m_signer.signRemoteCommitment({0}, spend(first), none);
        QVERIFY(signed_once.has_value());
        const auto again = m_signer.signRemoteCommitment({0}, spend(first), signed_once->counters);
        QVERIFY(again && again->signature == signed_once->signature &&
                again->counters == signed_once->counters);
        QVERIFY(m_signer.signRemoteCommitment({0}, spend(other), signed_once->counters).error() ==
                SignerRefusal::other_remote_commitment);
        const auto second = m_signer.signRemoteCommitment({1}, spend(other), signed_once->counters);
        QVERIFY(second.has_value());
        QVERIFY(m_signer.signRemoteCommitment({0}, spend(first), second->counters).error() ==
                SignerRefusal::remote_number_skipped);
    }

    void closing_isNoWayRoundTheRefusals() {
        const bitcoin::Transaction commitment = commitmentShaped(1);
        QVERIFY(m_signer.signClosing(spend(commitment)).error() == SignerRefusal::looks_like_commitment);
        QVERIFY(m_signer.signAnchor(spend(commitment)).error() == SignerRefusal::looks_like_commitment);
        bitcoin::Transaction closing = commitment;
        closing.inputs[0].sequence = 0xffffffff;
        closing.locktime = 0;
        QVERIFY(m_signer.signClosing(spend(closing)).has_value());
        QVERIFY(m_signer.signRemoteCommitment({0}, spend(closing), {}).error() ==
                SignerRefusal::not_a_commitment);
    }

    void derivedKeys_verify() {
        const bitcoin::Transaction transaction = commitmentShaped(1);
        const crypto::Hash32 digest =
            bitcoin::segwitSighash(transaction, 0, script, {5000}, bitcoin::sighash_all);
        const ChannelPublicKeys& keys = m_signer.publicKeys();
        const ChannelSigner peer{LightningRoot{Bytes(64, 8)}.channelSecrets(ChannelNonce{})};
        QVERIFY(crypto::verify(digest, m_signer.signDelayed({5}, spend(transaction)),
                               *derivePublicKey(keys.delayed_payment_basepoint, m_signer.pointAt({5}))));
        QVERIFY(crypto::verify(digest, m_signer.signToRemote(spend(transaction)), keys.payment_basepoint));
        QVERIFY(crypto::verify(digest, *m_signer.signRemoteHtlcClaim(spend(transaction), peer.pointAt({3})),
                               *derivePublicKey(keys.htlc_basepoint, peer.pointAt({3}))));
        const auto revealed = *peer.releaseSecret({3}, {.local_stored = 5});
        QVERIFY(crypto::verify(digest, *m_signer.signPenalty(spend(transaction), revealed),
                               *deriveRevocationPublicKey(keys.revocation_basepoint, peer.pointAt({3}))));
        QVERIFY(m_signer.signPenalty(spend(transaction), crypto::Secret<32>()).error() ==
                SignerRefusal::no_key);
    }

    void counters_roundTrip() {
        const SignerCounters counters{
            .local_stored = 4, .local_released = 3, .remote_signed = 9, .last_remote_digest = {1, 2}};
        ByteWriter writer;
        write(writer, counters);
        ByteReader reader(writer.view());
        QVERIFY(readSignerCounters(reader) == counters);
        QVERIFY(reader.finished());
    }
};

DUPLEX_TEST(TestChannelSigner)
#include "tst_channel_signer.moc"
