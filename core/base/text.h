#pragma once

#include <string>
#include <string_view>

namespace duplex {

/// With A to Z in lower case and every other byte as it is, whatever the locale says.
std::string lowerCase(std::string_view text);

} // namespace duplex
