#include "core/lightning/keys/channel_keys.h"

#include "tests/support/json_vector.h"

using namespace duplex;
using namespace duplex::lightning::keys;
using duplex::test::hexOf;
using duplex::test::jsonVector;

namespace {

/// The last step of a case of appendix E: the result, under its own name.
std::string resultOf(const QJsonObject& vectors, int index) {
    const QJsonObject last =
        vectors["cases"].toArray()[index].toObject()["steps"].toArray().last().toObject();
    return toHex(hexOf(last.begin().value()));
}

} // namespace

class TestChannelKeys : public QObject {
    Q_OBJECT

private slots:
    void appendixE() {
        const QJsonObject vectors = jsonVector("lightning/bolt03/key_derivation.json").object();
        const QJsonObject common = vectors["common"].toObject();
        const auto base_secret = *crypto::PrivateKey::fromBytes(toArray<32>(hexOf(common["base_secret"])));
        const auto commitment_secret =
            *crypto::PrivateKey::fromBytes(toArray<32>(hexOf(common["per_commitment_secret"])));
        const crypto::PublicKey base_point = crypto::publicKey(base_secret);
        const crypto::PublicKey commitment_point = crypto::publicKey(commitment_secret);
        QCOMPARE(base_point.hex(), toHex(hexOf(common["base_point"])));
        QCOMPARE(commitment_point.hex(), toHex(hexOf(common["per_commitment_point"])));

        QCOMPARE(derivePublicKey(base_point, commitment_point)->hex(), resultOf(vectors, 0));
        QCOMPARE(toHex(derivePrivateKey(base_secret, commitment_point)->reveal()), resultOf(vectors, 1));
        QCOMPARE(deriveRevocationPublicKey(base_point, commitment_point)->hex(), resultOf(vectors, 2));
        QCOMPARE(toHex(deriveRevocationPrivateKey(base_secret, commitment_secret)->reveal()),
                 resultOf(vectors, 3));
    }

    // These values are promised by the room's README: a seed must give the same keys for ever.
    void goldenDerivation_neverChanges() {
        const Bytes seed = *fromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                                    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f");
        const LightningRoot root{seed};
        const ChannelNonce nonce{
            *arrayFromHex<32>("aa00000000000000000000000000000000000000000000000000000000000055")};
        QCOMPARE(crypto::publicKey(root.nodeKey()).hex(),
                 std::string("028278ff526fe03d7bd34b7df4a07a91b6dc5106cb33fb010ae832ffb74581cb1a"));
        QCOMPARE(root.paymentKeyIndexOf(nonce), 260u);
        const ChannelSecrets secrets = root.channelSecrets(nonce);
        const ChannelPublicKeys keys = publicKeysOf(secrets);
        QCOMPARE(keys.funding_pubkey.hex(),
                 std::string("02de5d2be5a2ff36a1d14635e76b1b79b154067db6602e2cd5ba99fb4edc24688e"));
        QCOMPARE(keys.revocation_basepoint.hex(),
                 std::string("0250c301afe8c66a479b1f9c24a1d2ad08bdb37f01ba4019fec1f088803a35c44a"));
        QCOMPARE(keys.payment_basepoint.hex(),
                 std::string("034c1781e01a643db1cbf92eef4c077fa99eb8ca6fa81eb4450cc882a08fb9b526"));
        QCOMPARE(keys.delayed_payment_basepoint.hex(),
                 std::string("031982b07707588acb620fcf4d42b58666286ac8ba1bdf3bac2cea376c2cb72d4f"));
        QCOMPARE(keys.htlc_basepoint.hex(),
                 std::string("036688367ab9619a1ac65fd858462ef5b9f6c06208064011e72f1be856476bdcf0"));
        QCOMPARE(pointOf(perCommitmentSecret(secrets.commitment_seed, {0}))->hex(),
                 std::string("03ad2f998509e24191e5b6080459e9ed5713c23ec2b67f2514ad8d4bdf74453992"));
    }

    void paymentBasepoint_isOneOfThoseThatTheSeedGives() {
        const LightningRoot root{Bytes(64, 1)};
        for (std::uint8_t i = 0; i < 20; ++i) {
            const ChannelNonce nonce{crypto::sha256(ByteArray<1>{i})};
            const std::uint32_t index = root.paymentKeyIndexOf(nonce);
            QVERIFY(index < payment_key_count);
            QVERIFY(root.channelSecrets(nonce).payment_base == root.paymentKey(index));
        }
    }

    void differentNonces_shareNoKeyButThePaymentKey() {
        const LightningRoot root{Bytes(64, 2)};
        const ChannelPublicKeys a = publicKeysOf(root.channelSecrets(ChannelNonce{ByteArray<32>{1}}));
        const ChannelPublicKeys b = publicKeysOf(root.channelSecrets(ChannelNonce{ByteArray<32>{2}}));
        QVERIFY(a.funding_pubkey != b.funding_pubkey);
        QVERIFY(a.revocation_basepoint != b.revocation_basepoint);
        QVERIFY(a.delayed_payment_basepoint != b.delayed_payment_basepoint);
        QVERIFY(a.htlc_basepoint != b.htlc_basepoint);
        QVERIFY(root.secretFor("backup") != root.secretFor("preimages"));
    }

    void publicKeys_roundTripAndRefuseNonPoints() {
        const ChannelPublicKeys keys =
            publicKeysOf(LightningRoot{Bytes(64, 3)}.channelSecrets(ChannelNonce{}));
        ByteWriter writer;
        write(writer, keys);
        ByteReader reader(writer.view());
        QVERIFY(readChannelPublicKeys(reader) == keys);
        QVERIFY(reader.finished());
        Bytes broken = writer.view();
        broken[33] = 5;
        ByteReader broken_reader(broken);
        readChannelPublicKeys(broken_reader);
        QVERIFY(!broken_reader.ok());
    }
};

DUPLEX_TEST(TestChannelKeys)
#include "tst_channel_keys.moc"
