#include "ui/pictures/qr_code.h"

#include <qrencode.h>

#include <QPainter>
#include <QUrl>

#include <algorithm>
#include <memory>

namespace duplex::ui {

namespace {

constexpr int quiet_zone = 4;

} // namespace

QImage qrModules(const QString& text) {
    if (text.isEmpty()) return {};
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeString(text.toUtf8().constData(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), &QRcode_free);
    if (code == nullptr) return {};
    QImage image(code->width + 2 * quiet_zone, code->width + 2 * quiet_zone, QImage::Format_RGB32);
    image.fill(Qt::white);
    for (int y = 0; y < code->width; ++y)
        for (int x = 0; x < code->width; ++x)
            if ((code->data[y * code->width + x] & 1) != 0)
                image.setPixelColor(x + quiet_zone, y + quiet_zone, QColor(0x14, 0x16, 0x1A));
    return image;
}

QrCode::QrCode(QQuickItem* parent) : QQuickPaintedItem(parent) {
    setOpaquePainting(true);
}

void QrCode::setText(const QString& text) {
    if (text == m_text) return;
    m_text = text;
    m_modules = qrModules(text);
    update();
    emit textChanged();
}

void QrCode::paint(QPainter* painter) {
    painter->fillRect(boundingRect(), Qt::white);
    if (m_modules.isNull()) return;
    // Whole pixels a module, or scanners see grey edges.
    const int module = std::max(1, static_cast<int>(std::min(width(), height())) / m_modules.width());
    const int side = module * m_modules.width();
    const QRect target((static_cast<int>(width()) - side) / 2, (static_cast<int>(height()) - side) / 2, side,
                       side);
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter->drawImage(target, m_modules);
}

bool QrCode::saveTo(const QUrl& file) const {
    return !m_modules.isNull() && m_modules.scaled(m_modules.size() * 8).save(file.toLocalFile(), "PNG");
}

} // namespace duplex::ui
