#include "tests/support/test_main.h"

#ifndef Q_MOC_RUN // moc 6.4 cannot read <concepts>
#include "core/bitcoin/wire/frame.h"
#include "core/crypto/hash.h"
#endif

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::wire;

namespace {

const Magic magic = {1, 2, 3, 4};

BlockHash hash(std::uint8_t fill) {
    BlockHash result;
    result.bytes.fill(fill);
    return result;
}

std::vector<Message> examples() {
    ByteArray<32> id{};
    id[0] = 7;
    Transaction transaction;
    transaction.inputs = {{.previous = {Txid{id}, 3}, .witness = {{1, 2, 3}}}};
    transaction.outputs = {{{1000}, payToWitnessPublicKeyHash(crypto::Hash20{})}};
    return {
        Version{.services = {9},
                .time = 5,
                .nonce = 77,
                .user_agent = "/x:1/",
                .start_height = 4,
                .relay = Relay::no},
        Verack{},
        WtxidRelay{},
        SendAddrV2{},
        SendHeaders{},
        GetAddr{},
        Ping{42},
        Pong{43},
        GetHeaders{{hash(1), hash(2)}, hash(3)},
        Headers{{BlockHeader{.version = 4, .time = 9}}},
        GetCfCheckpt{hash(1)},
        CfCheckpt{hash(1), {FilterHeader{hash(2).bytes}}},
        GetCfHeaders{{12}, hash(4)},
        CfHeaders{hash(1), FilterHeader{hash(2).bytes}, {FilterHash{hash(5).bytes}}},
        GetCfilters{{13}, hash(4)},
        Cfilter{hash(1), {0}},
        Inv{{{InventoryKind::wtx, id}}},
        GetData{{{InventoryKind::witness_block, id}}},
        NotFound{{{InventoryKind::tx, id}}},
        Tx{transaction},
        BlockBody{{1, 2, 3}},
        FeeFilter{1000},
        Addr{{{.time = 3, .services = {1}, .address = {1, 2, 3, 4}, .port = 8333}}},
        AddrV2{{{.time = 3,
                 .services = {1},
                 .kind = AddressKind::tor_v3,
                 .address = Bytes(32, 9),
                 .port = 8333}}},
    };
}

} // namespace

class TestMessageCodec : public QObject {
    Q_OBJECT

private slots:
    void everyMessage_roundTrip() {
        const auto messages = examples();
        QCOMPARE(messages.size(), std::variant_size_v<Message>);
        for (std::size_t i = 0; i < messages.size(); ++i) {
            QCOMPARE(messages[i].index(), i);
            const auto decoded = decodePayload(commandOf(messages[i]), encodePayload(messages[i]));
            QVERIFY2(decoded.has_value(), std::string(commandOf(messages[i])).c_str());
            QVERIFY(*decoded == messages[i]);
        }
    }

