#include "ui/format/amount_format.h"

#include <QObject>

#include <limits>

namespace duplex::ui {

namespace {

constexpr char16_t narrow_space = u'\u202f';
constexpr char16_t minus = u'\u2212';

QString groupedDigits(const QString& digits) {
    QString result;
    for (qsizetype i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) result += QChar(narrow_space);
        result += digits[i];
    }
    return result;
}

constexpr std::int64_t every_sat = 2'100'000'000'000'000; // 21 million coins
constexpr qsizetype most_digits = 16;

// The figure without what people put between its digits; empty when there is more than that.
QString digitsOf(const QString& text) {
    QString digits;
    for (const QChar c : text) {
        if (c.isSpace() || c == QChar(narrow_space) || c == QLatin1Char('\'')) continue;
        if (!c.isDigit() || c.unicode() > u'9') return {};
        if (digits != QLatin1String("0"))
            digits += c;
        else
            digits = c;
    }
    return digits;
}

std::uint64_t magnitude(std::int64_t value) {
    return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
}

} // namespace

QString grouped(std::int64_t value) {
    const QString digits = groupedDigits(QString::number(magnitude(value)));
    return value < 0 ? QChar(minus) + digits : digits;
}

QString satText(std::int64_t sat) {
    return grouped(sat) + QStringLiteral(" sat");
}

QString msatText(std::int64_t msat) {
    if (msat == 0 || magnitude(msat) >= 1000) return satText(msat / 1000);
    const QString fraction = QString::number(magnitude(msat)).rightJustified(3, QLatin1Char('0'));
    return (msat < 0 ? QString(QChar(minus)) : QString()) + QStringLiteral("0.") + fraction +
           QStringLiteral(" sat");
}

QString signedSat(std::int64_t sat) {
    return sat > 0 ? QLatin1Char('+') + grouped(sat) : grouped(sat);
}

QString coinText(std::int64_t sat, const QString& asset) {
    const QString digits = QString::number(magnitude(sat)).rightJustified(9, QLatin1Char('0'));
    const QString whole = groupedDigits(digits.chopped(8));
    const QString fraction = digits.right(8);
    const QChar gap(narrow_space);
    return (sat < 0 ? QString(QChar(minus)) : QString()) + whole + QLatin1Char('.') + fraction.left(2) + gap +
           fraction.mid(2, 3) + gap + fraction.right(3) + QLatin1Char(' ') + asset;
}

QString feerateText(std::int64_t sat_per_kvb) {
    return QString::number(sat_per_kvb / 1000) + QLatin1Char('.') +
           QString::number(sat_per_kvb % 1000 / 100) + QStringLiteral(" sat/vB");
}

QString shareText(std::int64_t part, std::int64_t whole) {
    if (whole <= 0 || part < 0 || part > std::numeric_limits<std::int64_t>::max() / 10'000) return {};
    const std::int64_t hundredths = part * 10'000 / whole;
    if (hundredths == 0 && part > 0) return QObject::tr("under 0.01 %");
    return QString::number(hundredths / 100) + QLatin1Char('.') +
           QString::number(hundredths % 100).rightJustified(2, QLatin1Char('0')) + QStringLiteral(" %");
}

QString counted(std::int64_t count, const QString& one, const QString& many) {
    return count == 1 ? one : many.arg(grouped(count));
}

std::int64_t satFromInput(const QString& text) {
    const QString digits = digitsOf(text);
    if (digits.isEmpty() || digits.size() > most_digits) return -1;
    const qint64 value = digits.toLongLong();
    return value <= every_sat ? value : -1;
}

std::int64_t feerateFromInput(const QString& text) {
    constexpr qsizetype decimals = 3; // of sat/vB: whole sat per 1 000 vB
    const QString plain = text.trimmed();
    const QString fraction = plain.section(QLatin1Char('.'), 1);
    const std::int64_t whole = satFromInput(plain.section(QLatin1Char('.'), 0, 0));
    const std::int64_t rest =
        fraction.isEmpty() ? 0 : satFromInput(fraction.leftJustified(decimals, QLatin1Char('0')));
    constexpr std::int64_t beyond = 1'000'000'000; // what no field of the engine takes either
    if (whole < 0 || whole > beyond || rest < 0 || fraction.size() > decimals) return -1;
    return whole * 1000 + rest;
}

QString amountProblem(const QString& text, const QString& otherwise) {
    if (text.isEmpty() || satFromInput(text) > 0) return {};
    const QString digits = digitsOf(text);
    const bool beyond = digits.size() > most_digits || (!digits.isEmpty() && digits.toLongLong() > every_sat);
    return beyond ? QObject::tr("There are only %1 in all.").arg(satText(every_sat)) : otherwise;
}

} // namespace duplex::ui
