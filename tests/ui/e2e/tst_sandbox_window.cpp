#include "app/command_line.h"
#include "app/duplex/window.h"
#include "app/node_host.h"
#include "tests/ui/controls.h"

#include <QDir>
#include <QGuiApplication>
#include <QQuickItem>
#include <QQuickWindow>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

namespace duplex::test {

namespace {

// Blocks come every few seconds, and a busy machine is slow: what the engine does gets this long.
constexpr int patience_ms = 120'000;
constexpr std::int64_t channel_sat = 500'000;
const QString password = QStringLiteral("practice makes perfect");

} // namespace

/// The whole program in one process: the real window over a real engine in the sandbox, driven by its
/// controls as a person would.
class TestSandboxWindow : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void wallet_created_afterItsWordsWereChecked();
    void coins_received_fromTheSandbox();
    void channel_opened_withThePracticePartner();
    void invoice_ofThePartner_isPaid();
    void channel_closedTogether_bringsTheMoneyDown();

private:
    QQuickItem* item(const QString& name) const { return usable(m_view->contentItem(), name); }
    void click(const char* name);
    void type(const char* name, const QString& text);
    void openPage(const char* page);
    void save(const char* name);
    ui::AppModel& app() { return m_window->model(); }
    std::int64_t spendable(int level) { return app().portfolio()->spendable(level); }
    QString text(QObject* model, const char* property) { return model->property(property).toString(); }

    QTemporaryDir m_folder;
    std::unique_ptr<app::NodeHost> m_host;
    std::unique_ptr<app::Window> m_window;
    QQuickWindow* m_view = nullptr;
    int m_done = 0; // steps of the story
};

void TestSandboxWindow::initTestCase() {
    app::Settings settings;
    settings.network = "sandbox";
    settings.data_directory = m_folder.path().toStdString();
    auto host = app::NodeHost::start(settings);
    QVERIFY2(host.has_value(), host ? "" : host.error().c_str());
    m_host = std::move(*host);
    m_window = app::Window::open(m_host->session(), {}, {});
    QVERIFY(m_window != nullptr);
    m_view = qobject_cast<QQuickWindow*>(m_window->root());
    QVERIFY(m_view != nullptr);
    app().settings()->setTheme(1);
    app().settings()->setReduceMotion(true);
}

void TestSandboxWindow::cleanupTestCase() {
    m_window.reset(); // before the session that it looks at
    m_host.reset();
}

void TestSandboxWindow::click(const char* name) {
    const QString wanted = QString::fromLatin1(name);
    QTRY_VERIFY2_WITH_TIMEOUT(item(wanted) != nullptr, name, patience_ms);
    QQuickItem* control = item(wanted);
    QVERIFY2(clickOn(m_view, control), name);
}

void TestSandboxWindow::type(const char* name, const QString& text) {
    const QString wanted = QString::fromLatin1(name);
    QTRY_VERIFY2_WITH_TIMEOUT(item(wanted) != nullptr, name, patience_ms);
    auto* input = item(wanted)->property("input").value<QQuickItem*>();
    QVERIFY2(input != nullptr, name);
    QVERIFY2(clickOn(m_view, input), name);
    QTRY_VERIFY2(input->hasActiveFocus(), name);
    QTest::keyClick(m_view, Qt::Key_A, Qt::ControlModifier);
    for (const QChar letter : text) QTest::keyClick(m_view, letter.toLatin1());
    QCOMPARE(input->property("text").toString(), text);
}

void TestSandboxWindow::openPage(const char* page) {
    click(qPrintable(QStringLiteral("rail-") + QString::fromLatin1(page)));
    QTRY_COMPARE(m_view->property("page").toString(), QString::fromLatin1(page));
}

void TestSandboxWindow::save(const char* name) {
    QDir().mkpath(QStringLiteral(DUPLEX_SCREENSHOTS));
    QTest::qWait(100); // a frame with what just came
    QVERIFY(m_view->grabWindow().save(
        QStringLiteral(DUPLEX_SCREENSHOTS "/%1.png").arg(QString::fromLatin1(name))));
}

