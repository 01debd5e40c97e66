#pragma once

#include <QString>

#include <cstdint>

namespace duplex::ui {

/// "1 482 300" grouped by narrow no-break spaces; minus is U+2212.
QString grouped(std::int64_t value);
/// "1 482 300 sat".
QString satText(std::int64_t sat);
/// Whole satoshis of a millisatoshi amount, rounded towards zero: "1 482 300 sat". Below one satoshi the
/// fraction is written ("0.250 sat"), so that a small fee is not shown as nothing.
QString msatText(std::int64_t msat);
/// "+150 000" or "−4 200": what a line of the history gained or lost, without its unit.
QString signedSat(std::int64_t sat);
/// "0.01 482 300 BTC": eight decimals grouped 2-3-3.
QString coinText(std::int64_t sat, const QString& asset);
/// "8.0 sat/vB" of a feerate in sat per 1 000 vB.
QString feerateText(std::int64_t sat_per_kvb);
/// "0.27 %" of part in whole; empty when whole is not positive.
QString shareText(std::int64_t part, std::int64_t whole);
/// "1 channel" or "4 channels": `one` as it stands, `many` with %1 for the figure.
QString counted(std::int64_t count, const QString& one, const QString& many);
/// Digits, spaces and separators as people type them: "85 000" -> 85000; -1 when it is no amount.
std::int64_t satFromInput(const QString& text);
/// "2.5" sat/vB -> 2500 sat per 1 000 vB; -1 when it is no feerate. A comma may be either, and is refused.
std::int64_t feerateFromInput(const QString& text);
/// Why what was typed is no amount; empty when it is one, or nothing was typed. `otherwise` says what to
/// write instead.
QString amountProblem(const QString& text, const QString& otherwise);

} // namespace duplex::ui
