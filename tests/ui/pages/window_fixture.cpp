#include "tests/ui/pages/window_fixture.h"

#include "tests/ui/controls.h"
#include "tests/ui/sample_world.h"
#include "ui/pictures/register_types.h"

namespace duplex::test {

void settle(int milliseconds) {
    QTest::qWait(milliseconds);
}

WindowFixture::WindowFixture(api::StatusSnapshot status, QSize size) {
    session.handler = sampleAnswer;
    app = std::make_unique<ui::AppModel>(session, QString());
    app->display().setNow([] { return sample_now; });
    engine = std::make_unique<QQmlApplicationEngine>();
    ui::prepare(*engine);
    QUrl main(QStringLiteral("qrc:/qt/qml/Duplex/Main.qml"));
    if (const QString disk = qEnvironmentVariable("DUPLEX_QML");
        !disk.isEmpty()) { // while designing: QML from disk, no build
        engine->addImportPath(disk);
        main = QUrl::fromLocalFile(disk + QStringLiteral("/Duplex/Main.qml"));
    }
    engine->setInitialProperties({{QStringLiteral("app"), QVariant::fromValue<QObject*>(app.get())}});
    setTheme(false);
    const bool has_wallet = status.wallet != api::WalletState::none;
    session.publish(std::move(status));
    session.publish(samplePortfolio());
    session.publish(sampleBlocks());
    if (has_wallet) {
        session.publish(sampleActivity());
        session.publish(sampleChannels());
        session.publish(sampleMoves());
    }
    engine->load(main);
    if (!engine->rootObjects().isEmpty()) window = qobject_cast<QQuickWindow*>(engine->rootObjects().first());
    if (window != nullptr) window->resize(size);
}

void WindowFixture::open(const QString& page, const QString& argument) {
    QMetaObject::invokeMethod(window, "open", Q_ARG(QVariant, page), Q_ARG(QVariant, argument));
}

QQuickItem* WindowFixture::item(const QString& object_name) const {
    return usable(window->contentItem(), object_name);
}

bool WindowFixture::click(const QString& object_name) {
    QQuickItem* control = item(object_name);
    return control != nullptr && clickOn(window, control);
}

bool WindowFixture::type(const QString& object_name, const QString& text) {
    const QQuickItem* field = item(object_name);
    auto* input = field == nullptr ? nullptr : field->property("input").value<QQuickItem*>();
    if (input == nullptr || !clickOn(window, input)) return false;
    QTest::keyClick(window, Qt::Key_A, Qt::ControlModifier);
    for (const QChar letter : text) QTest::keyClick(window, letter.toLatin1());
    return input->property("text").toString() == text;
}

} // namespace duplex::test
