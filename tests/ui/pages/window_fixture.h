#pragma once

#include "tests/support/fake_session.h"
#include "ui/models/app_model.h"

#include <QQmlApplicationEngine>
#include <QQuickWindow>

#include <memory>

namespace duplex::test {

/// The real window over a fake session.
struct WindowFixture {
    explicit WindowFixture(api::StatusSnapshot status);
    FakeSession session;
    std::unique_ptr<ui::AppModel> app;
    std::unique_ptr<QQmlApplicationEngine> engine;
    QQuickWindow* window = nullptr;

    void open(const QString& page, const QString& argument = {});
    void setTheme(bool dark) { app->settings()->setTheme(dark ? 2 : 1); }
    QQuickItem* item(const char* object_name) const;
};

/// Lets timers of the models (at most 200 ms) and queued answers pass.
void settle(int milliseconds = 260);

} // namespace duplex::test
