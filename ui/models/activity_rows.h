#pragma once

#include "core/api/snapshot.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

namespace duplex::ui {

QStringList activityRoles();
/// The history of both layers, newest first; `section` is the day, `page` the one that shows it (none: its
/// facts are all there is).
std::vector<Row> activityRows(const std::vector<ledger::Activity>& items, const Display& display);
/// What is known about one line: facts for a list of {name, value, copy, badge}.
QVariantList activityFacts(const ledger::Activity& item, const Display& display);

} // namespace duplex::ui
