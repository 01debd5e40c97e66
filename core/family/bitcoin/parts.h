#pragma once

#include "core/base/variant.h"
#include "core/bitcoin/primitives/block_outputs.h"
#include "core/family/bitcoin/bitcoin_family.h"
#include "core/family/bitcoin/key_reader.h"
#include "core/family/bitcoin/light_client_driver.h"
#include "core/family/bitcoin/lightning.h"
#include "core/family/bitcoin/move_driver.h"
#include "core/family/bitcoin/payment_key_recovery.h"
#include "core/family/bitcoin/sync_pace.h"
#include "core/family/bitcoin/wallet_files.h"
#include "core/io/worker_pool.h"

#include <span>

namespace duplex::family::bitcoin {

using duplex::bitcoin::OutputsByTxid;
using duplex::bitcoin::outputsByTxid;

/// The family's inside: stores, drivers, the open wallet, and one handler a request. Handlers of one group
/// stand in one source file: chain_requests.cpp, wallet_requests.cpp, send_requests.cpp, layer_requests.cpp,
/// payment_requests.cpp.
class BitcoinFamily::Parts : public QObject {
public:
    Parts(Options options, Outlet outlet);
    ~Parts() override;
    std::expected<void, std::string> start();
    void handle(api::Request request, Answered answered);

private:
    // Control and chain.
    void on(const api::GetStatus&, Answered);
    void on(const api::GetPeers&, Answered);
    void on(const api::AddNode&, Answered);
    void on(const api::DisconnectNode&, Answered);
    void on(const api::GetChain&, Answered);
    void on(const api::GetBlockHash&, Answered);
    void on(const api::GetHeader&, Answered);
    void on(const api::GetBlock&, Answered);
    void on(const api::GetBlockFilter&, Answered);
    void on(const api::GetChainTips&, Answered);
    void on(const api::GetRawTransaction&, Answered);
    void on(const api::EstimateFee&, Answered);
    void on(const api::WaitForHeight&, Answered);
    void on(const api::GetBlockFacts&, Answered);
    void on(const api::GetTransactionFacts&, Answered);
    void on(const api::GetRecentBlocks&, Answered);
    void on(const api::GetProvenance&, Answered);
    // Wallet.
    void on(const api::CreateWallet&, Answered);
    void on(const api::LoadWallet&, Answered);
    void on(const api::UnloadWallet&, Answered);
    void on(const api::ListWallets&, Answered);
    void on(const api::GetWalletInfo&, Answered);
    void on(const api::Unlock&, Answered);
    void on(const api::Lock&, Answered);
    void on(const api::ChangePassphrase&, Answered);
    void on(const api::NewAddress&, Answered);
    void on(const api::GetAddressInfo&, Answered);
    void on(const api::ListAddresses&, Answered);
    void on(const api::GetBalances&, Answered);
    void on(const api::ListUnspent&, Answered);
    void on(const api::LockUnspent&, Answered);
    void on(const api::ListLockUnspent&, Answered);
    void on(const api::ListTransactions&, Answered);
    void on(const api::GetWalletTransaction&, Answered);
    void on(const api::SetLabel&, Answered);
    void on(const api::Rescan&, Answered);
    void on(const api::ExportMnemonic&, Answered);
    void on(const api::SendCoins&, Answered);
    void on(const api::SendRaw&, Answered);
    void on(const api::CheckRaw&, Answered);
    // Both layers.
    void on(const api::GetLayers&, Answered);
    void on(const api::GetActivity&, Answered);
    void on(const api::Recognise&, Answered);
    // Lightning.
    void on(const api::GetNode&, Answered);
    void on(const api::Connect&, Answered);
    void on(const api::Disconnect&, Answered);
    void on(const api::ListPeers&, Answered);
    void on(const api::FundChannel&, Answered);
    void on(const api::ListPeerChannels&, Answered);
    void on(const api::CloseChannel&, Answered);
    void on(const api::CreateInvoice&, Answered);
    void on(const api::ListInvoices&, Answered);
    void on(const api::WaitInvoice&, Answered);
    void on(const api::DeleteInvoice&, Answered);
    void on(const api::Pay&, Answered);
    void on(const api::ListPays&, Answered);
    void on(const api::ListFunds&, Answered);
    void on(const api::ListNodes&, Answered);
    void on(const api::ListChannels&, Answered);
    void on(const api::PingPeer&, Answered);
    // Between the layers.
    void on(const api::GetQuotes&, Answered);
    void on(const api::StartMove&, Answered);
    void on(const api::ListMoves&, Answered);
    void on(const api::GetForecast&, Answered);
    // Backup.
    void on(const api::GetStaticBackup&, Answered);
    void on(const api::RecoverChannels&, Answered);
    void on(const api::BackupWallet&, Answered);
    void on(const api::RestoreBackup&, Answered);
    void on(const api::AbortRescan&, Answered);
    /// Answered by the engine before they come here.
    template <one_of<api::StopNode, api::SetLogging, api::SandboxCommand> T>
    void on(const T&, Answered answered) {
        fail(answered, -32601, "This release of Duplex does not do this.");
    }

