#pragma once

#include "core/api/session.h"
#include "ui/models/app_model.h"

#include <QQmlApplicationEngine>

#include <memory>
#include <string>

namespace duplex::app {

/// The window over a session: view-models and QML. Made and destroyed on the GUI thread, before the session
/// ends.
class Window {
public:
    /// Shows it, or says why it cannot be shown. `look_file` keeps how it looks; `link` is opened on the page
    /// that pays it.
    static std::unique_ptr<Window> open(api::Session& session, const std::string& look_file,
                                        const std::string& link);

    ui::AppModel& model() { return m_model; }
    /// The top-level item of the page tree, for tests that drive the window.
    QObject* root() const { return m_root; }

private:
    Window(api::Session& session, const std::string& look_file);
    ui::AppModel m_model; // outlives the engine, whose items look at it
    QQmlApplicationEngine m_engine;
    QObject* m_root = nullptr;
};

} // namespace duplex::app
