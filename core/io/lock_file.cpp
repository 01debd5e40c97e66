#include "core/io/lock_file.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace duplex::io {

namespace {

std::optional<std::int64_t> pidIn(int descriptor) {
    std::array<char, 32> text{};
    const ssize_t count = ::pread(descriptor, text.data(), text.size() - 1, 0);
    std::int64_t pid = 0;
    if (count <= 0 || std::from_chars(text.data(), text.data() + count, pid).ec != std::errc{} || pid <= 0)
        return std::nullopt;
    return pid;
}

} // namespace

std::expected<LockFile, LockFile::Problem> LockFile::acquire(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0)
        return std::unexpected(
            Problem{.message = fmt::format("Cannot open the lock file {}: {}.", path, std::strerror(errno))});
    LockFile lock(descriptor, path);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        if (error != EWOULDBLOCK)
            return std::unexpected(
                Problem{.message = fmt::format("Cannot lock {}: {}.", path, std::strerror(error))});
        const auto pid = pidIn(descriptor);
        const std::string who = pid ? fmt::format(" (process {})", *pid) : std::string{};
        return std::unexpected(
            Problem{.holder_pid = pid,
                    .message = fmt::format("Another Duplex{} is using this data directory (lock {}). Use it, "
                                           "or stop it first with: duplex-cli stop",
                                           who, path)});
    }
    // For people and the message above only: the kernel's lock decides, not what stands in the file.
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, pid.data(), pid.size(), 0) < 0)
        return std::unexpected(Problem{
            .message = fmt::format("Cannot write the lock file {}: {}.", path, std::strerror(errno))});
    return lock;
}

LockFile::LockFile(int descriptor, std::string path) : m_descriptor(descriptor), m_path(std::move(path)) {}

LockFile::LockFile(LockFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_path, other.m_path);
    return *this;
}

// The file stays: removing it would let a third process lock a new one while a second still holds the old.
LockFile::~LockFile() {
    if (m_descriptor >= 0) ::close(m_descriptor);
}

} // namespace duplex::io
