// Backups: the static channel backup, the wallet's backup file and its restore.

#include "core/family/bitcoin/parts.h"
#include "core/family/bitcoin/wallet_backup.h"
#include "core/io/entropy.h"
#include "core/io/secret_file.h"
#include "core/io/system_keyring.h"

#include <QFile>
#include <QFileInfo>

namespace duplex::family::bitcoin {

namespace {

constexpr std::int64_t largest_backup = 64 << 20;
constexpr std::string_view damaged_seed =
    "The sealed seed in this backup cannot be opened: wrong passphrase, or "
    "a damaged file.";

std::string_view walletProblemOf(BackupError error) {
    switch (error) {
    case BackupError::malformed:
        return "This file is no wallet backup of Duplex, or it is damaged. Give the file that backupwallet "
               "wrote; a channel backup is for recoverchannel.";
    case BackupError::newer_version:
        return "This wallet backup was written by a newer Duplex. Use that version.";
    case BackupError::other_seed_or_damaged:
        return "This wallet backup is damaged. Give another copy of it.";
    }
    return {};
}

constexpr std::string_view open_backup_warning =
    "This backup is not protected by a password, because the wallet has none: whoever reads the file can "
    "take everything. Keep it where nobody else can read it, or set a password with walletpassphrasechange "
    "(Settings in the window) and make a new backup.";

std::string channelBackupPath(const OpenWallet& wallet) {
    return wallet.folder + "/" + std::string(static_backup_file);
}

bool haveSameChannels(const StaticBackup& one, const StaticBackup& other) {
    return std::ranges::equal(one.channels, other.channels, {}, &BackedUpChannel::id, &BackedUpChannel::id);
}

/// A backup may come from anywhere, so its modes are not asked for.
std::expected<Bytes, std::string> readBackupFile(const std::string& path) {
    QFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::ReadOnly))
        return std::unexpected("The file " + path + " cannot be read: " + file.errorString().toStdString());
    if (file.size() > largest_backup) return std::unexpected(path + " is too large for a backup of Duplex.");
    const QByteArray content = file.readAll();
    return Bytes(content.begin(), content.end());
}

} // namespace

// --- the static channel backup ---

/// Written anew at each opening and closing, after the commit that it follows; a failure is shown until the
/// next one succeeds.
void BitcoinFamily::Parts::storeChannelBackup() {
    if (m_backup_due) return;
    m_backup_due = true;
    m_turns->current().after([this] {
        m_backup_due = false;
        if (!m_wallet || !m_lightning || !m_backup_key) return;
        const std::string path = channelBackupPath(*m_wallet);
        const auto all = m_lightning->channels.all();
        std::map<ln::NodeId, io::Endpoint> addresses;
        std::optional<StaticBackup> before;
        if (const auto file = io::readSecretFile(path)) {
            if (auto opened = openBackup(*m_backup_key, *file)) before = std::move(*opened);
        }
        if (before) {
            for (const BackedUpChannel& channel : before->channels)
                if (channel.endpoint) addresses[channel.peer] = *channel.endpoint;
        }
        if (m_lightning->isUp()) {
            for (const LightningConnection& connection : m_lightning->peers->connected())
                if (connection.outgoing) addresses[connection.node_id] = connection.endpoint;
        }
        std::map<ln::ChannelId, std::optional<io::Endpoint>> endpoints;
        for (const auto& [id, channel] : all) {
            if (const auto found = addresses.find(channel->peer); found != addresses.end())
                endpoints[id] = found->second;
        }
        StaticBackup backup = backupOf(all, endpoints, io::calendarNow());
        for (BackedUpChannel& lost : m_lightning->lost.unresolved())
            backup.channels.push_back(std::move(lost));
        // Its time is that of the last opening or closing: a copy that is older lacks a channel.
        if (before && haveSameChannels(*before, backup)) backup.written = before->written;
        if (before == backup) {
            m_backup_problem.clear();
            return;
        }
        const auto written = io::writeSecretFile(
            path, sealBackup(*m_backup_key, backup, io::randomBytes<24>()), io::Overwrite::replace);
        m_backup_problem = written ? std::string() : written.error().message;
        if (!written) m_outlet.log("the channel backup could not be written: " + written.error().message);
    });
}

