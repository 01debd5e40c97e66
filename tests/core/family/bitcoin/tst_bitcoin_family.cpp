#include "tests/support/golden.h"
#include "tests/support/test_main.h"

#include "core/family/bitcoin/bitcoin_family.h"
#include "core/family/bitcoin/wallet_files.h"

#include <QTemporaryDir>
#include <QTimer>

using namespace duplex;
using namespace duplex::family::bitcoin;

namespace {

constexpr int patience_ms = 60'000;

/// A desktop's keyring that the test can switch off; it answers later, as the real one does.
struct TestKeyring {
    std::map<std::string, Bytes> entries;
    std::optional<io::KeyringError> fault; // of each read
    bool asks_its_user = false;            // it answers when the user has
    std::vector<std::function<void()>> waiting;
    int reads = 0;

    io::Keyring keyring() {
        return {.read =
                    [this](QObject* context, const std::string& name, const io::KeyringRead& done) {
                        ++reads;
                        later(context, [this, name, done] {
                            const auto found = entries.find(name);
                            if (fault) return done(std::unexpected(*fault));
                            if (found == entries.end())
                                return done(std::unexpected(io::KeyringError::not_found));
                            done(found->second);
                        });
                    },
                .write =
                    [this](QObject* context, const std::string& name, ByteView value,
                           const io::KeyringWritten& done) {
                        later(context, [this, name, bytes = toBytes(value), done] {
                            entries[name] = bytes;
                            done({});
                        });
                    },
                .remove = [](QObject*, const std::string&, const io::KeyringWritten&) {}};
    }
    void later(QObject* context, const std::function<void()>& act) {
        if (asks_its_user)
            waiting.push_back(act);
        else
            QTimer::singleShot(0, context, act);
    }
};

/// As if an earlier run had stored it.
void putRow(const QTemporaryDir& dir, const std::string& name, store::Table table, const Bytes& key,
            const Bytes& row) {
    auto database = store::Database::open(folderOf(dir.path().toStdString(), name) + "/wallet.sqlite",
                                          {.vfs = {}, .must_exist = true});
    if (!database) qFatal("the database does not open");
    store::Changes changes;
    changes.put(table, key, row);
    if (!(*database)->commit(changes)) qFatal("the row is not written");
}

/// The family alone, without peers, in a folder of its own.
struct Room {
    explicit Room(const QTemporaryDir& dir, std::optional<io::Keyring> keyring = std::nullopt,
                  Ticks keyring_patience = Ticks{1})
        : family({.network = duplex::bitcoin::Network::regtest,
                  .data_directory = dir.path().toStdString(),
                  .connect = {{"127.0.0.1", 1}}, // nobody listens there
                  .stretching = {.memory_kib = 256, .passes = 1, .lanes = 1},
                  .keyring = std::move(keyring),
                  .keyring_retry = Ticks{1},
                  .keyring_patience = keyring_patience},
                 {.publish =
                      [this](const api::SnapshotPointer& snapshot) {
                          if (const auto* one = std::get_if<api::StatusSnapshot>(&*snapshot)) status = *one;
                      },
                  .notify = [](const api::Notification&) {},
                  .log = {}}) {
        const auto started = family.start();
        if (!started) qFatal("%s", started.error().c_str());
    }
    void ask(api::Request request) {
        family.handle(std::move(request), [this](const api::Answer& answer) { answers.push_back(answer); });
    }
    api::Answer answerTo(api::Request request) {
        const std::size_t before = answers.size();
        ask(std::move(request));
        const bool came = QTest::qWaitFor([&] { return answers.size() > before; }, patience_ms);
        return came ? answers.back() : std::unexpected(api::Error{0, "no answer"});
    }
    bool becomes(api::WalletState state) {
        return QTest::qWaitFor([&] { return status.wallet == state; }, patience_ms);
    }
    bool warnsOf(std::string_view text) const {
        return std::ranges::any_of(status.warnings, [&](const api::Warning& warning) {
            return warning.text.find(text) != std::string::npos;
        });
    }

    api::StatusSnapshot status;
    std::vector<api::Answer> answers;
    BitcoinFamily family;
};

} // namespace

