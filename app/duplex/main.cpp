#include "app/data_paths.h"
#include "app/duplex/window.h"
#include "app/node_host.h"
#include "core/io/process_hardening.h"

#include <QGuiApplication>
#include <QIcon>
#include <QProcess>
#include <QSocketNotifier>

#include <csignal>
#include <fmt/core.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

using namespace duplex;

// As duplexd: signals become events of the loop, so that they end it between two turns.
int catchSignals() {
    sigset_t caught;
    sigemptyset(&caught);
    sigaddset(&caught, SIGTERM);
    sigaddset(&caught, SIGINT);
    sigprocmask(SIG_BLOCK, &caught, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return ::signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
}

// The sandbox is a network of its own with its own folder: another process runs it.
void startSandbox(const app::Settings& settings) {
    QProcess::startDetached(QCoreApplication::applicationFilePath(),
                            {QStringLiteral("--network=sandbox"),
                             QStringLiteral("--datadir=") + QString::fromStdString(settings.data_directory)});
    QCoreApplication::quit();
}

int run(QGuiApplication& application, const app::Settings& settings, int signal_descriptor) {
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
    const std::string link = settings.arguments.empty() ? std::string() : settings.arguments.front();
    const auto window = app::Window::open((*host)->session(), settings.data_directory + "/window.conf", link);
    if (window == nullptr) {
        fmt::print(stderr, "error: The window cannot be shown. Install the packages that the README names, "
                           "or use duplexd.\n");
        return 1;
    }
    QObject::connect(&window->model(), &ui::AppModel::sandboxWanted, &application,
                     [&] { startSandbox(settings); });
    return application.exec();
}

} // namespace

int main(int count, char** values) {
    io::hardenProcess();
    const auto settings =
        app::readSettings(app::Program::duplex, std::vector<std::string>(values + 1, values + count));
    if (!settings) {
        fmt::print(stderr, "error: {}\n", settings.error());
        return 1;
    }
    if (settings->help) {
        fmt::print("{}", app::usage(app::Program::duplex));
        return 0;
    }
    if (settings->version) {
        fmt::print("duplex {}\n", app::versionText());
        return 0;
    }
    const int signal_descriptor = catchSignals(); // before any thread, which all inherit the mask
    int no_more_arguments = 1;                    // ours are not Qt's
    QGuiApplication application(no_more_arguments, values);
    QGuiApplication::setApplicationName(QStringLiteral("duplex"));
    QGuiApplication::setDesktopFileName(QStringLiteral("duplex"));
    QGuiApplication::setWindowIcon(QIcon(QStringLiteral(":/duplex/icons/logo.svg")));
    return run(application, *settings, signal_descriptor);
}
