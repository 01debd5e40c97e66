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
    bool runs = true;
    bool asks_its_user = false; // writes wait until the user has answered
    std::vector<std::function<void()>> waiting;

    io::Keyring keyring() {
        return {.read =
                    [this](QObject* context, const std::string& name, const io::KeyringRead& done) {
                        QTimer::singleShot(0, context, [this, name, done] {
                            const auto found = entries.find(name);
                            if (!runs) return done(std::unexpected(io::KeyringError::absent));
                            if (found == entries.end())
                                return done(std::unexpected(io::KeyringError::not_found));
                            done(found->second);
                        });
                    },
                .write =
                    [this](QObject* context, const std::string& name, ByteView value,
                           const io::KeyringWritten& done) {
                        const auto write = [this, name, bytes = toBytes(value), done] {
                            entries[name] = bytes;
                            done({});
                        };
                        if (asks_its_user)
                            waiting.emplace_back(write);
                        else
                            QTimer::singleShot(0, context, write);
                    },
                .remove = [](QObject*, const std::string&, const io::KeyringWritten&) {}};
    }
};

/// The family alone, without peers, in a folder of its own.
struct Room {
    explicit Room(const QTemporaryDir& dir, std::optional<io::Keyring> keyring = std::nullopt)
        : family({.network = duplex::bitcoin::Network::regtest,
                  .data_directory = dir.path().toStdString(),
                  .connect = {{"127.0.0.1", 1}}, // nobody listens there
                  .stretching = {.memory_kib = 256, .passes = 1, .lanes = 1},
                  .keyring = std::move(keyring),
                  .keyring_retry = Ticks{1}},
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
        desktop.runs = false;
        Room room(dir, desktop.keyring());
        QVERIFY(room.becomes(api::WalletState::locked));
        QVERIFY(QTest::qWaitFor([&] { return room.warnsOf("system keyring"); }, patience_ms));
        const auto refused = room.answerTo(api::Unlock{});
        QVERIFY(!refused && refused.error().message.find("Unlock the keyring") != std::string::npos);
        desktop.runs = true;
        QVERIFY(room.becomes(api::WalletState::unlocked)); // by itself
        QVERIFY(!room.warnsOf("system keyring"));
        QCOMPARE(room.answerTo(api::Unlock{}).error().code, -15); // nothing to unlock any more
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
        Room room(dir, desktop.keyring());
        QVERIFY(room.becomes(api::WalletState::unlocked));
    }

    // Channels are watched while their wallet is open: it opens by itself, and if it cannot, that is said.
    void walletWithChannels_isNotLeftClosedSilently() {
        QTemporaryDir dir;
        const Bytes channel = test::golden("lightning/channel_v1_normal.hex", {});
        QVERIFY(!channel.empty());
        const auto putChannel = [&](const std::string& name, const Bytes& row) {
            auto database = store::Database::open(folderOf(dir.path().toStdString(), name) + "/wallet.sqlite",
                                                  {.vfs = {}, .must_exist = true});
            if (!database) qFatal("the database does not open");
            store::Changes changes;
            changes.put(store::Table::channels, Bytes(32, 1), row);
            if (!(*database)->commit(changes)) qFatal("the row is not written");
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
};

DUPLEX_TEST(TestBitcoinFamily)
#include "tst_bitcoin_family.moc"