class TestBitcoinFamily : public QObject {
    Q_OBJECT

private slots:
    // Started with the session, Duplex may be there before the keyring, or while its prompt waits: the keys
    // of channels must not stay away for the whole run.
    void keyringThatComesLate_unlocksTheWallet() {
        QTemporaryDir dir;
        TestKeyring desktop;
        {
            Room room(dir, desktop.keyring());
            QVERIFY(room.answerTo(api::CreateWallet{.name = "a"}).has_value());
            QVERIFY(room.becomes(api::WalletState::unlocked));
        }
        QCOMPARE(desktop.entries.size(), std::size_t{1});
        desktop.fault = io::KeyringError::absent;
        Room room(dir, desktop.keyring());
        QVERIFY(room.becomes(api::WalletState::locked));
        QVERIFY(QTest::qWaitFor([&] { return room.warnsOf("system keyring"); }, patience_ms));
        const auto refused = room.answerTo(api::Unlock{});
        QVERIFY(!refused && refused.error().message.find("Unlock the keyring") != std::string::npos);
        desktop.fault.reset();
        QVERIFY(room.becomes(api::WalletState::unlocked)); // by itself
        QVERIFY(!room.warnsOf("system keyring"));
        QCOMPARE(room.answerTo(api::Unlock{}).error().code, -15); // nothing to unlock any more
    }

    // A prompt that nobody answers is one prompt, whatever is asked meanwhile, and its answer counts however
    // late it comes.
    void keyringThatAsksItsUser_isAskedOnce() {
        QTemporaryDir dir;
        TestKeyring desktop;
        {
            Room room(dir, desktop.keyring());
            QVERIFY(room.answerTo(api::CreateWallet{.name = "a"}).has_value());
        }
        desktop.asks_its_user = true;
        desktop.reads = 0;
        Room room(dir, desktop.keyring());
        QVERIFY(QTest::qWaitFor([&] { return room.warnsOf("Unlock the keyring"); }, patience_ms));
        const std::vector<api::Request> requests{api::Unlock{}, api::ExportMnemonic{}, api::Unlock{}};
        for (const api::Request& request : requests) {
            const auto late = room.answerTo(request);
            QVERIFY(!late && late.error().message.find("Unlock the keyring") != std::string::npos);
        }
        QCOMPARE(desktop.reads, 1);
        QCOMPARE(desktop.waiting.size(), std::size_t{1});
        desktop.waiting.front()();
        QVERIFY(room.becomes(api::WalletState::unlocked));
        QVERIFY(!room.warnsOf("keyring"));
        QCOMPARE(desktop.reads, 1);
    }

    // Whoever refuses is not asked again and again; what is missing stays said until it is there.
    void keyringThatHasNoKey_isAskedWhenTheUserAsks() {
        QTemporaryDir dir;
        TestKeyring desktop;
        {
            Room room(dir, desktop.keyring());
            QVERIFY(room.answerTo(api::CreateWallet{.name = "a"}).has_value());
        }
        desktop.reads = 0;
        desktop.fault = io::KeyringError::refused;
        Room room(dir, desktop.keyring());
        QVERIFY(QTest::qWaitFor([&] { return room.warnsOf("keyring refused"); }, patience_ms));
        QCOMPARE(room.answerTo(api::WaitForHeight{.height = 1, .timeout_ms = 1500}).has_value(), true);
        QCOMPARE(desktop.reads, 1);
        desktop.fault.reset();
        std::map<std::string, Bytes> entries;
        std::swap(entries, desktop.entries);
        const auto lost = room.answerTo(api::Unlock{});
        QVERIFY(!lost && lost.error().message.find("is missing") != std::string::npos);
        QVERIFY(QTest::qWaitFor([&] { return room.warnsOf("seed is missing"); }, patience_ms));
        std::swap(entries, desktop.entries);
        QVERIFY(room.answerTo(api::Unlock{}).has_value());
        QVERIFY(room.becomes(api::WalletState::unlocked));
        QVERIFY(!room.warnsOf("seed is missing"));
    }

    // The key that another request waits for opens the lock, too.
    void unlock_whileAnotherRequestAsksTheKeyring_sharesItsAnswer() {
        QTemporaryDir dir;
        TestKeyring desktop;
        {
            Room room(dir, desktop.keyring());
            QVERIFY(room.answerTo(api::CreateWallet{.name = "a"}).has_value());
        }
        desktop.fault = io::KeyringError::refused;
        Room room(dir, desktop.keyring(), 1min);
        QVERIFY(QTest::qWaitFor([&] { return room.warnsOf("keyring refused"); }, patience_ms));
        desktop.fault.reset();
        desktop.asks_its_user = true;
        room.ask(api::ExportMnemonic{});
        room.ask(api::Unlock{});
        QCOMPARE(desktop.waiting.size(), std::size_t{1});
        desktop.waiting.front()();
        QVERIFY(QTest::qWaitFor([&] { return room.answers.size() == 2; }, patience_ms));
        for (const api::Answer& answer : room.answers) QVERIFY(answer.has_value());
        QVERIFY(room.becomes(api::WalletState::unlocked));
    }

