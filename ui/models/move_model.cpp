#include "ui/models/move_model.h"

#include "ui/format/amount_format.h"
#include "ui/format/id_format.h"
#include "ui/format/time_format.h"
#include "ui/models/partner_name.h"

#include <QUuid>

#include <algorithm>

namespace duplex::ui {

namespace {

QVariantMap fact(const QString& name, const QString& value) {
    return {{QStringLiteral("name"), name}, {QStringLiteral("value"), value}};
}

bool closesAlone(const std::string& route) {
    return route == "close-alone" || route == "force-close";
}

// The part of a price that is paid only when the channel is closed one day.
std::int64_t laterSat(const ledger::FeeQuote& fee) {
    std::int64_t later = 0;
    for (const ledger::FeePart& part : fee.parts)
        if (textOf(part.name).startsWith(QLatin1String("closing later"), Qt::CaseInsensitive))
            later += part.amount_sat;
    return later;
}

// A channel keeps about 1 % of itself as the deposit of the side that fills it.
constexpr std::int64_t deposit_share = 100;

} // namespace

MoveModel::MoveModel(Asker& asker, Display& display, const PortfolioModel& portfolio, QObject* parent)
    : QObject(parent), m_asker(asker), m_display(display), m_portfolio(portfolio),
      m_quotes({QStringLiteral("title"), QStringLiteral("mechanism"), QStringLiteral("details"),
                QStringLiteral("cost"), QStringLiteral("share"), QStringLiteral("time"),
                QStringLiteral("blocks"), QStringLiteral("trust"), QStringLiteral("trust_note"),
                QStringLiteral("available"), QStringLiteral("selected")}),
      m_moves({QStringLiteral("title"), QStringLiteral("words"), QStringLiteral("amount"),
               QStringLiteral("up"), QStringLiteral("running")}),
      m_steps({QStringLiteral("title"), QStringLiteral("details"), QStringLiteral("time"),
               QStringLiteral("state_name"), QStringLiteral("number"), QStringLiteral("last"),
               QStringLiteral("badge")}) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(200);
    connect(&m_pause, &QTimer::timeout, this, &MoveModel::askQuotes);
    m_expiry.setSingleShot(true);
    connect(&m_expiry, &QTimer::timeout, this, [this] {
        if (!m_starting) askQuotes();
    });
    connect(&display, &Display::changed, this, &MoveModel::refresh);
    connect(&portfolio, &PortfolioModel::changed, this, &MoveModel::refresh);
    refresh();
}

void MoveModel::setUp(bool up) {
    if (up == m_up) return;
    m_up = up;
    m_offers.clear();
    m_chosen.clear();
    askQuotes();
}

void MoveModel::setAmount(const QString& text) {
    if (text == m_amount_text) return;
    m_amount_text = text;
    m_amount_error = amountProblem(text, tr("Write whole sat, for example 250 000."));
    priceAnew();
}

// What is asked for now is the price of what was written before.
void MoveModel::priceAnew() {
    m_edited = true;
    m_asker.cancel(m_asked);
    m_pause.start();
    refresh();
}

void MoveModel::setShare(int percent) {
    const std::int64_t sat = m_portfolio.spendable(m_up ? 1 : 2);
    setAmount(grouped(sat / 100 * percent + sat % 100 * percent / 100));
}

void MoveModel::setPeer(const QString& peer) {
    if (peer == m_peer) return;
    m_peer = peer;
    priceAnew();
}

void MoveModel::askQuotes() {
    m_asker.cancel(m_asked);
    m_pause.stop();
    m_problem.clear();
    m_start_error.clear();
    m_request_id.clear();
    const std::int64_t sat = satFromInput(m_amount_text);
    if (sat <= 0) {
        m_offers.clear();
        m_asking = m_edited = false;
        refresh();
        return;
    }
    m_asking = true;
    api::GetQuotes request{
        .from = m_display.idOf(m_up ? 1 : 2), .to = m_display.idOf(m_up ? 2 : 1), .amount_sat = sat};
    if (m_up) request.peer = m_peer.trimmed().toStdString();
    m_asked = m_asker.ask<api::QuoteList>(
        request,
        [this](const api::QuoteList& reply) {
            takeOffers(reply.quotes);
            refresh();
        },
        [this](const QString& why) {
            m_offers.clear();
            m_asking = m_edited = false;
            m_problem = why;
            refresh();
        });
    refresh();
}

