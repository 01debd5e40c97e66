#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duplex::app {

/// Which program reads its command line: each has options that the others lack.
enum class Program { duplex, duplexd, cli };

/// What the command line and duplex.conf decide.
struct Settings {
    std::string network = "main";
    std::string data_directory; // the base; each network has a folder in it
    std::string wallet;
    std::vector<std::string> connect;
    std::vector<std::string> add_nodes;
    std::string proxy;
    std::string lightning_listen;
    bool mainnet_lightning = false; // the explicit opt-in: young software and real money
    std::string log_level = "info";
    bool help = false;
    bool version = false;
    bool named = false;                 // duplex-cli
    bool read_stdin = false;            // duplex-cli: further arguments, one a line
    bool read_passphrase = false;       // duplex-cli: without echo
    std::vector<std::string> arguments; // method and its arguments; for duplex a link to open
    friend bool operator==(const Settings&, const Settings&) = default;
};

/// Settings of a command line: options with one or two dashes, `--name=value`, before the first other
/// argument. An unknown option, network or value is an error that says so.
std::expected<Settings, std::string> parseCommandLine(Program program,
                                                      const std::vector<std::string>& arguments);

/// The network that duplex.conf asks for above its sections, unless the command line named one. All three
/// programs read it: else duplex-cli would look for the node in another network's folder.
std::expected<void, std::string> applyNetwork(Settings& settings, std::string_view text,
                                              const std::vector<std::string>& given);

/// Adds what duplex.conf says: `network` first, then `key=value`, `[network]` sections, `#` comments. What
/// the command line gave wins, but lists (`connect`, `addnode`) are joined. `given` names the options that
/// stood on the command line.
std::expected<void, std::string> applyConfiguration(Settings& settings, std::string_view text,
                                                    const std::vector<std::string>& given);
/// Names of the options that stand on a command line.
std::vector<std::string> optionNames(const std::vector<std::string>& arguments);

std::string usage(Program program);
std::string_view versionText();

} // namespace duplex::app
