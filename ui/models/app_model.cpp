#include "ui/models/app_model.h"

#include "core/base/variant.h"
#include "ui/format/amount_format.h"
#include "ui/models/activity_rows.h"

#include <algorithm>

namespace duplex::ui {

AppModel::AppModel(api::Session& session, const QString& look_file, QObject* parent)
    : QObject(parent), m_asker(session), m_wallet_asker(session), m_status(m_display), m_portfolio(m_display),
      m_activity(activityRoles()), m_send(m_wallet_asker, m_display, m_portfolio),
      m_receive(m_wallet_asker, m_display, m_portfolio), m_move(m_wallet_asker, m_display, m_portfolio),
      m_channels(m_wallet_asker, m_display), m_explorer(m_asker, m_display), m_network(m_asker, m_display),
      m_search(m_asker, m_display), m_onboarding(m_asker), m_lock(m_asker),
      m_settings(m_wallet_asker, m_display, look_file), m_sandbox(m_asker), m_wallets(m_asker) {
    connect(&session, &api::Session::published, this,
            [this](const api::SnapshotPointer& snapshot) { take(snapshot); });
    connect(&session, &api::Session::notified, this,
            [this](const api::Notification& notification) { takeNotification(notification); });
    connect(&session, &api::Session::stopped, this, [this](const QString& reason) {
        m_stop_reason = reason;
        emit stopped();
    });
    connect(&m_display, &Display::changed, this,
            [this] { m_activity.setRows(activityRows(m_items, m_display)); });
    connect(&m_status, &StatusModel::changed, this, &AppModel::welcomeChanged);
    connect(&m_onboarding, &OnboardingModel::changed, this, &AppModel::welcomeChanged);
}

bool AppModel::welcome() const {
    if (m_onboarding.active()) return true;
    return m_status.status().wallet == api::WalletState::none &&
           !m_onboarding.property("lookAround").toBool() && m_onboarding.step() != QLatin1String("done");
}

void AppModel::setAmountsHidden(bool hidden) {
    if (hidden == m_hidden) return;
    m_hidden = hidden;
    hideWhileLocked();
    emit amountsHiddenChanged();
}

void AppModel::hideWhileLocked() {
    m_display.setHidden(m_hidden || m_status.status().wallet == api::WalletState::locked);
}

void AppModel::askEverything() {
    m_wallets.refresh();
    m_asker.ask<api::StatusSnapshot>(api::GetStatus{},
                                     [this](const api::StatusSnapshot& status) { take(status); }, {});
    m_asker.ask<api::PortfolioSnapshot>(
        api::GetLayers{}, [this](const api::PortfolioSnapshot& portfolio) { m_portfolio.take(portfolio); },
        {});
    m_asker.ask<api::ActivityList>(
        api::GetActivity{200, 0, {}},
        [this](const api::ActivityList& list) { take(api::ActivitySnapshot{.items = list.items}); }, {});
    m_asker.ask<api::ChannelList>(
        api::ListPeerChannels{},
        [this](const api::ChannelList& list) { take(api::ChannelsSnapshot{.channels = list.channels}); }, {});
    m_asker.ask<api::MoveList>(api::ListMoves{},
                               [this](const api::MoveList& list) {
                                   m_move.take(api::MovesSnapshot{.moves = list.moves});
                                   m_portfolio.take(api::MovesSnapshot{.moves = list.moves});
                               },
                               {});
    m_asker.ask<api::BlockStrip>(api::GetRecentBlocks{},
                                 [this](const api::BlockStrip& strip) {
                                     m_explorer.take(api::BlocksSnapshot{.blocks = strip.blocks});
                                 },
                                 {});
}

void AppModel::take(const api::ChannelsSnapshot& channels) {
    m_channels.take(channels);
    m_move.take(channels);
    m_search.take(channels);
}

void AppModel::take(const api::SnapshotPointer& snapshot) {
    if (snapshot == nullptr) return;
    std::visit(overloaded{[this](const api::StatusSnapshot& status) { take(status); },
                          [this](const api::PortfolioSnapshot& portfolio) { m_portfolio.take(portfolio); },
                          [this](const api::ActivitySnapshot& activity) { take(activity); },
                          [this](const api::ChannelsSnapshot& channels) { take(channels); },
                          [this](const api::MovesSnapshot& moves) {
                              m_move.take(moves);
                              m_portfolio.take(moves);
                          },
                          [this](const api::BlocksSnapshot& blocks) { m_explorer.take(blocks); }},
               *snapshot);
}

void AppModel::take(const api::StatusSnapshot& status) {
    const bool had = m_status.status().wallet != api::WalletState::none;
    const bool same =
        status.wallet != api::WalletState::none && status.wallet_name == m_status.status().wallet_name;
    m_status.take(status);
    if (had && !same) forgetWallet();
    m_wallets.takeStatus(status);
    if (had && status.wallet == api::WalletState::none) m_onboarding.startAgain(); // it was closed
    m_portfolio.takeStatus(status);
    m_send.takeStatus(status);
    m_channels.takeStatus(status);
    m_settings.takeStatus(status);
    hideWhileLocked();
}

// An address, a review or a message of one wallet must not stand on a page of another.
void AppModel::forgetWallet() {
    m_wallet_asker.forget();
    m_send.clear();
    m_receive.forget();
    m_move.forget();
    m_channels.forget();
    m_settings.forget();
}

void AppModel::take(const api::ActivitySnapshot& activity) {
    m_items = activity.items;
    m_activity.setRows(activityRows(m_items, m_display));
    m_search.take(activity);
}

QVariantMap AppModel::activityDetail(const QString& id) const {
    const auto found = std::ranges::find(m_items, id.toStdString(), &ledger::Activity::id);
    const Row* row = m_activity.find(id);
    if (found == m_items.end() || row == nullptr) return {};
    return {{QStringLiteral("title"), row->cells.value(QStringLiteral("title"))},
            {QStringLiteral("facts"), activityFacts(*found, m_display)}};
}

// Said once, politely; countdowns are not read out.
void AppModel::takeNotification(const api::Notification& notification) {
    m_receive.take(notification);
    m_send.take(notification);
    using Topic = api::Notification::Topic;
    const QString state = textOf(notification.state);
    if (notification.topic == Topic::block && notification.state == "connected")
        m_announcement = tr("Block %1").arg(grouped(notification.height));
    else if (notification.topic == Topic::payment || notification.topic == Topic::move)
        m_announcement = notification.amount_msat != 0
                             ? tr("Payment of %1: %2").arg(m_display.msat(notification.amount_msat), state)
                             : tr("Move: %1").arg(state);
    else
        return;
    emit announced();
}

} // namespace duplex::ui