// The same way stays chosen when its price is asked anew.
void MoveModel::takeOffers(const std::vector<ledger::MoveQuote>& offers) {
    const ledger::MoveQuote* before = chosen();
    const std::string route = before == nullptr ? std::string() : before->route + before->channel_id;
    m_offers = offers;
    m_asking = m_edited = false;
    m_chosen.clear();
    std::int64_t end = 0;
    for (const ledger::MoveQuote& offer : m_offers) {
        if (!offer.available) continue;
        if (m_chosen.isEmpty() || offer.route + offer.channel_id == route) m_chosen = textOf(offer.quote_id);
        if (offer.expires_at > 0 && (end == 0 || offer.expires_at < end)) end = offer.expires_at;
    }
    m_expiry.stop();
    if (end > 0)
        m_expiry.start(static_cast<int>(std::clamp<std::int64_t>(end - m_display.now(), 2, 3600) * 1000));
}

void MoveModel::choose(const QString& quote_id) {
    m_chosen = quote_id;
    refresh();
}

const ledger::MoveQuote* MoveModel::chosen() const {
    if (m_chosen.isEmpty()) return nullptr; // a way that is not open has no id
    const auto found = std::ranges::find(m_offers, m_chosen.toStdString(), &ledger::MoveQuote::quote_id);
    return found == m_offers.end() ? nullptr : &*found;
}

QString MoveModel::routeWords(const std::string& route) const {
    if (route == "open") return tr("Open a new channel");
    if (route == "close") return tr("Close a channel together");
    if (closesAlone(route)) return tr("Close a channel alone");
    return textOf(route);
}

QString MoveModel::routeMeaning(const std::string& route) const {
    if (route == "open")
        return tr("Your coins become a road of your own to a partner, for payments in seconds.");
    if (route == "close") return tr("Ends one channel. Its whole balance comes down.");
    return tr("For a partner who no longer answers. Your money waits first.");
}

void MoveModel::writeQuotes() {
    std::vector<Row> rows;
    for (const ledger::MoveQuote& quote : m_offers) {
        const QString id =
            textOf(quote.quote_id.empty() ? quote.route + quote.channel_id + quote.peer_id : quote.quote_id);
        const QString trust = textOf(quote.trust); // "Nobody: why"
        const api::ChannelView* channel = channelOf(quote);
        QString details = quote.available ? routeMeaning(quote.route) : textOf(quote.why_not);
        if (channel != nullptr) // which of the channels
            details.prepend(tr("With %1. ").arg(partnerName(channel->node_alias, channel->node_id)));
        rows.push_back(
            {id,
             {{QStringLiteral("title"), routeWords(quote.route)},
              {QStringLiteral("mechanism"), textOf(quote.mechanism)},
              {QStringLiteral("details"), details},
              {QStringLiteral("cost"), quote.available ? satText(quote.fee.total_sat) : tr("Not now")},
              {QStringLiteral("share"),
               quote.available ? shareText(quote.fee.total_sat, quote.amount_sat) : QString()},
              {QStringLiteral("time"),
               quote.available ? sentence(aboutDuration(quote.delay_s)) : QStringLiteral("–")},
              {QStringLiteral("blocks"), quote.available ? blocksText(quote.confirmations) : QString()},
              {QStringLiteral("trust"), quote.available ? trust.section(u':', 0, 0) : QStringLiteral("–")},
              {QStringLiteral("trust_note"),
               quote.available ? sentence(trust.section(u':', 1).trimmed()) : QString()},
              {QStringLiteral("available"), quote.available},
              {QStringLiteral("selected"), quote.available && textOf(quote.quote_id) == m_chosen}}});
    }
    m_quotes.setRows(std::move(rows));
}

