#include "ui/models/channels_model.h"

#include "ui/format/amount_format.h"
#include "ui/format/id_format.h"
#include "ui/format/time_format.h"
#include "ui/models/partner_name.h"

#include <algorithm>
#include <optional>
#include <tuple>

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
    return partnerName(channel.node_alias, channel.node_id);
}

bool usable(const api::ChannelView& channel) {
    return channel.state == "CHANNELD_NORMAL";
}

bool closed(const api::ChannelView& channel) {
    return channel.state == "CLOSED";
}

// Only an open channel holds a deposit; one that opens or closes has all of its money on its way.
std::int64_t reserveMsat(const api::ChannelView& channel) {
    return usable(channel) ? std::min(channel.our_reserve_sat * 1000, channel.ours_msat) : 0;
}

std::int64_t movingMsat(const api::ChannelView& channel) {
    return channel.in_flight_in_msat + channel.in_flight_out_msat + (usable(channel) ? 0 : channel.ours_msat);
}

// What the forecast of closing follows from.
bool closesAlike(const api::ChannelView& a, const api::ChannelView& b) {
    const auto facts = [](const api::ChannelView& view) {
        return std::tuple(view.state, view.ours_msat, view.theirs_msat, view.in_flight_in_msat,
                          view.in_flight_out_msat, view.htlc_count, view.feerate_per_kw, view.closing_txid);
    };
    return facts(a) == facts(b);
}

QString labelOf(const api::ForecastOutput& output) {
    if (output.what.ends_with("balance")) return sentence(textOf(output.what)); // it says whose it is
    return (output.who == "you" ? ChannelsModel::tr("You: %1") : ChannelsModel::tr("Partner: %1"))
        .arg(textOf(output.what));
}

QVariantMap outputRow(const QString& words, const QString& delay, const QString& amount) {
    return {{QStringLiteral("words"), words},
            {QStringLiteral("delay"), delay},
            {QStringLiteral("amount"), amount}};
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
    const api::ChannelView* shown = current();
    const std::optional<api::ChannelView> before = shown ? std::optional(*shown) : std::nullopt;
    m_channels = channels;
    // Closed by the partner, or alone: nobody answers the wish to agree any more.
    for (auto& [id, closing] : m_closings) {
        const auto found =
            std::ranges::find(channels.channels, id.toStdString(), &api::ChannelView::channel_id);
        const bool over = found == channels.channels.end() ||
                          (!found->closing_txid.empty() && found->state != "CLOSINGD_COMPLETE");
        if (!over) continue;
        closing.together = false;
        if (closing.message == waitingForPartner()) closing.message.clear();
    }
    if (current() == nullptr) {
        m_selected = channels.channels.empty() ? QString() : textOf(channels.channels.front().channel_id);
        m_forecast.clear();
        askForecast();
    } else if (!before || !closesAlike(*before, *current())) {
        askForecast();
    }
    refresh();
}

// While the wallet is locked the engine cannot tell what closing would bring.
void ChannelsModel::takeStatus(const api::StatusSnapshot& status) {
    if (status.wallet == m_wallet) return;
    m_wallet = status.wallet;
    askForecast();
}

