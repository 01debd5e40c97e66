#pragma once

#include "ui/models/channels_model.h"
#include "ui/models/explorer_model.h"
#include "ui/models/lock_model.h"
#include "ui/models/move_model.h"
#include "ui/models/network_model.h"
#include "ui/models/onboarding_model.h"
#include "ui/models/portfolio_model.h"
#include "ui/models/receive_model.h"
#include "ui/models/sandbox_model.h"
#include "ui/models/search_model.h"
#include "ui/models/send_model.h"
#include "ui/models/settings_model.h"
#include "ui/models/status_model.h"
#include "ui/models/wallets_model.h"

namespace duplex::ui {

/// All view-models of the window, fed from one session. Pages get it as `app`.
class AppModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QObject* status READ status CONSTANT)
    Q_PROPERTY(QObject* portfolio READ portfolio CONSTANT)
    Q_PROPERTY(QObject* activity READ activity CONSTANT)
    Q_PROPERTY(QObject* send READ send CONSTANT)
    Q_PROPERTY(QObject* receive READ receive CONSTANT)
    Q_PROPERTY(QObject* move READ move CONSTANT)
    Q_PROPERTY(QObject* channels READ channels CONSTANT)
    Q_PROPERTY(QObject* explorer READ explorer CONSTANT)
    Q_PROPERTY(QObject* network READ network CONSTANT)
    Q_PROPERTY(QObject* search READ search CONSTANT)
    Q_PROPERTY(QObject* onboarding READ onboarding CONSTANT)
    Q_PROPERTY(QObject* lock READ lock CONSTANT)
    Q_PROPERTY(QObject* settings READ settings CONSTANT)
    Q_PROPERTY(QObject* sandbox READ sandbox CONSTANT)
    Q_PROPERTY(QObject* wallets READ wallets CONSTANT)
    Q_PROPERTY(bool amountsHidden READ amountsHidden WRITE setAmountsHidden NOTIFY amountsHiddenChanged)
    Q_PROPERTY(bool welcome READ welcome NOTIFY welcomeChanged)
    Q_PROPERTY(QString announcement MEMBER m_announcement NOTIFY announced)
    Q_PROPERTY(QString stopReason MEMBER m_stop_reason NOTIFY stopped)

public:
    /// `look_file`: where the window keeps how it looks; empty keeps nothing.
    AppModel(api::Session& session, const QString& look_file, QObject* parent = nullptr);

    Display& display() { return m_display; }
    StatusModel* status() { return &m_status; }
    PortfolioModel* portfolio() { return &m_portfolio; }
    RowListModel* activity() { return &m_activity; }
    SendModel* send() { return &m_send; }
    ReceiveModel* receive() { return &m_receive; }
    MoveModel* move() { return &m_move; }
    ChannelsModel* channels() { return &m_channels; }
    ExplorerModel* explorer() { return &m_explorer; }
    NetworkModel* network() { return &m_network; }
    SearchModel* search() { return &m_search; }
    OnboardingModel* onboarding() { return &m_onboarding; }
    LockModel* lock() { return &m_lock; }
    SettingsModel* settings() { return &m_settings; }
    SandboxModel* sandbox() { return &m_sandbox; }
    WalletsModel* wallets() { return &m_wallets; }

    bool amountsHidden() const { return m_hidden; }
    void setAmountsHidden(bool hidden);
    /// The welcome stands until there is a wallet, its words were checked, or somebody only looks around.
    bool welcome() const;
    /// The sandbox is a network of its own: the program starts again with it.
    Q_INVOKABLE void startSandbox() { emit sandboxWanted(); }
    /// {title, facts} of one line of the history; empty when it is not among them.
    Q_INVOKABLE QVariantMap activityDetail(const QString& id) const;
    /// Asks for every snapshot once, for a session that published before the window was there.
    void askEverything();

signals:
    void amountsHiddenChanged();
    void welcomeChanged();
    void announced();
    void stopped();
    void sandboxWanted();

private:
    void take(const api::SnapshotPointer& snapshot);
    void take(const api::StatusSnapshot& status);
    void take(const api::ActivitySnapshot& activity);
    void take(const api::ChannelsSnapshot& channels);
    void takeNotification(const api::Notification& notification);
    void hideWhileLocked();
    void forgetWallet();

    Display m_display;
    Asker m_asker;
    Asker m_wallet_asker; // of the open wallet's pages: what it asked is void with another wallet
    StatusModel m_status;
    PortfolioModel m_portfolio;
    RowListModel m_activity;
    SendModel m_send;
    ReceiveModel m_receive;
    MoveModel m_move;
    ChannelsModel m_channels;
    ExplorerModel m_explorer;
    NetworkModel m_network;
    SearchModel m_search;
    OnboardingModel m_onboarding;
    LockModel m_lock;
    SettingsModel m_settings;
    SandboxModel m_sandbox;
    WalletsModel m_wallets;
    std::vector<ledger::Activity> m_items;
    bool m_hidden = false;
    QString m_announcement, m_stop_reason;
};

} // namespace duplex::ui
