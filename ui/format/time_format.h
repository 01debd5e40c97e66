#pragma once

#include <QString>

#include <cstdint>

namespace duplex::ui {

/// "about 30 min", "about 2 s", "about 5 days": an estimate, never exact.
QString aboutDuration(std::int64_t seconds);
/// The same without "about": "30 min".
QString shortDuration(std::int64_t seconds);
/// "just now", "4 min ago", "2 h ago", "3 days ago".
QString agoText(std::int64_t time, std::int64_t now);
/// "in 58 min", or "expired".
QString untilText(std::int64_t time, std::int64_t now);
/// "14:02" in the user's time zone and locale.
QString clockText(std::int64_t time);
/// "23 Nov 2026, 13:58:04".
QString dateTimeText(std::int64_t time);
/// "Today", "Yesterday" or "23 Nov 2026".
QString dayText(std::int64_t time, std::int64_t now);
/// "14:02" of today, else "Yesterday, 14:02" or "23 Nov 2026, 14:02".
QString momentText(std::int64_t time, std::int64_t now);
/// The same text with a capital first, for a value that stands alone.
QString sentence(const QString& text);
/// "1 block", "144 blocks".
QString blocksText(std::int64_t blocks);

} // namespace duplex::ui
