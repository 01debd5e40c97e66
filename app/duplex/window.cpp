#include "app/duplex/window.h"

#include "ui/pictures/register_types.h"

#include <QUrl>

namespace duplex::app {

Window::Window(api::Session& session, const std::string& look_file)
    : m_model(session, QString::fromStdString(look_file)) {
    ui::prepare(m_engine);
    m_engine.setInitialProperties({{QStringLiteral("app"), QVariant::fromValue<QObject*>(&m_model)}});
}

std::unique_ptr<Window> Window::open(api::Session& session, const std::string& look_file,
                                     const std::string& link) {
    std::unique_ptr<Window> window(new Window(session, look_file));
    window->m_engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Duplex/Main.qml")));
    if (window->m_engine.rootObjects().isEmpty()) return nullptr;
    window->m_root = window->m_engine.rootObjects().first();
    window->m_model.askEverything();
    if (!link.empty())
        QMetaObject::invokeMethod(window->m_root, "open", Q_ARG(QVariant, QStringLiteral("send")),
                                  Q_ARG(QVariant, QString::fromStdString(link)));
    return window;
}

} // namespace duplex::app
