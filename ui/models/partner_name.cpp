#include "ui/models/partner_name.h"

#include "ui/format/id_format.h"

#include <QObject>

namespace duplex::ui {

namespace {

constexpr qsizetype figures_typed = 8;

QString plain(const QString& text) {
    return text.trimmed().replace(QChar(u'\u2026'), QStringLiteral("..."));
}

} // namespace

QString partnerName(const std::string& alias, const std::string& node_id) {
    return alias.empty() ? elided(QString::fromStdString(node_id)) : QString::fromStdString(alias);
}

QVariantMap partnerToType(const std::string& alias, const std::string& node_id) {
    const QString typed = alias.empty() ? QString::fromStdString(node_id).left(figures_typed)
                                        : QString::fromStdString(alias).trimmed();
    const QString words = alias.empty()
                              ? QObject::tr("Type the first %1 figures of the partner's id to go on: %2")
                                    .arg(figures_typed)
                                    .arg(typed)
                              : QObject::tr("Type the partner's name to go on: %1").arg(typed);
    return {{QStringLiteral("typed"), typed}, {QStringLiteral("words"), words}};
}

bool isTyped(const QString& typed, const QVariantMap& partner) {
    const QString wanted = plain(partner.value(QStringLiteral("typed")).toString());
    return !wanted.isEmpty() && plain(typed) == wanted;
}

} // namespace duplex::ui
