#include "tests/support/power_cut_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <vector>

namespace duplex::test {

namespace {

using Content = std::vector<std::uint8_t>;

/// A piece of an unsynced write that reaches the disk as a whole or not at all; without bytes a truncation.
struct Sector {
    std::size_t at = 0;
    Content bytes;
};

struct DiskFile {
    Content now;     // as the program sees it
    Content durable; // as of the last sync
    std::vector<Sector> unsynced;
};

struct OpenFile {
    sqlite3_file base;
    DiskFile* file;
};

constexpr std::size_t sector_size = 512;

std::map<std::string, DiskFile> disk;
int cut_at = 0;
int operations = 0;

bool hasNoPower() {
    ++operations;
    return cut_at != 0 && operations >= cut_at;
}

DiskFile& fileOf(sqlite3_file* file) {
    return *reinterpret_cast<OpenFile*>(file)->file;
}

void writeInto(Content& content, std::size_t at, const Content& bytes) {
    if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
    std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(at));
}

void apply(const Sector& sector, Content& content) {
    if (sector.bytes.empty())
        content.resize(sector.at);
    else
        writeInto(content, sector.at, sector.bytes);
}

int closeFile(sqlite3_file*) {
    return SQLITE_OK;
}
int readFile(sqlite3_file* f, void* to, int amount, sqlite3_int64 offset) {
    const Content& now = fileOf(f).now;
    const auto wanted = static_cast<std::size_t>(amount), at = static_cast<std::size_t>(offset);
    const std::size_t there = at >= now.size() ? 0 : std::min(wanted, now.size() - at);
    if (there > 0) std::memcpy(to, now.data() + at, there);
    std::memset(static_cast<std::uint8_t*>(to) + there, 0, wanted - there);
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}
int writeFile(sqlite3_file* f, const void* from, int amount, sqlite3_int64 offset) {
    const auto* bytes = static_cast<const std::uint8_t*>(from);
    auto at = static_cast<std::size_t>(offset);
    const std::size_t end = at + static_cast<std::size_t>(amount);
    DiskFile& file = fileOf(f);
    const bool lost = hasNoPower();
    if (lost && operations > cut_at) return SQLITE_IOERR_WRITE;
    while (at < end) { // at the moment of the cut the write is under way: it may be torn like those before
        const std::size_t next = std::min(end, (at / sector_size + 1) * sector_size);
        file.unsynced.push_back({at, Content(bytes, bytes + (next - at))});
        writeInto(file.now, at, file.unsynced.back().bytes);
        bytes += next - at;
        at = next;
    }
    return lost ? SQLITE_IOERR_WRITE : SQLITE_OK;
}
int truncateFile(sqlite3_file* f, sqlite3_int64 size) {
    if (hasNoPower()) return SQLITE_IOERR_TRUNCATE;
    fileOf(f).now.resize(static_cast<std::size_t>(size));
    fileOf(f).unsynced.push_back({static_cast<std::size_t>(size), {}});
    return SQLITE_OK;
}
int syncFile(sqlite3_file* f, int) {
    if (hasNoPower()) return SQLITE_IOERR_FSYNC;
    DiskFile& file = fileOf(f);
    for (const Sector& sector : file.unsynced) apply(sector, file.durable);
    file.unsynced.clear();
    return SQLITE_OK;
}
int sizeOfFile(sqlite3_file* f, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(fileOf(f).now.size());
    return SQLITE_OK;
}
int lockFile(sqlite3_file*, int) {
    return SQLITE_OK;
}
int checkLock(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
}
int controlFile(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}
int sectorSizeOf(sqlite3_file*) {
    return static_cast<int>(sector_size);
}
/// As the real file system says: a torn write leaves the bytes around it alone.
int deviceFlags(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods methods = {1,           closeFile,    readFile,    writeFile, truncateFile,
                                    syncFile,    sizeOfFile,   lockFile,    lockFile,  checkLock,
                                    controlFile, sectorSizeOf, deviceFlags, nullptr,   nullptr,
                                    nullptr,     nullptr,      nullptr,     nullptr};

int openFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* opened = reinterpret_cast<OpenFile*>(file);
    const std::string path = name ? name : "";
    opened->base.pMethods = nullptr;
    if ((flags & SQLITE_OPEN_CREATE) == 0 && !disk.contains(path)) return SQLITE_CANTOPEN;
    opened->file = &disk[path]; // a new file's name is taken as durable: its folder is synced by SQLite
    opened->base.pMethods = &methods;
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
}
int deleteFile(sqlite3_vfs*, const char* name, int) {
    if (hasNoPower()) return SQLITE_IOERR_DELETE;
    disk.erase(name);
    return SQLITE_OK;
}
int accessFile(sqlite3_vfs*, const char* name, int, int* out) {
    *out = disk.contains(name) ? 1 : 0;
    return SQLITE_OK;
}

} // namespace

std::string powerCutVfs() {
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs made = *sqlite3_vfs_find(nullptr);
        made.zName = "duplex-power-cut";
        made.szOsFile = sizeof(OpenFile);
        made.xOpen = openFile;
        made.xDelete = deleteFile;
        made.xAccess = accessFile;
        return made;
    }();
    if (sqlite3_vfs_find("duplex-power-cut") == nullptr) sqlite3_vfs_register(&vfs, 0);
    return "duplex-power-cut";
}

void powerOnNewDisk() {
    disk.clear();
    cutPowerAt(0);
}

void cutPowerAt(int number) {
    cut_at = number;
    operations = 0;
}

int diskOperations() {
    return operations;
}

void powerBackOn(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (auto& [name, file] : disk) {
        Content content = file.durable;
        std::vector<Sector> order = file.unsynced;
        if (random() % 2 == 0) std::ranges::shuffle(order, random);
        const std::uint64_t lost_of_four = random() % 4; // from none to most of the sectors
        for (const Sector& sector : order) {
            if (random() % 4 < lost_of_four) continue;
            apply(sector, content);
        }
        file = {.now = content, .durable = content, .unsynced = {}};
    }
    cut_at = 0;
}

} // namespace duplex::test
