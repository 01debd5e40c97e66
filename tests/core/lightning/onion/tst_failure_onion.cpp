#include "tests/support/lightning_vectors.h"

#include "core/lightning/onion/failure_onion.h"
#include "core/lightning/wire/message.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::onion;
using duplex::test::hexBytes;

namespace {

crypto::Secret<32> secretOf(const QJsonValue& hex) {
    return crypto::Secret<32>(toArray<32>(hexBytes(hex)));
}

/// Values of errors_and_attribution.json's first trace, by their name.
QMap<QString, QStringList> trace() {
    QMap<QString, QStringList> values;
    const QJsonArray file = test::lightningVectors("bolt04/errors_and_attribution.json").array();
    const QJsonArray steps = file.first().toObject()["steps"].toArray();
    for (const QJsonValue& step : steps)
        for (const QString& key : step.toObject().keys()) values[key] << step[key].toString();
    return values;
}

} // namespace

class TestFailureOnion : public QObject {
    Q_OBJECT

private slots:
    void onionErrorTest_createWrapUnwrap() {
        const QJsonObject file = test::lightningVectors("bolt04/onion-error-test.json").object();
        const QJsonObject generate = file["generate"].toObject();
        std::vector<crypto::Secret<32>> secrets;
        for (const QJsonValue& hop : generate["hops"].toArray())
            secrets.push_back(secretOf(hop["hop_shared_secret"]));
        const auto failure = decodeFailure(hexBytes(generate["failure_message"]));
        QVERIFY(failure);
        Bytes packet = createFailurePacket(secrets[4], *failure);
        for (std::size_t i = 4; i-- > 0;) packet = wrapFailurePacket(secrets[i], packet);
        QCOMPARE(toHex(packet), toHex(hexBytes(file["errorpacket"])));
        const auto found = unwrapFailurePacket(secrets, packet);
        QVERIFY(found);
        QCOMPARE(found->hop, std::size_t{4});
        QCOMPARE(found->message, failure);
    }

    // errors_and_attribution.json: the error part; its message carries records of the future after the data.
    void errorsAndAttribution_returningErrors() {
        const auto values = trace();
        const QStringList shared = values["shared_secret"]; // creation, then nodes 4 to 0
        QCOMPARE(shared.size(), 6);
        Bytes packet = wrapFailurePacket(secretOf(shared[0]), hexBytes(values["raw_error_packet"][0]));
        QCOMPARE(toHex(packet), toHex(hexBytes(values["error packet for node 4"][0])));
        for (int node = 3; node >= 0; --node) {
            packet = wrapFailurePacket(secretOf(shared[5 - node]), packet);
            QCOMPARE(toHex(packet),
                     toHex(hexBytes(values[QString("error packet for node %1").arg(node)][0])));
        }
        std::vector<crypto::Secret<32>> secrets;
        for (int node = 0; node < 5; ++node) secrets.push_back(secretOf(shared[5 - node]));
        const auto found = unwrapFailurePacket(secrets, packet);
        QVERIFY(found && found->message);
        QCOMPARE(found->hop, std::size_t{4});
        QVERIFY(found->message->code == FailureCode::incorrect_or_unknown_payment_details);
        QCOMPARE(std::get<PaymentDetails>(found->message->data), (PaymentDetails{{100}, 800000}));
    }

    void eachHop_isFound_damageIsNot() {
        std::vector<crypto::Secret<32>> secrets;
        for (std::uint8_t i = 0; i < 20; ++i) secrets.emplace_back(ByteArray<32>{i, 1});
        const FailureMessage failure{.code = FailureCode::permanent_channel_failure, .data = {}};
        for (std::size_t hop = 0; hop < secrets.size(); ++hop) {
            Bytes packet = createFailurePacket(secrets[hop], failure);
            for (std::size_t i = hop; i-- > 0;) packet = wrapFailurePacket(secrets[i], packet);
            const auto found = unwrapFailurePacket(secrets, packet);
            QVERIFY(found);
            QCOMPARE(found->hop, hop);
            QCOMPARE(found->message, std::optional(failure));
            packet[40] ^= 1;
            QVERIFY(!unwrapFailurePacket(secrets, packet));
        }
        QVERIFY(!unwrapFailurePacket(secrets, Bytes(31, 0)));
        QVERIFY(!unwrapFailurePacket({}, Bytes(292, 0)));
    }

    void everyFailure_roundTrips() {
        const std::vector<FailureMessage> failures = {
            {FailureCode::temporary_node_failure, {}},
            {FailureCode::invalid_onion_hmac, OnionHash{ByteArray<32>{1, 2}}},
            {FailureCode::temporary_channel_failure, UpdateData{.channel_update = {1, 2, 3}}},
            {FailureCode::amount_below_minimum, UpdateData{.htlc_msat = {5}, .channel_update = {1}}},
            {FailureCode::incorrect_cltv_expiry, UpdateData{.cltv_expiry = {500}}},
            {FailureCode::channel_disabled, UpdateData{.disabled_flags = 2, .channel_update = {1}}},
            {FailureCode::incorrect_or_unknown_payment_details, PaymentDetails{{1000}, 800000}},
            {FailureCode::final_incorrect_cltv_expiry, FinalExpiry{{7}}},
            {FailureCode::final_incorrect_htlc_amount, FinalAmount{{7}}},
            {FailureCode::invalid_onion_payload, PayloadFault{.type = 300, .offset = 5}},
            {FailureCode::mpp_timeout, {}},
            {static_cast<FailureCode>(0x7777), {}},
        };
        for (const FailureMessage& failure : failures) {
            const Bytes bytes = encodeFailure(failure);
            QVERIFY(decodeFailure(bytes) == failure);
        }
        QVERIFY(!decodeFailure(Bytes{1}));
        // Data that cannot be read leaves the code.
        QVERIFY((decodeFailure(*fromHex("400f00")) ==
                 FailureMessage{FailureCode::incorrect_or_unknown_payment_details, {}}));
    }

    void channelUpdate_withAndWithoutType_isRead() {
        const wire::ChannelUpdate update{.short_channel_id = {9}, .htlc_maximum_msat = {5}};
        const Bytes typed = wire::encode(update);
        for (const Bytes& bytes : {typed, Bytes(typed.begin() + 2, typed.end())}) {
            const FailureMessage failure{FailureCode::fee_insufficient, UpdateData{.channel_update = bytes}};
            QVERIFY(updateOf(failure) == update);
        }
        QVERIFY(!updateOf({FailureCode::fee_insufficient, UpdateData{.channel_update = {1, 2}}}));
        QVERIFY(!updateOf({FailureCode::mpp_timeout, {}}));
    }
};

DUPLEX_TEST(TestFailureOnion)
#include "tst_failure_onion.moc"