    void keyFileThatOthersMayRead_isNamed() {
        QTemporaryDir dir;
        const QString file = dir.path() + "/wallets/a/seed.key";
        {
            Room room(dir);
            QVERIFY(room.answerTo(api::CreateWallet{.name = "a"}).has_value());
        }
        const QFile::Permissions narrow = QFile::permissions(file);
        QVERIFY(QFile::setPermissions(file, narrow | QFile::ReadGroup | QFile::ReadOther));
        Room room(dir);
        QVERIFY(QTest::qWaitFor([&] { return room.warnsOf("seed.key"); }, patience_ms));
        QVERIFY(QFile::setPermissions(file, narrow));
        QVERIFY(room.answerTo(api::Unlock{}).has_value());
        QVERIFY(room.becomes(api::WalletState::unlocked));
    }

    // The seed of a folder may come back, from a copy of the disk: its key stays in the keyring.
    void folderOfAnotherWallet_keepsItsKey() {
        QTemporaryDir dir;
        TestKeyring desktop;
        Room room(dir, desktop.keyring());
        QVERIFY(room.answerTo(api::CreateWallet{.name = "a"}).has_value());
        QVERIFY(room.answerTo(api::UnloadWallet{}).has_value());
        QVERIFY(QFile::remove(dir.path() + "/wallets/a/seed"));
        const auto before = desktop.entries;
        const auto refused = room.answerTo(api::CreateWallet{.name = "a"});
        QVERIFY(!refused && refused.error().message.find("another wallet") != std::string::npos);
        QVERIFY(!before.empty() && desktop.entries == before);
    }

    // Keyboards differ in how they write an accent.
    void passphrase_opensInEachNormalForm() {
        QTemporaryDir dir;
        Room room(dir);
        QVERIFY(room.answerTo(api::CreateWallet{.name = "a", .passphrase = "Z\u00fcrich"}).has_value());
        QCOMPARE(room.answerTo(api::Unlock{.passphrase = "Zurich"}).error().code, -14);
        QVERIFY(room.answerTo(api::Unlock{.passphrase = "Zu\u0308rich"}).has_value());
    }

    // A second wallet of the same name, made while the keyring asks its user, would replace the key of the
    // first there.
    void walletThatIsBeingMade_isTheOnlyOne() {
        QTemporaryDir dir;
        TestKeyring desktop;
        desktop.asks_its_user = true;
        {
            Room room(dir, desktop.keyring());
            room.ask(api::CreateWallet{.name = "a"});
            QVERIFY(room.answers.empty());
            for (const api::Request& request : {api::Request{api::CreateWallet{.name = "a"}},
                                                api::Request{api::CreateWallet{.name = "b"}}}) {
                const auto second = room.answerTo(request);
                QVERIFY(!second && second.error().code == -4);
            }
            QCOMPARE(desktop.waiting.size(), std::size_t{1});
            desktop.waiting.front()();
            QVERIFY(QTest::qWaitFor([&] { return room.answers.size() == 3; }, patience_ms));
            QVERIFY(room.answers.back().has_value());
        }
        desktop.asks_its_user = false;
        Room room(dir, desktop.keyring());
        QVERIFY(room.becomes(api::WalletState::unlocked));
    }

    // Channels are watched while their wallet is open: it opens by itself, and if it cannot, that is said.
    void walletWithChannels_isNotLeftClosedSilently() {
        QTemporaryDir dir;
        const Bytes channel = test::golden("lightning/channel_v1_normal.hex", {});
        QVERIFY(!channel.empty());
        const auto putChannel = [&](const std::string& name, const Bytes& row) {
            putRow(dir, name, store::Table::channels, Bytes(32, 1), row);
        };
        {
            Room room(dir);
            for (const char* name : {"a", "b", "c"}) {
                QVERIFY(room.answerTo(api::CreateWallet{.name = name}).has_value());
                QVERIFY(room.answerTo(api::UnloadWallet{}).has_value());
            }
        }
        {
            Room room(dir);
            QVERIFY(room.answerTo(api::GetStatus{}).has_value());
            QVERIFY(!room.warnsOf("nobody watches"));
        }
        putChannel("b", channel);
        {
            Room room(dir);
            room.status = std::get<api::StatusSnapshot>(*room.answerTo(api::GetStatus{}));
            QCOMPARE(room.status.wallet_name, std::string("b"));
            QVERIFY(!room.warnsOf("nobody watches"));
        }
        putChannel("b", Bytes{1}); // damaged: it cannot be opened, and does not say that it is settled
        {
            Room room(dir);
            room.status = std::get<api::StatusSnapshot>(*room.answerTo(api::GetStatus{}));
            QCOMPARE(room.status.wallet, api::WalletState::none);
            QVERIFY(room.warnsOf("Wallet 'b' has channels"));
        }
        putChannel("b", channel);
        putChannel("c", channel);
        Room room(dir);
        room.status = std::get<api::StatusSnapshot>(*room.answerTo(api::GetStatus{}));
        QCOMPARE(room.status.wallet, api::WalletState::none);
        QVERIFY(room.warnsOf("Wallet 'b' has channels") && room.warnsOf("Wallet 'c' has channels"));
        QVERIFY(!room.warnsOf("Wallet 'a'"));
        QVERIFY(room.answerTo(api::LoadWallet{.name = "a"}).has_value());
        room.status = std::get<api::StatusSnapshot>(*room.answerTo(api::GetStatus{}));
        QVERIFY(room.warnsOf("close 'a' first"));
    }

