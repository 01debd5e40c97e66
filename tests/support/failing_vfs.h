#pragma once

#include <string>

namespace duplex::test {

/// Registers (once) a SQLite file system "duplex-failing" over the default one whose n-th write or sync from
/// now on fails, and every later one too, as a full or broken disk does. 0: never.
std::string failingVfs();
void failAtWrite(int number);
/// Whether every read fails from now on, as of a disk that is going.
void failReads(bool fail);
/// Writes and syncs since the last failAtWrite().
int writesSoFar();

} // namespace duplex::test
