#pragma once

#include "tests/support/silent_chain_listener.h"
#include "tests/support/test_main.h"

#include "core/base/check.h"
#include "core/family/bitcoin/shell.h"

#include <QTemporaryDir>

namespace duplex::test {

namespace family = duplex::family::bitcoin;

/// What drivers of one open wallet share, in a folder of its own: on regtest with no Bitcoin peer, or with
/// the practice chain that listens at `chain`.
class TestShell {
public:
    explicit TestShell(const std::optional<io::Endpoint>& chain = std::nullopt)
        : m_options(optionsIn(m_dir, chain)), m_shell(build()) {}

    family::Shell& shell() { return m_shell; }
    family::Options& options() { return m_options; }
    std::string folder() const { return m_dir.path().toStdString(); }
    const std::vector<std::string>& log() const { return m_log; }
    const std::vector<api::Notification>& notified() const { return m_notified; }
    bool frozen() const { return m_turns->frozen(); }
    /// Ends the turn, as whoever calls a driver does.
    void end() { m_turns->end(); }

private:
    static family::Options optionsIn(const QTemporaryDir& dir, const std::optional<io::Endpoint>& chain) {
        family::Options options;
        options.network = chain ? duplex::bitcoin::Network::sandbox : duplex::bitcoin::Network::regtest;
        if (chain) options.connect = {*chain};
        options.data_directory = dir.path().toStdString();
        return options;
    }

    family::Shell build() {
        const auto& network = duplex::bitcoin::parametersOf(m_options.network);
        auto store = family::ChainStore::open(folder());
        check(store.has_value(), "a chain store opens in a new folder");
        m_store = std::move(*store);
        m_turns = std::make_unique<family::TurnKeeper>(
            m_store->database(), [this](const store::WriteError& error) { m_log.push_back(error.detail); });
        m_outlet = {.publish = [](const api::SnapshotPointer&) {},
                    .notify = [this](const api::Notification& one) { m_notified.push_back(one); },
                    .log = {[this](api::LogTopic, const std::string& line) { m_log.push_back(line); },
                            api::LogTopic::lightning}};
        m_client = std::make_unique<family::LightClientDriver>(
            m_options, *m_store, *m_turns,
            silentChainListener([this](std::string line) { m_log.push_back(std::move(line)); }));
        const auto master = duplex::bitcoin::keys::ExtendedPrivateKey::fromSeed(Bytes(64, 7));
        const auto accounts = family::wallet::accountKeysOf(*master, network);
        auto wallet = family::createWallet(folder(), "wallet", network, {.accounts = *accounts}, Bytes{1},
                                           std::nullopt);
        check(wallet.has_value(), "a wallet is created in a new folder");
        m_wallet = std::move(*wallet);
        m_wallet->master = *master;
        m_turns->setWallet(m_wallet->database.get());
        return {.options = m_options,
                .network = network,
                .turns = *m_turns,
                .client = *m_client,
                .wallet = *m_wallet,
                .outlet = m_outlet,
                .changed = [] {},
                .keep =
                    [this](const family::wallet::WalletChange& change) {
                        family::store(change, *m_wallet, m_turns->current().wallet());
                    },
                .backup = [] {}};
    }

    QTemporaryDir m_dir;
    family::Options m_options;
    std::vector<std::string> m_log;
    std::vector<api::Notification> m_notified;
    std::unique_ptr<family::ChainStore> m_store;
    std::unique_ptr<family::TurnKeeper> m_turns;
    family::Outlet m_outlet;
    std::unique_ptr<family::LightClientDriver> m_client;
    std::unique_ptr<family::OpenWallet> m_wallet;
    family::Shell m_shell;
};

} // namespace duplex::test
