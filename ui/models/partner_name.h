#pragma once

#include "core/api/snapshot.h"

#include <QString>
#include <QVariantMap>

namespace duplex::ui {

/// What the partner calls itself, or the ends of its id when it has no name.
QString partnerName(const std::string& alias, const std::string& node_id);
/// {typed, words}: what has to be typed before something is done to the partner's channel that nobody can
/// undo, and the sentence that asks for it. A partner without a name is named by the first figures of its id:
/// the sign between the two ends of a shortened id is on no keyboard.
QVariantMap partnerToType(const std::string& alias, const std::string& node_id);
/// Three full stops are as good as the one sign for them.
bool isTyped(const QString& typed, const QVariantMap& partner);

} // namespace duplex::ui
