#include "ui/format/time_format.h"

#include "ui/format/amount_format.h"

#include <QDateTime>
#include <QLocale>
#include <QObject>

#include <algorithm>

namespace duplex::ui {

QString shortDuration(std::int64_t seconds) {
    if (seconds < 90) return QObject::tr("%1 s").arg(std::max<std::int64_t>(seconds, 1));
    if (seconds < 90 * 60) return QObject::tr("%1 min").arg((seconds + 30) / 60);
    if (seconds < 36 * 3600) return QObject::tr("%1 h").arg((seconds + 1800) / 3600);
    return counted((seconds + 43'200) / 86'400, QObject::tr("1 day"), QObject::tr("%1 days"));
}

QString aboutDuration(std::int64_t seconds) {
    return QObject::tr("about %1").arg(shortDuration(seconds));
}

QString agoText(std::int64_t time, std::int64_t now) {
    if (now - time < 10) return QObject::tr("just now");
    return QObject::tr("%1 ago").arg(shortDuration(now - time));
}

QString untilText(std::int64_t time, std::int64_t now) {
    return time <= now ? QObject::tr("expired") : QObject::tr("in %1").arg(shortDuration(time - now));
}

QString clockText(std::int64_t time) {
    return QDateTime::fromSecsSinceEpoch(time).toString(QStringLiteral("HH:mm"));
}

QString dateTimeText(std::int64_t time) {
    return QLocale().toString(QDateTime::fromSecsSinceEpoch(time), QStringLiteral("d MMM yyyy, HH:mm:ss"));
}

QString dayText(std::int64_t time, std::int64_t now) {
    const QDate day = QDateTime::fromSecsSinceEpoch(time).date();
    const QDate today = QDateTime::fromSecsSinceEpoch(now).date();
    if (day == today) return QObject::tr("Today");
    if (day == today.addDays(-1)) return QObject::tr("Yesterday");
    return QLocale().toString(day, QStringLiteral("d MMM yyyy"));
}

QString momentText(std::int64_t time, std::int64_t now) {
    const bool today =
        QDateTime::fromSecsSinceEpoch(time).date() == QDateTime::fromSecsSinceEpoch(now).date();
    return today ? clockText(time) : QObject::tr("%1, %2").arg(dayText(time, now), clockText(time));
}

QString sentence(const QString& text) {
    return text.isEmpty() ? text : text.left(1).toUpper() + text.mid(1);
}

QString blocksText(std::int64_t blocks) {
    return blocks == 1 ? QObject::tr("1 block") : QObject::tr("%1 blocks").arg(grouped(blocks));
}

} // namespace duplex::ui
