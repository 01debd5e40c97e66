#include "ui/models/channels_model.h"

#include "ui/format/amount_format.h"
#include "ui/format/id_format.h"
#include "ui/format/time_format.h"

#include <QUuid>

#include <algorithm>

namespace duplex::ui {

namespace {

QVariantMap fact(const QString& name, const QString& value, const ledger::Verified* verified = nullptr,
                 const QString& copy = {}) {
    return {{QStringLiteral("name"), name},
            {QStringLiteral("value"), value},
            {QStringLiteral("badge"), verified == nullptr ? QVariant() : QVariant(badgeOf(*verified))},
            {QStringLiteral("copy"), copy}};
}

QVariantMap part(const char* kind, std::int64_t msat) {
    return {{QStringLiteral("kind"), QString::fromLatin1(kind)},
            {QStringLiteral("share"), static_cast<double>(msat)}};
}

QString nameOf(const api::ChannelView& channel) {
    return channel.node_alias.empty() ? elided(textOf(channel.node_id)) : textOf(channel.node_alias);
}

bool usable(const api::ChannelView& channel) {
    return channel.state == "CHANNELD_NORMAL";
}

bool closed(const api::ChannelView& channel) {
    return channel.state == "CLOSED";
}

std::int64_t reserveMsat(const api::ChannelView& channel) {
    return std::min(channel.our_reserve_sat * 1000, channel.ours_msat);
}

} // namespace

ChannelsModel::ChannelsModel(Asker& asker, Display& display, QObject* parent)
    : QObject(parent), m_asker(asker), m_display(display),
      m_rows({QStringLiteral("name"), QStringLiteral("status"), QStringLiteral("tone"),
              QStringLiteral("note"), QStringLiteral("capacity"), QStringLiteral("send"),
              QStringLiteral("receive"), QStringLiteral("parts"), QStringLiteral("picture"),
              QStringLiteral("selected")}) {
    connect(&display, &Display::changed, this, &ChannelsModel::refresh);
}

void ChannelsModel::take(const api::ChannelsSnapshot& channels) {
    m_channels = channels;
    if (current() == nullptr) {
        m_selected = channels.channels.empty() ? QString() : textOf(channels.channels.front().channel_id);
        m_forecast.clear();
        askForecast();
    }
    refresh();
}

const api::ChannelView* ChannelsModel::current() const {
    const auto found =
        std::ranges::find(m_channels.channels, m_selected.toStdString(), &api::ChannelView::channel_id);
    return found == m_channels.channels.end() ? nullptr : &*found;
}

void ChannelsModel::select(const QString& id) {
    if (id == m_selected) return;
    m_selected = id;
    m_forecast.clear();
    forgetMessages();
    askForecast();
    refresh();
}

void ChannelsModel::forgetMessages() {
    m_error.clear();
    m_message.clear();
    m_open_error.clear();
    emit changed();
}

void ChannelsModel::askForecast() {
    m_asker.cancel(m_asked);
    if (m_selected.isEmpty()) return;
    m_asked = m_asker.ask<api::Forecast>(
        api::GetForecast{m_selected.toStdString()},
        [this](const api::Forecast& forecast) {
            QVariantList outputs;
            for (const api::ForecastOutput& output : forecast.outputs) {
                const QString who = output.who == "you" ? tr("You") : tr("Partner");
                const QString delay = output.delay_blocks > 0
                                          ? tr("waits %1").arg(blocksText(output.delay_blocks))
                                          : tr("at once");
                outputs.append(QVariantMap{{QStringLiteral("who"), who},
                                           {QStringLiteral("what"), textOf(output.what)},
                                           {QStringLiteral("amount"), m_display.sat(output.amount_sat)},
                                           {QStringLiteral("delay"), delay}});
            }
            m_forecast = {
                {QStringLiteral("back"), tr("You get back about %1").arg(m_display.sat(forecast.yours_sat))},
                {QStringLiteral("waits"),
                 forecast.delay_blocks > 0
                     ? tr("Money waits %1, %2")
                           .arg(blocksText(forecast.delay_blocks), aboutDuration(forecast.delay_s))
                     : tr("Nothing waits")},
                {QStringLiteral("waitsShort"), tr("waits %1").arg(blocksText(forecast.delay_blocks))},
                {QStringLiteral("until"), forecast.delay_s > 0
                                              ? dayText(m_display.now() + forecast.delay_s, m_display.now())
                                              : QString()},
                {QStringLiteral("costs"),
                 tr("Costs %1 to close, %2 to collect")
                     .arg(satText(forecast.commitment_fee_sat), satText(forecast.claim_fee_sat))},
                {QStringLiteral("lost"),
                 forecast.lost_to_dust_sat > 0
                     ? tr("%1 are too small to collect").arg(satText(forecast.lost_to_dust_sat))
                     : QString()},
                {QStringLiteral("outputs"), outputs},
                {QStringLiteral("badge"), badgeOf(forecast.verified)}};
            emit changed();
        },
        {});
}

QVariantList ChannelsModel::partsOf(const api::ChannelView& channel) const {
    const std::int64_t reserve = reserveMsat(channel);
    const std::int64_t moving = channel.in_flight_in_msat + channel.in_flight_out_msat;
    if (m_display.hidden()) return {};
    return {part("solid", channel.ours_msat - reserve), part("hatched", moving), part("locked", reserve),
            part("pale", channel.theirs_msat)};
}

Row ChannelsModel::rowOf(const api::ChannelView& channel) const {
    const bool normal = usable(channel);
    const QString status = !normal             ? textOf(channel.state_words)
                           : channel.connected ? tr("Online")
                                               : tr("Offline");
    const QString note = channel.htlc_count > 0 ? counted(channel.htlc_count, tr("1 payment on the way"),
                                                          tr("%1 payments on the way"))
                         : normal && !channel.announced ? tr("Private channel")
                                                        : QString();
    const QString send = tr("Send up to %1").arg(m_display.msat(channel.spendable_msat));
    const QString receive = tr("Receive up to %1").arg(m_display.msat(channel.receivable_msat));
    return {textOf(channel.channel_id),
            {{QStringLiteral("name"), nameOf(channel)},
             {QStringLiteral("status"), status},
             {QStringLiteral("tone"), normal && channel.connected ? QStringLiteral("ok")
                                      : closed(channel)           ? QStringLiteral("plain")
                                                                  : QStringLiteral("warn")},
             {QStringLiteral("note"), note},
             {QStringLiteral("capacity"), m_display.sat(channel.capacity_sat)},
             {QStringLiteral("send"), send},
             {QStringLiteral("receive"), receive},
             {QStringLiteral("parts"), partsOf(channel)},
             {QStringLiteral("picture"), nameOf(channel) + QStringLiteral(", ") + status +
                                             QStringLiteral(", ") + send + QStringLiteral(", ") + receive},
             {QStringLiteral("selected"), textOf(channel.channel_id) == m_selected}}};
}

void ChannelsModel::writeSums() {
    std::int64_t send = 0, receive = 0, moving = 0, deposit = 0, capacity = 0;
    for (const api::ChannelView& channel : m_channels.channels) {
        if (closed(channel)) continue;
        send += channel.spendable_msat;
        receive += channel.receivable_msat;
        moving += channel.in_flight_in_msat + channel.in_flight_out_msat;
        deposit += reserveMsat(channel);
        capacity += channel.capacity_sat;
    }
    const auto sum = [this](const QString& name, std::int64_t msat) {
        return fact(name, m_display.msat(msat));
    };
    m_sums = {sum(tr("You can send"), send), sum(tr("You can receive"), receive),
              sum(tr("On its way"), moving), sum(tr("Held as deposit"), deposit)};
    m_number_text = counted(m_rows.count(), tr("1 channel"), tr("%1 channels"));
    m_count_text = tr("%1 in all").arg(m_display.sat(capacity));
    m_reserve_text = m_channels.reserve_needed_sat > 0
                         ? tr("Keep %1 on L1 to be able to close alone at any time.")
                               .arg(satText(m_channels.reserve_needed_sat))
                         : QString();
}

void ChannelsModel::writeDetail() {
    m_detail.clear();
    const api::ChannelView* channel = current();
    if (channel == nullptr) return;
    QVariantList facts{
        fact(tr("Partner's id"), elided(textOf(channel->node_id)), nullptr, textOf(channel->node_id)),
        fact(tr("Size"), m_display.sat(channel->capacity_sat), &channel->verified),
        fact(tr("Balance"),
             tr("%1 yours, %2 theirs")
                 .arg(m_display.msat(channel->ours_msat), m_display.msat(channel->theirs_msat))),
        fact(tr("Deposits"),
             tr("%1 yours, %2 theirs")
                 .arg(m_display.sat(channel->our_reserve_sat), m_display.sat(channel->their_reserve_sat)))};
    if (!usable(*channel)) facts.prepend(fact(tr("State"), textOf(channel->state_words)));
    if (!channel->short_channel_id.empty())
        facts.append(fact(tr("Short id"), textOf(channel->short_channel_id), nullptr,
                          textOf(channel->short_channel_id)));
    facts.append(
        fact(tr("Funded by"), elided(textOf(channel->funding_txid)), nullptr, textOf(channel->funding_txid)));
    facts.append(fact(tr("If closed alone"), tr("you wait %1, they wait %2")
                                                 .arg(blocksText(channel->to_self_delay_ours),
                                                      blocksText(channel->to_self_delay_theirs))));
    if (!channel->closing_txid.empty()) {
        facts.append(fact(tr("Closed by"), elided(textOf(channel->closing_txid)), nullptr,
                          textOf(channel->closing_txid)));
        facts.append(fact(tr("How"), textOf(channel->close_cause)));
        if (channel->close_unlock_height > 0)
            facts.append(fact(tr("Free at block"), grouped(channel->close_unlock_height)));
    }
    QStringList timeline;
    for (const std::string& line : channel->timeline) timeline << textOf(line);
    const bool open = channel->closing_txid.empty() && !closed(*channel);
    m_detail = {
        {QStringLiteral("name"), nameOf(*channel)},
        {QStringLiteral("opened"), channel->opened_by_us ? tr("opened by you") : tr("opened by the partner")},
        {QStringLiteral("facts"), facts},
        {QStringLiteral("timeline"), timeline},
        {QStringLiteral("badge"), badgeOf(channel->verified)},
        {QStringLiteral("offline"),
         usable(*channel) && !channel->connected
             ? tr("Offline. Your %1 here cannot be sent until the partner returns. Your money is safe.")
                   .arg(m_display.msat(channel->spendable_msat))
             : QString()},
        {QStringLiteral("canCloseTogether"), open && usable(*channel) && channel->connected},
        {QStringLiteral("canCloseAlone"), open},
        {QStringLiteral("fundingTxid"), textOf(channel->funding_txid)},
        {QStringLiteral("whyNot"),
         open && !channel->connected ? tr("Closing together needs the partner online.") : QString()}};
}

void ChannelsModel::refresh() {
    std::vector<Row> rows;
    for (const api::ChannelView& channel : m_channels.channels) rows.push_back(rowOf(channel));
    m_rows.setRows(std::move(rows));
    writeSums();
    writeDetail();
    emit changed();
}

void ChannelsModel::close(bool alone) {
    if (m_busy || m_selected.isEmpty()) return;
    m_busy = true;
    m_error.clear();
    m_message.clear();
    api::CloseChannel request{.id = m_selected.toStdString(), .force = alone};
    if (!alone) request.unilateral_timeout_s = 0; // never alone without being asked
    m_asker.ask<api::ChannelClosed>(
        request,
        [this, alone](const api::ChannelClosed&) {
            m_busy = false;
            m_message = alone ? tr("Closed alone. Your money comes back after its waiting time.")
                              : tr("Closed together. Your money comes down with the next blocks.");
            emit changed();
        },
        [this](const QString& why) {
            m_busy = false;
            m_error = why;
            emit changed();
        });
    emit changed();
}

void ChannelsModel::closeTogether() {
    close(false);
}

void ChannelsModel::closeAlone(const QString& typed_name) {
    const api::ChannelView* channel = current();
    if (channel != nullptr && typed_name.trimmed() == nameOf(*channel)) close(true);
}

void ChannelsModel::open(const QString& partner, const QString& amount, bool announce) {
    const std::int64_t sat = satFromInput(amount);
    const QString text = partner.trimmed();
    m_open_error = text.isEmpty() ? tr("Paste the partner's node id and address.")
                   : sat <= 0     ? tr("Write whole sat, for example 500 000.")
                                  : QString();
    if (m_busy || !m_open_error.isEmpty()) {
        emit changed();
        return;
    }
    m_busy = true;
    if (m_request_id.empty()) m_request_id = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    const std::string node_id = text.section(QLatin1Char('@'), 0, 0).toStdString();
    if (!text.contains(QLatin1Char('@'))) {
        fund(node_id, sat, announce);
    } else {
        const QString address = text.section(QLatin1Char('@'), 1);
        const int colon = static_cast<int>(address.lastIndexOf(QLatin1Char(':')));
        const std::uint16_t port = colon < 0 ? 9735 : address.mid(colon + 1).toUShort();
        const QString host = colon < 0 ? address : address.left(colon);
        m_asker.ask<api::PeerConnected>(
            api::Connect{node_id, host.toStdString(), port},
            [this, node_id, sat, announce](const api::PeerConnected&) { fund(node_id, sat, announce); },
            [this](const QString& why) {
                m_busy = false;
                m_open_error = why;
                emit changed();
            });
    }
    emit changed();
}

void ChannelsModel::fund(const std::string& node_id, std::int64_t sat, bool announce) {
    m_asker.ask<api::ChannelFunded>(
        api::FundChannel{
            .node_id = node_id, .amount_sat = sat, .announce = announce, .request_id = m_request_id},
        [this](const api::ChannelFunded& reply) {
            m_busy = false;
            m_request_id.clear();
            m_selected = textOf(reply.channel_id);
            m_message = tr("The channel waits for its blocks. You need to do nothing.");
            askForecast();
            refresh();
            emit opened();
        },
        [this](const QString& why) {
            m_busy = false;
            m_request_id.clear();
            m_open_error = why;
            emit changed();
        });
}

} // namespace duplex::ui
