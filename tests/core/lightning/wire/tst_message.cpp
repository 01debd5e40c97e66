#include "tests/support/lightning_vectors.h"

#include "core/lightning/wire/message.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::wire;

namespace {

template <std::size_t N>
ByteArray<N> filled(std::uint8_t value) {
    ByteArray<N> bytes{};
    bytes.fill(value);
    return bytes;
}
crypto::PublicKey key(std::uint8_t n) {
    return crypto::publicKey(test::privateKeyOf(n));
}

template <typename M>
void setKeys(M& m) {
    m.funding_pubkey = key(1);
    m.revocation_basepoint = key(2);
    m.payment_basepoint = key(3);
    m.delayed_payment_basepoint = key(4);
    m.htlc_basepoint = key(5);
    m.first_per_commitment_point = key(6);
}

OpenChannel openChannel() {
    OpenChannel m{.chain_hash = {filled<32>(1)},
                  .temporary_channel_id = {filled<32>(2)},
                  .funding_satoshis = {1'000'000},
                  .push_msat = {5},
                  .dust_limit_satoshis = {546},
                  .max_htlc_value_in_flight_msat = {1'000'000'000},
                  .channel_reserve_satoshis = {10'000},
                  .htlc_minimum_msat = {1},
                  .feerate_per_kw = {2500},
                  .to_self_delay = 2016,
                  .max_accepted_htlcs = 30,
                  .channel_flags = 1,
                  .upfront_shutdown_script = bitcoin::Script{},
                  .channel_type = Bytes{0x40, 0x10, 0x00}};
    setKeys(m);
    return m;
}

std::vector<std::pair<const char*, Message>> samples() {
    const ChannelId id{filled<32>(7)};
    const crypto::Signature signature{filled<64>(8)};
    AcceptChannel accept{
        .temporary_channel_id = id, .minimum_depth = 3, .to_self_delay = 144, .max_accepted_htlcs = 30};
    setKeys(accept);
    return {
        {"init", Init{.features = ourInitFeatures(), .networks = {{{filled<32>(1)}}}}},
        {"error", Error{.channel_id = id, .data = toBytes(viewOf("no"))}},
        {"warning", Warning{.channel_id = id}},
        {"ping", Ping{.num_pong_bytes = 4, .byteslen = 9}},
        {"pong", Pong{.byteslen = 4}},
        {"open_channel", openChannel()},
        {"accept_channel", accept},
        {"funding_created",
         FundingCreated{.temporary_channel_id = id, .funding_output_index = 1, .signature = signature}},
        {"funding_signed", FundingSigned{.channel_id = id, .signature = signature}},
        {"channel_ready",
         ChannelReady{.channel_id = id, .second_per_commitment_point = key(1), .alias = ShortChannelId{77}}},
        {"shutdown", Shutdown{.channel_id = id, .scriptpubkey = {{0, 1, 2}}}},
        {"closing_signed", ClosingSigned{.channel_id = id,
                                         .fee_satoshis = {300},
                                         .signature = signature,
                                         .fee_range = FeeRange{{200}, {400}}}},
        {"channel_reestablish", ChannelReestablish{.channel_id = id,
                                                   .next_commitment_number = 3,
                                                   .next_revocation_number = 2,
                                                   .my_current_per_commitment_point = key(9)}},
        {"update_add_htlc", UpdateAddHtlc{.channel_id = id,
                                          .id = 4,
                                          .amount_msat = {1000},
                                          .cltv_expiry = {500},
                                          .onion_routing_packet = filled<1366>(3),
                                          .path_key = key(2)}},
        {"update_fulfill_htlc",
         UpdateFulfillHtlc{.channel_id = id, .id = 4, .payment_preimage = {filled<32>(1)}}},
        {"update_fail_htlc", UpdateFailHtlc{.channel_id = id, .id = 4, .reason = Bytes(292, 1)}},
        {"update_fail_malformed_htlc", UpdateFailMalformedHtlc{.channel_id = id, .failure_code = 0xc005}},
        {"commitment_signed", CommitmentSigned{.channel_id = id,
                                               .signature = signature,
                                               .htlc_signature = {signature, signature},
                                               .funding_txid = bitcoin::Txid{filled<32>(5)}}},
        {"revoke_and_ack", RevokeAndAck{.channel_id = id, .next_per_commitment_point = key(4)}},
        {"update_fee", UpdateFee{.channel_id = id, .feerate_per_kw = {253}}},
        {"announcement_signatures", AnnouncementSignatures{.channel_id = id, .short_channel_id = {5}}},
        {"channel_announcement", ChannelAnnouncement{.features = {1},
                                                     .node_id_1 = key(1),
                                                     .node_id_2 = key(2),
                                                     .bitcoin_key_1 = key(3),
                                                     .bitcoin_key_2 = key(4),
                                                     .extra = {9, 9}}},
        {"node_announcement",
         NodeAnnouncement{.timestamp = 4, .node_id = key(1), .addresses = {1, 127, 0, 0, 1, 38, 7}}},
        {"channel_update",
         ChannelUpdate{
             .cltv_expiry_delta = {40}, .htlc_minimum_msat = {1}, .htlc_maximum_msat = {9}, .extra = {1}}},
        {"reply_short_channel_ids_end", ReplyShortChannelIdsEnd{.full_information = 1}},
        {"gossip_timestamp_filter", GossipTimestampFilter{.first_timestamp = 1, .timestamp_range = 2}},
        {"unknown odd", UnknownMessage{.type = 40001, .payload = {1, 2}}},
    };
}

} // namespace

Q_DECLARE_METATYPE(Message)

class TestMessage : public QObject {
    Q_OBJECT

private slots:
    void everyMessage_roundTrips_data() {
        QTest::addColumn<Message>("message");
        for (const auto& [name, message] : samples()) QTest::newRow(name) << message;
    }
    void everyMessage_roundTrips() {
        QFETCH(Message, message);
        const Bytes bytes = encode(message);
        const auto decoded = decode(bytes);
        QVERIFY(decoded);
        QVERIFY(*decoded == message);
        QCOMPARE(encode(*decoded), bytes);
        if (std::holds_alternative<UnknownMessage>(message)) return;
        // threats 10: a message cut anywhere before its optional part is an error value, never a crash.
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            const auto cut = decode(ByteView(bytes).first(length));
            if (cut) QVERIFY(encode(*cut).size() <= bytes.size());
        }
    }

    void extendedQueries_data() {
        QTest::addColumn<QJsonObject>("c");
        int number = 0;
        for (const QJsonValue& value : test::lightningVectors("bolt07/extended-queries.json").array())
            QTest::newRow(qPrintable(QString("%1 %2").arg(++number).arg(value["msg"]["type"].toString())))
                << value.toObject();
    }
    void extendedQueries() {
        QFETCH(QJsonObject, c);
        const Bytes bytes = test::hexBytes(c["hex"]);
        const auto message = decode(bytes);
        QVERIFY(message);
        QCOMPARE(encode(*message), bytes);
        const QJsonObject expected = c["msg"].toObject();
        const auto compareIds = [&](const Bytes& encoded) {
            const auto ids = decodeShortIds(encoded);
            const bool plain = expected["shortChannelIds"]["encoding"] == "UNCOMPRESSED";
            QCOMPARE(ids.has_value(), plain); // zlib left BOLT 7: refused
            if (!plain) return;
            const QJsonArray array = expected["shortChannelIds"]["array"].toArray();
            QCOMPARE(static_cast<int>(ids->size()), static_cast<int>(array.size()));
            for (std::size_t i = 0; i < ids->size(); ++i)
                QCOMPARE(QString::fromStdString(textOf((*ids)[i])), array[static_cast<int>(i)].toString());
            QCOMPARE(encodeShortIds(*ids), encoded);
        };
        if (const auto* query = std::get_if<QueryChannelRange>(&*message)) {
            QCOMPARE(static_cast<int>(query->first_blocknum), expected["firstBlockNum"].toInt());
            QCOMPARE(static_cast<int>(query->number_of_blocks), expected["numberOfBlocks"].toInt());
            const bool flags = !expected["tlvStream"]["records"].toArray().isEmpty();
            QCOMPARE(query->query_option_flags.value_or(0), flags ? std::uint64_t{3} : std::uint64_t{0});
        } else if (const auto* reply = std::get_if<ReplyChannelRange>(&*message)) {
            QCOMPARE(static_cast<int>(reply->first_blocknum), expected["firstBlockNum"].toInt());
            compareIds(reply->encoded_short_ids);
            const QJsonArray checksums = expected["checksums"]["checksums"].toArray();
            QCOMPARE(reply->checksums_tlv.has_value(), !checksums.isEmpty());
            if (reply->checksums_tlv) {
                const auto pairs = decodeChecksums(*reply->checksums_tlv);
                QVERIFY(pairs);
                for (std::size_t i = 0; i < pairs->size(); ++i)
                    QCOMPARE((*pairs)[i].node_id_2,
                             static_cast<std::uint32_t>(checksums[static_cast<int>(i)]["checksum2"].toInt()));
            }
            if (reply->timestamps_tlv && expected["timestamps"]["encoding"] == "UNCOMPRESSED") {
                const auto pairs = decodeTimestamps(*reply->timestamps_tlv);
                QVERIFY(pairs);
                const QJsonArray stamps = expected["timestamps"]["timestamps"].toArray();
                for (std::size_t i = 0; i < pairs->size(); ++i)
                    QCOMPARE((*pairs)[i].node_id_1,
                             static_cast<std::uint32_t>(stamps[static_cast<int>(i)]["timestamp1"].toInt()));
                QCOMPARE(encodeTimestamps(*pairs), *reply->timestamps_tlv);
            }
        } else {
            const auto* ids = std::get_if<QueryShortChannelIds>(&*message);
            QVERIFY(ids);
            compareIds(ids->encoded_short_ids);
        }
    }

    void unknownType_evenRefused_oddKept() {
        QCOMPARE(decode(*fromHex("9c40")).error(), (WireError{WireFault::unknown_even_type, 0x9c40}));
        QVERIFY(std::holds_alternative<UnknownMessage>(*decode(*fromHex("9c41"))));
        QCOMPARE(decode(Bytes{}).error().fault, WireFault::empty);
        QCOMPARE(decode(Bytes{0}).error().fault, WireFault::empty);
    }

    void openChannel_noLimitInFlight_readsAsAllBitcoin() {
        OpenChannel open = openChannel();
        Bytes bytes = encode(open);
        const std::size_t at = 2 + 32 + 32 + 8 + 8 + 8;
        for (std::size_t i = 0; i < 8; ++i) bytes[at + i] = 0xff;
        const auto decoded = decode(bytes);
        QVERIFY(decoded);
        QCOMPARE(std::get<OpenChannel>(*decoded).max_htlc_value_in_flight_msat,
                 MilliSatoshi::fromSatoshi(bitcoin::max_money));
        // The funding itself has no such reading.
        for (std::size_t i = 0; i < 8; ++i) bytes[2 + 64 + i] = 0xff;
        QCOMPARE(decode(bytes).error().fault, WireFault::out_of_range);
    }

    void pointNotOnCurve_refused() {
        Bytes bytes = encode(RevokeAndAck{.next_per_commitment_point = key(4)});
        bytes[2 + 64] = 4;
        QCOMPARE(decode(bytes).error().fault, WireFault::bad_point);
    }

    void threat10_htlcSignatureCount_boundedBeforeReading() {
        Bytes bytes = encode(CommitmentSigned{});
        bytes[2 + 32 + 64] = 0xff;
        bytes[2 + 32 + 64 + 1] = 0xff;
        QCOMPARE(decode(bytes).error().fault, WireFault::out_of_range);
        bytes[2 + 32 + 64] = 0;
        bytes[2 + 32 + 64 + 1] = 2;
        QCOMPARE(decode(bytes).error().fault, WireFault::truncated);
    }

    void signedDigest_coversEverythingAfterTheSignature() {
        ChannelUpdate update{.htlc_maximum_msat = {5}};
        const auto digest = signedDigest(update);
        const Bytes bytes = encode(update);
        QCOMPARE(digest, crypto::sha256d(ByteView(bytes).subspan(2 + 64)));
        update.extra = {1};
        QVERIFY(signedDigest(update) != digest);
        update.extra.clear();
        update.signature = {filled<64>(1)};
        QCOMPARE(signedDigest(update), digest);
    }

    void shortIds_notAscending_refused() {
        const std::vector<ShortChannelId> ids = {{5}, {5}};
        QVERIFY(!decodeShortIds(encodeShortIds(ids)));
        QVERIFY(!decodeShortIds({}));
        QVERIFY(decodeShortIds(Bytes{0})->empty());
    }

    void addresses_unknownKind_endsTheList() {
        const std::vector<NetworkAddress> addresses = {
            {.kind = NetworkAddress::Kind::ipv4, .host = {127, 0, 0, 1}, .port = 9735},
            {.kind = NetworkAddress::Kind::ipv6, .host = Bytes(16, 1), .port = 1},
            {.kind = NetworkAddress::Kind::dns, .host = toBytes(viewOf("node.example")), .port = 2}};
        Bytes bytes = encodeAddresses(addresses);
        QCOMPARE(addressesOf(bytes), addresses);
        bytes.push_back(99);
        bytes.push_back(1);
        QCOMPARE(addressesOf(bytes), addresses);
    }
};

DUPLEX_TEST(TestMessage)
#include "tst_message.moc"
