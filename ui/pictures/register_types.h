#pragma once

class QQmlEngine;

namespace duplex::ui {

/// Makes a QML engine ready for the module Duplex: import path, drawn items, icons. Once an engine.
void prepare(QQmlEngine& engine);

} // namespace duplex::ui