const api::ChannelView* MoveModel::channelOf(const ledger::MoveQuote& quote) const {
    if (quote.channel_id.empty()) return nullptr;
    const auto found = std::ranges::find(m_channels, quote.channel_id, &api::ChannelView::channel_id);
    return found == m_channels.end() ? nullptr : &*found;
}

bool MoveModel::alone() const {
    const ledger::MoveQuote* quote = chosen();
    return quote != nullptr && closesAlone(quote->route);
}

QVariantMap MoveModel::partner() const {
    const ledger::MoveQuote* quote = chosen();
    if (quote == nullptr) return {};
    const api::ChannelView* channel = channelOf(*quote);
    return partnerToType(channel == nullptr ? std::string() : channel->node_alias, quote->peer_id);
}

QString MoveModel::aloneWords() const {
    const ledger::MoveQuote* quote = chosen();
    if (quote == nullptr) return {};
    return tr("Costs %1. The money is free after %2, %3.")
        .arg(satText(quote->fee.total_sat), blocksText(quote->confirmations), aboutDuration(quote->delay_s));
}

// Up: what stays as deposit and for closing is on the upper floor, but cannot be sent; closing is paid later.
// Down: the whole channel comes down, less the price.
void MoveModel::writeBalances() {
    m_balances.clear();
    const ledger::MoveQuote* quote = chosen();
    const std::int64_t typed = std::max<std::int64_t>(0, satFromInput(m_amount_text));
    const std::int64_t amount = quote != nullptr ? quote->amount_sat : typed;
    const std::int64_t cost = quote != nullptr ? quote->fee.total_sat : 0;
    const std::int64_t later = quote != nullptr ? laterSat(quote->fee) : 0;
    const api::ChannelView* channel = quote != nullptr ? channelOf(*quote) : nullptr;
    const std::int64_t leaves_upper = channel != nullptr ? channel->spendable_msat / 1000 : amount;
    const std::int64_t change[] = {m_up ? -(amount + cost - later) : amount - cost,
                                   m_up ? amount - amount / deposit_share - later : -leaves_upper};
    const std::int64_t widest =
        std::max<std::int64_t>(1, m_portfolio.spendable(1) + m_portfolio.spendable(2));
    const auto shareOf = [widest](std::int64_t sat) {
        return std::min(1.0, static_cast<double>(sat) / static_cast<double>(widest));
    };
    for (const int level : {2, 1}) {
        const std::int64_t now = m_portfolio.spendable(level);
        const std::int64_t after = std::max<std::int64_t>(0, now + (typed > 0 ? change[level - 1] : 0));
        m_balances.append(QVariantMap{{QStringLiteral("level"), level},
                                      {QStringLiteral("name"), m_display.nameOf(level)},
                                      {QStringLiteral("now"), m_display.sat(now)},
                                      {QStringLiteral("after"), tr("about %1").arg(m_display.sat(after))},
                                      {QStringLiteral("nowShare"), shareOf(now)},
                                      {QStringLiteral("afterShare"), shareOf(after)}});
    }
}

