#pragma once

#include <cstdint>
#include <string>

namespace duplex::test {

/// Registers (once) a SQLite file system "duplex-power-cut" whose files live in memory and remember what was
/// written since their last sync.
std::string powerCutVfs();
/// Forgets all files.
void powerOnNewDisk();
/// The power goes off at the n-th write, truncation or sync from now on. 0: never.
void cutPowerAt(int number);
/// Writes, truncations and syncs since then.
int diskOperations();
/// What the disk holds when the power comes back: of the unsynced writes any sectors, in any order, whole or
/// torn.
void powerBackOn(std::uint64_t seed);

} // namespace duplex::test
