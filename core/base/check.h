#pragma once

#include <source_location>

namespace duplex {

/// Ends the process when an invariant of our own does not hold. Never for peer or user input:
/// those get an error value. Stands in every build; release builds do not drop it (R7).
void check(bool holds, const char* what, std::source_location where = std::source_location::current());

} // namespace duplex
