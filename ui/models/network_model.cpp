#include "ui/models/network_model.h"

#include "ui/format/amount_format.h"
#include "ui/format/id_format.h"
#include "ui/format/time_format.h"

#include <algorithm>

namespace duplex::ui {

namespace {

constexpr int page_size = 200;

QVariantMap fact(const QString& name, const QString& value, const ledger::Verified& verified,
                 const QString& copy = {}) {
    return {{QStringLiteral("name"), name},
            {QStringLiteral("value"), value},
            {QStringLiteral("badge"), badgeOf(verified)},
            {QStringLiteral("copy"), copy}};
}

} // namespace

NetworkModel::NetworkModel(Asker& asker, Display& display, QObject* parent)
    : QObject(parent), m_asker(asker), m_display(display),
      m_nodes({QStringLiteral("alias"), QStringLiteral("node"), QStringLiteral("channels"),
               QStringLiteral("capacity"), QStringLiteral("seen"), QStringLiteral("badge")}),
      m_channels({QStringLiteral("short_id"), QStringLiteral("from"), QStringLiteral("to"),
                  QStringLiteral("capacity"), QStringLiteral("fee"), QStringLiteral("delay"),
                  QStringLiteral("active"), QStringLiteral("badge")}) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(200);
    connect(&m_pause, &QTimer::timeout, this, &NetworkModel::ask);
}

void NetworkModel::setTab(int tab) {
    if (tab == m_tab) return;
    m_tab = tab;
    ask();
}

void NetworkModel::setSearch(const QString& search) {
    if (search == m_search) return;
    m_search = search;
    m_pause.start();
    emit changed();
}

void NetworkModel::open() {
    ask();
}

void NetworkModel::channelsOf(const QString& node_id) {
    m_search = node_id;
    m_tab = 1;
    ask();
}

void NetworkModel::ask() {
    m_asker.cancel(m_asked);
    m_loading = true;
    m_problem.clear();
    const auto failed = [this](const QString& why) {
        m_loading = false;
        m_problem = why;
        emit changed();
    };
    const std::string text = m_search.trimmed().toStdString();
    if (m_tab == 0) {
        m_asked = m_asker.ask<api::NodeList>(
            api::ListNodes{.search = text, .limit = page_size},
            [this](const api::NodeList& list) { take(list); }, failed);
    } else {
        api::ListChannels request{.limit = page_size};
        (m_search.contains(QLatin1Char('x')) ? request.short_channel_id : request.source) = text;
        m_asked = m_asker.ask<api::GraphChannelList>(
            request, [this](const api::GraphChannelList& list) { take(list); }, failed);
    }
    emit changed();
}

void NetworkModel::take(const api::NodeList& list) {
    m_loading = false;
    m_known = list.nodes;
    std::vector<Row> rows;
    for (const api::NetworkNode& node : list.nodes)
        rows.push_back(
            {textOf(node.node_id),
             {{QStringLiteral("alias"), node.alias.empty() ? tr("No name") : textOf(node.alias)},
              {QStringLiteral("node"), elided(textOf(node.node_id))},
              {QStringLiteral("channels"), grouped(node.channel_count)},
              {QStringLiteral("capacity"), satText(node.capacity_sat)},
              {QStringLiteral("seen"),
               node.last_timestamp > 0 ? agoText(node.last_timestamp, m_display.now()) : tr("not known")},
              {QStringLiteral("badge"), badgeOf(node.verified)}}});
    m_nodes.setRows(std::move(rows));
    m_count_text = list.total > static_cast<int>(list.nodes.size())
                       ? tr("%1 of %2 nodes").arg(grouped(std::ssize(list.nodes)), grouped(list.total))
                       : counted(std::ssize(list.nodes), tr("1 node"), tr("%1 nodes"));
    emit changed();
}

void NetworkModel::take(const api::GraphChannelList& list) {
    m_loading = false;
    std::vector<Row> rows;
    for (const api::GraphChannel& channel : list.channels)
        rows.push_back(
            {textOf(channel.short_channel_id) + QLatin1Char('/') + QString::number(channel.direction),
             {{QStringLiteral("short_id"), textOf(channel.short_channel_id)},
              {QStringLiteral("from"), elided(textOf(channel.source))},
              {QStringLiteral("to"), elided(textOf(channel.destination))},
              {QStringLiteral("capacity"), msatText(channel.amount_msat)},
              {QStringLiteral("fee"),
               tr("%1 + %2 per million")
                   .arg(msatText(channel.base_fee_msat), grouped(channel.fee_per_millionth))},
              {QStringLiteral("delay"), blocksText(channel.delay)},
              {QStringLiteral("active"), channel.active},
              {QStringLiteral("badge"), badgeOf(channel.verified)}}});
    m_channels.setRows(std::move(rows));
    m_count_text = tr("%1, each direction on its own line")
                       .arg(counted(std::ssize(list.channels), tr("1 line"), tr("%1 lines")));
    emit changed();
}

void NetworkModel::select(const QString& node_id) {
    const auto found = std::ranges::find(m_known, node_id.toStdString(), &api::NetworkNode::node_id);
    if (found == m_known.end()) return;
    const api::NetworkNode& node = *found;
    QVariantList facts{fact(tr("Node id"), elided(node_id), node.verified, node_id),
                       fact(tr("Channels"), grouped(node.channel_count), node.verified),
                       fact(tr("Capacity"), satText(node.capacity_sat), node.verified),
                       fact(tr("Last news"),
                            node.last_timestamp > 0 ? dateTimeText(node.last_timestamp) : tr("not known"),
                            node.verified)};
    QString uri;
    for (const auto& [host, port] : node.addresses) {
        const QString address = textOf(host) + QLatin1Char(':') + QString::number(port);
        facts.append(fact(tr("Address"), address, node.verified, address));
        if (uri.isEmpty()) uri = node_id + QLatin1Char('@') + address;
    }
    m_detail = {{QStringLiteral("id"), node_id},
                {QStringLiteral("name"), node.alias.empty() ? tr("No name") : textOf(node.alias)},
                {QStringLiteral("facts"), facts},
                {QStringLiteral("uri"), uri},
                {QStringLiteral("badge"), badgeOf(node.verified)}};
    emit changed();
}

} // namespace duplex::ui
