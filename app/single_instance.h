#pragma once

#include "core/io/lock_file.h"

#include <expected>
#include <string>

namespace duplex::app {

/// Holds a network's folder for this process (threats 117): a second start gets an error that names the
/// first.
std::expected<io::LockFile, std::string> claimFolder(const std::string& network_directory);

} // namespace duplex::app
