#pragma once

#include <QImage>
#include <QQuickPaintedItem>

namespace duplex::ui {

/// A QR code, dark on white in both themes, with the quiet zone of four modules.
class QrCode : public QQuickPaintedItem {
    Q_OBJECT
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)

public:
    explicit QrCode(QQuickItem* parent = nullptr);
    QString text() const { return m_text; }
    void setText(const QString& text);
    void paint(QPainter* painter) override;
    /// Writes a PNG with eight pixels a module; false when it cannot be written.
    Q_INVOKABLE bool saveTo(const QUrl& file) const;

signals:
    void textChanged();

private:
    QString m_text;
    QImage m_modules; // one pixel a module, quiet zone included
};

/// One pixel a module, quiet zone included; null when the text does not fit into a code.
QImage qrModules(const QString& text);

} // namespace duplex::ui
