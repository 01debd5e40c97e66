#include "tests/support/failing_vfs.h"

#include <sqlite3.h>

#include <cstring>

namespace duplex::test {

namespace {

int fail_at = 0;
int writes = 0;
bool reads_fail = false;

struct FailingFile {
    sqlite3_file base;
    sqlite3_file* real;
};

sqlite3_file* realOf(sqlite3_file* file) {
    return reinterpret_cast<FailingFile*>(file)->real;
}

bool failsNow() {
    ++writes;
    return fail_at != 0 && writes >= fail_at;
}

int closeFile(sqlite3_file* file) {
    const int code = realOf(file)->pMethods ? realOf(file)->pMethods->xClose(realOf(file)) : SQLITE_OK;
    sqlite3_free(realOf(file));
    return code;
}
int readFile(sqlite3_file* f, void* to, int amount, sqlite3_int64 at) {
    if (reads_fail) return SQLITE_IOERR_READ;
    return realOf(f)->pMethods->xRead(realOf(f), to, amount, at);
}
int writeFile(sqlite3_file* f, const void* from, int amount, sqlite3_int64 at) {
    if (failsNow()) return SQLITE_FULL;
    return realOf(f)->pMethods->xWrite(realOf(f), from, amount, at);
}
int truncateFile(sqlite3_file* f, sqlite3_int64 size) {
    return realOf(f)->pMethods->xTruncate(realOf(f), size);
}
int syncFile(sqlite3_file* f, int flags) {
    if (failsNow()) return SQLITE_IOERR_FSYNC;
    return realOf(f)->pMethods->xSync(realOf(f), flags);
}
int sizeOfFile(sqlite3_file* f, sqlite3_int64* size) {
    return realOf(f)->pMethods->xFileSize(realOf(f), size);
}
int lockFile(sqlite3_file* f, int level) {
    return realOf(f)->pMethods->xLock(realOf(f), level);
}
int unlockFile(sqlite3_file* f, int level) {
    return realOf(f)->pMethods->xUnlock(realOf(f), level);
}
int checkLock(sqlite3_file* f, int* out) {
    return realOf(f)->pMethods->xCheckReservedLock(realOf(f), out);
}
int controlFile(sqlite3_file* f, int op, void* arg) {
    return realOf(f)->pMethods->xFileControl(realOf(f), op, arg);
}
int sectorSize(sqlite3_file* f) {
    return realOf(f)->pMethods->xSectorSize(realOf(f));
}
int deviceFlags(sqlite3_file* f) {
    return realOf(f)->pMethods->xDeviceCharacteristics(realOf(f));
}

// Version 1 methods: no shared memory; SQLite then keeps the WAL index in memory, which exclusive locking
// allows.
const sqlite3_io_methods methods = {1,           closeFile,  readFile,    writeFile,  truncateFile,
                                    syncFile,    sizeOfFile, lockFile,    unlockFile, checkLock,
                                    controlFile, sectorSize, deviceFlags, nullptr,    nullptr,
                                    nullptr,     nullptr,    nullptr,     nullptr};

sqlite3_vfs* realVfs() {
    return sqlite3_vfs_find(nullptr);
}

int openFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* wrapped = reinterpret_cast<FailingFile*>(file);
    wrapped->base.pMethods = nullptr;
    wrapped->real = static_cast<sqlite3_file*>(sqlite3_malloc(realVfs()->szOsFile));
    std::memset(wrapped->real, 0, static_cast<std::size_t>(realVfs()->szOsFile));
    const int code = realVfs()->xOpen(realVfs(), name, wrapped->real, flags, out_flags);
    if (code == SQLITE_OK)
        wrapped->base.pMethods = &methods;
    else
        sqlite3_free(wrapped->real);
    return code;
}

} // namespace

std::string failingVfs() {
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs made = *realVfs();
        made.zName = "duplex-failing";
        made.szOsFile = sizeof(FailingFile);
        made.xOpen = openFile;
        return made;
    }();
    if (sqlite3_vfs_find("duplex-failing") == nullptr) sqlite3_vfs_register(&vfs, 0);
    return "duplex-failing";
}

void failAtWrite(int number) {
    fail_at = number;
    writes = 0;
}

void failReads(bool fail) {
    reads_fail = fail;
}

int writesSoFar() {
    return writes;
}

} // namespace duplex::test
