#include "tests/ui/pages/tst_window.h"

#include "tests/ui/pages/window_fixture.h"
#include "tests/ui/sample_world.h"

#include <QDir>
#include <QQuickItem>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

namespace duplex::test {

namespace {

void save(QQuickWindow* window, const QString& name) {
    QDir().mkpath(QStringLiteral(DUPLEX_SCREENSHOTS));
    QVERIFY(
        window->grabWindow().save(QStringLiteral(DUPLEX_SCREENSHOTS "/") + name + QStringLiteral(".png")));
}

void saveInBothThemes(WindowFixture& fixture, const QString& name) {
    for (const bool dark : {false, true}) {
        fixture.setTheme(dark);
        settle(60);
        save(fixture.window, name + (dark ? QStringLiteral("-dark") : QStringLiteral("-light")));
    }
}

} // namespace

// QML reports a wrong binding as a warning only.
void TestWindow::init() {
    QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
}

// `stop` of the command line: as duplexd ends, so does the window, and nothing holds the folder.
void TestWindow::stopped_asAsked_quits() {
    WindowFixture fixture(sampleStatus());
    settle(60);
    QSignalSpy quits(fixture.engine.get(), &QQmlEngine::quit);
    emit fixture.session.stopped(QString());
    QTRY_COMPARE(quits.count(), 1);
}

void TestWindow::stopped_byAFault_saysWhy() {
    WindowFixture fixture(sampleStatus());
    settle(60);
    QSignalSpy quits(fixture.engine.get(), &QQmlEngine::quit);
    emit fixture.session.stopped(QStringLiteral("The disk is full."));
    settle(60);
    QCOMPARE(quits.count(), 0);
    save(fixture.window, QStringLiteral("11-stopped"));
}

void TestWindow::lock_withoutAPassword_leadsToOne() {
    api::StatusSnapshot status = sampleStatus();
    status.protected_by_password = false;
    WindowFixture fixture(status);
    settle(60);
    QTest::keyClick(fixture.window, Qt::Key_L, Qt::ControlModifier);
    settle(60);
    QCOMPARE(fixture.window->property("page").toString(), QStringLiteral("settings"));
    QVERIFY(fixture.app->settings()->property("error").toString().contains(QStringLiteral("no password")));
    QVERIFY(fixture.item(QStringLiteral("setPasswordAction")) != nullptr);
    QCOMPARE(fixture.session.count<api::Lock>(), 0);
}

void TestWindow::peer_refused_staysWritten() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("settings"));
    settle(60);
    const auto written = [&] { return fixture.item(QStringLiteral("addPeer"))->property("text").toString(); };
    fixture.session.handler = [](const api::Request& request) -> api::Answer {
        if (!std::holds_alternative<api::AddNode>(request)) return sampleAnswer(request);
        return std::unexpected(api::Error{-8, "That is no address."});
    };
    QVERIFY(fixture.type(QStringLiteral("addPeer"), QStringLiteral("nowhere")));
    QVERIFY(fixture.click(QStringLiteral("addPeerNow")));
    QTRY_VERIFY(!fixture.app->settings()->property("error").toString().isEmpty());
    QCOMPARE(written(), QStringLiteral("nowhere"));
    fixture.session.handler = sampleAnswer;
    QVERIFY(fixture.click(QStringLiteral("addPeerNow")));
    QTRY_COMPARE(written(), QString());
}

void TestWindow::wallet_changed_pagesStartAnew() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("receive"));
    const auto address = [&] { return fixture.app->receive()->property("address").toString(); };
    QTRY_VERIFY(!address().isEmpty());
    fixture.session.handler = [](const api::Request& request) -> api::Answer {
        if (!std::holds_alternative<api::ListAddresses>(request)) return sampleAnswer(request);
        return api::AddressList{{{.address = "bc1qsavings"}}};
    };
    api::StatusSnapshot status = sampleStatus();
    status.wallet_name = "Savings";
    fixture.session.publish(status);
    QTRY_COMPARE(address(), QStringLiteral("bc1qsavings"));
    fixture.open(QStringLiteral("send"), QStringLiteral("lnbc210u1coffee"));
    QTRY_VERIFY(fixture.app->send()->property("canPay").toBool());
    fixture.session.publish(sampleStatus());
    QTRY_COMPARE(fixture.item(QStringLiteral("to"))->property("text").toString(), QString());
}

void TestWindow::send_notFinal_offersNoSecondTry() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("send"), QStringLiteral("bitcoin:bc1q?amount=0.00085&lightning=lnbc850u1"));
    QTRY_VERIFY(fixture.app->send()->property("canPay").toBool());
    fixture.session.handler = [](const api::Request& request) -> api::Answer {
        const auto* pay = std::get_if<api::Pay>(&request);
        if (pay == nullptr) return sampleAnswer(request);
        return std::unexpected(api::Error{
            200, "This payment is not final: it may still succeed until block 976500. Do not pay it by "
                 "another way before that; the list of payments tells what became of it."});
    };
    settle(60);
    QVERIFY(fixture.click(QStringLiteral("pay")));
    QTRY_VERIFY(fixture.item(QStringLiteral("onItsWay")) != nullptr);
    QVERIFY(fixture.item(QStringLiteral("tryAgain")) == nullptr);
    QVERIFY(fixture.item(QStringLiteral("pay")) == nullptr);
    saveInBothThemes(fixture, QStringLiteral("03-send-on-its-way"));
}

void TestWindow::send_locked_asksForThePassword() {
    api::StatusSnapshot status = sampleStatus();
    status.wallet = api::WalletState::locked;
    WindowFixture fixture(status);
    fixture.open(QStringLiteral("send"), QStringLiteral("lnbc210u1coffee"));
    settle();
    QVERIFY(fixture.click(QStringLiteral("pay")));
    QTRY_VERIFY(fixture.item(QStringLiteral("password")) != nullptr);
}

void TestWindow::close_partnerSilent_leavesCloseAlone() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("channels"));
    settle();
    fixture.session.handler = nullptr;
    fixture.app->channels()->closeTogether();
    settle(60);
    QVERIFY(fixture.item(QStringLiteral("closeTogether")) == nullptr); // disabled
    QVERIFY(fixture.item(QStringLiteral("closing")) != nullptr);
    saveInBothThemes(fixture, QStringLiteral("06-channels-waiting"));
    QVERIFY(fixture.click(QStringLiteral("closeAlone")));
    settle(60);
    QVERIFY(fixture.type(QStringLiteral("partnerName"), QStringLiteral("Kestrel")));
    QVERIFY(fixture.click(QStringLiteral("confirm")));
    QVERIFY(fixture.session.last<api::CloseChannel>()->force);
}

} // namespace duplex::test
