#pragma once

#include "tests/support/fake_session.h"
#include "ui/models/app_model.h"

#include <QQmlApplicationEngine>
#include <QQuickWindow>

#include <memory>

namespace duplex::test {

/// The real window over a fake session.
struct WindowFixture {
    explicit WindowFixture(api::StatusSnapshot status, QSize size = {1280, 800});
    FakeSession session;
    std::unique_ptr<ui::AppModel> app;
    std::unique_ptr<QQmlApplicationEngine> engine;
    QQuickWindow* window = nullptr;

    void open(const QString& page, const QString& argument = {});
    void setTheme(bool dark) { app->settings()->setTheme(dark ? 2 : 1); }
    /// What of that name is shown and can be used; null when there is none.
    QQuickItem* item(const QString& object_name) const;
    /// Clicks into the middle of it; false when it is not there.
    bool click(const QString& object_name);
    /// Types into a field after a click; false when it is not there.
    bool type(const QString& object_name, const QString& text);
};

/// Lets timers of the models (at most 200 ms) and queued answers pass.
void settle(int milliseconds = 260);

} // namespace duplex::test
