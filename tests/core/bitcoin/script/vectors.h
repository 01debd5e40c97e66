#pragma once

#include "core/bitcoin/primitives/script.h"
#include "core/bitcoin/script/flags.h"

#include <QString>

namespace duplex::test {

/// A script in the words of Core's vectors: numbers, 'text', 0x raw bytes, opcode names with or without OP_.
bitcoin::Script scriptFromWords(const QString& words);
/// Flags by Core's names, separated by commas. NONE and the empty text are no flag.
bitcoin::script::Flags flagsFromNames(const QString& names);
/// Adds what a flag rests on: CLEANSTACK needs WITNESS, WITNESS needs P2SH.
bitcoin::script::Flags withNeededFlags(bitcoin::script::Flags flags);

} // namespace duplex::test
