#include "ui/models/portfolio_model.h"

#include "ui/format/amount_format.h"
#include "ui/format/time_format.h"
#include "ui/models/comparison_rows.h"

#include <algorithm>

namespace duplex::ui {

namespace {

QVariantMap tile(const QString& name, const QString& value, const QString& note) {
    return {{QStringLiteral("name"), name}, {QStringLiteral("value"), value}, {QStringLiteral("note"), note}};
}

QVariantMap part(const QString& kind, const QString& words, std::int64_t sat, const Display& display) {
    return {{QStringLiteral("kind"), kind},
            {QStringLiteral("words"), words},
            {QStringLiteral("amount"), display.sat(sat)},
            {QStringLiteral("share"), display.hidden() ? 0.0 : static_cast<double>(sat)}};
}

} // namespace

PortfolioModel::PortfolioModel(Display& display, QObject* parent)
    : QObject(parent), m_display(display),
      m_comparison({QStringLiteral("title"), QStringLiteral("hint"), QStringLiteral("cells")}) {
    connect(&display, &Display::changed, this, &PortfolioModel::refresh);
}

void PortfolioModel::take(const api::PortfolioSnapshot& portfolio) {
    m_portfolio = portfolio;
    m_ready = true;
    std::vector<ledger::Layer> layers;
    for (const api::LayerView& view : portfolio.layers) layers.push_back(view.layer);
    m_display.setLayers(std::move(layers));
    refresh();
}

void PortfolioModel::take(const api::MovesSnapshot& moves) {
    m_moves = moves.moves;
    refresh();
}

void PortfolioModel::takeStatus(const api::StatusSnapshot& status) {
    m_status = status;
    refresh();
}

const api::LayerView* PortfolioModel::layer(int level) const {
    const auto found =
        std::ranges::find_if(m_portfolio.layers, [&](const auto& view) { return view.layer.level == level; });
    return found == m_portfolio.layers.end() ? nullptr : &*found;
}

std::int64_t PortfolioModel::spendable(int level) const {
    const api::LayerView* view = layer(level);
    return view == nullptr ? 0 : view->spendable_sat;
}

QVariantList PortfolioModel::metricsOf(const api::LayerView& view) const {
    QVariantList tiles;
    tiles.append(tile(tr("Typical fee"), view.fee_sat ? satText(*view.fee_sat) : tr("not known"),
                      tr("for one payment")));
    tiles.append(
        tile(tr("Arrives"), view.confirmation_s ? aboutDuration(*view.confirmation_s) : tr("not known"),
             view.confirmation_p90_s ? tr("9 of 10 in %1").arg(shortDuration(*view.confirmation_p90_s))
                                     : QString()));
    return tiles;
}

QVariantMap PortfolioModel::floorOf(const api::LayerView& view) const {
    const bool upper = view.layer.level > 1;
    QVariantList parts{part(QStringLiteral("solid"), upper ? tr("Can send") : tr("Can spend"),
                            view.spendable_sat, m_display)};
    if (view.pending_sat > 0)
        parts.append(part(QStringLiteral("hatched"), tr("On its way"), view.pending_sat, m_display));
    if (view.locked_sat > 0)
        parts.append(part(QStringLiteral("locked"), upper ? tr("Held as deposit") : tr("Locked"),
                          view.locked_sat, m_display));
    if (upper && view.receivable_sat > 0)
        parts.append(part(QStringLiteral("pale"), tr("Can receive"), view.receivable_sat, m_display));
    const bool healthy = upper ? m_status.channels_active == m_status.channels_total
                               : m_status.stage == api::SyncStage::synced;
    const bool alone = m_status.stage == api::SyncStage::connecting;
    const QString health = !upper    ? (healthy ? tr("Up to date")
                                        : alone ? tr("No peers")
                                                : tr("Catching up"))
                           : healthy ? (m_status.channels_total == 0 ? QString() : tr("All channels online"))
                                     : counted(m_status.channels_total - m_status.channels_active,
                                               tr("1 channel offline"), tr("%1 channels offline"));
    return {{QStringLiteral("level"), view.layer.level},
            {QStringLiteral("name"), textOf(view.layer.name)},
            {QStringLiteral("tagline"),
             upper ? tr("Upper floor: quick, small fees") : tr("Ground floor: slower, settles in blocks")},
            {QStringLiteral("health"), health},
            {QStringLiteral("healthTone"), healthy ? QStringLiteral("ok") : QStringLiteral("warn")},
            {QStringLiteral("spendable"), m_display.sat(view.spendable_sat)},
            {QStringLiteral("badge"), badgeOf(view.verified)},
            {QStringLiteral("empty"), view.balance_sat == 0 && view.pending_sat == 0 && view.locked_sat == 0},
            {QStringLiteral("parts"), parts},
            {QStringLiteral("metrics"), metricsOf(view)}};
}

void PortfolioModel::writeLift() {
    const auto running = std::ranges::find(m_moves, ledger::StepState::running, &ledger::Move::state);
    m_lift_share = 0;
    m_lift_move.clear();
    if (running == m_moves.end()) {
        m_lift_text = tr("Nothing is moving between the floors.");
        return;
    }
    const auto done = std::ranges::count(running->steps, ledger::StepState::done, &ledger::MoveStep::state);
    m_lift_share =
        running->steps.empty() ? 0 : static_cast<double>(done) / static_cast<double>(running->steps.size());
    m_lift_move = textOf(running->move_id);
    const bool up = m_display.levelOf(running->to) == 2;
    m_lift_text = (up ? tr("%1 going up, step %2 of %3") : tr("%1 going down, step %2 of %3"))
                      .arg(m_display.sat(running->amount_sat))
                      .arg(std::min<std::ptrdiff_t>(done + 1, std::ssize(running->steps)))
                      .arg(running->steps.size());
}

void PortfolioModel::refresh() {
    if (!m_ready) return;
    std::int64_t total = 0;
    m_pay_now.clear();
    for (auto view = m_portfolio.layers.rbegin(); view != m_portfolio.layers.rend(); ++view) {
        total += view->balance_sat;
        const QString fee = view->fee_sat ? satText(*view->fee_sat) : tr("fee not known");
        const QString time =
            view->confirmation_s ? aboutDuration(*view->confirmation_s) : tr("time not known");
        m_pay_now.append(QVariantMap{{QStringLiteral("level"), view->layer.level},
                                     {QStringLiteral("text"), fee + QStringLiteral(", ") + time}});
        (view->layer.level == 1 ? m_ground : m_upper) = floorOf(*view);
    }
    m_total = m_display.sat(total);
    m_total_coin = m_display.coin(total);
    m_heading = tr("All your money, both layers");
    writeLift();
    m_comparison.setRows(comparisonRows(m_portfolio, m_display));
    emit changed();
}

} // namespace duplex::ui
