#include "app/duplex/window.h"
#include "app/node_host.h"
#include "app/program_start.h"
#include "core/io/process_hardening.h"

#include <QGuiApplication>
#include <QIcon>
#include <QProcess>

#include <fmt/core.h>

namespace {

using namespace duplex;

// The sandbox is a network of its own with its own folder: another process runs it.
void startSandbox(const app::Settings& settings) {
    QProcess::startDetached(QCoreApplication::applicationFilePath(),
                            {QStringLiteral("--network=sandbox"),
                             QStringLiteral("--datadir=") + QString::fromStdString(settings.data_directory)});
    QCoreApplication::quit();
}

int run(QGuiApplication& application, const app::Settings& settings) {
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
    const auto settings = app::settingsOrExit(app::Program::duplex, count, values);
    if (!settings) return settings.error();
    const int signal_descriptor = app::catchQuitSignals();
    int no_more_arguments = 1; // ours are not Qt's
    QGuiApplication application(no_more_arguments, values);
    app::quitOnSignals(application, signal_descriptor);
    QGuiApplication::setApplicationName(QStringLiteral("duplex"));
    QGuiApplication::setDesktopFileName(QStringLiteral("duplex"));
    QGuiApplication::setWindowIcon(QIcon(QStringLiteral(":/duplex/icons/logo.svg")));
    return run(application, *settings);
}
