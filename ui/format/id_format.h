#pragma once

#include <QString>

namespace duplex::ui {

/// First and last eight characters with an ellipsis; a short id as it is.
QString elided(const QString& id);
/// In groups of four, for reading an address aloud before it is paid.
QString groupedByFour(const QString& text);

} // namespace duplex::ui