    void unlock_itsTime_isKeptAndSaid() {
        QTemporaryDir dir;
        Room room(dir);
        QVERIFY(room.answerTo(api::CreateWallet{.name = "a", .passphrase = "open"}).has_value());
        const auto until = [&] {
            return std::get<api::WalletInfo>(*room.answerTo(api::GetWalletInfo{})).unlocked_until;
        };
        const std::optional<std::int64_t> locked = 0;
        QVERIFY(room.answerTo(api::Unlock{.passphrase = "open", .timeout_s = 0}).has_value());
        QVERIFY(until() == locked);
        QVERIFY(room.answerTo(api::Unlock{.passphrase = "open", .timeout_s = 600}).has_value());
        const auto dated = until();
        QVERIFY(dated && *dated > 1'700'000'000);
        QVERIFY(room.answerTo(api::Unlock{.passphrase = "open"}).has_value());
        QVERIFY(!until()); // until the program ends: no date is made up
        QVERIFY(room.answerTo(api::Lock{}).has_value());
        QVERIFY(until() == locked);
    }

    void changeAddresses_areNewEachTime_alsoAfterARestart() {
        QTemporaryDir dir;
        std::set<std::string> given;
        for (int run = 0; run < 2; ++run) {
            Room room(dir);
            if (run == 0) QVERIFY(room.answerTo(api::CreateWallet{.name = "a"}).has_value());
            QVERIFY(room.becomes(api::WalletState::unlocked));
            for (int i = 0; i < 2; ++i) {
                const auto answer = room.answerTo(api::NewAddress{.kind = api::NewAddress::Kind::change});
                QVERIFY(given.insert(std::get<api::Text>(*answer).text).second);
            }
        }
    }

    void labels_ofNewAddresses_haveALimit() {
        QTemporaryDir dir;
        Room room(dir);
        QVERIFY(room.answerTo(api::CreateWallet{.name = "a"}).has_value());
        QVERIFY(room.answerTo(api::NewAddress{.label = std::string(500, 'x')}).has_value());
        QCOMPARE(room.answerTo(api::NewAddress{.label = std::string(501, 'x')}).error().code, -11);
    }

    // A backup that no restore takes is none.
    void backup_thatARestoreWouldRefuse_isNotWritten() {
        QTemporaryDir dir;
        {
            Room room(dir);
            QVERIFY(room.answerTo(api::CreateWallet{.name = "a"}).has_value());
        }
        putRow(dir, "a", store::Table::labels, Bytes(22, 1), Bytes((64 << 20) + 1, 'x'));
        Room room(dir);
        QVERIFY(room.becomes(api::WalletState::unlocked));
        const QString path = dir.filePath("backup");
        const auto refused = room.answerTo(api::BackupWallet{.destination = path.toStdString()});
        QVERIFY(!refused && refused.error().message.find("64 MiB") != std::string::npos);
        QVERIFY(!QFile::exists(path));
    }

    void restore_ofAnotherFile_asksForAWalletBackup() {
        QTemporaryDir dir;
        QFile file(dir.filePath("letter"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("Dear Bob") > 0);
        file.close();
        Room room(dir);
        const auto refused =
            room.answerTo(api::RestoreBackup{.name = "a", .backup_file = file.fileName().toStdString()});
        QVERIFY(!refused && refused.error().code == -8);
        QVERIFY(refused.error().message.starts_with("This file is no wallet backup of Duplex"));
    }
};

DUPLEX_TEST(TestBitcoinFamily)
#include "tst_bitcoin_family.moc"
