#include "ui/models/status_model.h"

#include "ui/format/amount_format.h"
#include "ui/format/time_format.h"
#include "ui/models/asker.h"

namespace duplex::ui {

namespace {

QString networkWordsOf(const std::string& network) {
    if (network == "main") return QObject::tr("Main network");
    if (network == "sandbox") return QObject::tr("Sandbox");
    return QObject::tr("Test network %1").arg(textOf(network));
}

QString stageWordsOf(api::SyncStage stage) {
    switch (stage) {
    case api::SyncStage::connecting:
        return QObject::tr("Looking for peers");
    case api::SyncStage::headers:
        return QObject::tr("Checking the chain of block headers");
    case api::SyncStage::filter_headers:
        return QObject::tr("Comparing filter fingerprints among peers");
    case api::SyncStage::filters:
        return QObject::tr("Looking for your payments");
    case api::SyncStage::blocks:
        return QObject::tr("Fetching blocks with your payments");
    case api::SyncStage::synced:
        return QObject::tr("Up to date");
    }
    return {};
}

QString toneOf(api::Warning::Severity severity) {
    switch (severity) {
    case api::Warning::Severity::note:
        return QStringLiteral("plain");
    case api::Warning::Severity::warning:
        return QStringLiteral("warn");
    case api::Warning::Severity::danger:
        return QStringLiteral("bad");
    }
    return {};
}

} // namespace

StatusModel::StatusModel(Display& display, QObject* parent) : QObject(parent), m_display(display) {
    connect(&display, &Display::changed, this, &StatusModel::refresh);
}

void StatusModel::take(const api::StatusSnapshot& status) {
    m_status = status;
    m_ready = true;
    refresh();
}

void StatusModel::refresh() {
    if (!m_ready) return;
    m_network_words = networkWordsOf(m_status.network);
    m_sandbox = m_status.network == "sandbox";
    m_band_text = !m_status.test_network ? QString()
                  : m_sandbox            ? tr("Sandbox: play coins on a private network in this computer")
                                         : tr("%1: coins without worth").arg(m_network_words);
    m_wallet = m_status.wallet == api::WalletState::none     ? QStringLiteral("none")
               : m_status.wallet == api::WalletState::locked ? QStringLiteral("locked")
                                                             : QStringLiteral("unlocked");
    m_wallet_name = textOf(m_status.wallet_name);
    m_has_password = m_status.protected_by_password;
    m_unlock_by = m_status.unlock_by > 0 ? dateTimeText(m_status.unlock_by) : QString();
    m_data_directory = textOf(m_status.data_directory);
    m_version = textOf(m_status.version);
    m_node_id = textOf(m_status.node_id);
    m_pair_name = m_display.nameOf(1) + QStringLiteral(" + ") + m_display.nameOf(2);
    writeStage();
    writeWarnings();
    emit changed();
}

void StatusModel::writeStage() {
    // Without a wallet there is nothing to look for in the blocks: the filters' stage never ends.
    const bool keys = m_status.wallet != api::WalletState::none;
    const bool searching =
        m_status.stage == api::SyncStage::filters || m_status.stage == api::SyncStage::blocks;
    const api::SyncStage stage = searching && !keys ? api::SyncStage::synced : m_status.stage;
    m_synced = stage == api::SyncStage::synced;
    m_stage_words = stageWordsOf(stage);
    const std::int64_t at = std::clamp<std::int64_t>(m_status.stage_done, 0, m_status.target_height);
    const bool counts =
        m_status.target_height > 0 && stage != api::SyncStage::connecting && (keys || !m_synced);
    m_behind = std::max<std::int64_t>(0, m_status.target_height - at);
    m_stage_count = counts ? tr("%1 of %2").arg(grouped(at), grouped(m_status.target_height)) : QString();
    m_stage_left = counts && !m_synced && m_status.stage_left_s
                       ? tr("%1 left").arg(aboutDuration(*m_status.stage_left_s))
                       : QString();
    m_sync_share = counts ? static_cast<double>(at) / static_cast<double>(m_status.target_height) : 0;
    const bool offline = m_status.peers == 0;
    m_stale_text = offline && m_status.complete_to > 0
                       ? tr("No peers. Figures are from block %1. Sending is paused until a peer answers.")
                             .arg(grouped(m_status.complete_to))
                       : QString();
    const std::int64_t height = m_synced && keys ? m_status.complete_to : m_status.header_height;
    m_ground_line =
        height <= 0 && m_status.tip_time == 0 ? m_stage_words
        : m_status.tip_time > 0
            ? tr("Block %1 · %2")
                  .arg(grouped(height),
                       shortDuration(std::max<std::int64_t>(1, m_display.now() - m_status.tip_time)))
            : tr("Block %1").arg(grouped(height));
    m_upper_line = m_status.channels_total == 0
                       ? tr("No channels yet")
                       : tr("%1 of %2 online")
                             .arg(m_status.channels_active)
                             .arg(counted(m_status.channels_total, tr("1 channel"), tr("%1 channels")));
}

void StatusModel::writeWarnings() {
    m_warnings.clear();
    const auto add = [this](const QString& tone, const QString& text, const QString& action = {}) {
        m_warnings.append(QVariantMap{{QStringLiteral("tone"), tone},
                                      {QStringLiteral("text"), text},
                                      {QStringLiteral("action"), action}});
    };
    if (m_status.frozen)
        add(QStringLiteral("bad"),
            tr("Nothing leaves: a write to the disk failed. Free some space, then start Duplex again."));
    if (!m_stale_text.isEmpty()) add(QStringLiteral("warn"), m_stale_text);
    if (m_status.wallet == api::WalletState::locked && m_status.unlock_by > 0)
        add(QStringLiteral("warn"),
            tr("Locked. Unlock by %1: until you do, nobody answers for your channels.").arg(m_unlock_by),
            tr("Unlock"));
    else if (m_status.wallet == api::WalletState::locked)
        add(QStringLiteral("plain"), tr("Locked. Unlock to pay and to see amounts."), tr("Unlock"));
    for (const api::Warning& warning : m_status.warnings) {
        // The top bar says it on every page, in a chip that leads to the settings.
        if (warning.text.find("not protected by a password") != std::string::npos) continue;
        // So does the note above, with the day.
        if (m_status.unlock_by > 0 && warning.text.starts_with("The wallet is locked")) continue;
        add(toneOf(warning.severity), forPeople(warning.text));
    }
}

} // namespace duplex::ui
