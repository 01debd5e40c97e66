#pragma once

#include "app/data_paths.h"

#include <QCoreApplication>

#include <expected>

namespace duplex::app {

/// What the command line asks for. Help, version and faults are printed here; then there is the exit status
/// instead.
std::expected<Settings, int> settingsOrExit(Program program, int count, char** values);

/// Blocks SIGTERM and SIGINT, ignores SIGPIPE. Call it before any thread starts: all inherit the mask.
/// Returns the descriptor on which the two signals arrive.
int catchQuitSignals();

/// The signals become events of the application's loop, so that they end it between two turns and never
/// inside one.
void quitOnSignals(QCoreApplication& application, int descriptor);

} // namespace duplex::app
