#pragma once

#include <QQuickImageProvider>

namespace duplex::ui {

/// Draws a line icon of resources/icons in a colour: image://icon/<name>/<rrggbb>/<stroke in tenths>.
/// The logo keeps its own colours.
class IconProvider : public QQuickImageProvider {
public:
    IconProvider();
    QPixmap requestPixmap(const QString& id, QSize* size, const QSize& requested) override;
};

} // namespace duplex::ui
