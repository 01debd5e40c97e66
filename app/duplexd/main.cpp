#include "app/data_paths.h"
#include "app/node_host.h"
#include "core/io/process_hardening.h"

#include <QCoreApplication>
#include <QSocketNotifier>

#include <csignal>
#include <fmt/core.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

using namespace duplex;

// SIGTERM and SIGINT become events of the loop, so that they end it between two turns and never inside one.
int catchSignals() {
    sigset_t caught;
    sigemptyset(&caught);
    sigaddset(&caught, SIGTERM);
    sigaddset(&caught, SIGINT);
    sigprocmask(SIG_BLOCK, &caught, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return ::signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
}

int run(QCoreApplication& application, const app::Settings& settings, int signal_descriptor) {
    QSocketNotifier notifier(signal_descriptor, QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &application, [&] {
        struct signalfd_siginfo info{};
        if (::read(signal_descriptor, &info, sizeof info) > 0) application.quit();
    });
    auto host = app::NodeHost::start(settings);
    if (!host) {
        fmt::print(stderr, "error: {}\n", host.error());
        return 1;
    }
    int status = 0;
    QObject::connect(&(*host)->session(), &api::Session::stopped, &application, [&](const QString& reason) {
        if (!reason.isEmpty()) {
            fmt::print(stderr, "error: {}\n", reason.toStdString());
            status = 1;
        }
        // The answer to `stop` is on its way to the socket: one more turn of the loop lets it out.
        QMetaObject::invokeMethod(&application, [&] { application.quit(); }, Qt::QueuedConnection);
    });
    fmt::print("duplexd {} on {}: ready, socket {}\n", app::versionText(), settings.network,
               (*host)->socketPath());
    std::fflush(stdout);
    application.exec();
    return status;
}

} // namespace

int main(int count, char** values) {
    io::hardenProcess();
    const int signal_descriptor = catchSignals(); // before any thread, which all inherit the mask
    QCoreApplication application(count, values);
    const auto settings =
        app::readSettings(app::Program::duplexd, std::vector<std::string>(values + 1, values + count));
    if (!settings) {
        fmt::print(stderr, "error: {}\n", settings.error());
        return 1;
    }
    if (settings->help) {
        fmt::print("{}", app::usage(app::Program::duplexd));
        return 0;
    }
    if (settings->version) {
        fmt::print("duplexd {}\n", app::versionText());
        return 0;
    }
    return run(application, *settings, signal_descriptor);
}
