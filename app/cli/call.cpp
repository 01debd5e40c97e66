#include "app/cli/call.h"

#include "core/rpc/method_table.h"

#include <algorithm>
#include <fmt/core.h>

namespace duplex::app {

namespace {

using rpc::Json;

std::expected<Json, std::string> converted(rpc::ParamType type, std::string_view name,
                                           std::string_view text) {
    auto value = rpc::fromCommandLine(type, text);
    if (!value) return std::unexpected(fmt::format("Error parsing JSON: {} (parameter {})", text, name));
    return std::move(*value);
}

constexpr std::string_view base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// An extended private key or one in WIF, by its looks: in a descriptor, or by itself.
bool holdsPrivateKey(std::string_view text) {
    while (!text.empty()) {
        const std::size_t begin = text.find_first_of(base58);
        if (begin == std::string_view::npos) return false;
        text.remove_prefix(begin);
        const std::string_view word = text.substr(0, text.find_first_not_of(base58));
        text.remove_prefix(word.size());
        const bool extended = word.size() > 100 && word.substr(1).starts_with("prv");
        const bool wif = (word.size() == 51 || word.size() == 52) &&
                         std::string_view("5KL9c").find(word.front()) != std::string_view::npos;
        if (extended || wif) return true;
    }
    return false;
}

void warnOfSecret(const rpc::Param* param, std::string_view text, CliCall& call) {
    if (param && param->secrecy == rpc::Secrecy::open && holdsPrivateKey(text))
        call.warnings.push_back(fmt::format("{} holds a private key, which other programs and the shell's "
                                            "history may see now. Use -stdin.",
                                            param->name));
    if (param && param->secrecy == rpc::Secrecy::secret)
        call.warnings.push_back(fmt::format("{} was given as an argument: other programs and the shell's "
                                            "history may see it. Use -stdin or -stdinpass.",
                                            param->name));
}

// Passphrases are asked for by name, so that the others keep their places.
bool isAsked(const rpc::Param& param) {
    return param.secrecy == rpc::Secrecy::secret && param.name.find("passphrase") != std::string_view::npos &&
           param.name != "mnemonic_passphrase";
}

} // namespace

std::expected<CliCall, std::string> makeCall(const Settings& settings,
                                             const std::vector<std::string>& from_stdin, AskPassphrase ask) {
    if (settings.arguments.empty()) return std::unexpected("Which method? The list: duplex-cli help");
    CliCall call{.method = settings.arguments.front()};
    const rpc::Method* method = rpc::findMethod(call.method);
    std::vector<const rpc::Param*> places; // what is filled by position
    if (method)
        for (const rpc::Param& param : method->params)
            if (!(settings.read_passphrase && isAsked(param))) places.push_back(&param);
    Json::Object named;
    const auto setNamed = [&](std::string_view name, Json value) {
        // As with Core the later one wins, so that scripts can add to what stands already.
        std::erase_if(named, [&](const Json::Member& member) { return member.first == name; });
        named.emplace_back(name, std::move(value));
    };
    Json positional = Json::array();
    std::size_t place = 0;
    const auto add = [&](const std::string& text, bool from_terminal) -> std::expected<void, std::string> {
        const std::size_t equals = settings.named ? text.find('=') : std::string::npos;
        const bool by_name = equals != std::string::npos;
        const std::string name = by_name ? text.substr(0, equals) : std::string();
        const std::string_view value_text = std::string_view(text).substr(by_name ? equals + 1 : 0);
        const rpc::Param* param = nullptr;
        if (by_name) {
            const auto found = std::ranges::find(places, name, &rpc::Param::name);
            if (found != places.end()) param = *found;
        } else if (place < places.size()) {
            param = places[place++];
        }
        // What only stands in the method's options may be of any type.
        const bool is_option = by_name && !param && method && rpc::optionsOf(*method);
        const auto type = param       ? param->type
                          : is_option ? rpc::ParamType::text_or_json
                                      : rpc::ParamType::text;
        const std::string_view called = param ? param->name : name;
        auto value = converted(type, called, value_text);
        if (!value) return std::unexpected(value.error());
        if (from_terminal) warnOfSecret(param, value_text, call);
        if (by_name || (settings.read_passphrase && param))
            setNamed(called, std::move(*value));
        else
            positional.push(std::move(*value));
        return {};
    };
    for (std::size_t i = 1; i < settings.arguments.size(); ++i)
        if (auto fine = add(settings.arguments[i], true); !fine) return std::unexpected(fine.error());
    for (const std::string& text : from_stdin)
        if (auto fine = add(text, false); !fine) return std::unexpected(fine.error());
    if (settings.read_passphrase) {
        bool asked = false;
        if (method)
            for (const rpc::Param& param : method->params)
                if (isAsked(param)) {
                    setNamed(param.name, ask(std::string(param.name)));
                    asked = true;
                }
        if (!asked) return std::unexpected(fmt::format("{} takes no passphrase.", call.method));
    }
    if (named.empty()) {
        call.params = std::move(positional);
    } else {
        if (!positional.elements()->empty()) named.emplace_back("args", std::move(positional));
        call.params = std::move(named);
    }
    return call;
}

bool usesOpenWallet(std::string_view method) {
    constexpr std::string_view choosing[] = {"createwallet", "restorewallet", "loadwallet",
                                             "unloadwallet", "listwallets",   "listwalletdir"};
    const rpc::Method* found = rpc::findMethod(method);
    return found &&
           (found->group == "Wallet" || found->group == "Lightning" || found->group == "Both layers") &&
           std::ranges::find(choosing, method) == std::end(choosing);
}

std::string printed(const Json& result) {
    if (result.isNull()) return {};
    if (result.string()) return *result.string() + (result.string()->ends_with('\n') ? "" : "\n");
    return result.pretty() + "\n";
}

} // namespace duplex::app
