#pragma once

#include "core/api/snapshot.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

namespace duplex::ui {

/// The table of live facts, one row a question, the upper layer's cell first. A tick marks the better figure.
std::vector<Row> comparisonRows(const api::PortfolioSnapshot& portfolio, const Display& display);

} // namespace duplex::ui
