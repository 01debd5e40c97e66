#pragma once

#include "core/api/snapshot.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

namespace duplex::ui {

QStringList activityRoles();
/// The history of both layers, newest first; `section` is the day.
std::vector<Row> activityRows(const std::vector<ledger::Activity>& items, const Display& display);

} // namespace duplex::ui
