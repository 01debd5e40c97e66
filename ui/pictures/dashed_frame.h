#pragma once

#include <QColor>
#include <QQuickPaintedItem>

namespace duplex::ui {

/// The dashed outline of a badge that nobody proved.
class DashedFrame : public QQuickPaintedItem {
    Q_OBJECT
    Q_PROPERTY(QColor color MEMBER m_color NOTIFY changed)

public:
    explicit DashedFrame(QQuickItem* parent = nullptr);
    void paint(QPainter* painter) override;

signals:
    void changed();

private:
    QColor m_color;
};

} // namespace duplex::ui
