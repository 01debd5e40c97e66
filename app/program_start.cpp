#include "app/program_start.h"

#include <QSocketNotifier>

#include <csignal>
#include <fmt/core.h>
#include <string_view>
#include <sys/signalfd.h>
#include <unistd.h>

namespace duplex::app {

std::expected<Settings, int> settingsOrExit(Program program, int count, char** values) {
    auto settings = readSettings(program, std::vector<std::string>(values + 1, values + count));
    if (!settings) {
        fmt::print(stderr, "error: {}\n", settings.error());
        return std::unexpected(1);
    }
    if (settings->help) {
        fmt::print("{}", usage(program));
        return std::unexpected(0);
    }
    if (settings->version) {
        const std::string_view name = program == Program::duplex ? "duplex" : "duplexd";
        fmt::print("{} {}\n", name, versionText());
        return std::unexpected(0);
    }
    return std::move(*settings);
}

int catchQuitSignals() {
    sigset_t caught;
    sigemptyset(&caught);
    sigaddset(&caught, SIGTERM);
    sigaddset(&caught, SIGINT);
    sigprocmask(SIG_BLOCK, &caught, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return ::signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
}

void quitOnSignals(QCoreApplication& application, int descriptor) {
    auto* notifier = new QSocketNotifier(descriptor, QSocketNotifier::Read, &application);
    QObject::connect(notifier, &QSocketNotifier::activated, &application, [&application, descriptor] {
        struct signalfd_siginfo info{};
        if (::read(descriptor, &info, sizeof info) > 0) application.quit();
    });
}

} // namespace duplex::app
