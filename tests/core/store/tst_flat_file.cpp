#include "tests/support/test_main.h"

#include "core/store/flat_file.h"

using namespace duplex;
using namespace duplex::store;

class TestFlatFile : public QObject {
    Q_OBJECT

private slots:
    void write_reopen_readsTheSame() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("headers").toStdString();
        Bytes records;
        for (int i = 0; i < 3000; ++i) records.insert(records.end(), 80, static_cast<std::uint8_t>(i));
        {
            auto file = FlatFile::open(path, 80);
            QVERIFY(file.has_value());
            QVERIFY((*file)->write(0, records).has_value());
            const ByteView first = (*file)->at(0);
            QVERIFY((*file)->write(3000, records).has_value());
            QCOMPARE((*file)->capacity(), std::size_t{6000});
            QCOMPARE(first.data(), (*file)->at(0).data()); // views never move
        }
        auto file = FlatFile::open(path, 80);
        QVERIFY(file.has_value());
        QCOMPARE((*file)->at(5999)[79], static_cast<std::uint8_t>(2999));
        QVERIFY((*file)->write(10, Bytes(80, 0xaa)).has_value());
        QCOMPARE((*file)->at(10)[0], std::uint8_t{0xaa});
        QCOMPARE((*file)->at(11)[0], std::uint8_t{11});
        QCOMPARE((*file)->all(2).size(), std::size_t{160});
    }

    void open_unwritableFolder_saysWhy() {
        const auto file = FlatFile::open("/nonexistent/headers", 80);
        QVERIFY(!file.has_value());
        QVERIFY(file.error().code != 0);
    }
};

DUPLEX_TEST(TestFlatFile)
#include "tst_flat_file.moc"