void ChannelsModel::open() {
    forgetMessages();
    askForecast();
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

// What is still waited for is said as long as it is.
void ChannelsModel::forgetMessages() {
    std::erase_if(m_closings,
                  [](const auto& entry) { return !entry.second.together && !entry.second.alone; });
    emit changed();
}

void ChannelsModel::forget() {
    m_closings.clear();
    m_close_quote.clear();
    m_forecast.clear();
    askForecast();
    emit changed();
}

void ChannelsModel::askForecast() {
    m_asker.cancel(m_asked);
    if (m_selected.isEmpty()) return;
    m_asked = m_asker.ask<api::Forecast>(
        api::GetForecast{m_selected.toStdString()},
        [this](const api::Forecast& forecast) { takeForecast(forecast); },
        [this](const QString& why) {
            m_forecast = {{QStringLiteral("problem"), why}};
            emit changed();
        });
}

void ChannelsModel::takeForecast(const api::Forecast& forecast) {
    m_forecast.clear();
    if (forecast.outputs.empty()) { // a channel that is not open yet has nothing to close
        emit changed();
        return;
    }
    QVariantList outputs;
    std::int64_t anchors = 0; // nobody's balance: small outputs that let each side speed the close up
    for (const api::ForecastOutput& output : forecast.outputs) {
        if (output.who == "nobody") {
            anchors += output.amount_sat;
            continue;
        }
        const QString delay =
            output.delay_blocks > 0 ? tr("waits %1").arg(blocksText(output.delay_blocks)) : tr("at once");
        outputs.append(outputRow(labelOf(output), delay, m_display.sat(output.amount_sat)));
    }
    if (anchors > 0)
        outputs.append(outputRow(tr("Set aside to speed the close up"), {}, m_display.sat(anchors)));
    // The outputs are what the commitment leaves after its own fee; collecting them costs once more.
    const std::int64_t back = std::max<std::int64_t>(0, forecast.yours_sat - forecast.claim_fee_sat);
    const QString blocks = blocksText(forecast.delay_blocks);
    const QString waits = forecast.delay_blocks <= 0 ? tr("Nothing waits")
                          : forecast.delay_s <= 0
                              ? tr("Money waits %1").arg(blocks)
                              : tr("Money waits %1, %2").arg(blocks, aboutDuration(forecast.delay_s));
    const api::ChannelView* channel = current();
    const bool ours = channel == nullptr || channel->opened_by_us;
    const QString costs = (ours ? tr("Taken off: %1 to close, %2 to collect")
                                : tr("The partner pays the %1 to close; taken off: %2 to collect"))
                              .arg(satText(forecast.commitment_fee_sat), satText(forecast.claim_fee_sat));
    m_forecast = {{QStringLiteral("back"), tr("You get back about %1").arg(m_display.sat(back))},
                  {QStringLiteral("waits"), waits},
                  {QStringLiteral("waitsShort"), tr("waits %1").arg(blocks)},
                  {QStringLiteral("until"), forecast.delay_s > 0
                                                ? dayText(m_display.now() + forecast.delay_s, m_display.now())
                                                : QString()},
                  {QStringLiteral("costs"), costs},
                  {QStringLiteral("lost"),
                   forecast.lost_to_dust_sat > 0
                       ? tr("%1 are too small to collect").arg(satText(forecast.lost_to_dust_sat))
                       : QString()},
                  {QStringLiteral("outputs"), outputs},
                  {QStringLiteral("summary"),
                   QStringLiteral("%1. %2. %3.")
                       .arg(tr("You get back about %1").arg(m_display.sat(back)), waits, costs)},
                  {QStringLiteral("badge"), badgeOf(forecast.verified)}};
    emit changed();
}

QVariantList ChannelsModel::partsOf(const api::ChannelView& channel) const {
    if (m_display.hidden() || closed(channel)) return {};
    const std::int64_t reserve = reserveMsat(channel);
    const std::int64_t now = usable(channel) ? channel.ours_msat - reserve : 0;
    return {part("solid", now), part("hatched", movingMsat(channel)), part("locked", reserve),
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
        moving += movingMsat(channel);
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
    facts.append(fact(tr("Opened by"), channel->opened_by_us ? tr("you") : tr("the partner")));
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
    QVariantList timeline;
    for (const api::ChannelEvent& event : channel->timeline)
        timeline.append(QVariantMap{{QStringLiteral("what"), textOf(event.what)},
                                    {QStringLiteral("when"), momentText(event.time, m_display.now())}});
    const bool open = channel->closing_txid.empty() && !closed(*channel);
    m_detail = {
        {QStringLiteral("name"), nameOf(*channel)},
        {QStringLiteral("partner"), partnerToType(channel->node_alias, channel->node_id)},
        {QStringLiteral("facts"), facts},
        {QStringLiteral("timeline"), timeline},
        {QStringLiteral("settled"), usable(*channel) || closed(*channel)}, // its last line is no waiting
        {QStringLiteral("badge"), badgeOf(channel->verified)},
        {QStringLiteral("offline"),
         usable(*channel) && !channel->connected
             ? tr("Offline. Your %1 here cannot be sent until the partner returns. Your money is safe.")
                   .arg(m_display.msat(channel->spendable_msat))
             : QString()},
        {QStringLiteral("canCloseTogether"), open && usable(*channel) && channel->connected},
        // An agreed close whose fee is too low for the blocks of these days is no dead end.
        {QStringLiteral("canCloseAlone"), open || channel->state == "CLOSINGD_COMPLETE"},
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

ChannelsModel::Closing ChannelsModel::said() const {
    const auto found = m_closings.find(m_selected);
    return found == m_closings.end() ? Closing{} : found->second;
}

QString ChannelsModel::waitingForPartner() {
    return tr("Waiting for the partner to agree. If no answer comes, close it alone.");
}

QString ChannelsModel::closedText(const std::string& type) {
    if (type == "mutual") return tr("Closed together. Your money comes down with the next blocks.");
    if (type == "unopened") return tr("Given up before it opened. Nothing was paid into it.");
    return tr("Closed alone. Your money comes back after its waiting time.");
}

void ChannelsModel::close(Way way) {
    if (m_selected.isEmpty()) return;
    Closing& closing = m_closings[m_selected];
    bool& asked = way == Way::alone ? closing.alone : closing.together;
    if (asked) return;
    asked = true;
    closing.error.clear();
    closing.message = way == Way::alone ? QString() : waitingForPartner();
    api::CloseChannel request{.id = m_selected.toStdString(), .force = way == Way::alone};
    if (way == Way::together) request.unilateral_timeout_s = 0; // never alone without being asked
    m_asker.ask<api::ChannelClosed>(
        request,
        [this, id = m_selected, way](const api::ChannelClosed& reply) {
            closeAnswered(id, way, {}, closedText(reply.type));
        },
        [this, id = m_selected, way](const QString& why) { closeAnswered(id, way, why, {}); });
    emit changed();
}

void ChannelsModel::closeAnswered(const QString& id, Way way, const QString& error, const QString& message) {
    Closing& closing = m_closings[id];
    (way == Way::alone ? closing.alone : closing.together) = false;
    if (way == Way::together && closing.alone) return; // overtaken: the answer to that says what happened
    closing.error = error;
    closing.message = message;
    emit changed();
}

void ChannelsModel::askCloseQuote() {
    m_asker.cancel(m_asked_quote);
    m_close_quote.clear();
    emit changed();
    const api::ChannelView* channel = current();
    if (channel == nullptr) return;
    m_asked_quote = m_asker.ask<api::QuoteList>(
        api::GetQuotes{.from = m_display.idOf(2),
                       .to = m_display.idOf(1),
                       .amount_sat = channel->ours_msat / 1000,
                       .channel_id = channel->channel_id},
        [this](const api::QuoteList& list) { takeCloseQuote(list.quotes); },
        [this](const QString& why) {
            m_close_quote = {{QStringLiteral("answered"), true}, {QStringLiteral("problem"), why}};
            emit changed();
        });
}

void ChannelsModel::takeCloseQuote(const std::vector<ledger::MoveQuote>& offers) {
    m_close_quote = {{QStringLiteral("answered"), true}};
    const auto quote = std::ranges::find_if(offers, [&](const ledger::MoveQuote& offer) {
        return offer.route == "close" && offer.channel_id == m_selected.toStdString();
    });
    if (quote == offers.end()) {
        m_close_quote[QStringLiteral("problem")] = tr("The price is not known right now.");
    } else {
        const QString time =
            sentence(aboutDuration(quote->delay_s)) + QStringLiteral(", ") + blocksText(quote->confirmations);
        m_close_quote[QStringLiteral("facts")] =
            QVariantList{fact(tr("Comes down"),
                              tr("about %1").arg(m_display.sat(quote->amount_sat - quote->fee.total_sat))),
                         fact(tr("Cost"),
                              quote->fee.total_sat > 0 ? satText(quote->fee.total_sat)
                                                       : tr("nothing: the partner pays, who opened it"),
                              &quote->fee.verified),
                         fact(tr("Time"), time)};
        m_close_quote[QStringLiteral("problem")] = textOf(quote->why_not);
    }
    emit changed();
}

void ChannelsModel::closeTogether() {
    close(Way::together);
}

void ChannelsModel::closeAlone(const QString& typed_name) {
    const api::ChannelView* channel = current();
    if (channel != nullptr && isTyped(typed_name, partnerToType(channel->node_alias, channel->node_id)))
        close(Way::alone);
}

} // namespace duplex::ui