    void frames_inPieces_comeWhole() {
        Bytes stream;
        for (const Message& message : examples()) stream = concat({stream, encodeFrame(magic, message)});
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()}) {
            FrameParser parser(magic);
            std::vector<Frame> frames;
            for (std::size_t at = 0; at < stream.size(); at += piece) {
                auto received =
                    parser.receive(ByteView(stream).subspan(at, std::min(piece, stream.size() - at)));
                QVERIFY(!received.fault);
                for (Frame& frame : received.frames) frames.push_back(std::move(frame));
            }
            QCOMPARE(frames.size(), examples().size());
            QCOMPARE(parser.held(), std::size_t{0});
        }
    }

    void unknownCommand_isSkippedUnread() {
        ByteWriter writer;
        ByteArray<12> command{'f', 'e', 'a', 't', 'u', 'r', 'e'};
        writer.bytes(magic).bytes(command).u32le(1000).u32le(0).bytes(Bytes(1000, 5));
        writer.bytes(encodeFrame(magic, Ping{1}));
        FrameParser parser(magic);
        const auto received = parser.receive(writer.view());
        QVERIFY(!received.fault);
        QCOMPARE(received.frames.size(), std::size_t{1});
        QCOMPARE(received.frames[0].command, std::string("ping"));
    }

    // threats 10: the announced length is held against the type's limit before anything is read or reserved.
    void threat10_lengthOverTypeLimit_isRefusedFromTheHeader_data() {
        QTest::addColumn<QByteArray>("command");
        QTest::addColumn<quint32>("length");
        QTest::addColumn<bool>("taken");
        QTest::newRow("ping of 8") << QByteArray("ping") << 8U << true;
        QTest::newRow("ping of 9") << QByteArray("ping") << 9U << false;
        QTest::newRow("headers at the limit") << QByteArray("headers") << 162'003U << true;
        QTest::newRow("headers over the limit") << QByteArray("headers") << 162'004U << false;
        QTest::newRow("inv at the limit") << QByteArray("inv") << 1'800'003U << true;
        QTest::newRow("inv over the limit") << QByteArray("inv") << 1'800'004U << false;
        QTest::newRow("block at the limit") << QByteArray("block") << 4'000'000U << true;
        QTest::newRow("block over the limit") << QByteArray("block") << 4'000'001U << false;
        QTest::newRow("unknown at the limit") << QByteArray("xyz") << 4'000'000U << true;
        QTest::newRow("unknown over the limit") << QByteArray("xyz") << 4'000'001U << false;
        QTest::newRow("2^31 - 1") << QByteArray("inv") << 0x7fffffffU << false;
        QTest::newRow("2^31") << QByteArray("inv") << 0x80000000U << false;
        QTest::newRow("2^32 - 1") << QByteArray("inv") << 0xffffffffU << false;
    }
    void threat10_lengthOverTypeLimit_isRefusedFromTheHeader() {
        QFETCH(QByteArray, command);
        QFETCH(quint32, length);
        QFETCH(bool, taken);
        ByteArray<12> name{};
        std::copy(command.begin(), command.end(), name.begin());
        FrameParser parser(magic);
        const auto received =
            parser.receive(ByteWriter().bytes(magic).bytes(name).u32le(length).u32le(0).view());
        QCOMPARE(received.fault.has_value(), !taken);
        if (!taken) QCOMPARE(*received.fault, FrameFault::over_limit);
        QCOMPARE(parser.held(), std::size_t{0});
    }

    void threat10_brokenFrames_areRefused() {
        Bytes frame = encodeFrame(magic, Ping{1});
        Bytes other = frame;
        other[0] ^= 1;
        QCOMPARE(*FrameParser(magic).receive(other).fault, FrameFault::wrong_magic);
        other = frame;
        other[10] = 'x'; // a letter after the name's end
        QCOMPARE(*FrameParser(magic).receive(other).fault, FrameFault::bad_command);
        other = frame;
        other.back() ^= 1;
        FrameParser parser(magic);
        QCOMPARE(*parser.receive(other).fault, FrameFault::checksum_differs);
        QVERIFY(parser.receive(frame).frames.empty());
    }

    // threats 11: counts that the rest cannot hold, over the limit, or not in their shortest form.
    void threat11_lyingCounts_areRefused_data() {
        QTest::addColumn<QByteArray>("command");
        QTest::addColumn<QByteArray>("hex");
        QTest::newRow("headers: count over the rest") << QByteArray("headers") << QByteArray("fdd007");
        QTest::newRow("headers: 2,001") << QByteArray("headers") << "fdd107" + QByteArray(162 * 2001, '0');
        QTest::newRow("headers: with transactions")
            << QByteArray("headers") << "01" + QByteArray(160, '0') + "01";
        QTest::newRow("inv: 2^64 - 1") << QByteArray("inv") << QByteArray("ffffffffffffffffff");
        QTest::newRow("inv: non-minimal") << QByteArray("inv") << "fd0100" + QByteArray(72, '0');
        QTest::newRow("inv: left over") << QByteArray("inv") << "01" + QByteArray(74, '0');
        QTest::newRow("locator: 102") << QByteArray("getheaders") << "0000000066" + QByteArray(103 * 64, '0');
        QTest::newRow("addrv2: IPv4 of 16 bytes")
            << QByteArray("addrv2") << "010000000000" + QByteArray("0110") + QByteArray(32, '0') + "0000";
        QTest::newRow("cfilter: count over the rest")
            << QByteArray("cfilter") << "00" + QByteArray(64, '0') + "feffffff00";
        QTest::newRow("truncated ping") << QByteArray("ping") << QByteArray("00");
    }
    void threat11_lyingCounts_areRefused() {
        QFETCH(QByteArray, command);
        QFETCH(QByteArray, hex);
        const auto payload = fromHex(hex.toStdString());
        QVERIFY(payload);
        QVERIFY(!decodePayload(command.toStdString(), *payload));
    }

    void addrv2_unknownKind_isLeftOut() {
        const Bytes payload = *fromHex("02"
                                       "00000000"
                                       "01"
                                       "63"
                                       "02"
                                       "aabb"
                                       "208d"
                                       "00000000"
                                       "01"
                                       "01"
                                       "04"
                                       "01020304"
                                       "208d");
        const auto message = decodePayload("addrv2", payload);
        QVERIFY(message);
        QCOMPARE(std::get<AddrV2>(*message).addresses.size(), std::size_t{1});
        QCOMPARE(std::get<AddrV2>(*message).addresses[0].port, std::uint16_t{8333});
    }

    void version_withoutRelayFlag_wantsTransactions() {
        Bytes payload = encodePayload(Version{.relay = Relay::no});
        payload.pop_back();
        QCOMPARE(std::get<Version>(*decodePayload("version", payload)).relay, Relay::yes);
    }
};

DUPLEX_TEST(TestMessageCodec)
#include "tst_message_codec.moc"