void MoveModel::writeReview() {
    m_review.clear();
    m_risk.clear();
    m_why_not.clear();
    m_refusal.clear();
    const ledger::MoveQuote* quote = chosen();
    const std::int64_t amount =
        quote != nullptr ? quote->amount_sat : std::max<std::int64_t>(0, satFromInput(m_amount_text));
    const std::int64_t cost = quote != nullptr ? quote->fee.total_sat : 0;
    if (quote == nullptr && m_offers.size() == 1) m_refusal = textOf(m_offers.front().why_not);
    // A price of what was written before is no price of what is written now.
    m_can_start = quote != nullptr && quote->available && !m_starting && !m_edited;
    m_start_action =
        amount > 0 ? (m_up ? tr("Move %1 up") : tr("Move %1 down")).arg(satText(amount)) : tr("Move");
    if (m_starting) m_start_action = tr("Starting");
    if (satFromInput(m_amount_text) <= 0)
        m_why_not = tr("Write how much to move.");
    else if (m_asking || m_edited)
        m_why_not = tr("Asking for prices");
    else if (quote == nullptr)
        m_why_not = m_offers.empty() ? QString() : tr("No way is open right now.");
    if (quote == nullptr) return;
    m_risk = textOf(quote->risk);
    for (const ledger::FeePart& part : quote->fee.parts)
        m_review.append(fact(sentence(textOf(part.name)), satText(part.amount_sat)));
    m_review.append(fact(tr("Cost in all"), satText(cost)));
    m_review.append(fact(tr("Ready"), sentence(aboutDuration(quote->delay_s)) + QStringLiteral(", ") +
                                          blocksText(quote->confirmations)));
    m_review.append(
        m_up ? fact(tr("Stays as deposit"), tr("about %1").arg(m_display.sat(amount / deposit_share)))
             : fact(tr("Locked meanwhile"), m_display.sat(quote->locked_sat)));
    if (!quote->peer_id.empty() && m_peer.isEmpty())
        m_review.append(fact(tr("Partner"), elided(textOf(quote->peer_id))));
    if (quote->expires_at > 0) m_review.append(fact(tr("Price holds until"), clockText(quote->expires_at)));
}

void MoveModel::start() {
    if (!alone()) begin();
}

void MoveModel::startAlone(const QString& typed) {
    if (alone() && isTyped(typed, partner())) begin();
}

// What has been started is not offered once more.
void MoveModel::disarm() {
    m_pause.stop();
    m_expiry.stop();
    m_edited = false;
    m_amount_text.clear();
    m_offers.clear();
    m_chosen.clear();
}

void MoveModel::begin() {
    const ledger::MoveQuote* quote = chosen();
    if (!m_can_start || quote == nullptr) return;
    if (m_request_id.empty()) m_request_id = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    m_starting = true;
    m_start_error.clear();
    m_asker.ask<ledger::Move>(
        api::StartMove{.quote_id = quote->quote_id,
                       .max_fee_sat = quote->fee.total_sat,
                       .peer = m_up ? m_peer.trimmed().toStdString() : std::string(),
                       .request_id = m_request_id},
        [this](const ledger::Move& move) {
            m_starting = false;
            m_request_id.clear();
            disarm();
            if (std::ranges::find(m_known, move.move_id, &ledger::Move::move_id) == m_known.end())
                m_known.insert(m_known.begin(), move);
            show(textOf(move.move_id));
        },
        [this](const QString& why) {
            m_starting = false;
            m_start_error = why;
            refresh();
        });
    refresh();
}

void MoveModel::show(const QString& move_id) {
    m_current = move_id;
    refresh();
}

void MoveModel::take(const api::MovesSnapshot& moves) {
    m_known = moves.moves;
    refresh();
}

void MoveModel::take(const api::ChannelsSnapshot& channels) {
    m_channels = channels.channels;
    refresh();
}

void MoveModel::forget() {
    disarm();
    m_asking = m_starting = false;
    m_request_id.clear();
    for (QString* text : {&m_amount_error, &m_peer, &m_problem, &m_start_error, &m_current}) text->clear();
    refresh();
}

void MoveModel::writeSteps(const ledger::Move& move) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < move.steps.size(); ++i) {
        const ledger::MoveStep& step = move.steps[i];
        QStringList details;
        if (!step.evidence.empty()) details << elided(textOf(step.evidence));
        if (step.deadline_height > 0 && step.state != ledger::StepState::done)
            details << tr("by block %1").arg(grouped(step.deadline_height));
        if (!step.lost_if_missed.empty() && step.state != ledger::StepState::done)
            details << textOf(step.lost_if_missed);
        const QString time = step.state == ledger::StepState::done
                                 ? (step.verified.time > 0 ? clockText(step.verified.time) : QString())
                             : step.earliest_s > m_display.now()
                                 ? aboutDuration(step.earliest_s - m_display.now())
                                 : QString();
        rows.push_back({QString::number(i),
                        {{QStringLiteral("title"), textOf(step.name)},
                         {QStringLiteral("details"), details.join(QStringLiteral(" · "))},
                         {QStringLiteral("time"), time},
                         {QStringLiteral("state_name"),
                          QString::fromLatin1(ledger::nameOf(step.state).data(),
                                              static_cast<qsizetype>(ledger::nameOf(step.state).size()))},
                         {QStringLiteral("number"), static_cast<int>(i + 1)},
                         {QStringLiteral("last"), i + 1 == move.steps.size()},
                         {QStringLiteral("badge"), badgeOf(step.verified)}}});
    }
    m_steps.setRows(std::move(rows));
}

