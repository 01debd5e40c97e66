#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace duplex::io {

/// Holds a data directory for this process (threats 117). The lock is the kernel's (flock on an open
/// file), so that it ends with its holder, however that dies, and a left-over file means nothing.
class LockFile {
public:
    struct Problem {
        std::optional<std::int64_t> holder_pid = {}; // when another instance holds it
        std::string message = {};
    };

    static std::expected<LockFile, Problem> acquire(const std::string& path);

    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&& other) noexcept;
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;
    ~LockFile();

    const std::string& path() const { return m_path; }

private:
    LockFile(int descriptor, std::string path);

    int m_descriptor = -1;
    std::string m_path;
};

} // namespace duplex::io
