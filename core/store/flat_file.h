#pragma once

#include "core/base/bytes.h"

#include <expected>
#include <memory>
#include <string>

namespace duplex::store {

struct FileError {
    int code = 0; // errno
    std::string detail;
};

/// A flat file of records of one size, by number: block headers (80 bytes by height) and filter headers (32
/// bytes). Read through one mapping whose address range is reserved at open, so that views never move;
/// written by pwrite only, never shrunk. Its end is not its size but the count that the database committed
/// (performance.md 4): append, then commit the count.
class FlatFile {
public:
    static std::expected<std::unique_ptr<FlatFile>, FileError> open(const std::string& path,
                                                                    std::size_t record_size);
    ~FlatFile();
    FlatFile(const FlatFile&) = delete;
    FlatFile& operator=(const FlatFile&) = delete;

    /// Records that the file can hold readable now; the committed count is at most this.
    std::size_t capacity() const { return m_mapped / m_record_size; }
    /// A record below capacity(). Valid as long as the file is open.
    ByteView at(std::size_t number) const;
    /// All records [0, count) as one view.
    ByteView all(std::size_t count) const;
    /// Writes records one after another from `number` on and syncs them to disk.
    std::expected<void, FileError> write(std::size_t number, ByteView records);

private:
    FlatFile(int descriptor, std::size_t record_size)
        : m_descriptor(descriptor), m_record_size(record_size) {}
    std::expected<void, FileError> map(std::size_t bytes);

    int m_descriptor = -1;
    std::size_t m_record_size = 0;
    std::uint8_t* m_base = nullptr;
    std::size_t m_mapped = 0; // bytes readable
};

} // namespace duplex::store
