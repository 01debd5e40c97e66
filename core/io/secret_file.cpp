#include "core/io/secret_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

namespace duplex::io {

namespace {

using Kind = FileProblem::Kind;

std::unexpected<FileProblem> problem(Kind kind, std::string message) {
    return std::unexpected(FileProblem{.kind = kind, .message = std::move(message)});
}

std::unexpected<FileProblem> systemProblem(const char* what, const std::string& path) {
    const int error = errno;
    const Kind kind = error == ENOENT ? Kind::missing : error == EEXIST ? Kind::exists : Kind::failed;
    return problem(kind, fmt::format("Cannot {} {}: {}.", what, path, std::strerror(error)));
}

// Closes a descriptor at the end of its scope.
struct Descriptor {
    int value = -1;
    Descriptor(const Descriptor&) = delete;
    explicit Descriptor(int descriptor) : value(descriptor) {}
    ~Descriptor() {
        if (value >= 0) ::close(value);
    }
};

std::expected<void, FileProblem> checkOwnerAndMode(const struct stat& status, const std::string& path) {
    if (status.st_uid != ::geteuid())
        return problem(Kind::not_ours,
                       fmt::format("{} belongs to another user. Use a data directory of your own.", path));
    const unsigned mode = status.st_mode & 07777U;
    if ((mode & 077U) != 0) {
        const char* narrow = S_ISDIR(status.st_mode) ? "700" : "600";
        return problem(
            Kind::too_wide,
            fmt::format("{} can be read by other users of this machine (mode {:o}). Run: chmod {} '{}'", path,
                        mode, narrow, path));
    }
    return {};
}

std::expected<void, FileProblem> writeAll(int descriptor, ByteView content, const std::string& path) {
    while (!content.empty()) {
        const ssize_t count = ::write(descriptor, content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return systemProblem("write", path);
        content = content.subspan(static_cast<std::size_t>(count));
    }
    if (::fsync(descriptor) != 0) return systemProblem("write", path);
    return {};
}

// The name itself is only durable once its folder is synced.
void syncFolderOf(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.value >= 0) ::fsync(descriptor.value);
}

} // namespace

std::expected<void, FileProblem> makePrivateFolder(const std::string& path) {
    if (path.empty()) return problem(Kind::failed, "The name of a folder is empty.");
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) {
        if (!S_ISDIR(status.st_mode)) return problem(Kind::failed, fmt::format("{} is not a folder.", path));
        return checkOwnerAndMode(status, path);
    }
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos && slash > 0) {
        const std::string parent = path.substr(0, slash);
        if (::stat(parent.c_str(), &status) != 0)
            if (auto made = makePrivateFolder(parent); !made) return made;
    }
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return systemProblem("make the folder", path);
    if (::stat(path.c_str(), &status) != 0) return systemProblem("look at", path);
    return checkOwnerAndMode(status, path);
}

std::expected<void, FileProblem> checkPrivateFile(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return systemProblem("look at", path);
    return checkOwnerAndMode(status, path);
}

std::expected<Bytes, FileProblem> readSecretFile(const std::string& path, std::size_t limit) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.value < 0) return systemProblem("open", path);
    struct stat status{};
    if (::fstat(file.value, &status) != 0) return systemProblem("look at", path);
    if (!S_ISREG(status.st_mode)) return problem(Kind::failed, fmt::format("{} is not a file.", path));
    if (auto fine = checkOwnerAndMode(status, path); !fine) return std::unexpected(fine.error());
    if (static_cast<std::uint64_t>(status.st_size) > limit)
        return problem(Kind::too_large, fmt::format("{} is larger than {} bytes.", path, limit));
    Bytes content;
    content.reserve(static_cast<std::size_t>(status.st_size));
    std::array<std::uint8_t, 4096> part{};
    for (;;) {
        const ssize_t count = ::read(file.value, part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return systemProblem("read", path);
        if (count == 0) return content;
        content.insert(content.end(), part.begin(), part.begin() + count);
        if (content.size() > limit)
            return problem(Kind::too_large, fmt::format("{} is larger than {} bytes.", path, limit));
    }
}

std::expected<void, FileProblem> writeSecretFile(const std::string& path, ByteView content,
                                                 Overwrite overwrite) {
    const bool replace = overwrite == Overwrite::replace;
    const std::string target = replace ? path + ".new" : path;
    if (replace)
        ::unlink(target.c_str()); // left by a crash; O_EXCL below still refuses what another user puts there
    {
        const Descriptor file(
            ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (file.value < 0) {
            if (errno == EEXIST)
                return problem(
                    Kind::exists,
                    fmt::format("{} exists already and is not overwritten. Choose another name.", path));
            return systemProblem("create", target);
        }
        if (auto written = writeAll(file.value, content, target); !written) {
            ::unlink(target.c_str());
            return written;
        }
    }
    if (replace && std::rename(target.c_str(), path.c_str()) != 0) return systemProblem("replace", path);
    syncFolderOf(path);
    return {};
}

std::expected<void, FileProblem> removeSecretFile(const std::string& path) {
    {
        const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
        struct stat status{};
        if (file.value >= 0 && ::fstat(file.value, &status) == 0 && S_ISREG(status.st_mode)) {
            // It goes either way; a full disk must not keep it.
            (void)writeAll(file.value, Bytes(static_cast<std::size_t>(status.st_size)), path);
        }
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return systemProblem("remove", path);
    syncFolderOf(path);
    return {};
}

std::expected<void, FileProblem> narrowModes(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return systemProblem("look at", path);
    if (::chmod(path.c_str(), status.st_mode & 0700U) != 0) return systemProblem("change the mode of", path);
    return {};
}

} // namespace duplex::io