void MoveModel::writeProgress() {
    std::vector<Row> rows;
    for (const ledger::Move& move : m_known) {
        const bool up = m_display.levelOf(move.to) == 2;
        const bool running =
            move.state == ledger::StepState::running || move.state == ledger::StepState::waiting;
        rows.push_back(
            {textOf(move.move_id),
             {{QStringLiteral("title"),
               up ? tr("Up to %1").arg(m_upper_name) : tr("Down to %1").arg(m_ground_name)},
              {QStringLiteral("words"), move.state == ledger::StepState::failed ? textOf(move.failure)
                                        : running ? tr("Running since %1").arg(clockText(move.started))
                                                  : tr("Done · cost %1").arg(satText(move.fee.total_sat))},
              {QStringLiteral("amount"), m_display.sat(move.amount_sat)},
              {QStringLiteral("up"), up},
              {QStringLiteral("running"), running}}});
    }
    m_moves.setRows(std::move(rows));
    m_progress.clear();
    const auto found = std::ranges::find(m_known, m_current.toStdString(), &ledger::Move::move_id);
    if (m_current.isEmpty() || found == m_known.end()) {
        m_steps.setRows({});
        return;
    }
    const ledger::Move& move = *found;
    writeSteps(move);
    const bool up = m_display.levelOf(move.to) == 2;
    const bool failed = move.state == ledger::StepState::failed;
    const bool done = move.state == ledger::StepState::done;
    QVariantList dangers;
    for (const ledger::MoveStep& step : move.steps)
        if (!step.lost_if_missed.empty() && step.state != ledger::StepState::done)
            dangers.append(fact(textOf(step.name), textOf(step.lost_if_missed)));
    const QString title = done || failed ? (up ? tr("Move of %1 up to %2") : tr("Move of %1 down to %2"))
                                         : (up ? tr("Moving %1 up to %2") : tr("Moving %1 down to %2"));
    m_progress = {{QStringLiteral("title"),
                   title.arg(m_display.sat(move.amount_sat), up ? m_upper_name : m_ground_name)},
                  {QStringLiteral("over"), done || failed},
                  {QStringLiteral("route"), routeWords(move.route)},
                  {QStringLiteral("started"), tr("started %1").arg(clockText(move.started))},
                  {QStringLiteral("stateWords"), failed ? tr("Stopped")
                                                 : done ? tr("Done")
                                                        : tr("In progress")},
                  {QStringLiteral("tone"), failed ? QStringLiteral("bad")
                                           : done ? QStringLiteral("ok")
                                                  : QStringLiteral("warn")},
                  {QStringLiteral("failure"), textOf(move.failure)},
                  {QStringLiteral("where"), done     ? tr("Arrived")
                                            : failed ? tr("Back where it was")
                                                     : tr("In the lift")},
                  {QStringLiteral("up"), up},
                  {QStringLiteral("usable"), m_display.sat(m_portfolio.spendable(2))},
                  {QStringLiteral("locked"), m_display.sat(move.locked_sat)},
                  {QStringLiteral("cost"), satText(move.fee.total_sat)},
                  {QStringLiteral("dangers"), dangers}};
}

void MoveModel::refresh() {
    m_upper_name = m_display.nameOf(2);
    m_ground_name = m_display.nameOf(1);
    m_of_text = tr("of %1 on L%2").arg(m_display.sat(m_portfolio.spendable(m_up ? 1 : 2))).arg(m_up ? 1 : 2);
    writeQuotes();
    writeBalances();
    writeReview();
    writeProgress();
    emit changed();
}

} // namespace duplex::ui
