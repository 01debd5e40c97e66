#include "tests/support/golden.h"

#include "core/family/bitcoin/wallet_backup.h"

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

ln::keys::LightningRoot root(std::uint8_t first) {
    Bytes seed(64, 0x11);
    seed[0] = first;
    return ln::keys::LightningRoot(seed);
}

BackedUpChannel channel() {
    const ln::keys::ChannelNonce nonce{{5, 6, 7}};
    BackedUpChannel made{.id = {{1}}, .peer = crypto::publicKey(root(9).nodeKey())};
    made.endpoint = io::Endpoint{.host = "node.example", .port = 9735};
    made.funding = {{{2}}, 1};
    made.funding_script = duplex::bitcoin::payToWitnessScriptHash({});
    made.capacity = {500'000};
    made.nonce = nonce;
    made.type = {.scid_alias = true};
    made.opened_by_us = true;
    made.local_to_self_delay = 720;
    made.remote_to_self_delay = 2'016;
    made.opened_height = 800'000;
    made.remote_keys = ln::keys::publicKeysOf(root(9).channelSecrets(nonce));
    return made;
}

StaticBackup backup() {
    StaticBackup made{.written = unixTime(1'700'000'000), .channels = {channel(), channel()}};
    made.channels[1].endpoint.reset();
    made.channels[1].opened_by_us = false;
    return made;
}

WalletBackup walletBackup() {
    WalletBackup made{.seed_file = Bytes(80, 0xaa), .key = Bytes(32, 0xbb), .birthday = 123'456};
    made.birthday_time = unixTime(1'700'000'000);
    made.key_chain = {1, 2, 3};
    made.labels = {{Bytes{0, 1}, toBytes(viewOf("shop"))}};
    made.static_backup = sealBackup(backupKey(root(1)), backup(), {1});
    return made;
}

} // namespace

class TestStaticBackup : public QObject {
    Q_OBJECT

private slots:
    void file_goldenBlob_opensForEver() {
        const Bytes made = sealBackup(backupKey(root(1)), backup(), ByteArray<24>{4});
        QCOMPARE(toHex(test::golden("family/static_backup_v1.hex", made)), toHex(made));
        const auto opened = openBackup(backupKey(root(1)), made);
        QVERIFY(opened.has_value());
        QCOMPARE(*opened, backup());
    }

    void file_empty_roundTrips() {
        const StaticBackup nothing{.written = unixTime(5)};
        QCOMPARE(*openBackup(backupKey(root(1)), sealBackup(backupKey(root(1)), nothing, {})), nothing);
    }

    void file_otherSeed_isRefused() {
        const Bytes made = sealBackup(backupKey(root(1)), backup(), {});
        QCOMPARE(openBackup(backupKey(root(2)), made).error(), BackupError::other_seed_or_damaged);
    }

    void file_anyChangeOrCut_isRefused() {
        const Bytes made = sealBackup(backupKey(root(1)), backup(), {});
        for (std::size_t i = 0; i < made.size(); ++i) {
            Bytes changed = made;
            changed[i] ^= 1;
            QVERIFY(!openBackup(backupKey(root(1)), changed));
            QVERIFY(!openBackup(backupKey(root(1)), ByteView(made).first(i)));
        }
        Bytes newer = made;
        newer[6] = 2;
        QCOMPARE(openBackup(backupKey(root(1)), newer).error(), BackupError::newer_version);
    }

    // threats 96: nothing in the file tells with whom there is a channel.
    void threat96_file_showsNothing() {
        const std::string text = textOf(sealBackup(backupKey(root(1)), backup(), {}));
        QVERIFY(text.find("node.example") == std::string::npos);
        QVERIFY(text.find(textOf(channel().peer)) == std::string::npos);
        QVERIFY(text.find(textOf(channel().nonce)) == std::string::npos);
    }

    void walletFile_roundTrips() {
        const Bytes made = encodedWalletBackup(backupKey(root(1)), walletBackup(), {3});
        QCOMPARE(toHex(test::golden("family/wallet_backup_v1.hex", made)), toHex(made));
        const auto head = walletBackupHead(made);
        QVERIFY(head.has_value());
        QCOMPARE(head->seed_file, walletBackup().seed_file);
        QCOMPARE(*decodedWalletBackup(backupKey(root(1)), made), walletBackup());
        QCOMPARE(decodedWalletBackup(backupKey(root(2)), made).error(), BackupError::other_seed_or_damaged);
    }

    void walletFile_namesItsNetwork() {
        WalletBackup backup = walletBackup();
        backup.network = "testnet4";
        const Bytes made = encodedWalletBackup(backupKey(root(1)), backup, {3});
        QCOMPARE(toHex(test::golden("family/wallet_backup_v2.hex", made)), toHex(made));
        QCOMPARE(walletBackupHead(made)->network, std::string("testnet4"));
        QCOMPARE(*decodedWalletBackup(backupKey(root(1)), made), backup);
        QVERIFY(
            walletBackupHead(encodedWalletBackup(backupKey(root(1)), walletBackup(), {3}))->network.empty());
    }

    void walletFile_anyChangeOrCut_isRefused() {
        const Bytes made = encodedWalletBackup(backupKey(root(1)), walletBackup(), {3});
        for (std::size_t i = 0; i < made.size(); ++i) {
            Bytes changed = made;
            changed[i] ^= 1;
            QVERIFY(!walletBackupHead(changed));
            QVERIFY(!walletBackupHead(ByteView(made).first(i)));
        }
    }
};

DUPLEX_TEST(TestStaticBackup)
#include "tst_static_backup.moc"