void BitcoinFamily::Parts::on(const api::RecoverChannels& request, Answered answered) {
    if (!needWallet(answered)) return;
    if (!m_backup_key)
        return fail(answered, -13, "The wallet is locked: unlock it first with walletpassphrase.");
    if (!m_recovery->watches())
        return fail(
            answered, -4,
            "This wallet was not restored, so it lost no channels. Restore your words into a new wallet "
            "first.");
    std::vector<Bytes> files;
    for (const std::string& hex : request.scb) {
        const auto bytes = fromHex(hex);
        if (!bytes) return fail(answered, -8, "scb: hexadecimal text expected, as staticbackup prints it.");
        files.push_back(*bytes);
    }
    if (!request.file.empty()) {
        const auto file = readBackupFile(request.file);
        if (!file) return fail(answered, -8, file.error());
        files.push_back(*file);
    }
    if (files.empty()) return fail(answered, -8, "Give scb as staticbackup prints it, or the backup's file.");
    StaticBackup found;
    for (const Bytes& file : files) {
        const auto opened = openBackup(*m_backup_key, file);
        if (!opened) return fail(answered, -8, std::string(problemOf(opened.error())));
        found.channels.insert(found.channels.end(), opened->channels.begin(), opened->channels.end());
    }
    const auto alive = m_lightning->channels.all();
    for (const BackedUpChannel& channel : found.channels) {
        if (!alive.contains(channel.id)) continue;
        return fail(answered, -8,
                    "Channel " + channel.id.hex() +
                        " is not lost: this wallet has its state. Nothing was done.");
    }
    m_lightning->lost.add(found);
    storeChannelBackup();
    api::RecoveredChannels reply;
    for (const BackedUpChannel& channel : found.channels) reply.channel_ids.push_back(channel.id.hex());
    answer(answered, std::move(reply));
}

void BitcoinFamily::Parts::on(const api::GetStaticBackup&, Answered answered) {
    if (!needWallet(answered)) return;
    if (!m_backup_key)
        return fail(answered, -13, "The wallet is locked: unlock it first with walletpassphrase.");
    storeChannelBackup(); // the file's newest addresses
    m_turns->current().after([this, answered] {
        if (!m_wallet || !m_backup_problem.empty())
            return answered(std::unexpected(
                api::Error{-4, "The channel backup could not be written: " + m_backup_problem}));
        const std::string path = channelBackupPath(*m_wallet);
        const auto file = io::readSecretFile(path);
        const auto backup = file ? openBackup(*m_backup_key, *file) : std::unexpected(BackupError::malformed);
        if (!backup) return answered(std::unexpected(api::Error{-4, std::string(problemOf(backup.error()))}));
        api::StaticBackup reply{.scb = {}, .file = path, .written_at = secondsOf(backup->written)};
        for (const BackedUpChannel& channel : backup->channels) {
            reply.scb.push_back(toHex(sealBackup(
                *m_backup_key, {.written = backup->written, .channels = {channel}}, io::randomBytes<24>())));
        }
        answered(api::Reply{std::move(reply)});
    });
}

// --- the wallet's backup ---

