#include "ui/pictures/dashed_frame.h"

#include <QPainter>

namespace duplex::ui {

DashedFrame::DashedFrame(QQuickItem* parent) : QQuickPaintedItem(parent) {
    connect(this, &DashedFrame::changed, this, [this] { update(); });
}

void DashedFrame::paint(QPainter* painter) {
    painter->setRenderHint(QPainter::Antialiasing);
    QPen pen(m_color, 1.2);
    pen.setDashPattern({3, 2.4});
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(boundingRect().adjusted(0.6, 0.6, -0.6, -0.6), 6, 6);
}

} // namespace duplex::ui
