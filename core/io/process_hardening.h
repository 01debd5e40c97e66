#pragma once

namespace duplex::io {

/// No core dumps, no ptrace by other processes of the user, new files for the owner only (umask 077):
/// called first in every program (threats 96, 97).
void hardenProcess();

/// Keeps the pages of a buffer out of swap and dumps; best effort (the system may limit it).
void lockMemory(void* data, unsigned long size);

} // namespace duplex::io
