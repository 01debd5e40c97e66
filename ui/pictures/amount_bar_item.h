#pragma once

#include <QColor>
#include <QQuickPaintedItem>
#include <QVariant>

namespace duplex::ui {

/// The amount bar: solid = yours now, hatched = on its way, grey = locked, pale = theirs. Each segment of
/// `parts` is {share (a number in any unit), kind ("solid" "hatched" "locked" "pale")}; none is narrower than
/// five pixels.
class AmountBarItem : public QQuickPaintedItem {
    Q_OBJECT
    Q_PROPERTY(QVariantList parts MEMBER m_parts NOTIFY changed)
    Q_PROPERTY(QColor solid MEMBER m_solid NOTIFY changed)
    Q_PROPERTY(QColor moving MEMBER m_moving NOTIFY changed)
    Q_PROPERTY(QColor locked MEMBER m_locked NOTIFY changed)
    Q_PROPERTY(QColor pale MEMBER m_pale NOTIFY changed)
    Q_PROPERTY(QColor track MEMBER m_track NOTIFY changed)

public:
    explicit AmountBarItem(QQuickItem* parent = nullptr);
    void paint(QPainter* painter) override;
    /// Widths of the segments in a bar that wide, gaps of two pixels taken off.
    static std::vector<double> widths(const QVariantList& parts, double total_width);

signals:
    void changed();

private:
    QVariantList m_parts;
    QColor m_solid, m_moving, m_locked, m_pale, m_track;
};

} // namespace duplex::ui