void TestSandboxWindow::wallet_created_afterItsWordsWereChecked() {
    click("createWallet");
    type("walletName", QStringLiteral("Practice"));
    type("walletPassword", password);
    type("walletPasswordAgain", password);
    click("next");
    QTRY_COMPARE_WITH_TIMEOUT(app().onboarding()->step(), QStringLiteral("words"), patience_ms);
    const QStringList words = app().onboarding()->property("words").toStringList(); // "written on paper"
    QCOMPARE(words.size(), 12);
    click("next");
    QTRY_COMPARE(app().onboarding()->step(), QStringLiteral("check"));
    const QVariantList checks = app().onboarding()->property("checks").toList();
    QCOMPARE(checks.size(), 3);
    for (int i = 0; i < 3; ++i)
        type(qPrintable(QStringLiteral("check%1").arg(i)), words.value(checks[i].toInt() - 1));
    click("next");
    QTRY_VERIFY_WITH_TIMEOUT(!app().welcome(), patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(item(QStringLiteral("total")) != nullptr, patience_ms);
    QTRY_COMPARE_WITH_TIMEOUT(text(app().status(), "wallet"), QStringLiteral("unlocked"), patience_ms);
    m_done = 1;
}

void TestSandboxWindow::coins_received_fromTheSandbox() {
    QCOMPARE(m_done, 1); // it goes on where the one before ended
    openPage("receive");
    QTRY_VERIFY_WITH_TIMEOUT(text(app().receive(), "request").startsWith(QStringLiteral("bitcoin:bcrt1q")),
                             patience_ms);
    QVERIFY(item(QStringLiteral("qr")) != nullptr);
    save("sandbox-receive");
    openPage("home");
    QCOMPARE(spendable(1), 0);
    click("sandboxFund");
    QTRY_VERIFY_WITH_TIMEOUT(text(app().sandbox(), "message").contains(QStringLiteral("on their way")),
                             patience_ms);
    click("sandboxMine");
    QTRY_COMPARE_WITH_TIMEOUT(spendable(1), 2'000'000, patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(app().activity()->count() > 0, patience_ms);
    const auto titles = [&] {
        QStringList found;
        for (const ui::Row& row : app().activity()->rows())
            found.push_back(row.cells[QStringLiteral("title")].toString());
        return found;
    };
    // The label of its address is the payment's name.
    QTRY_COMPARE_WITH_TIMEOUT(titles(), QStringList{QStringLiteral("Play coins")}, patience_ms);
    QTRY_COMPARE(text(item(QStringLiteral("total")), "text"), QStringLiteral("2\u202f000\u202f000 sat"));
    save("sandbox-received");
    m_done = 2;
}

void TestSandboxWindow::channel_opened_withThePracticePartner() {
    QCOMPARE(m_done, 2); // it goes on where the one before ended
    openPage("move");
    type("moveAmount", QString::number(channel_sat));
    click("practicePartner");
    QTRY_VERIFY_WITH_TIMEOUT(app().move()->property("canStart").toBool(), patience_ms);
    save("sandbox-move");
    click("startMove");
    QTRY_COMPARE_WITH_TIMEOUT(m_view->property("page").toString(), QStringLiteral("progress"), patience_ms);
    const auto running = [&] { return spendable(2) == 0; };
    for (int blocks = 0; blocks < 20 && running(); ++blocks) {
        click("sandboxMine");
        for (int waited = 0; waited < 60 && running(); ++waited) QTest::qWait(50);
    }
    QTRY_VERIFY_WITH_TIMEOUT(spendable(2) > 0, patience_ms);
    QVERIFY(spendable(2) < channel_sat);
    QVERIFY(spendable(1) < 2'000'000 - channel_sat);
    save("sandbox-progress");
    m_done = 3;
}

void TestSandboxWindow::invoice_ofThePartner_isPaid() {
    QCOMPARE(m_done, 3); // it goes on where the one before ended
    const std::int64_t before = spendable(2);
    openPage("send");
    click("practiceInvoice");
    QTRY_VERIFY_WITH_TIMEOUT(app().send()->property("canPay").toBool(), patience_ms);
    save("sandbox-send");
    click("pay");
    QTRY_COMPARE_WITH_TIMEOUT(text(app().send(), "state"), QStringLiteral("done"), patience_ms);
    QTRY_COMPARE_WITH_TIMEOUT(spendable(2), before - 5'000, patience_ms);
    openPage("home");
    QTRY_VERIFY_WITH_TIMEOUT(app().activity()->count() >= 3, patience_ms);
    save("home-light");
    m_done = 4;
}

void TestSandboxWindow::channel_closedTogether_bringsTheMoneyDown() {
    QCOMPARE(m_done, 4); // it goes on where the one before ended
    const std::int64_t ground = spendable(1);
    openPage("channels");
    save("sandbox-channels");
    click("closeTogether");
    click("confirm");
    const auto waits = [&] { return spendable(1) <= ground; };
    for (int blocks = 0; blocks < 20 && waits(); ++blocks) {
        click("sandboxMine");
        for (int waited = 0; waited < 60 && waits(); ++waited) QTest::qWait(50);
    }
    QTRY_COMPARE_WITH_TIMEOUT(spendable(2), 0, patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(spendable(1) > ground + channel_sat - 50'000, patience_ms);
    QVERIFY(spendable(1) < 2'000'000 - 5'000);
    openPage("home");
    save("sandbox-home-after");
    m_done = 5;
}

} // namespace duplex::test

int main(int argc, char* argv[]) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    if (!qEnvironmentVariableIsSet("QT_QUICK_BACKEND")) qputenv("QT_QUICK_BACKEND", "software");
    // One test function holds several waits for the engine.
    if (!qEnvironmentVariableIsSet("QTEST_FUNCTION_TIMEOUT")) qputenv("QTEST_FUNCTION_TIMEOUT", "800000");
    QGuiApplication application(argc, argv);
    duplex::test::TestSandboxWindow test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_sandbox_window.moc"
