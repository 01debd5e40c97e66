#include "tests/support/test_main.h"

#include "core/bitcoin/primitives/network.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

using namespace duplex;
using namespace duplex::bitcoin;

class TestNetwork : public QObject {
    Q_OBJECT

private slots:
    void chainparams_data() {
        QTest::addColumn<QString>("file");
        for (const char* name : {"mainnet", "testnet4", "signet", "regtest"})
            QTest::newRow(name) << QString("bitcoin-core/chainparams/getchainparams-%1.json").arg(name);
    }
    void chainparams() {
        QFETCH(QString, file);
        QFile source(test::vectorPath(file.toUtf8().constData()));
        QVERIFY(source.open(QIODevice::ReadOnly));
        const QJsonObject expected = QJsonDocument::fromJson(source.readAll()).object();
        const auto network = networkFromName(expected["chain"].toString().toStdString());
        QVERIFY(network);
        const NetworkParameters& parameters = parametersOf(*network);
        QCOMPARE(toHex(parameters.genesis.hash()), expected["genesis"].toString().toStdString());
        QCOMPARE(int(parameters.subsidy_interval), expected["subsidy_halving_interval"].toInt());
        QCOMPARE(int(parameters.default_port), expected["net"]["default_port"].toInt());
        QCOMPARE(toHex(parameters.magic), expected["net"]["magic"].toString().toStdString());
        QCOMPARE(std::string(parameters.bech32_prefix),
                 expected["addresses"]["bech32_hrp"].toString().toStdString());
        QCOMPARE(std::string(parameters.caip2_id),
                 "bip122:" + parameters.genesis.hash().reversedHex().substr(0, 32));
    }

    void names_roundTrip() {
        for (const Network network :
             {Network::main, Network::testnet4, Network::signet, Network::regtest, Network::sandbox}) {
            QVERIFY(networkFromName(parametersOf(network).name) == network);
        }
        QVERIFY(!networkFromName("test"));
    }
    void sandbox_neverSpeaksWithRegtest() {
        QVERIFY(parametersOf(Network::sandbox).magic != parametersOf(Network::regtest).magic);
    }

    void subsidy_halves() {
        const NetworkParameters& main = parametersOf(Network::main);
        QCOMPARE(subsidyAt({0}, main).value, std::int64_t{5'000'000'000});
        QCOMPARE(subsidyAt({209'999}, main).value, std::int64_t{5'000'000'000});
        QCOMPARE(subsidyAt({840'000}, main).value, std::int64_t{312'500'000});
        QCOMPARE(subsidyAt({210'000 * 64}, main).value, std::int64_t{0});
        QCOMPARE(subsidyAt({150}, parametersOf(Network::regtest)).value, std::int64_t{2'500'000'000});
    }
};

DUPLEX_TEST(TestNetwork)
#include "tst_network.moc"