void BitcoinFamily::Parts::on(const api::BackupWallet& request, Answered answered) {
    if (!needWallet(answered)) return;
    if (!m_backup_key)
        return fail(answered, -13, "The wallet is locked: unlock it first with walletpassphrase.");
    if (request.destination.empty()) return fail(answered, -8, "Say where the backup shall go.");
    std::string path = request.destination;
    if (QFileInfo(QString::fromStdString(path)).isDir()) path += "/" + m_wallet->name + ".duplex-backup";
    const auto seed = io::readSecretFile(m_wallet->folder + "/seed");
    if (!seed) return fail(answered, -4, seed.error().message);
    WalletBackup backup{.network = std::string(m_network.name), .seed_file = *seed, .key = std::nullopt};
    backup.birthday = m_wallet->facts.scan.birthday().value;
    backup.birthday_time = m_wallet->facts.birthday_time;
    backup.key_chain = m_wallet->value.keyChainRow();
    for (const auto& [script, label] : m_wallet->labels)
        backup.labels.emplace_back(script, toBytes(viewOf(label)));
    if (const auto channels = io::readSecretFile(channelBackupPath(*m_wallet)))
        backup.static_backup = *channels;
    const auto write = [this, answered, path, key = *m_backup_key](const WalletBackup& whole) {
        const Bytes file = encodedWalletBackup(key, whole, io::randomBytes<24>());
        if (static_cast<std::int64_t>(file.size()) > largest_backup) // a restore would refuse it
            return fail(answered, -4,
                        "No backup was written: the labels of this wallet make it larger than 64 MiB, which "
                        "no restore takes. Shorten them, or keep the words and the channel backup instead.");
        const auto written = io::writeSecretFile(path, file, io::Overwrite::refuse);
        if (!written) return fail(answered, -4, written.error().message);
        answer(answered,
               api::Text{.text = path, .warning = std::string(whole.key ? open_backup_warning : "")});
    };
    if (m_wallet->facts.protected_by_password) return write(backup);
    m_keys.read(m_wallet->folder, io::now() + m_options.keyring_patience,
                [this, answered, write, backup](const KeyReader::Key& seed_key) mutable {
                    if (!seed_key || seed_key->size() != 32)
                        return fail(answered, -4,
                                    "The key that seals the seed is missing, so no backup was written.");
                    backup.key = *seed_key;
                    write(backup);
                });
}

void BitcoinFamily::Parts::on(const api::RestoreBackup& request, Answered answered) {
    if (!mayMake(request.name, answered)) return;
    const auto file = readBackupFile(request.backup_file);
    if (!file) return fail(answered, -8, file.error());
    const auto head = walletBackupHead(*file);
    if (!head) return fail(answered, -8, std::string(walletProblemOf(head.error())));
    // The words fit every network, but on another one nothing was ever paid to their keys: the wallet would
    // look empty, as if the money were lost.
    if (!head->network.empty() && head->network != m_network.name) {
        const bool known = duplex::bitcoin::networkFromName(head->network).has_value();
        return fail(answered, -8,
                    known ? "This backup is of a wallet on " + head->network + ", and Duplex runs on " +
                                std::string(m_network.name) + ". Nothing was restored. Start Duplex with " +
                                "--network=" + head->network + " to restore it."
                          : "This backup is of a wallet on another network. Nothing was restored.");
    }
    const auto sealed = sealedBy(head->seed_file);
    if (!sealed) return fail(answered, -8, std::string(damaged_seed));
    if (*sealed == SealedBy::random_key) {
        const auto contents =
            head->key && head->key->size() == 32
                ? openSeedWithKey(head->seed_file, crypto::Secret<32>(toArray<32>(*head->key)))
                : std::unexpected(SeedFileError::wrong_key);
        if (!contents) return fail(answered, -8, std::string(damaged_seed));
        return restoreBackup(request, *file, *contents, answered);
    }
    if (request.passphrase.empty())
        return fail(answered, -14,
                    "This backup is sealed with the wallet's passphrase. Give that passphrase.");
    m_pool->run(
        [seed = head->seed_file, password = crypto::SecretBytes(toBytes(viewOf(nfkd(request.passphrase))))] {
            return openSeedWithPassword(seed, password.reveal());
        },
        [this, request = api::RestoreBackup{.name = request.name, .backup_file = request.backup_file},
         file = *file, answered](const std::expected<SeedContents, SeedFileError>& contents) {
            if (contents)
                restoreBackup(request, file, *contents, answered);
            else if (contents.error() == SeedFileError::wrong_password)
                fail(answered, -14, "The wallet passphrase entered was incorrect. Nothing was restored.");
            else
                fail(answered, -8, std::string(damaged_seed));
            m_turns->end();
        });
}

