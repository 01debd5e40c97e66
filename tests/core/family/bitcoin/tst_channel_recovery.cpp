#include "tests/support/test_main.h"

#include "core/family/bitcoin/channel_recovery.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

LostChannel lost() {
    Bytes seed(64, 0x33);
    const ln::keys::LightningRoot partner(seed);
    const ln::keys::ChannelNonce nonce{{7, 8}};
    LostChannel made{.backup = {.id = {{3}}, .peer = crypto::publicKey(partner.nodeKey())}};
    made.backup.endpoint = io::Endpoint{.host = "node.example", .port = 9735};
    made.backup.funding = {{{4}}, 1};
    made.backup.funding_script = duplex::bitcoin::payToWitnessScriptHash({});
    made.backup.capacity = {250'000};
    made.backup.nonce = nonce;
    made.backup.opened_height = 800'000;
    made.backup.remote_keys = ln::keys::publicKeysOf(partner.channelSecrets(nonce));
    made.closed_height = 800'123;
    return made;
}

} // namespace

// Asking, closing and what comes back run in the scenario tst_moves: restore_asksPartnersToClose.
class TestChannelRecovery : public QObject {
    Q_OBJECT

private slots:
    void row_roundTripsAndRefusesCuts() {
        const Bytes row = encodedLost(lost());
        QCOMPARE(*decodedLost(row), lost());
        for (std::size_t size = 0; size < row.size(); ++size)
            QVERIFY(!decodedLost(ByteView(row).first(size)));
        Bytes newer = row;
        newer[0] = 2;
        QVERIFY(!decodedLost(newer));
    }
};

DUPLEX_TEST(TestChannelRecovery)
#include "tst_channel_recovery.moc"
