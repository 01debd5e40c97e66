#pragma once

#include "app/command_line.h"

#include <expected>
#include <string>

namespace duplex::app {

/// The platform's place for application data, with "duplex" below it.
std::string defaultDataDirectory();

/// DIR/<network> of the settings.
std::string networkDirectory(const Settings& settings);

/// Makes both folders for the user alone, or says what is wrong with those that are there (threats 97).
std::expected<void, std::string> prepareFolders(const Settings& settings);

/// Settings of the command line and of DIR/duplex.conf together.
std::expected<Settings, std::string> readSettings(Program program, const std::vector<std::string>& arguments);

} // namespace duplex::app
