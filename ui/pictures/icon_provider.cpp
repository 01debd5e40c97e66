#include "ui/pictures/icon_provider.h"

#include <QFile>
#include <QPainter>
#include <QSvgRenderer>

namespace duplex::ui {

IconProvider::IconProvider() : QQuickImageProvider(QQuickImageProvider::Pixmap) {}

QPixmap IconProvider::requestPixmap(const QString& id, QSize* size, const QSize& requested) {
    const QStringList parts = id.split(QLatin1Char('/'));
    QFile file(QStringLiteral(":/duplex/icons/") + parts.value(0) + QStringLiteral(".svg"));
    QByteArray svg = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    if (parts.size() > 1) svg.replace("#1F2228", "#" + parts[1].toLatin1());
    if (parts.size() > 2) {
        const QByteArray width =
            QByteArray::number(parts[2].toInt() / 10) + '.' + QByteArray::number(parts[2].toInt() % 10);
        svg.replace("stroke-width=\"1.6\"", "stroke-width=\"" + width + "\"");
    }
    const QSize wanted = requested.isValid() && !requested.isEmpty() ? requested : QSize(20, 20);
    QPixmap picture(wanted);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    QSvgRenderer(svg).render(&painter);
    if (size != nullptr) *size = wanted;
    return picture;
}

} // namespace duplex::ui
