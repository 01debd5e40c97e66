#pragma once

#include "core/bitcoin/primitives/block.h"

#include <string>
#include <vector>

namespace duplex::sandbox {

/// The practice chain on disk: one record a block (length, then bytes), rewritten whole after a
/// reorganisation. It holds nothing that matters; a torn end is cut off when it is read.
class BlockFile {
public:
    explicit BlockFile(std::string path) : m_path(std::move(path)) {}

    std::vector<bitcoin::Block> read() const;
    bool append(const bitcoin::Block& block) const;
    bool rewrite(const std::vector<const bitcoin::Block*>& blocks) const;

private:
    std::string m_path;
};

} // namespace duplex::sandbox