void BitcoinFamily::Parts::restoreBackup(const api::RestoreBackup& request, const Bytes& file,
                                         const SeedContents& contents, const Answered& answered) {
    if (!mayOpen(answered)) return;
    const auto seed = contents.seed();
    const auto master = duplex::bitcoin::keys::ExtendedPrivateKey::fromSeed(seed.reveal());
    const auto accounts = master ? wallet::accountKeysOf(*master, m_network) : std::nullopt;
    const ln::keys::LightningRoot root(seed.reveal());
    const auto backup = decodedWalletBackup(backupKey(root), file);
    if (!backup) return fail(answered, -8, std::string(walletProblemOf(backup.error())));
    if (!accounts) return fail(answered, -4, "No keys can be derived from this seed.");
    WalletFacts facts{.accounts = *accounts, .scan = ScanProgress({backup->birthday})};
    facts.birthday_time = backup->birthday_time;
    facts.protected_by_password = !backup->key;
    store::Changes rows;
    const auto [keys, keys_row] = PaymentKeyRecovery::row(root);
    rows.put(store::Table::meta, keys, keys_row);
    rows.put(store::Table::key_chain, viewOf(key_chain_row), backup->key_chain);
    for (const auto& [script, label] : backup->labels) rows.put(store::Table::labels, script, label);
    std::string problem;
    if (!backup->static_backup.empty()) {
        const auto channels = openBackup(backupKey(root), backup->static_backup);
        if (channels)
            ChannelRecovery::addRows(rows, *channels);
        else
            problem = std::string(problemOf(channels.error())) + " The rest was restored.";
    }
    const auto finish = [this, making = beginMaking(), name = request.name, facts, rows, backup = *backup,
                         master = *master, seed, problem,
                         answered](const std::optional<crypto::Secret<32>>& key_file) {
        *making = false;
        auto made =
            createWallet(m_options.data_directory, name, m_network, facts, backup.seed_file, key_file, rows);
        if (!made) return fail(answered, -4, made.error());
        std::string warning = problem;
        if (!backup.static_backup.empty()) {
            const auto written =
                io::writeSecretFile(channelBackupPath(**made), backup.static_backup, io::Overwrite::replace);
            if (!written) warning = written.error().message;
        }
        if (!facts.protected_by_password) (*made)->master = master;
        if (const auto opened = open(std::move(*made)); !opened) return fail(answered, -4, opened.error());
        beginLightning(seed.reveal());
        if (!facts.protected_by_password && warning.empty()) warning = no_password_warning;
        answer(answered, api::WalletCreated{.name = name, .mnemonic = "", .warning = warning});
    };
    if (facts.protected_by_password) return finish(std::nullopt);
    if (const auto free = checkFolderFor(facts, m_options.data_directory, request.name, m_network); !free)
        return fail(answered, -4, free.error());
    const crypto::Secret<32> key(toArray<32>(*backup->key));
    keepKey(folderOf(m_options.data_directory, request.name), key, finish);
}

void BitcoinFamily::Parts::on(const api::AbortRescan&, Answered answered) {
    if (!needWallet(answered)) return;
    // What was verified before stays verified: the rescan only looked again.
    if (!m_wallet->facts.scan.abortRescan())
        return fail(
            answered, -4,
            "No rescan runs that can end early: one that met addresses not watched before must search "
            "for these to its end.");
    if (m_rescan_aborted) *m_rescan_aborted = true;
    storeFacts(*m_wallet, m_turns->current().wallet());
    m_turns->current().after([this] { beginScan(); });
    answer(answered, api::Done{});
}

} // namespace duplex::family::bitcoin
