#pragma once

#include "core/api/snapshot.h"
#include "ui/models/display.h"

#include <QVariantList>

namespace duplex::ui {

/// State of the whole for the frame around the pages: network, progress of the sync, wallet, warnings.
class StatusModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString networkWords MEMBER m_network_words NOTIFY changed)
    Q_PROPERTY(QString bandText MEMBER m_band_text NOTIFY changed)
    Q_PROPERTY(bool sandbox MEMBER m_sandbox NOTIFY changed)
    Q_PROPERTY(bool ready MEMBER m_ready NOTIFY changed)
    Q_PROPERTY(bool synced MEMBER m_synced NOTIFY changed)
    Q_PROPERTY(QString stageWords MEMBER m_stage_words NOTIFY changed)
    Q_PROPERTY(QString stageCount MEMBER m_stage_count NOTIFY changed)
    Q_PROPERTY(QString stageLeft MEMBER m_stage_left NOTIFY changed)
    Q_PROPERTY(double syncShare MEMBER m_sync_share NOTIFY changed)
    /// Blocks still to be checked: one new block is no reason to say that Duplex catches up.
    Q_PROPERTY(qint64 behind MEMBER m_behind NOTIFY changed)
    Q_PROPERTY(bool upperPeers READ upperPeers NOTIFY changed)
    Q_PROPERTY(QString staleText MEMBER m_stale_text NOTIFY changed)
    Q_PROPERTY(QString wallet MEMBER m_wallet NOTIFY changed)
    Q_PROPERTY(QString walletName MEMBER m_wallet_name NOTIFY changed)
    Q_PROPERTY(bool hasPassword MEMBER m_has_password NOTIFY changed)
    Q_PROPERTY(QString unlockBy MEMBER m_unlock_by NOTIFY changed)
    Q_PROPERTY(QVariantList warnings MEMBER m_warnings NOTIFY changed)
    Q_PROPERTY(QString groundLine MEMBER m_ground_line NOTIFY changed)
    Q_PROPERTY(QString upperLine MEMBER m_upper_line NOTIFY changed)
    Q_PROPERTY(QString dataDirectory MEMBER m_data_directory NOTIFY changed)
    Q_PROPERTY(QString version MEMBER m_version NOTIFY changed)
    Q_PROPERTY(QString nodeId MEMBER m_node_id NOTIFY changed)
    Q_PROPERTY(QString pairName MEMBER m_pair_name NOTIFY changed)

public:
    explicit StatusModel(Display& display, QObject* parent = nullptr);
    void take(const api::StatusSnapshot& status);
    const api::StatusSnapshot& status() const { return m_status; }
    bool synced() const { return m_synced; }
    bool upperPeers() const { return m_status.lightning_peers > 0; }

signals:
    void changed();

private:
    void refresh();
    void writeStage();
    void writeWarnings();
    Display& m_display;
    api::StatusSnapshot m_status;
    bool m_ready = false, m_synced = false, m_sandbox = false, m_has_password = false;
    qint64 m_behind = 0;
    double m_sync_share = 0;
    QString m_network_words, m_band_text, m_stage_words, m_stage_count, m_stage_left, m_stale_text, m_wallet,
        m_wallet_name, m_unlock_by, m_ground_line, m_upper_line, m_data_directory, m_version, m_node_id,
        m_pair_name;
    QVariantList m_warnings;
};

} // namespace duplex::ui
