#include "ui/models/settings_model.h"

#include "ui/format/amount_format.h"
#include "ui/format/id_format.h"
#include "ui/format/time_format.h"

#include <QGuiApplication>
#include <QPalette>
#include <QSettings>
#include <QUrl>

#include <algorithm>

namespace duplex::ui {

namespace {

QVariantMap tile(const QString& title, const QString& words, bool good) {
    return {
        {QStringLiteral("title"), title}, {QStringLiteral("words"), words}, {QStringLiteral("good"), good}};
}

/// What a file dialog gave, as a path.
std::string pathOf(const QString& file) {
    return (file.startsWith(QLatin1String("file:")) ? QUrl(file).toLocalFile() : file).toStdString();
}

} // namespace

SettingsModel::SettingsModel(Asker& asker, Display& display, QString file, QObject* parent)
    : QObject(parent), m_asker(asker), m_display(display),
      m_file(file.isEmpty() ? nullptr : std::make_unique<QSettings>(file, QSettings::IniFormat)),
      m_peers({QStringLiteral("level"), QStringLiteral("name"), QStringLiteral("height_text"),
               QStringLiteral("ping"), QStringLiteral("full"), QStringLiteral("manual")}) {
    if (m_file != nullptr) {
        m_theme = std::clamp(m_file->value(QStringLiteral("theme"), 0).toInt(), 0, 2);
        m_reduce_motion = m_file->value(QStringLiteral("reduce_motion"), false).toBool();
        m_font_percent = std::clamp(m_file->value(QStringLiteral("font_percent"), 100).toInt(), 100, 200);
    }
}

SettingsModel::~SettingsModel() = default;

void SettingsModel::save(const QString& key, const QVariant& value) {
    if (m_file != nullptr) m_file->setValue(key, value);
    emit lookChanged();
}

void SettingsModel::setTheme(int theme) {
    m_theme = theme;
    save(QStringLiteral("theme"), theme);
}

void SettingsModel::setReduceMotion(bool reduce) {
    m_reduce_motion = reduce;
    save(QStringLiteral("reduce_motion"), reduce);
}

void SettingsModel::setFontPercent(int percent) {
    m_font_percent = std::clamp(percent, 100, 200);
    save(QStringLiteral("font_percent"), m_font_percent);
}

// Qt 6.4 has no colour scheme hint: the palette tells.
bool SettingsModel::dark() const {
    return m_theme == 2 ||
           (m_theme == 0 && QGuiApplication::palette().color(QPalette::Window).lightness() < 128);
}

void SettingsModel::open() {
    m_shown = true;
    askPeers();
    askBackup();
}

void SettingsModel::askBackup() {
    m_asking_backup = true;
    m_asker.ask<api::StaticBackup>(
        api::GetStaticBackup{},
        [this](const api::StaticBackup& backup) {
            m_asking_backup = false;
            m_backup_written = backup.written_at;
            writeSafety();
        },
        [this](const QString&) {
            m_asking_backup = false;
            m_backup_written.reset();
            writeSafety();
        });
}

void SettingsModel::takeStatus(const api::StatusSnapshot& status) {
    const bool moved = status.header_height != m_status.header_height || status.peers != m_status.peers ||
                       status.lightning_peers != m_status.lightning_peers;
    const bool backed_up =
        status.wallet != m_status.wallet || status.channels_total != m_status.channels_total;
    m_status = status;
    writeSafety();
    if (m_shown && moved) askPeers(); // what they had when the page was opened is old by now
    if (m_shown && backed_up) askBackup();
}

QString SettingsModel::savedKey() const {
    return QStringLiteral("backup_file/") + textOf(m_status.network) + QLatin1Char('/') +
           textOf(m_status.wallet_name);
}

std::int64_t SettingsModel::savedAt() const {
    if (const auto found = m_saved.find(savedKey()); found != m_saved.end()) return found->second;
    return m_file == nullptr ? 0 : m_file->value(savedKey(), 0).toLongLong();
}

QVariantList SettingsModel::channelTiles() const {
    const QString title = tr("Channel backup"), elsewhere = tr("Second place");
    if (!m_backup_written) {
        const QString why = m_asking_backup ? tr("Looking")
                            : m_status.wallet == api::WalletState::locked
                                ? tr("Not known while the wallet is locked")
                                : tr("Not known");
        return {tile(title, why, m_asking_backup), tile(elsewhere, why, m_asking_backup)};
    }
    // The file that Duplex writes by itself goes with the disk. One that is older than the last opening or
    // closing lacks a channel.
    const bool second = savedAt() > 0 && savedAt() >= *m_backup_written;
    return {tile(title, tr("Saved by itself, %1").arg(dateTimeText(*m_backup_written)), true),
            tile(elsewhere,
                 second ? tr("You saved a backup file, %1").arg(dateTimeText(savedAt()))
                        : tr("The channel backup is only on this disk. Save a backup file below, onto "
                             "another one."),
                 second)};
}

void SettingsModel::writeSafety() {
    const bool password = m_status.protected_by_password;
    m_safety = {tile(tr("Words"), tr("Your words bring back everything on L1. Keep them on paper."), true),
                tile(tr("Password"),
                     password ? tr("The keys are sealed on this disk.")
                              : tr("Not protected by a password. Set one below, under Lock and backup."),
                     password)};
    if (m_status.channels_total > 0) m_safety << channelTiles();
    m_safety.append(tile(tr("Disk"),
                         m_status.frozen ? tr("A write failed. Nothing leaves.")
                                         : tr("Every step is stored before it is sent."),
                         !m_status.frozen));
    const auto todo = std::ranges::count_if(m_safety, [](const QVariant& entry) {
        return !entry.toMap().value(QStringLiteral("good")).toBool();
    });
    m_safety_text = todo == 0 ? tr("All good") : counted(todo, tr("1 thing to do"), tr("%1 things to do"));
    emit changed();
}

void SettingsModel::askPeers() {
    m_asker.ask<api::PeerList>(
        api::GetPeers{},
        [this](const api::PeerList& list) {
            m_ground_peers.clear();
            for (const api::PeerFacts& peer : list.peers)
                m_ground_peers.push_back(
                    {QStringLiteral("1:") + QString::number(peer.id),
                     {{QStringLiteral("level"), 1},
                      {QStringLiteral("name"), textOf(peer.address)},
                      {QStringLiteral("height_text"), peer.synced_headers >= 0
                                                          ? grouped(peer.synced_headers)
                                                          : grouped(peer.starting_height)},
                      {QStringLiteral("ping"),
                       peer.ping_us >= 0 ? tr("%1 ms").arg(peer.ping_us / 1000) : QStringLiteral("–")},
                      {QStringLiteral("full"), textOf(peer.address)},
                      {QStringLiteral("manual"), true}}});
            writePeers();
        },
        {});
    m_asker.ask<api::LightningPeerList>(
        api::ListPeers{},
        [this](const api::LightningPeerList& list) {
            m_upper_peers.clear();
            for (const api::LightningPeer& peer : list.peers)
                m_upper_peers.push_back(
                    {QStringLiteral("2:") + textOf(peer.node_id),
                     {{QStringLiteral("level"), 2},
                      {QStringLiteral("name"), elided(textOf(peer.node_id))},
                      {QStringLiteral("height_text"), peer.connected ? tr("online") : tr("no answer")},
                      {QStringLiteral("ping"),
                       counted(peer.channel_count, tr("1 channel"), tr("%1 channels"))},
                      {QStringLiteral("full"), textOf(peer.node_id)},
                      {QStringLiteral("manual"), false}}});
            writePeers();
        },
        {});
}

void SettingsModel::writePeers() {
    std::vector<Row> rows = m_ground_peers;
    rows.insert(rows.end(), m_upper_peers.begin(), m_upper_peers.end());
    m_peers.setRows(std::move(rows));
    m_peers_text = tr("%1 on L1, %2 on L2").arg(m_ground_peers.size()).arg(m_upper_peers.size());
    emit changed();
}

void SettingsModel::forgetMessages() {
    m_message.clear();
    m_error.clear();
    emit changed();
}

void SettingsModel::forget() {
    forgetWords();
    m_asking_backup = false; // the question went with the wallet
    m_backup_written.reset();
    m_upper_peers.clear();
    writePeers();
    writeSafety();
    forgetMessages();
    if (m_shown) open();
}

void SettingsModel::sayNoPassword() {
    forgetMessages();
    m_error = tr("Nothing was locked: this wallet has no password. Set one under Lock and backup.");
    emit changed();
}

void SettingsModel::addPeer(const QString& address) {
    forgetMessages();
    m_asker.ask<api::Done>(
        api::AddNode{address.trimmed().toStdString(), api::AddNode::What::add},
        [this, address](const api::Done&) {
            m_message = tr("%1 is tried from now on.").arg(address.trimmed());
            askPeers();
            emit changed();
            emit peerAdded();
        },
        [this](const QString& why) {
            m_error = why;
            emit changed();
        });
}

void SettingsModel::removePeer(const QString& address) {
    forgetMessages();
    m_asker.ask<api::Done>(
        api::DisconnectNode{.address = address.toStdString()}, [this](const api::Done&) { askPeers(); },
        [this](const QString& why) {
            m_error = why;
            emit changed();
        });
}

void SettingsModel::recoverChannels(const QString& file) {
    forgetMessages();
    m_asker.ask<api::RecoveredChannels>(
        api::RecoverChannels{.file = pathOf(file)},
        [this](const api::RecoveredChannels& found) {
            m_message = tr("Channels in this backup: %1. Their partners are asked to close them; keep Duplex "
                           "running.")
                            .arg(found.channel_ids.size());
            emit changed();
        },
        [this](const QString& why) {
            m_error = why;
            emit changed();
        });
}

void SettingsModel::backup(const QString& destination) {
    forgetMessages();
    m_asker.ask<api::Text>(
        api::BackupWallet{pathOf(destination)},
        [this](const api::Text& written) {
            m_message = tr("Backup written to %1").arg(textOf(written.text));
            if (!written.warning.empty()) m_message += QLatin1String(". ") + forPeople(written.warning);
            m_saved[savedKey()] = m_display.now();
            if (m_file != nullptr) m_file->setValue(savedKey(), static_cast<qlonglong>(m_display.now()));
            writeSafety();
            emit changed();
        },
        [this](const QString& why) {
            m_error = why;
            emit changed();
        });
}

void SettingsModel::changePassword(const QString& old_password, const QString& password,
                                   const QString& again) {
    forgetMessages();
    if (password != again) {
        m_error = tr("The two passwords differ. Type them again.");
        emit changed();
        return;
    }
    m_asker.ask<api::Done>(
        api::ChangePassphrase{old_password.toStdString(), password.toStdString()},
        [this, first = !m_status.protected_by_password](const api::Done&) {
            m_message = first ? tr("The wallet has a password now, and is locked. Unlock it to pay.")
                              : tr("The password was changed.");
            emit changed();
            emit passwordChanged();
        },
        [this](const QString& why) {
            m_error = why;
            emit changed();
        });
}

void SettingsModel::showWords(const QString& password) {
    forgetMessages();
    m_asker.ask<api::Mnemonic>(
        api::ExportMnemonic{password.toStdString()},
        [this](const api::Mnemonic& mnemonic) {
            m_words = textOf(mnemonic.words).split(QLatin1Char(' '), Qt::SkipEmptyParts);
            if (mnemonic.has_passphrase)
                m_words_lack =
                    tr("These words alone do not bring this wallet back: it also has a passphrase of "
                       "its own (BIP 39), given when it was made. Keep that one too.");
            emit changed();
        },
        [this](const QString& why) {
            m_error = why;
            emit changed();
        });
}

void SettingsModel::forgetWords() {
    m_words.clear();
    m_words_lack.clear();
    emit changed();
}

} // namespace duplex::ui
