#include "ui/models/wallets_model.h"

#include "ui/models/display.h"

namespace duplex::ui {

WalletsModel::WalletsModel(Asker& asker, QObject* parent)
    : QObject(parent), m_asker(asker), m_rows({QStringLiteral("name"), QStringLiteral("open")}) {}

void WalletsModel::takeStatus(const api::StatusSnapshot& status) {
    const std::string open = status.wallet == api::WalletState::none ? std::string() : status.wallet_name;
    if (open == m_open) return;
    m_open = open;
    write();
    refresh(); // a new one may have come
}

void WalletsModel::refresh() {
    m_asker.ask<api::NameList>(api::ListWallets{},
                               [this](const api::NameList& list) {
                                   m_names = list.names;
                                   write();
                               },
                               {});
}

void WalletsModel::write() {
    std::vector<Row> rows;
    for (const std::string& name : m_names)
        rows.push_back({textOf(name),
                        {{QStringLiteral("name"), textOf(name)}, {QStringLiteral("open"), name == m_open}}});
    m_rows.setRows(std::move(rows));
    emit changed();
}

void WalletsModel::finish(const QString& error) {
    m_busy = false;
    m_error = error;
    emit changed();
}

void WalletsModel::open(const QString& name) {
    if (m_busy || !m_open.empty()) return;
    m_busy = true;
    m_error.clear();
    emit changed();
    m_asker.ask<api::Text>(
        api::LoadWallet{name.toStdString()}, [this](const api::Text&) { finish({}); },
        [this](const QString& why) { finish(why); });
}

void WalletsModel::close() {
    if (m_busy || m_open.empty()) return;
    m_busy = true;
    m_error.clear();
    emit changed();
    m_asker.ask<api::Done>(
        api::UnloadWallet{m_open}, [this](const api::Done&) { finish({}); },
        [this](const QString& why) { finish(why); });
}

} // namespace duplex::ui
