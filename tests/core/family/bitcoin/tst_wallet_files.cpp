#include "tests/support/test_main.h"

#include "core/base/byte_writer.h"
#include "core/family/bitcoin/wallet_files.h"

#include <QTemporaryDir>

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

const duplex::bitcoin::NetworkParameters& network() {
    return duplex::bitcoin::parametersOf(duplex::bitcoin::Network::regtest);
}

wallet::AccountKeys accounts() {
    const auto master = duplex::bitcoin::keys::ExtendedPrivateKey::fromSeed(Bytes(32, 7));
    return *wallet::accountKeysOf(*master, network());
}

} // namespace

class TestWalletFiles : public QObject {
    Q_OBJECT

private slots:
    void facts_roundTrip_aRescanIncluded() {
        WalletFacts facts{.accounts = accounts(), .birthday_time = unixTime(1'700'000'000), .scan = {}};
        facts.scan = ScanProgress({50});
        facts.protected_by_password = true;
        for (std::uint32_t height = 50; height <= 60; ++height)
            facts.scan.connected({{height}, {ByteArray<32>{static_cast<std::uint8_t>(height)}}});
        facts.scan.completeTo({60});
        for (const bool rescan : {false, true}) {
            if (rescan) facts.scan.beginRescan({20});
            const Bytes row = encodedFacts(facts, network());
            const auto read = decodedFacts(row, network());
            QVERIFY(read.has_value());
            QCOMPARE(read->scan, facts.scan);
            QCOMPARE(read->birthday_time, facts.birthday_time);
            QVERIFY(read->protected_by_password);
            for (std::size_t size = 0; size < row.size(); ++size)
                QVERIFY(!decodedFacts(ByteView(row).first(size), network()));
        }
    }

    // A folder whose seed is gone still holds another wallet's coins and addresses: nothing of them may turn
    // up in a new one. A try of the same wallet that did not come to its end is repeated.
    void folderOfAnotherWallet_isNotTakenOver() {
        QTemporaryDir dir;
        const std::string data = dir.path().toStdString();
        const Bytes seed{1};
        WalletFacts facts{.accounts = accounts(), .scan = {}};
        QVERIFY(createWallet(data, "a", network(), facts, seed, std::nullopt).has_value());
        QVERIFY(QFile::remove(QString::fromStdString(folderOf(data, "a") + "/seed")));
        QVERIFY(createWallet(data, "a", network(), facts, seed, std::nullopt).has_value());
        QVERIFY(QFile::remove(QString::fromStdString(folderOf(data, "a") + "/seed")));

        const auto other = duplex::bitcoin::keys::ExtendedPrivateKey::fromSeed(Bytes(32, 8));
        const WalletFacts others{.accounts = *wallet::accountKeysOf(*other, network()), .scan = {}};
        const auto refused = createWallet(data, "a", network(), others, seed, std::nullopt);
        QVERIFY(!refused && refused.error().find("choose another name") != std::string::npos);
        QVERIFY(createWallet(data, "a", network(), facts, seed, std::nullopt).has_value()); // nothing changed
    }

    // As the first form of the row has it: how far the search once was is what it says of the search.
    void factsOfTheFirstForm_areRead() {
        const auto keys = accounts();
        ByteWriter row;
        row.u8(1);
        row.compactBytes(viewOf(duplex::bitcoin::keys::encoded(keys.spending, network())));
        row.compactBytes(viewOf(duplex::bitcoin::keys::encoded(keys.channel, network())));
        row.u32be(50).u64be(1'700'000'000).u32be(60).u8(0);
        row.compactSize(1).u32be(60).bytes(ByteArray<32>{9});
        const auto read = decodedFacts(row.take(), network());
        QVERIFY(read.has_value());
        QCOMPARE(read->scan, ScanProgress({50}, {60}, {60}, std::nullopt, {{{60}, {ByteArray<32>{9}}}}));
    }
};

DUPLEX_TEST(TestWalletFiles)
#include "tst_wallet_files.moc"
