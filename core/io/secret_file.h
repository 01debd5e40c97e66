#pragma once

#include "core/base/bytes.h"

#include <expected>
#include <string>

namespace duplex::io {

/// What is wrong with a file or folder, in a sentence that names it and says what to do.
struct FileProblem {
    enum class Kind : std::uint8_t { missing, exists, too_wide, not_ours, too_large, failed };
    Kind kind = Kind::failed;
    std::string message = {};
};

/// Makes the folder (and its missing parents) with mode 0700, or checks that an existing one belongs
/// to us and gives group and others nothing (threats 97).
std::expected<void, FileProblem> makePrivateFolder(const std::string& path);

/// Fails when the file is readable or writable by group or others, or belongs to another user (threats 97).
std::expected<void, FileProblem> checkPrivateFile(const std::string& path);

/// Content of a private file of at most `limit` bytes; refuses one with wider modes.
std::expected<Bytes, FileProblem> readSecretFile(const std::string& path, std::size_t limit = 1U << 20U);

enum class Overwrite : std::uint8_t { refuse, replace };

/// Writes with mode 0600, synced to disk. `replace` goes through a new file and a rename, so that a
/// crash leaves the old or the new content; `refuse` fails when the name exists.
std::expected<void, FileProblem> writeSecretFile(const std::string& path, ByteView content,
                                                 Overwrite overwrite);

/// Overwrites the content, then removes the name; a file that is not there is fine. What a file system or a
/// drive keeps of old content is out of our reach.
std::expected<void, FileProblem> removeSecretFile(const std::string& path);

/// Takes away what group and others may do: the fix that the messages above offer.
std::expected<void, FileProblem> narrowModes(const std::string& path);

} // namespace duplex::io
