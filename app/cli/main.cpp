#include "app/cli/call.h"
#include "app/data_paths.h"
#include "core/io/process_hardening.h"
#include "core/rpc/server.h"

#include <QCoreApplication>
#include <QFile>
#include <QLocalSocket>

#include <algorithm>
#include <fmt/core.h>
#include <iostream>
#include <optional>
#include <termios.h>
#include <unistd.h>

namespace {

using namespace duplex;

constexpr int done = 0;
constexpr int node_error = 1;
constexpr int not_reachable = 2;

std::string askPassphrase(const std::string& name) {
    struct termios old{};
    const bool terminal = ::tcgetattr(STDIN_FILENO, &old) == 0;
    if (terminal) {
        struct termios silent = old;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        fmt::print(stderr, "{}: ", name);
    }
    std::string text;
    std::getline(std::cin, text);
    if (terminal) {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        fmt::print(stderr, "\n");
    }
    return text;
}

std::string socketOf(const app::Settings& settings) {
    const rpc::SocketPath path = rpc::socketPathOf(app::networkDirectory(settings));
    QFile file(QString::fromStdString(path.path_file));
    if (path.path_file.empty() || !file.open(QIODevice::ReadOnly)) return path.socket;
    return file.read(200).trimmed().toStdString();
}

/// What the node answered, or nothing when it closed the connection or sent what cannot be read.
std::optional<rpc::Json> exchange(QLocalSocket& socket, const std::string& method, const rpc::Json& params) {
    const rpc::Json request =
        rpc::Json::object().set("jsonrpc", "2.0").set("id", 1).set("method", method).set("params", params);
    socket.write(QByteArray::fromStdString(request.text() + "\n"));
    while (!socket.canReadLine())
        if (!socket.waitForReadyRead(-1)) return std::nullopt;
    auto response = rpc::parseJson(socket.readLine().toStdString());
    return response ? std::optional(std::move(*response)) : std::nullopt;
}

void printError(const rpc::Json& error) {
    const rpc::Json* message = error.find("message");
    const rpc::Json* code = error.find("code");
    fmt::print(stderr, "error: {}\nerror code: {}\n", message && message->string() ? *message->string() : "",
               code ? code->text() : "");
}

/// With --wallet=NAME a call must not reach another wallet that happens to be open.
bool isForOpenWallet(QLocalSocket& socket, const std::string& name) {
    const auto names = exchange(socket, "listwallets", rpc::Json::array());
    const rpc::Json* open = names ? names->find("result") : nullptr;
    if (open && open->elements() &&
        std::ranges::find(*open->elements(), rpc::Json(name)) != open->elements()->end())
        return true;
    printError(
        rpc::Json::object()
            .set("message", fmt::format("Wallet '{0}' is not open, so nothing was done. Open it first: "
                                        "unloadwallet, then loadwallet {0}",
                                        name))
            .set("code", -18));
    return false;
}

int call(const app::Settings& settings, const app::CliCall& call) {
    QLocalSocket socket;
    const std::string path = socketOf(settings);
    socket.connectToServer(QString::fromStdString(path));
    constexpr int connect_ms = 5000;
    if (!socket.waitForConnected(connect_ms)) {
        fmt::print(stderr,
                   "error: No node answers at {}. Start duplexd (or duplex) with the same --datadir and "
                   "--network.\n",
                   path);
        return not_reachable;
    }
    if (!settings.wallet.empty() && app::usesOpenWallet(call.method) &&
        !isForOpenWallet(socket, settings.wallet))
        return node_error;
    const auto response = exchange(socket, call.method, call.params);
    if (!response) {
        fmt::print(stderr, "error: The node closed the connection before it answered. See what it did "
                           "with: duplex-cli getinfo\n");
        return not_reachable;
    }
    if (const rpc::Json* error = response->find("error")) {
        printError(*error);
        return node_error;
    }
    if (const rpc::Json* result = response->find("result")) fmt::print("{}", app::printed(*result));
    return done;
}

} // namespace

int main(int count, char** values) {
    io::hardenProcess();
    QCoreApplication application(count, values);
    const auto settings =
        app::readSettings(app::Program::cli, std::vector<std::string>(values + 1, values + count));
    if (!settings) {
        fmt::print(stderr, "error: {}\n", settings.error());
        return node_error;
    }
    if (settings->help || (settings->arguments.empty() && !settings->version)) {
        fmt::print("{}", app::usage(app::Program::cli));
        return settings->help ? done : node_error;
    }
    if (settings->version) {
        fmt::print("duplex-cli {}\n", app::versionText());
        return done;
    }
    std::vector<std::string> lines;
    if (settings->read_stdin && settings->read_passphrase) {
        fmt::print(stderr, "error: Give -stdin or -stdinpass, not both: both read standard input.\n");
        return node_error;
    }
    if (settings->read_stdin)
        for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
    const auto made = app::makeCall(*settings, lines, askPassphrase);
    if (!made) {
        fmt::print(stderr, "error: {}\n", made.error());
        return node_error;
    }
    for (const std::string& warning : made->warnings) fmt::print(stderr, "warning: {}\n", warning);
    return call(*settings, *made);
}
