#pragma once

#include "app/command_line.h"
#include "core/rpc/json.h"

#include <expected>
#include <string>
#include <vector>

namespace duplex::app {

/// One call as the command line says it.
struct CliCall {
    std::string method;
    rpc::Json params;
    std::vector<std::string> warnings; // a secret was given as an argument
};

/// Asks for a passphrase by the name of its parameter.
using AskPassphrase = std::string (*)(const std::string& name);

/// Turns the arguments into a call: converted by the method's table of parameters, `-named` KEY=VALUE,
/// further ones from standard input, passphrases from the terminal.
std::expected<CliCall, std::string> makeCall(const Settings& settings,
                                             const std::vector<std::string>& from_stdin, AskPassphrase ask);

/// True for methods that read or change the open wallet, whose name --wallet then has to match.
bool usesOpenWallet(std::string_view method);

/// What to print of a result: texts bare, null nothing, everything else indented.
std::string printed(const rpc::Json& result);

} // namespace duplex::app
