#include "app/single_instance.h"

namespace duplex::app {

std::expected<io::LockFile, std::string> claimFolder(const std::string& network_directory) {
    auto lock = io::LockFile::acquire(network_directory + "/lock");
    if (!lock) return std::unexpected(lock.error().message);
    return std::move(*lock);
}

} // namespace duplex::app
