#include "app/command_line.h"

#include "core/io/endpoint.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace duplex::app {

namespace {

constexpr std::array<std::string_view, 5> networks = {"main", "testnet4", "signet", "regtest", "sandbox"};
constexpr std::array<std::string_view, 6> log_levels = {"trace", "debug", "info", "warn", "error", "off"};

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

using Result = std::expected<void, std::string>;

Result setNetwork(Settings& settings, const std::string& value) {
    if (std::ranges::find(networks, value) == networks.end())
        return std::unexpected(
            fmt::format("There is no network '{}'. Use main, testnet4, signet, regtest or sandbox.", value));
    settings.network = value;
    return {};
}

/// What stands for a missing port depends on the option; whether the text can be one does not.
Result checkEndpoint(std::string_view name, const std::string& value) {
    constexpr std::uint16_t any_port = 1;
    if (name == "lightning-listen") {
        const auto endpoint = io::parseListenEndpoint(value, any_port);
        if (endpoint && (io::isAddress(endpoint->host) || endpoint->host == "localhost")) return {};
        return std::unexpected(
            fmt::format("lightning-listen: HOST:PORT expected, where HOST is an address of this machine, as "
                        "127.0.0.1:9735 or 0.0.0.0:9735 (without :PORT it is 9735), not '{}'.",
                        value));
    }
    if (io::parseEndpoint(value, any_port)) return {};
    return std::unexpected(fmt::format("{}: HOST:PORT expected, as {}, not '{}'.", name,
                                       name == "proxy" ? "127.0.0.1:9050 (without :PORT it is 9050)"
                                                       : "192.0.2.1:8333 or node.example:8333 (without :PORT "
                                                         "it is the network's usual one)",
                                       value));
}

// Options of the node itself: on the command line of duplex and duplexd, and in duplex.conf.
Result setNodeOption(Settings& settings, const std::string& name, const std::string& value) {
    if (name == "connect" || name == "addnode" || name == "proxy" || name == "lightning-listen") {
        if (auto fine = checkEndpoint(name, value); !fine) return fine;
    }
    if (name == "wallet")
        settings.wallet = value;
    else if (name == "connect")
        settings.connect.push_back(value);
    else if (name == "addnode")
        settings.add_nodes.push_back(value);
    else if (name == "proxy")
        settings.proxy = value;
    else if (name == "lightning-listen")
        settings.lightning_listen = value;
    else if (name == "log-level") {
        if (std::ranges::find(log_levels, value) == log_levels.end())
            return std::unexpected(
                fmt::format("log-level: one of {} expected.", "trace, debug, info, warn, error, off"));
        settings.log_level = value;
    } else if (name == "server") {
        return std::unexpected("server: this release knows no chain that has JSON-RPC servers.");
    } else if (name == "onlynet") {
        // Taken silently it would promise a privacy that nobody keeps.
        return std::unexpected(
            "onlynet: this release cannot choose by network. Use proxy (all goes through it) or connect.");
    } else if (name == "mainnet-lightning") {
        if (value != "0" && value != "1")
            return std::unexpected("mainnet-lightning is 1 (on) or 0 (off, the default).");
        settings.mainnet_lightning = value == "1";
    } else {
        return std::unexpected(fmt::format("There is no option '{}'. The list: --help", name));
    }
    return {};
}

bool takesValue(std::string_view name) {
    constexpr std::array<std::string_view, 11> names = {
        "datadir", "network", "wallet",           "connect",   "addnode",          "server",
        "proxy",   "onlynet", "lightning-listen", "log-level", "mainnet-lightning"};
    return std::ranges::find(names, name) != names.end();
}

Result setOption(Program program, Settings& settings, const std::string& name,
                 const std::optional<std::string>& value) {
    const auto flag = [&](bool& place) -> Result {
        if (value) return std::unexpected(fmt::format("--{} takes no value.", name));
        place = true;
        return {};
    };
    if (name == "help" || name == "h" || name == "?") return flag(settings.help);
    if (name == "version") return flag(settings.version);
    if (program == Program::cli && name == "named") return flag(settings.named);
    if (program == Program::cli && name == "stdin") return flag(settings.read_stdin);
    if (program == Program::cli && name == "stdinpass") return flag(settings.read_passphrase);
    // Core's own short names for a network, so that its users need not think.
    if ((name == "regtest" || name == "signet" || name == "testnet4" || name == "sandbox") && !value)
        return setNetwork(settings, name);
    if (!takesValue(name) ||
        (program == Program::cli && name != "datadir" && name != "network" && name != "wallet"))
        return std::unexpected(fmt::format("There is no option '--{}'. The list: --help", name));
    if (!value)
        return std::unexpected(
            fmt::format("--{} needs a value, as --{}=VALUE. The list: --help", name, name));
    if (name == "datadir") {
        if (value->empty()) return std::unexpected("--datadir needs a folder.");
        settings.data_directory = *value;
        return {};
    }
    if (name == "network") return setNetwork(settings, *value);
    return setNodeOption(settings, name, *value);
}

std::optional<std::string> nameOf(std::string_view argument) {
    if (!argument.starts_with('-') || argument.size() < 2) return std::nullopt;
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    return std::string(argument.substr(0, argument.find('=')));
}

} // namespace

