#include "ui/format/id_format.h"

namespace duplex::ui {

QString elided(const QString& id) {
    if (id.size() <= 20) return id;
    return id.left(8) + QChar(u'\u2026') + id.right(8);
}

QString groupedByFour(const QString& text) {
    QString result;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (i > 0 && i % 4 == 0) result += QLatin1Char(' ');
        result += text[i];
    }
    return result;
}

} // namespace duplex::ui
