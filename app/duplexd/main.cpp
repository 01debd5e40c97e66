#include "app/node_host.h"
#include "app/program_start.h"
#include "core/io/process_hardening.h"

#include <QCoreApplication>

#include <fmt/core.h>

namespace {

using namespace duplex;

int run(QCoreApplication& application, const app::Settings& settings) {
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
    const auto settings = app::settingsOrExit(app::Program::duplexd, count, values);
    if (!settings) return settings.error();
    const int signal_descriptor = app::catchQuitSignals();
    int no_more_arguments = 1; // ours are not Qt's
    QCoreApplication application(no_more_arguments, values);
    app::quitOnSignals(application, signal_descriptor);
    return run(application, *settings);
}
