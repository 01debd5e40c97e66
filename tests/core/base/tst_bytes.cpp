#include "tests/support/test_main.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/tagged.h"

using namespace duplex;

class TestBytes : public QObject {
    Q_OBJECT

private slots:
    void hex_roundTrip() {
        const Bytes bytes = {0x00, 0x7f, 0xff};
        QCOMPARE(toHex(bytes), std::string("007fff"));
        QCOMPARE(*fromHex("007FfF"), bytes);
        QVERIFY(!fromHex("0"));
        QVERIFY(!fromHex("0g"));
        QVERIFY(!arrayFromHex<2>("00"));
    }

    void readerPastTheEnd_latches() {
        const Bytes bytes = {1, 2, 3};
        ByteReader reader(bytes);
        QCOMPARE(reader.u16le(), std::uint16_t{0x0201});
        QCOMPARE(reader.u32le(), 0u);
        QVERIFY(!reader.ok());
        QCOMPARE(reader.u8(), std::uint8_t{0});
        QVERIFY(!reader.finished());
    }

    // threats 11: a non-minimal CompactSize is refused, a count cannot exceed what is left.
    void threat11_compactSize_data() {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<bool>("valid");
        QTest::newRow("one byte") << QByteArray("fc") << true;
        QTest::newRow("two bytes") << QByteArray("fdfd00") << true;
        QTest::newRow("non-minimal two bytes") << QByteArray("fdfc00") << false;
        QTest::newRow("non-minimal four bytes") << QByteArray("feffff0000") << false;
        QTest::newRow("four bytes") << QByteArray("fe00000100") << true;
        QTest::newRow("non-minimal eight bytes") << QByteArray("ffffffffff00000000") << false;
        QTest::newRow("truncated") << QByteArray("fdfd") << false;
    }
    void threat11_compactSize() {
        QFETCH(QByteArray, hex);
        QFETCH(bool, valid);
        const Bytes bytes = *fromHex(hex.toStdString());
        ByteReader reader(bytes);
        const std::uint64_t value = reader.compactSize();
        QCOMPARE(reader.finished(), valid);
        if (valid) QCOMPARE(ByteWriter().compactSize(value).take(), bytes);
    }

    void threat11_countOverRemaining_fails() {
        const Bytes bytes = *fromHex("feffffff7f00");
        ByteReader reader(bytes);
        QCOMPARE(reader.compactCount(1), std::size_t{0});
        QVERIFY(!reader.ok());
    }

    void taggedBytes_reversedHex() {
        struct Tag;
        using Id = TaggedBytes<Tag>;
        const std::string text = "00000000000000000000000000000000000000000000000000000000000000ff";
        QCOMPARE(Id::fromReversedHex(text)->bytes[0], std::uint8_t{0xff});
        QCOMPARE(Id::fromReversedHex(text)->reversedHex(), text);
    }
};

DUPLEX_TEST(TestBytes)
#include "tst_bytes.moc"
