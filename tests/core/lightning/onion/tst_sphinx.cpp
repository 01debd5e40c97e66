#include "tests/support/lightning_vectors.h"

#include "core/base/byte_reader.h"
#include "core/lightning/onion/hop_payload.h"
#include "core/lightning/onion/sphinx.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::onion;
using duplex::test::hexBytes;

namespace {

/// The vectors' payloads stand with their length in front.
Bytes withoutLength(const Bytes& framed) {
    ByteReader reader(framed);
    reader.bigSize();
    return toBytes(reader.rest());
}

struct Vector {
    crypto::PrivateKey session_key;
    Bytes associated_data;
    std::vector<OnionHop> hops;
    wire::OnionRoutingPacket onion{};
    std::vector<crypto::PrivateKey> node_keys;
};
Vector vector() {
    const QJsonObject file = test::lightningVectors("bolt04/onion-test.json").object();
    const QJsonObject generate = file["generate"].toObject();
    Vector v{.session_key = test::privateKeyOf(generate["session_key"].toString()),
             .associated_data = hexBytes(generate["associated_data"])};
    for (const QJsonValue& hop : generate["hops"].toArray())
        v.hops.push_back({.node_id = *crypto::PublicKey::fromBytes(hexBytes(hop["pubkey"])),
                          .payload = withoutLength(hexBytes(hop["payload"]))});
    v.onion = toArray<wire::onion_packet_size>(hexBytes(file["onion"]));
    for (const QJsonValue& key : file["decode"].toArray())
        v.node_keys.push_back(test::privateKeyOf(key.toString()));
    return v;
}

OnionHop hopWith(std::size_t payload_size) {
    return {.node_id = crypto::publicKey(test::privateKeyOf(7)), .payload = Bytes(payload_size, 1)};
}

} // namespace

class TestSphinx : public QObject {
    Q_OBJECT

private slots:
    void onionTest_create() {
        const Vector v = vector();
        const auto created = createOnion(v.session_key, v.hops, v.associated_data);
        QVERIFY(created);
        QCOMPARE(toHex(created->packet), toHex(v.onion));
        QCOMPARE(created->shared_secrets.size(), std::size_t{5});
    }

    void onionTest_peelAllHops() {
        const Vector v = vector();
        const auto created = createOnion(v.session_key, v.hops, v.associated_data);
        QCOMPARE(v.node_keys.size(), v.hops.size());
        wire::OnionRoutingPacket packet = v.onion;
        for (std::size_t i = 0; i < v.hops.size(); ++i) {
            const auto peeled = peelOnion(v.node_keys[i], packet, v.associated_data);
            QVERIFY(peeled);
            QVERIFY(peeled->payload);
            QCOMPARE(toHex(*peeled->payload), toHex(v.hops[i].payload));
            QVERIFY(peeled->shared_secret == created->shared_secrets[i]);
            QCOMPARE(peeled->next.has_value(), i + 1 < v.hops.size());
            if (peeled->next) packet = *peeled->next;
        }
    }

    void badPacket_eachFaultHasItsCode() {
        const Vector v = vector();
        wire::OnionRoutingPacket packet = v.onion;
        packet[0] = 1;
        QVERIFY(peelOnion(v.node_keys[0], packet, v.associated_data).error() == BadOnion::version);
        packet = v.onion;
        packet[1] = 5;
        QVERIFY(peelOnion(v.node_keys[0], packet, v.associated_data).error() == BadOnion::key);
        for (const std::size_t at : {34U, 700U, 1333U, 1334U, 1365U}) {
            packet = v.onion;
            packet[at] ^= 1;
            QVERIFY(peelOnion(v.node_keys[0], packet, v.associated_data).error() == BadOnion::hmac);
        }
        QVERIFY(peelOnion(v.node_keys[0], v.onion, Bytes(32, 0)).error() == BadOnion::hmac);
        QVERIFY(peelOnion(v.node_keys[1], v.onion, v.associated_data).error() == BadOnion::hmac);
    }

    void fullPacket_fits_oneByteMoreDoesNot() {
        // 1,300 = 3 (length) + 1,265 + 32 (HMAC).
        const crypto::PrivateKey session = test::privateKeyOf(5);
        const std::vector<OnionHop> full = {hopWith(1265)};
        const auto created = createOnion(session, full, {});
        QVERIFY(created);
        const auto peeled = peelOnion(test::privateKeyOf(7), created->packet, {});
        QVERIFY(peeled && peeled->payload);
        QCOMPARE(*peeled->payload, full[0].payload);
        QVERIFY(!peeled->next);
        const std::vector<OnionHop> over = {hopWith(1266)};
        QVERIFY(createOnion(session, over, {}).error() == CreateOnionError::too_long);
        QVERIFY(createOnion(session, {}, {}).error() == CreateOnionError::no_hops);
    }

    void threat66_payloadLengthZeroOrOne_refusedAfterTheHmac() {
        for (const std::size_t size : {0U, 1U}) {
            const std::vector<OnionHop> hops = {hopWith(size)};
            const auto created = createOnion(test::privateKeyOf(5), hops, {});
            const auto peeled = peelOnion(test::privateKeyOf(7), created->packet, {});
            QVERIFY(peeled);
            QVERIFY(!peeled->payload);
        }
    }

    void hopPayload_vectorPayloads_roundTrip() {
        const Vector v = vector();
        const auto first = decodePayload(v.hops[0].payload, HopPosition::intermediate);
        QVERIFY(first);
        QCOMPARE(first->amt_to_forward.value, std::int64_t{15000});
        QCOMPARE(first->outgoing_cltv_value.value, 1500u);
        QCOMPARE(first->short_channel_id->value, std::uint64_t{1});
        QCOMPARE(encodePayload(*first), v.hops[0].payload);
        const auto last = decodePayload(v.hops[4].payload, HopPosition::last);
        QVERIFY(last);
        QCOMPARE(last->payment_data->total_msat.value, std::int64_t{10000});
    }

    void hopPayload_faults_nameTheType_data() {
        QTest::addColumn<QString>("hex");
        QTest::addColumn<bool>("last");
        QTest::addColumn<qulonglong>("type");
        QTest::newRow("no amount") << "04020064" << true << qulonglong{2};
        QTest::newRow("no expiry") << "020103" << true << qulonglong{4};
        QTest::newRow("no channel") << "0201030402"
                                       "0064"
                                    << false << qulonglong{4};
        QTest::newRow("no channel, minimal") << "020103040164" << false << qulonglong{6};
        QTest::newRow("short secret") << "0201030401640801aa" << true << qulonglong{8};
        QTest::newRow("unknown even") << "0201030401640a00" << true << qulonglong{10};
        QTest::newRow("not a stream") << "0405" << true << qulonglong{0};
        QTest::newRow("all bitcoin and more") << "0208ffffffffffffffff040164" << true << qulonglong{2};
    }
    void hopPayload_faults_nameTheType() {
        QFETCH(QString, hex);
        QFETCH(bool, last);
        QFETCH(qulonglong, type);
        const auto payload =
            decodePayload(hexBytes(hex), last ? HopPosition::last : HopPosition::intermediate);
        QVERIFY(!payload);
        QCOMPARE(static_cast<qulonglong>(payload.error().type), type);
    }
};

DUPLEX_TEST(TestSphinx)
#include "tst_sphinx.moc"
