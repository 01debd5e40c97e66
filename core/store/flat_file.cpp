#include "core/store/flat_file.h"

#include "core/base/check.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace duplex::store {

namespace {

// Address space, not memory: 80 bytes times 25 million blocks.
constexpr std::size_t reserved_bytes = std::size_t{2} << 30;

FileError lastError(const char* what) {
    return {errno, std::string(what) + ": " + std::strerror(errno)};
}

} // namespace

std::expected<std::unique_ptr<FlatFile>, FileError> FlatFile::open(const std::string& path,
                                                                   std::size_t record_size) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return std::unexpected(lastError("open"));
    std::unique_ptr<FlatFile> file(new FlatFile(descriptor, record_size));
    void* base =
        ::mmap(nullptr, reserved_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) return std::unexpected(lastError("reserve"));
    file->m_base = static_cast<std::uint8_t*>(base);
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) return std::unexpected(lastError("stat"));
    if (auto mapped = file->map(static_cast<std::size_t>(status.st_size)); !mapped)
        return std::unexpected(mapped.error());
    return file;
}

FlatFile::~FlatFile() {
    if (m_base != nullptr) ::munmap(m_base, reserved_bytes);
    if (m_descriptor >= 0) ::close(m_descriptor);
}

std::expected<void, FileError> FlatFile::map(std::size_t bytes) {
    if (bytes > reserved_bytes) return std::unexpected(FileError{EFBIG, "the file is larger than any chain"});
    if (bytes <= m_mapped) return {};
    if (::mmap(m_base, bytes, PROT_READ, MAP_SHARED | MAP_FIXED, m_descriptor, 0) == MAP_FAILED) {
        return std::unexpected(lastError("map"));
    }
    m_mapped = bytes;
    return {};
}

ByteView FlatFile::at(std::size_t number) const {
    check(number < capacity(), "a record of a flat file lies below its capacity");
    return {m_base + number * m_record_size, m_record_size};
}

ByteView FlatFile::all(std::size_t count) const {
    check(count <= capacity(), "records of a flat file lie below its capacity");
    return {m_base, count * m_record_size};
}

std::expected<void, FileError> FlatFile::write(std::size_t number, ByteView records) {
    check(records.size() % m_record_size == 0, "whole records are written");
    std::size_t done = 0;
    const std::size_t offset = number * m_record_size;
    if (offset + records.size() > reserved_bytes)
        return std::unexpected(FileError{EFBIG, "the chain is longer than the file may be"});
    while (done < records.size()) {
        const ssize_t count = ::pwrite(m_descriptor, records.data() + done, records.size() - done,
                                       static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::unexpected(lastError("write"));
        done += static_cast<std::size_t>(count);
    }
    if (::fdatasync(m_descriptor) != 0) return std::unexpected(lastError("sync"));
    return map(offset + records.size());
}

} // namespace duplex::store
