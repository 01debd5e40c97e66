#include "app/data_paths.h"

#include "core/io/secret_file.h"

#include <QStandardPaths>

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

namespace duplex::app {

std::string defaultDataDirectory() {
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation).toStdString() + "/duplex";
}

std::string networkDirectory(const Settings& settings) {
    return settings.data_directory + "/" + settings.network;
}

std::expected<void, std::string> prepareFolders(const Settings& settings) {
    // The base may be a folder that was there before; nobody else may change what lies in it. Secrets lie
    // below only.
    struct stat status{};
    if (::stat(settings.data_directory.c_str(), &status) != 0) {
        if (auto made = io::makePrivateFolder(settings.data_directory); !made)
            return std::unexpected(made.error().message);
    } else if (!S_ISDIR(status.st_mode)) {
        return std::unexpected(fmt::format("{} is not a folder.", settings.data_directory));
    } else if (status.st_uid != ::geteuid() || (status.st_mode & 022U) != 0) {
        return std::unexpected(
            fmt::format("{} can be changed by other users of this machine. Run: chmod 700 '{}'",
                        settings.data_directory, settings.data_directory));
    }
    if (auto made = io::makePrivateFolder(networkDirectory(settings)); !made)
        return std::unexpected(made.error().message);
    return {};
}

std::expected<Settings, std::string> readSettings(Program program,
                                                  const std::vector<std::string>& arguments) {
    auto settings = parseCommandLine(program, arguments);
    if (!settings) return settings;
    if (settings->data_directory.empty()) settings->data_directory = defaultDataDirectory();
    if (settings->data_directory.size() > 1 && settings->data_directory.ends_with('/'))
        settings->data_directory.pop_back();
    if (!settings->data_directory.starts_with('/')) {
        char* here = ::getcwd(nullptr, 0);
        settings->data_directory = std::string(here ? here : ".") + "/" + settings->data_directory;
        std::free(here);
    }
    constexpr std::size_t longest = 1U << 20U;
    const std::string path = settings->data_directory + "/duplex.conf";
    const auto text = io::readSecretFile(path, longest);
    if (!text && text.error().kind == io::FileProblem::Kind::missing) return settings;
    if (!text) return std::unexpected(text.error().message);
    // Of the file duplex-cli needs only where the node is.
    const auto read = program == Program::cli ? applyNetwork : applyConfiguration;
    if (auto fine = read(*settings, textOf(*text), optionNames(arguments)); !fine)
        return std::unexpected(fine.error());
    return settings;
}

} // namespace duplex::app