    // Events of the light client, inside a turn.
    ChainListener chainListener();
    void onBlockConnected(const light::BlockConnected& event);
    void onBlockDisconnected(const light::BlockDisconnected& event);
    void onComplete(const light::CompleteTo& event);
    void applyBlock(duplex::bitcoin::BlockHeight height, const duplex::bitcoin::Block& block);
    void applied(const wallet::WalletChange& change, duplex::bitcoin::BlockHeight height);
    void freeze(const std::string& why);
    void wakeWaiters();
    /// Goes on at once, or, while only the newest blocks are still searched, as soon as that is done; at the
    /// latest after `longest_catch_up`. So what follows a new block at once is not refused for it.
    void whenCaughtUp(std::function<void()> then);
    bool isCaughtUp() const;

    // The wallet that is open.
    void beginScan();
    std::expected<void, std::string> open(std::unique_ptr<OpenWallet> wallet);
    void unwindLeftBlocks();
    std::set<duplex::bitcoin::Txid> disconnectFrom(duplex::bitcoin::BlockHeight height);
    void announceUnwound();
    void resolveBirthday();
    void announcePending();
    bool mayOpen(const Answered& answered) const;
    bool mayMake(const std::string& name, const Answered& answered) const;
    std::shared_ptr<bool> beginMaking();
    void unlockWithSeed(const SeedContents& contents);
    void openOwnLock();
    void keepKey(const std::string& folder, const crypto::Secret<32>& key,
                 std::function<void(const std::optional<crypto::Secret<32>>& key_file)> then);
    bool isPending(const duplex::bitcoin::Txid& txid) const;
    void keep(const wallet::WalletChange& change);
    void keepAndWatch(const wallet::WalletChange& change);
    /// With the first unlock; a fault of it is said by every request that needs Lightning.
    void beginLightning(ByteView bip39_seed);
    bool needWallet(const Answered& answered) const;
    void setLabel(const duplex::bitcoin::Script& script, const std::string& label);
    bool needMaster(const Answered& answered) const;
    /// A wallet is open and its keys were there once since.
    std::optional<api::Error> lightningProblem() const;
    bool needLightning(const Answered& answered) const;
    void withSeed(const std::string& passphrase,
                  std::function<void(std::expected<SeedContents, api::Error>)> then);
    void withOpenSeed(const Answered& answered, std::function<void(const SeedContents&)> then);
    void setFirstPassphrase(const api::ChangePassphrase& request, const Answered& answered);
    void sealedAnew(const std::string& folder, const Bytes& seed_file, const Answered& answered);
    api::WalletTransaction describe(const wallet::HistoryEntry& entry) const;
    std::string labelOf(const wallet::HistoryEntry& entry) const;
    api::AddressInfo describe(const duplex::bitcoin::Script& script, const wallet::KeyPlace* place) const;
    void addReceived(std::span<api::AddressInfo> addresses) const;
    api::Coin describe(const wallet::Coin& coin) const;
    std::expected<duplex::bitcoin::FeeratePerKw, api::Error>
    feerateFor(const api::SendCoins& request, std::string& reason, ledger::Verified& verified) const;

    // What of the second floor the family itself keeps.
    std::expected<void, std::string> openSecondFloor();
    void secondFloorConnected(duplex::bitcoin::BlockHeight height, const duplex::bitcoin::Block& block);
    void secondFloorDisconnected(duplex::bitcoin::BlockHeight height);
    void secondFloorTick();
    void storeChannelBackup();
    void restoreBackup(const api::RestoreBackup& request, const Bytes& file, const SeedContents& contents,
                       const Answered& answered);
    api::LayerView lightningView() const;
    void addDetails(api::ChannelView& view, const ln::channel::Channel& channel) const;
    std::set<duplex::bitcoin::Txid> channelTransactions() const;
    void addSecondFloor(api::StatusSnapshot& status) const;
    std::int64_t smallestDelay() const;
    MoveLabels moveLabels() const;
    api::MovesSnapshot movesSnapshot() const;

