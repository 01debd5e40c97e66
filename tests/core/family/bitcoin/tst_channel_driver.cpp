#include "tests/support/lightning_vectors.h"
#include "tests/support/test_shell.h"

#include "core/family/bitcoin/channel_driver.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

constexpr int patience_ms = 20'000; // on a busy machine

std::unique_ptr<PeerDriver> peersOf(test::TestShell& shell, std::uint8_t number) {
    return std::make_unique<PeerDriver>(
        shell.shell(), test::privateKeyOf(number),
        PeerEvents{.ready = [](const LightningConnection&) {},
                   .message = [](const ln::NodeId&, const ln::wire::Message&) {},
                   .gone = [](const ln::NodeId&) {}});
}
ln::NodeId idOf(std::uint8_t number) {
    return crypto::publicKey(test::privateKeyOf(number));
}

} // namespace

class TestChannelDriver : public QObject {
    Q_OBJECT

private slots:
    /// Else a later payout lies beyond what a recovery from the seed searches.
    void openChannel_refusedManyTimes_takesNoAddress() {
        test::TestShell shell, partner_shell;
        const auto peers = peersOf(shell, 1), partner = peersOf(partner_shell, 2);
        const auto endpoint = peers->listen({"127.0.0.1", 0});
        QVERIFY(endpoint.has_value());
        partner->connectTo(idOf(1), *endpoint, [](const auto&) {});
        partner_shell.end();
        QTRY_VERIFY_WITH_TIMEOUT(peers->find(idOf(2)) != nullptr, patience_ms);

        shell.shell().client.scan(
            {.complete = std::nullopt, .birthday = {50'000'000}, .scripts = {}, .outpoints = {}});
        ChannelDriver channels(shell.shell());
        QVERIFY(channels.load().has_value());
        channels.begin(ln::keys::LightningRoot(Bytes(64, 9)), *shell.shell().wallet.master, *peers, {});
        const auto taken = [&] {
            return shell.shell().wallet.value.keys().progress(wallet::Account::channel,
                                                              wallet::Chain::receive);
        };
        const auto before = taken();
        for (std::uint8_t i = 1; i <= 30; ++i) {
            ln::wire::OpenChannel open; // of no chain, to begin with
            open.temporary_channel_id.bytes.fill(i);
            channels.message(idOf(2), open);
            shell.end();
            QVERIFY(channels.all().empty());
        }
        QVERIFY(taken() == before);
        const auto refused = [](const std::string& line) {
            return line.find("not opened") != std::string::npos;
        };
        QCOMPARE(std::ranges::count_if(shell.log(), refused), 30);
    }
};

DUPLEX_TEST(TestChannelDriver)
#include "tst_channel_driver.moc"
