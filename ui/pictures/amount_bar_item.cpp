#include "ui/pictures/amount_bar_item.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace duplex::ui {

namespace {

constexpr double gap = 2;
constexpr double smallest = 5;

double shareOf(const QVariant& part) {
    return std::max(0.0, part.toMap().value(QStringLiteral("share")).toDouble());
}

// The hatching needs a little more room to be seen.
double smallestOf(const QVariant& part) {
    return part.toMap().value(QStringLiteral("kind")) == QLatin1String("hatched") ? 10 : smallest;
}

void hatch(QPainter& painter, const QRectF& box, const QColor& colour) {
    QPainterPath frame;
    frame.addRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 2.5, 2.5);
    painter.setPen(QPen(colour, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(frame);
    painter.save();
    painter.setClipPath(frame);
    painter.setPen(QPen(colour, 1.4));
    for (double x = box.left() - box.height(); x < box.right(); x += 6)
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x + box.height() * 0.7, box.top()));
    painter.restore();
}

} // namespace

AmountBarItem::AmountBarItem(QQuickItem* parent) : QQuickPaintedItem(parent) {
    setAntialiasing(true);
    connect(this, &AmountBarItem::changed, this, [this] { update(); });
}

std::vector<double> AmountBarItem::widths(const QVariantList& parts, double total_width) {
    double total = 0;
    int shown = 0;
    for (const QVariant& part : parts) {
        total += shareOf(part);
        shown += shareOf(part) > 0 ? 1 : 0;
    }
    std::vector<double> result;
    const double room = total_width - gap * std::max(0, shown - 1);
    double taken = 0;
    for (const QVariant& part : parts) {
        const double share = shareOf(part);
        const double width = share > 0 && total > 0 ? std::max(smallestOf(part), room * share / total) : 0;
        result.push_back(width);
        taken += width;
    }
    // What the smallest segments gained is taken from the widest one.
    if (const auto widest = std::ranges::max_element(result); widest != result.end())
        *widest -= std::max(0.0, taken - room);
    return result;
}

void AmountBarItem::paint(QPainter* painter) {
    painter->setRenderHint(QPainter::Antialiasing);
    const std::vector<double> all = widths(m_parts, width());
    if (std::ranges::all_of(all, [](double w) { return w == 0; })) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(m_track);
        painter->drawRoundedRect(boundingRect(), 3, 3);
        return;
    }
    double x = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i] <= 0) continue;
        const QRectF box(x, 0, all[i], height());
        x += all[i] + gap;
        const QString kind =
            m_parts[static_cast<qsizetype>(i)].toMap().value(QStringLiteral("kind")).toString();
        if (kind == QLatin1String("hatched")) {
            hatch(*painter, box, m_moving);
            continue;
        }
        painter->setPen(Qt::NoPen);
        painter->setBrush(kind == QLatin1String("locked") ? m_locked
                          : kind == QLatin1String("pale") ? m_pale
                                                          : m_solid);
        painter->drawRoundedRect(box, 3, 3);
    }
}

} // namespace duplex::ui
