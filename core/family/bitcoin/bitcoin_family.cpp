#include "core/family/bitcoin/bitcoin_family.h"

#include "core/family/bitcoin/notify.h"
#include "core/family/bitcoin/parts.h"
#include "core/family/bitcoin/static_backup.h"

namespace duplex::family::bitcoin {

namespace {

// What the network brings while it is running normally, and how long its search may take.
constexpr std::int64_t newest_blocks = 6;
constexpr Ticks longest_catch_up = 10s;

/// Requests whose answer rests on what a payment costs now.
template <typename R>
concept AsksForFees = one_of<R, api::EstimateFee, api::SendCoins, api::FundChannel, api::CloseChannel,
                             api::GetQuotes, api::StartMove>;

/// Wallets whose channels are not settled. One that cannot be read says so when it is opened.
std::set<std::string> withChannels(const std::vector<std::string>& names, const std::string& data_directory) {
    std::set<std::string> result;
    for (const std::string& name : names) {
        const auto database = store::Database::open(folderOf(data_directory, name) + "/wallet.sqlite",
                                                    {.vfs = {}, .must_exist = true});
        if (database && ChannelDriver::hasUnresolved(**database)) result.insert(name);
    }
    return result;
}

} // namespace

BitcoinFamily::BitcoinFamily(Options options, Outlet outlet)
    : m_parts(std::make_unique<Parts>(std::move(options), std::move(outlet))) {}
BitcoinFamily::~BitcoinFamily() = default;
std::expected<void, std::string> BitcoinFamily::start() {
    return m_parts->start();
}
void BitcoinFamily::handle(api::Request request, Answered answered) {
    m_parts->handle(std::move(request), std::move(answered));
}

BitcoinFamily::Parts::Parts(Options options, Outlet outlet)
    : m_options(std::move(options)), m_outlet(std::move(outlet)),
      m_network(duplex::bitcoin::parametersOf(m_options.network)), m_pool(std::make_unique<io::WorkerPool>()),
      m_keys(m_options.keyring, [this] { m_turns->end(); }), m_started(secondsOf(io::calendarNow())) {
    m_lightning_outlet = m_outlet;
    m_lightning_outlet.log = m_outlet.log.on(api::LogTopic::lightning);
    m_outlet.log = m_outlet.log.on(api::LogTopic::wallet);
    connect(&m_clock, &QTimer::timeout, this, [this] {
        if (m_relock_at && *m_relock_at <= io::now()) {
            m_relock_at.reset();
            if (m_wallet && m_wallet->facts.protected_by_password) m_wallet->master.reset();
            publishSoon();
        }
        m_keys.tick(io::now());
        if (m_wallet && m_key_due && *m_key_due <= io::now()) openOwnLock();
        wakeWaiters();
        if (m_lightning) m_lightning->tick();
        secondFloorTick();
        notePace();
        m_turns->end();
    });
}

BitcoinFamily::Parts::~Parts() {
    m_pool.reset();
    m_moves.reset();
    m_recovery.reset();
    m_lightning.reset();
    m_client.reset();
}

std::expected<void, std::string> BitcoinFamily::Parts::start() {
    auto store = ChainStore::open(m_options.data_directory);
    if (!store) return std::unexpected(store.error());
    m_store = std::move(*store);
    m_turns = std::make_unique<TurnKeeper>(m_store->database(), [this](const store::WriteError& error) {
        freeze("a write failed: " + error.detail);
    });
    m_client = std::make_unique<LightClientDriver>(m_options, *m_store, *m_turns, chainListener());
    const auto names = walletNames(m_options.data_directory);
    std::string name = !m_options.wallet.empty() ? m_options.wallet
                       : names.size() == 1       ? names.front()
                                                 : std::string();
    // Channels are watched while their wallet is open only. The one that opens anyway need not be looked
    // into.
    auto others = names;
    std::erase(others, name);
    m_unwatched = withChannels(others, m_options.data_directory);
    if (name.empty() && m_unwatched.size() == 1) name = *m_unwatched.begin();
    if (!name.empty()) {
        if (std::ranges::find(names, name) == names.end()) {
            return std::unexpected("There is no wallet '" + name +
                                   "' in this data directory. Leave out --wallet, or create it first.");
        }
        auto wallet = openWallet(m_options.data_directory, name, m_network);
        auto opened = wallet ? open(std::move(*wallet)) : std::unexpected(wallet.error());
        const bool chosen = !m_options.wallet.empty() || names.size() == 1;
        if (!opened && chosen) return opened;
        if (!opened) m_outlet.log("wallet '" + name + "' could not be opened: " + opened.error());
    }
    if (!m_wallet) beginScan();
    m_client->connectToPeers();
    m_clock.start(500);
    publishSoon();
    m_turns->end();
    return {};
}

void BitcoinFamily::Parts::handle(api::Request request, Answered answered) {
    if (!m_frozen.empty()) {
        if (std::holds_alternative<api::GetStatus>(request)) return answered(api::Reply{status()});
        return answered(std::unexpected(
            api::Error{-20, "Nothing was done: Duplex stopped because " + m_frozen +
                                ". Check the disk's space and rights, then start Duplex again."}));
    }
    std::visit(
        [&](const auto& one) {
            if constexpr (AsksForFees<std::decay_t<decltype(one)>>) m_client->wantFees();
            on(one, answered);
        },
        request);
    m_turns->end();
}

// --- the wallet's place in the chain ---

void BitcoinFamily::Parts::beginScan() {
    m_completed.reset();
    if (!m_wallet) {
        m_client->scan(
            {.complete = std::nullopt, .birthday = birthday_not_known, .scripts = {}, .outpoints = {}});
        return;
    }
    const ScanProgress& progress = m_wallet->facts.scan;
    ScanStart start{.complete = std::nullopt,
                    .birthday = progress.birthday(),
                    .scripts = m_wallet->value.watchedScripts(),
                    .outpoints = {}};
    if (progress.completeTo() >= progress.birthday()) start.complete = progress.completeTo();
    for (const auto& outpoint : m_wallet->value.watchedOutpoints()) {
        if (const wallet::Coin* coin = m_wallet->value.coins().find(outpoint))
            start.outpoints.push_back({outpoint, coin->output.script_pubkey});
    }
    for (auto& script : m_lightning->channels.watchedScripts()) start.scripts.push_back(std::move(script));
    for (auto& outpoint : m_lightning->channels.watchedOutpoints())
        start.outpoints.push_back(std::move(outpoint));
    for (auto& outpoint : m_lightning->lost.watchedOutpoints())
        start.outpoints.push_back(std::move(outpoint));
    for (auto& script : m_recovery->watchedScripts()) start.scripts.push_back(std::move(script));
    m_birthday_open = !progress.knowsBirthday();
    m_client->scan(start);
    announcePending();
}

std::expected<void, std::string> BitcoinFamily::Parts::open(std::unique_ptr<OpenWallet> wallet) {
    m_wallet = std::move(wallet);
    m_turns->setWallet(m_wallet->database.get());
    m_lightning = std::make_unique<Lightning>(
        Shell{.options = m_options,
              .network = m_network,
              .turns = *m_turns,
              .client = *m_client,
              .wallet = *m_wallet,
              .outlet = m_lightning_outlet,
              .changed = [this] { publishSoon(); },
              .keep = [this](const wallet::WalletChange& change) { keepAndWatch(change); },
              .backup = [this] { storeChannelBackup(); }});
    auto loaded = m_lightning->channels.load();
    if (loaded) loaded = openSecondFloor();
    if (!loaded) {
        m_moves.reset();
        m_recovery.reset();
        m_lightning.reset();
        m_turns->setWallet(nullptr);
        m_wallet.reset();
        return loaded;
    }
    m_unwatched.erase(m_wallet->name);
    keep(m_wallet->value.settle());
    unwindLeftBlocks();
    beginScan();
    resolveBirthday();
    if (!m_wallet->facts.protected_by_password) openOwnLock();
    publishSoon();
    return {};
}

/// Blocks that the chain left while this wallet was closed, or in a crash between the two commits. What the
/// rows hold above what was verified goes in any case: nobody would tell that such a block left the chain,
/// and one that stands is connected again.
void BitcoinFamily::Parts::unwindLeftBlocks() {
    WalletFacts& facts = m_wallet->facts;
    const light::HeaderView view = m_store->headers();
    const auto stands = [&](const SeenBlock& block) {
        if (block.height.value >= view.count()) return false;
        ByteReader reader(view.bytes.subspan(block.height.value * duplex::bitcoin::header_size,
                                             duplex::bitcoin::header_size));
        return duplex::bitcoin::readHeader(reader).hash() == block.hash;
    };
    const bool left = facts.scan.leaveBranch(stands);
    m_unwound = disconnectFrom({facts.scan.verifiedTo().value + 1});
    m_wallet->value.setTip(facts.scan.verifiedTo());
    if (left) storeFacts(*m_wallet, m_turns->current().wallet());
}

/// The wallet, the channels and what else of the second floor stands in blocks; the transactions that this
/// changed.
std::set<duplex::bitcoin::Txid> BitcoinFamily::Parts::disconnectFrom(duplex::bitcoin::BlockHeight height) {
    m_lightning->channels.blockDisconnected(height);
    secondFloorDisconnected(height);
    auto change = m_wallet->value.disconnectBlock(height);
    keep(change);
    return std::move(change.transactions);
}

/// Most of what was unwound at the opening is found in its block again; only what is not is for the peers.
void BitcoinFamily::Parts::announceUnwound() {
    if (!m_wallet || m_unwound.empty() || !isCaughtUp()) return;
    m_unwound.clear();
    announcePending();
}

/// A new wallet's birthday is a time; its height is known once the headers reach it.
void BitcoinFamily::Parts::resolveBirthday() {
    if (!m_wallet || m_wallet->facts.scan.knowsBirthday()) return;
    // Header times may be two hours off, and a clock that set it a day: as a machine's does that keeps local
    // time for another system. The first payments must not be hidden by it.
    const std::int64_t birth = secondsOf(m_wallet->facts.birthday_time) - 26 * 60 * 60;
    if (chain().height() == 0 || (!isCurrent() && chain().tip().header.time < birth)) return;
    std::uint32_t height = chain().height() + 1;
    while (height > 0 && chain().timeAt(height - 1) >= birth) --height;
    height = std::min(height, chain().height() - std::min(chain().height(), newest_may_change));
    m_wallet->facts.scan.bornAt({std::max(height, m_network.earliest_birthday)});
    m_wallet->value.setTip(m_wallet->facts.scan.completeTo());
    storeFacts(*m_wallet, m_turns->current().wallet());
    m_turns->current().after([this] { beginScan(); });
}

void BitcoinFamily::Parts::announcePending() {
    for (const auto& [txid, entry] : m_wallet->value.history().entries()) {
        if (entry.state == wallet::EntryState::pending && entry.isSignedByUs() && entry.sent.value > 0 &&
            !m_unwound.contains(txid))
            m_client->announce(entry.transaction);
    }
    for (const store::Row& row : m_wallet->database->scan(store::Table::outbox)) {
        if (const auto transaction = duplex::bitcoin::decodeTransaction(row.value))
            m_client->announce(*transaction);
    }
}

bool BitcoinFamily::Parts::isPending(const duplex::bitcoin::Txid& txid) const {
    const wallet::HistoryEntry* entry = m_wallet ? m_wallet->value.history().find(txid) : nullptr;
    return entry != nullptr && entry->state == wallet::EntryState::pending;
}

void BitcoinFamily::Parts::keep(const wallet::WalletChange& change) {
    store(change, *m_wallet, m_turns->current().wallet());
    // What is in a block now, or has lost to another, is announced no more.
    for (const auto& txid : change.transactions) {
        if (isPending(txid)) continue;
        m_turns->current().after([this, txid] {
            if (!isPending(txid)) m_client->withdraw(txid); // the chain may have left its block meanwhile
        });
    }
}

/// For steps outside a block: what they add to the watch list counts from the next block on.
void BitcoinFamily::Parts::keepAndWatch(const wallet::WalletChange& change) {
    keep(change);
    if (!change.watch_list_grew) return;
    m_turns->current().after([this] {
        if (m_wallet)
            m_client->watch(m_wallet->value.watchedScripts(), {},
                            {static_cast<std::uint32_t>(completeHeight()) + 1});
    });
}

void BitcoinFamily::Parts::beginLightning(ByteView bip39_seed) {
    if (!m_lightning || m_lightning->isUp()) return;
    // Channels that exist are looked after whatever the setting says.
    if (m_network.network == duplex::bitcoin::Network::main && !m_options.mainnet_lightning &&
        !m_lightning->channels.isUnresolved() && m_lightning->lost.waiting().empty()) {
        m_lightning_fault =
            "on the main network it is off until you switch it on. It is young software: start "
            "with --mainnet-lightning=1 only with money that you can lose.";
        return;
    }
    const ln::keys::LightningRoot root(bip39_seed);
    m_backup_key = backupKey(root); // before the machines ask for a backup
    m_recovery->begin(root);
    if (const auto begun = m_lightning->begin(bip39_seed); !begun) {
        m_lightning_fault = begun.error();
        m_lightning_outlet.log("it does not begin: " + begun.error());
    }
    publishSoon();
}

// --- events of the light client ---

ChainListener BitcoinFamily::Parts::chainListener() {
    return {
        .connected = [this](const light::BlockConnected& event) { onBlockConnected(event); },
        .rescanned = [this](const light::BlockRescanned& event) { applyBlock(event.height, event.block); },
        .disconnected = [this](const light::BlockDisconnected& event) { onBlockDisconnected(event); },
        .complete = [this](const light::CompleteTo& event) { onComplete(event); },
        .changed =
            [this] {
                resolveBirthday();
                publishSoon();
            },
        .transaction_seen =
            [this](const light::TransactionSeen& seen) {
                if (!m_wallet) return;
                const auto change = m_wallet->value.addRelayed(seen.transaction, io::calendarNow());
                keepAndWatch(change);
                m_lightning->channels.relayed(seen.transaction);
                if (!change.empty()) publishSoon();
            },
        .broadcast_progress = [this](const light::BroadcastProgress&) { publishSoon(); },
        .peer =
            [this](const std::string& address, std::string_view state) {
                tell(m_turns->current(), m_outlet,
                     {.topic = api::Notification::Topic::peer, .id = address, .state = std::string(state)});
            },
        .failed = [this](const std::string& why) { freeze(why); },
        .log = m_outlet.log.on(api::LogTopic::chain),
        .log_net = m_outlet.log.on(api::LogTopic::net),
    };
}

void BitcoinFamily::Parts::onBlockConnected(const light::BlockConnected& event) {
    if (m_wallet) m_wallet->facts.scan.connected({event.height, event.hash});
    if (event.block)
        applyBlock(event.height, *event.block);
    else if (m_wallet) {
        m_wallet->value.setTip(event.height);
        m_lightning->channels.blockConnected(event.height, nullptr);
    }
    tell(m_turns->current(), m_outlet,
         {.topic = api::Notification::Topic::block,
          .id = event.hash.reversedHex(),
          .state = "connected",
          .height = event.height.value});
    publishSoon();
}

void BitcoinFamily::Parts::applyBlock(duplex::bitcoin::BlockHeight height,
                                      const duplex::bitcoin::Block& block) {
    std::int64_t weight = 0;
    for (const auto& transaction : block.transactions) weight += transaction.weight().value;
    m_bodies_seen[height.value] = {static_cast<std::int64_t>(block.transactions.size()), weight};
    wallet::WalletChange change;
    if (m_wallet) {
        change = m_wallet->value.connectBlock(height, block.header.hash(), unixTime(block.header.time),
                                              block.transactions);
        keep(change);
        for (const auto& txid : change.transactions) {
            const wallet::HistoryEntry* entry = m_wallet->value.history().find(txid);
            if (entry == nullptr || entry->state != wallet::EntryState::confirmed) continue;
            tell(m_turns->current(), m_outlet,
                 {.topic = api::Notification::Topic::transaction,
                  .id = txid.reversedHex(),
                  .state = "confirmed",
                  .height = height.value});
        }
        for (const auto& transaction : block.transactions)
            m_turns->current().wallet().erase(store::Table::outbox, transaction.txid());
        m_lightning->channels.blockConnected(height, &block);
        secondFloorConnected(height, block);
    }
    applied(change, height);
}

/// Tells the light client, once the block's effects are stored, that it may go on; new scripts first.
void BitcoinFamily::Parts::applied(const wallet::WalletChange& change, duplex::bitcoin::BlockHeight height) {
    if (change.watch_list_grew && m_wallet) {
        m_wallet->facts.scan.searchFrom(height);
        storeFacts(*m_wallet, m_turns->current().wallet());
    }
    m_turns->current().after([this, grew = change.watch_list_grew, height] {
        if (grew && m_wallet) m_client->watch(m_wallet->value.watchedScripts(), {}, height);
        m_client->blockApplied(height);
        publishSoon();
    });
}

void BitcoinFamily::Parts::onBlockDisconnected(const light::BlockDisconnected& event) {
    m_bodies_seen.erase(event.height.value);
    tell(m_turns->current(), m_outlet,
         {.topic = api::Notification::Topic::block,
          .id = event.hash.reversedHex(),
          .state = "disconnected",
          .height = event.height.value});
    publishSoon();
    if (!m_wallet) return;
    m_wallet->facts.scan.disconnectedFrom(event.height);
    storeFacts(*m_wallet, m_turns->current().wallet());
    for (const auto& [txid, entry] : m_wallet->value.history().entries()) {
        if (!entry.height || *entry.height < event.height) continue;
        tell(m_turns->current(), m_outlet,
             {.topic = api::Notification::Topic::transaction,
              .id = txid.reversedHex(),
              .state = "disconnected",
              .height = entry.height->value});
    }
    for (const auto& txid : disconnectFrom(event.height)) {
        const auto* entry = m_wallet->value.history().find(txid);
        if (entry != nullptr && entry->state == wallet::EntryState::pending && entry->sent.value > 0)
            m_client->announce(entry->transaction);
    }
}

void BitcoinFamily::Parts::onComplete(const light::CompleteTo& event) {
    if (event.agreeing > 0) m_completed = io::calendarNow(); // a peer that is behind says nothing of it
    if (m_wallet && m_wallet->facts.scan.knowsBirthday()) {
        m_wallet->facts.scan.completeTo(event.height);
        storeFacts(*m_wallet, m_turns->current().wallet());
        m_lightning->channels.completeTo(event.height);
        if (isCaughtUp()) keep(m_wallet->value.forgetUnheard(io::calendarNow()));
    }
    m_turns->current().after([this] {
        wakeWaiters();
        announceUnwound();
    });
    publishSoon();
}

void BitcoinFamily::Parts::wakeWaiters() {
    std::vector<Waiter> waiting;
    std::vector<Waiter> ready;
    for (Waiter& waiter : m_waiters) {
        const bool due = completeHeight() >= waiter.height || waiter.until <= io::now();
        (due ? ready : waiting).push_back(std::move(waiter));
    }
    m_waiters = std::move(waiting);
    for (const Waiter& waiter : ready) on(api::GetChain{}, waiter.answered);

    const bool caught_up = isCaughtUp();
    std::vector<Deferred> still;
    std::vector<Deferred> due;
    for (Deferred& deferred : m_deferred)
        (caught_up || deferred.until <= io::now() ? due : still).push_back(std::move(deferred));
    m_deferred = std::move(still);
    for (const Deferred& deferred : due) deferred.then();
}

bool BitcoinFamily::Parts::isCaughtUp() const {
    return m_client->sync().stage() == light::SyncStage::synced &&
           completeHeight() == static_cast<std::int64_t>(chain().height());
}

void BitcoinFamily::Parts::whenCaughtUp(std::function<void()> then) {
    const light::SyncStage stage = m_client->sync().stage();
    const bool searches = stage == light::SyncStage::filter_headers || stage == light::SyncStage::filters ||
                          stage == light::SyncStage::synced;
    const std::int64_t behind = static_cast<std::int64_t>(chain().height()) - completeHeight();
    if (isCaughtUp() || !searches || behind > newest_blocks) return then();
    m_deferred.push_back({io::now() + longest_catch_up, std::move(then)});
}

void BitcoinFamily::Parts::freeze(const std::string& why) {
    if (!m_frozen.empty()) return;
    m_turns->freeze();
    m_frozen = why;
    m_outlet.log.on(api::LogTopic::node)("frozen: " + why);
    m_clock.stop();
    m_outlet.publish(std::make_shared<const api::Snapshot>(status()));
}

// --- answers and snapshots ---

void BitcoinFamily::Parts::answer(const Answered& answered, api::Reply reply) {
    auto shared = std::make_shared<api::Reply>(std::move(reply));
    m_turns->current().after([answered, shared] { answered(std::move(*shared)); });
}

void BitcoinFamily::Parts::fail(const Answered& answered, int code, std::string message) const {
    if (m_frozen.empty()) {
        m_turns->current().after(
            [answered, code, message] { answered(std::unexpected(api::Error{code, message})); });
        return;
    }
    answered(std::unexpected(api::Error{code, std::move(message)}));
}

void BitcoinFamily::Parts::publishSoon() {
    if (m_publish_due) return;
    m_publish_due = true;
    m_turns->current().after([this] {
        // Once a turn of the loop, after all that it brings.
        QTimer::singleShot(0, this, [this] {
            m_publish_due = false;
            // A channel may be usable and closed again between two ticks: a move must have seen it.
            if (m_moves) m_moves->tick();
            publishAll();
            m_turns->end();
        });
    });
}

api::ChannelsSnapshot BitcoinFamily::Parts::channels() const {
    api::ChannelsSnapshot snapshot{.revision = m_revision, .channels = {}};
    if (!m_lightning) return snapshot;
    for (api::ChannelView& view : m_lightning->channels.views())
        if (view.state != "CLOSED") snapshot.channels.push_back(std::move(view));
    snapshot.reserve_needed_sat = m_lightning->channels.reserveNeeded().value;
    return snapshot;
}

void BitcoinFamily::Parts::publishAll() {
    ++m_revision;
    m_outlet.publish(std::make_shared<const api::Snapshot>(status()));
    m_outlet.publish(std::make_shared<const api::Snapshot>(portfolio()));
    m_outlet.publish(std::make_shared<const api::Snapshot>(channels()));
    api::ActivitySnapshot history{.revision = m_revision, .items = activity()};
    if (history.items.size() > 200) history.items.resize(200);
    m_outlet.publish(std::make_shared<const api::Snapshot>(std::move(history)));
    m_outlet.publish(std::make_shared<const api::Snapshot>(movesSnapshot()));
    m_outlet.publish(std::make_shared<const api::Snapshot>(recentBlocks()));
}

} // namespace duplex::family::bitcoin
