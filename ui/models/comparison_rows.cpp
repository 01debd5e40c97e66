#include "ui/models/comparison_rows.h"

#include "ui/format/amount_format.h"
#include "ui/format/time_format.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

namespace duplex::ui {

namespace {

struct Fact {
    QString text;
    QString note;
    std::optional<std::int64_t> rank;         // the smaller is the better; absent: no winner in this row
    std::optional<ledger::Verified> verified; // of a figure; an explanation has none
};

using Ask = std::function<Fact(const api::LayerView&)>;

Row rowOf(const QString& id, const QString& title, const QString& hint,
          const api::PortfolioSnapshot& portfolio, const Ask& ask) {
    QVariantList cells;
    std::int64_t best = std::numeric_limits<std::int64_t>::max();
    bool comparable = true; // nothing is better than what is not known
    for (const api::LayerView& view : portfolio.layers) {
        const auto rank = ask(view).rank;
        comparable = comparable && rank.has_value();
        best = std::min(best, rank.value_or(best));
    }
    for (auto view = portfolio.layers.rbegin(); view != portfolio.layers.rend(); ++view) {
        const Fact fact = ask(*view);
        cells.append(QVariantMap{
            {QStringLiteral("level"), view->layer.level},
            {QStringLiteral("text"), fact.text},
            {QStringLiteral("note"), fact.note},
            {QStringLiteral("wins"), comparable && fact.rank.value_or(0) == best},
            {QStringLiteral("badge"), fact.verified ? QVariant(badgeOf(*fact.verified)) : QVariant()}});
    }
    return {
        id,
        {{QStringLiteral("title"), title}, {QStringLiteral("hint"), hint}, {QStringLiteral("cells"), cells}}};
}

Ask words(std::string api::LayerView::* field) {
    return [field](const api::LayerView& view) {
        const std::string& text = view.*field;
        return Fact{text.empty() ? QObject::tr("not known") : textOf(text), {}, {}, {}};
    };
}

// A figure in words: it is known as well as the layer is.
Ask measured(std::string api::LayerView::* field) {
    return [field](const api::LayerView& view) {
        const std::string& text = view.*field;
        return text.empty() ? Fact{QObject::tr("not known"), {}, {}, {}}
                            : Fact{textOf(text), {}, {}, view.verified};
    };
}

} // namespace

std::vector<Row> comparisonRows(const api::PortfolioSnapshot& portfolio, const Display& display) {
    const auto fee = [](const api::LayerView& view) {
        return Fact{view.fee_sat ? satText(*view.fee_sat) : QObject::tr("not known"),
                    QObject::tr("for a typical payment"), view.fee_sat,
                    view.fee_sat ? std::optional(view.fee.verified) : std::nullopt};
    };
    const auto time = [](const api::LayerView& view) {
        return Fact{view.confirmation_s ? sentence(aboutDuration(*view.confirmation_s))
                                        : QObject::tr("not known"),
                    view.confirmation_p90_s
                        ? QObject::tr("9 of 10 in %1").arg(shortDuration(*view.confirmation_p90_s))
                        : QString(),
                    view.confirmation_s, view.confirmation_s ? std::optional(view.verified) : std::nullopt};
    };
    const auto most = [&](const api::LayerView& view) {
        return Fact{display.sat(view.spendable_sat), QObject::tr("before the fee"), -view.spendable_sat,
                    view.verified};
    };
    const auto receive = [&](const api::LayerView& view) {
        return view.layer.level == 1
                   ? Fact{QObject::tr("Any amount"), QObject::tr("also while Duplex is closed"), {}, {}}
                   : Fact{display.sat(view.receivable_sat),
                          QObject::tr("limited by your channels"),
                          {},
                          view.verified};
    };
    const auto row = [&](const char* id, const QString& title, const QString& hint, const Ask& ask) {
        return rowOf(QString::fromLatin1(id), title, hint, portfolio, ask);
    };
    return {row("fee", QObject::tr("Fee right now"), QObject::tr("live"), fee),
            row("time", QObject::tr("Arrives in"), QObject::tr("measured"), time),
            row("most", QObject::tr("Most you can send"), QObject::tr("in one go"), most),
            row("receive", QObject::tr("Most you can receive"), {}, receive),
            row("secured", QObject::tr("Who secures it"), {}, words(&api::LayerView::secured_by)),
            row("fullness", QObject::tr("How full it is"), QObject::tr("last day"),
                measured(&api::LayerView::fullness)),
            row("pace", QObject::tr("Payments a second"), QObject::tr("last day"),
                measured(&api::LayerView::payments_a_second)),
            row("dear", QObject::tr("When it gets dear"), {}, words(&api::LayerView::gets_dear_when)),
            row("risks", QObject::tr("Main risks"), {}, words(&api::LayerView::main_risks)),
            row("way", QObject::tr("The way between"), QObject::tr("what a move risks"),
                words(&api::LayerView::way_between_risks))};
}

} // namespace duplex::ui