    // Labels (bitcoin.md 4).
    ledger::Verified verifiedAt(std::int64_t height, ledger::Evidence evidence) const;
    ledger::Verified balanceVerified() const;
    ledger::Verified ownVerified() const;
    ledger::Verified pendingVerified(const wallet::HistoryEntry& entry) const;
    ledger::Verified verifiedOf(const wallet::HistoryEntry& entry) const;
    ledger::Verified feeVerified() const;

    // Facts.
    std::int64_t completeHeight() const;
    api::HeaderReply headerReply(std::uint32_t height) const;
    std::optional<std::uint32_t> findHeight(const std::string& hash, std::int64_t height,
                                            const Answered& answered) const;
    void withBlock(std::uint32_t height, const Answered& answered,
                   std::function<void(const FetchedBlock&)> then);
    std::vector<api::SpentOutput> spentOutputs(const duplex::bitcoin::Transaction& transaction,
                                               const OutputsByTxid& in_block, std::int64_t height) const;
    ledger::BlockFacts blockFacts(std::uint32_t height) const;
    ledger::TransactionFacts transactionFacts(const duplex::bitcoin::Transaction& transaction,
                                              std::int64_t height, const std::string& block_hash,
                                              const OutputsByTxid& in_block) const;
    /// Of what stands in a block of this height. By the wallet's own tip: a rescan looks again from further
    /// down and makes nothing less deep.
    std::int64_t depthOf(duplex::bitcoin::BlockHeight height) const {
        return std::max<std::int64_t>(completeHeight(), m_wallet->value.tip().value) - height.value + 1;
    }
    StageProgress stageProgress() const;
    void notePace();
    api::StatusSnapshot status() const;
    api::PortfolioSnapshot portfolio() const;
    api::ChannelsSnapshot channels() const;
    std::vector<ledger::Activity> activity() const;
    api::BlocksSnapshot recentBlocks() const;

    void answer(const Answered& answered, api::Reply reply);
    void fail(const Answered& answered, int code, std::string message) const;
    void publishSoon();
    void publishAll();
    const light::HeaderChain& chain() const { return m_client->sync().chain(); }
    bool isCurrent() const;
    bool isSynced() const;

    struct Waiter {
        std::int64_t height = 0;
        Ticks until{};
        Answered answered;
    };

    struct Deferred {
        Ticks until{};
        std::function<void()> then;
    };

    Options m_options;
    Outlet m_outlet;           // logs on the wallet
    Outlet m_lightning_outlet; // the drivers of the second floor
    const duplex::bitcoin::NetworkParameters& m_network;
    std::unique_ptr<ChainStore> m_store;
    std::unique_ptr<TurnKeeper> m_turns;
    std::unique_ptr<LightClientDriver> m_client;
    std::unique_ptr<OpenWallet> m_wallet;
    std::unique_ptr<Lightning> m_lightning; // of m_wallet
    std::string m_lightning_fault;
    std::set<std::string> m_unwatched; // wallets with channels that were not opened in this run
    std::unique_ptr<PaymentKeyRecovery> m_recovery;
    std::unique_ptr<MoveDriver> m_moves;
    std::optional<crypto::Secret<32>> m_backup_key; // from the first unlock on
    bool m_backup_due = false;
    std::string m_backup_problem; // why the channel backup could not be written
    std::shared_ptr<bool> m_rescan_aborted;
    std::unique_ptr<io::WorkerPool> m_pool;
    std::string m_frozen; // why nothing leaves any more
    std::vector<Waiter> m_waiters;
    std::vector<Deferred> m_deferred;
    std::vector<Ticks> m_wrong_passphrases; // of the last minute, the one that is being tried included
    bool m_trying_passphrase = false;
    std::weak_ptr<bool> m_making; // true while a wallet is being made
    KeyReader m_keys;
    std::optional<Ticks> m_key_due; // when the keyring is asked again
    std::string m_key_problem;      // why the open wallet could not open its own lock
    std::string m_opening_lock;     // the folder of the wallet that waits for its key
    std::optional<Ticks> m_relock_at;
    std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>>
        m_bodies_seen; // height -> transactions, weight
    SyncPace m_pace;
    std::optional<Ticks> m_scan_since; // not caught up since then
    QTimer m_clock;
    std::uint64_t m_revision = 0;
    std::int64_t m_started = 0;
    bool m_publish_due = false;
    std::set<duplex::bitcoin::Txid> m_unwound; // at the opening; not announced before the scan is through
    std::optional<UnixTime> m_completed;       // when a peer of this run last agreed on it
    bool m_birthday_open = false;              // the height of the birthday is not known yet
};

/// NFKD, as BIP 39 wants words and passphrases (the api door).
std::string nfkd(const std::string& text);

} // namespace duplex::family::bitcoin