std::expected<Settings, std::string> parseCommandLine(Program program,
                                                      const std::vector<std::string>& arguments) {
    Settings settings;
    std::size_t i = 0;
    for (; i < arguments.size(); ++i) {
        const auto name = nameOf(arguments[i]);
        if (!name || name->empty()) break;
        const std::size_t equals = arguments[i].find('=');
        std::optional<std::string> value;
        if (equals != std::string::npos)
            value = arguments[i].substr(equals + 1);
        else if (takesValue(*name) && i + 1 < arguments.size())
            value = arguments[++i];
        if (auto fine = setOption(program, settings, *name, value); !fine)
            return std::unexpected(fine.error());
    }
    settings.arguments.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
    if (program == Program::duplexd && !settings.arguments.empty())
        return std::unexpected(
            fmt::format("duplexd takes options only, not '{}'.", settings.arguments.front()));
    return settings;
}

std::vector<std::string> optionNames(const std::vector<std::string>& arguments) {
    std::vector<std::string> names;
    for (const std::string& argument : arguments)
        if (const auto name = nameOf(argument)) names.push_back(*name);
    return names;
}

namespace {

/// One line of duplex.conf: a section's name in brackets, or a key with its value.
struct ConfigurationLine {
    int number = 0;
    std::string_view text; // trimmed; neither empty nor a comment
    bool isSection() const { return text.starts_with('['); }
    bool hasValue() const { return text.find('=') != std::string_view::npos; }
    std::string key() const { return std::string(trimmed(text.substr(0, text.find('=')))); }
    std::string value() const { return std::string(trimmed(text.substr(text.find('=') + 1))); }
    std::unexpected<std::string> wrong(std::string_view why) const {
        return std::unexpected(fmt::format("duplex.conf, line {}: {}", number, why));
    }
};

std::vector<ConfigurationLine> linesOf(std::string_view text) {
    std::vector<ConfigurationLine> lines;
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && !line.starts_with('#')) lines.push_back({number, line});
    }
    return lines;
}

} // namespace

Result applyNetwork(Settings& settings, std::string_view text, const std::vector<std::string>& given) {
    if (std::ranges::any_of(given, [](const std::string& name) {
            return name == "network" || std::ranges::find(networks, name) != networks.end();
        }))
        return {};
    for (const ConfigurationLine& line : linesOf(text)) {
        if (line.isSection()) return {};
        if (!line.hasValue() || line.key() != "network") continue;
        if (auto fine = setNetwork(settings, line.value()); !fine) return line.wrong(fine.error());
    }
    return {};
}

std::expected<void, std::string> applyConfiguration(Settings& settings, std::string_view text,
                                                    const std::vector<std::string>& given) {
    // First: it decides which sections are read.
    if (auto fine = applyNetwork(settings, text, given); !fine) return fine;
    std::string section;
    for (const ConfigurationLine& line : linesOf(text)) {
        if (line.isSection()) {
            section = std::string(line.text.ends_with(']') ? line.text.substr(1, line.text.size() - 2)
                                                           : std::string_view{});
            if (std::ranges::find(networks, section) == networks.end())
                return line.wrong("a section is [main], [testnet4], [signet], [regtest] or [sandbox].");
            continue;
        }
        if (!line.hasValue()) return line.wrong("key=value expected.");
        const std::string key = line.key();
        if (key == "network") {
            if (section.empty()) continue;
            return line.wrong("network stands above the first section: a section belongs to one already.");
        }
        if (key == "datadir")
            return line.wrong("datadir is given on the command line: this file lies in it.");
        if (!section.empty() && section != settings.network) continue;
        const bool is_list = key == "connect" || key == "addnode";
        if (!is_list && std::ranges::find(given, key) != given.end()) continue;
        if (auto fine = setNodeOption(settings, key, line.value()); !fine) return line.wrong(fine.error());
    }
    return {};
}

std::string usage(Program program) {
    const std::string_view common =
        "  --datadir=DIR            where everything lies, one folder a network\n"
        "  --network=NETWORK        main (default), testnet4, signet, regtest or sandbox\n"
        "  --wallet=NAME            the wallet to open\n"
        "  --version, --help\n";
    if (program == Program::cli)
        return fmt::format(
            "Usage: duplex-cli [options] METHOD [ARGUMENTS...]\n"
            "       duplex-cli [options] -named METHOD KEY=VALUE...\n"
            "       duplex-cli help            lists the methods; help METHOD explains one\n\nOptions:\n{}"
            "  -named                   arguments by name; those without '=' by their place\n"
            "  -stdin                   further arguments from standard input, one a line\n"
            "  -stdinpass               asks for passphrases without echo\n\n"
            "Exit status: 0 done, 1 the node answered with an error, 2 no node can be reached.\n",
            common);
    const std::string_view first = program == Program::duplex
                                       ? "Usage: duplex [options] [bitcoin:... or lightning:... link]"
                                       : "Usage: duplexd [options]";
    return fmt::format("{}\n\nOptions:\n{}"
                       "  --connect=HOST:PORT      only these Bitcoin peers; may be repeated. Without :PORT\n"
                       "                           the network's usual one\n"
                       "  --addnode=HOST:PORT      these Bitcoin peers too; may be repeated\n"
                       "  --proxy=HOST:PORT        SOCKS5 proxy, as Tor's; port 9050 if left out\n"
                       "  --lightning-listen=HOST:PORT  take Lightning connections at this address of this "
                       "machine;\n"
                       "                           off by default; port 9735 if left out\n"
                       "  --mainnet-lightning=1   Lightning with real money: young software, off by default\n"
                       "  --log-level=LEVEL        trace, debug, info (default), warn, error or off\n\n"
                       "The same stand in DIR/duplex.conf as key=value, in [network] sections if wanted.\n",
                       first, common);
}

std::string_view versionText() {
    return "0.1.0";
}

} // namespace duplex::app
