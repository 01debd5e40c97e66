#include "tests/ui/pages/tst_pages.h"

#include "tests/ui/pages/window_fixture.h"
#include "tests/ui/sample_world.h"

#include <QAccessible>
#include <QDir>
#include <QQuickItem>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

namespace duplex::test {

namespace {

void save(QQuickWindow* window, const QString& name) {
    QDir().mkpath(QStringLiteral(DUPLEX_SCREENSHOTS));
    const QImage picture = window->grabWindow();
    QCOMPARE(picture.size(), window->size());
    QVERIFY(picture.save(QStringLiteral(DUPLEX_SCREENSHOTS "/") + name + QStringLiteral(".png")));
}

api::StatusSnapshot withoutWallet() {
    api::StatusSnapshot status = sampleStatus();
    status.wallet = api::WalletState::none;
    status.wallet_name.clear();
    status.channels_active = status.channels_total = 0;
    return status;
}

// Everything that acts, or that stands for a picture, must say what it is.
void countNameless(QAccessibleInterface* node, QStringList& nameless, int& total) {
    if (node == nullptr || node->state().invisible) return;
    const QAccessible::Role role = node->role();
    static const QSet<int> named{QAccessible::Button,      QAccessible::EditableText, QAccessible::PageTab,
                                 QAccessible::CheckBox,    QAccessible::RadioButton,  QAccessible::Graphic,
                                 QAccessible::PageTabList, QAccessible::List,         QAccessible::ListItem,
                                 QAccessible::Table,       QAccessible::Row,          QAccessible::Cell,
                                 QAccessible::ProgressBar, QAccessible::Heading};
    if (named.contains(role)) {
        ++total;
        if (node->text(QAccessible::Name).isEmpty())
            nameless << QString::number(role) + u' ' +
                            QString::fromLatin1(node->object()->metaObject()->className());
    }
    for (int i = 0; i < node->childCount(); ++i) countNameless(node->child(i), nameless, total);
}

// Texts and controls that reach over the window's right edge and are not inside something that scrolls
// sideways.
void findWide(QQuickItem* item, double edge, QStringList& wide) {
    if (!item->isVisible() || item->opacity() == 0) return;
    if (item->objectName() == QLatin1String("strip")) return; // scrolls
    const QString type = QString::fromLatin1(item->metaObject()->className());
    const bool told = type.startsWith(QLatin1String("Label")) || type.startsWith(QLatin1String("Button"));
    const double right = item->mapToScene({item->width(), 0}).x();
    if (told && item->width() > 0 && right > edge + 1)
        wide << type + u' ' + item->property("text").toString() + u' ' + QString::number(right);
    for (QQuickItem* child : item->childItems()) findWide(child, edge, wide);
}

// What of an item reaches over its own right edge.
void collectOutside(const QQuickItem* item, const QQuickItem* frame, QStringList& outside) {
    for (const QQuickItem* child : item->childItems()) {
        if (!child->isVisible() || child->width() <= 0) continue;
        const double right = child->mapToItem(frame, {child->width(), 0}).x();
        if (right > frame->width() + 1)
            outside << QStringLiteral("%1 %2 to %3 of %4")
                           .arg(QString::fromLatin1(child->metaObject()->className()))
                           .arg(child->property("text").toString())
                           .arg(right)
                           .arg(frame->width());
        collectOutside(child, frame, outside);
    }
}

QStringList outsideOf(const QQuickItem* item) {
    QStringList outside;
    collectOutside(item, item, outside);
    return outside;
}

// What stands outside the row that lays it out: Qt 6.4 leaves a child where it was when words need fewer
// lines.
void findOutside(const QQuickItem* item, QStringList& outside) {
    if (!item->isVisible()) return;
    for (const QQuickItem* child : item->childItems()) {
        if (item->inherits("QQuickRowLayout") && child->isVisible() &&
            (child->y() < -2 || child->y() + child->height() > item->height() + 2))
            outside.append(QStringLiteral("%1 at %2 of %3")
                               .arg(QString::fromLatin1(child->metaObject()->className()))
                               .arg(child->y())
                               .arg(item->height()));
        findOutside(child, outside);
    }
}

} // namespace

TestPages::TestPages() = default;
TestPages::~TestPages() = default;

// QML reports a wrong binding as a warning only.
void TestPages::init() {
    QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
}

void TestPages::cleanupTestCase() {
    m_fixture.reset();
}

void TestPages::page_opened_showsWithoutWarningsInBothThemes_data() {
    QTest::addColumn<QString>("page");
    QTest::addColumn<QString>("argument");
    QTest::newRow("02-home") << "home" << "";
    QTest::newRow("03-send")
        << "send"
        << "bitcoin:bc1q8w3m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9p3u?amount=0.00085&lightning=lnbc850u1p5kz";
    QTest::newRow("04-receive") << "receive" << "";
    QTest::newRow("05-move") << "move" << "down";
    QTest::newRow("05-move-up") << "move" << "up";
    QTest::newRow("05-move-progress") << "progress" << "move-1";
    QTest::newRow("06-channels") << "channels" << "";
    QTest::newRow("06-channel-opening") << "opening" << "";
    QTest::newRow("07-blocks") << "blocks" << "";
    QTest::newRow("07-transaction") << "transaction"
                                    << "9f27c1d04be8a6135c7f92e0d84b316af5520c9be1d7a2b04e0000000000199d";
    QTest::newRow("08-network") << "network" << "";
    QTest::newRow("09-layers") << "layers" << "";
    QTest::newRow("10-settings") << "settings" << "";
}

void TestPages::page_opened_showsWithoutWarningsInBothThemes() {
    QFETCH(QString, page);
    QFETCH(QString, argument);
    if (m_fixture == nullptr) m_fixture = std::make_unique<WindowFixture>(sampleStatus());
    WindowFixture& fixture = *m_fixture;
    QVERIFY(fixture.window != nullptr);
    if (page == QLatin1String("move")) fixture.app->move()->setAmount(QStringLiteral("500 000"));
    fixture.open(page, argument);
    settle();
    if (page == QLatin1String("network"))
        fixture.app->network()->select(fixture.app->network()->nodes()->rows().front().id);
    for (const bool dark : {false, true}) {
        fixture.setTheme(dark);
        settle(60);
        save(fixture.window, QString::fromLatin1(QTest::currentDataTag()) +
                                 (dark ? QStringLiteral("-dark") : QStringLiteral("-light")));
    }
    QStringList outside;
    findOutside(fixture.window->contentItem(), outside);
    QVERIFY2(outside.isEmpty(), qPrintable(outside.join(QLatin1String("; "))));
    QAccessible::setActive(true);
    QStringList nameless;
    int total = 0;
    countNameless(QAccessible::queryAccessibleInterface(fixture.window), nameless, total);
    QVERIFY2(total > 10, "the rail and the top bar alone have more");
    QCOMPARE(nameless, QStringList());
}

void TestPages::welcome_eachStep_showsWithoutWarningsInBothThemes_data() {
    QTest::addColumn<QString>("step");
    QTest::newRow("01-welcome") << "choose";
    QTest::newRow("01-welcome-create") << "create";
    QTest::newRow("01-welcome-words") << "words";
    QTest::newRow("01-welcome-check") << "check";
    QTest::newRow("01-welcome-restore") << "restore";
    QTest::newRow("01-welcome-file") << "file";
}

void TestPages::welcome_eachStep_showsWithoutWarningsInBothThemes() {
    QFETCH(QString, step);
    WindowFixture fixture(withoutWallet());
    QVERIFY(fixture.window != nullptr);
    if (step == QLatin1String("words") || step == QLatin1String("check")) {
        fixture.app->onboarding()->create({}, QStringLiteral("secret"), QStringLiteral("secret"), 12);
        settle(40);
    }
    fixture.app->onboarding()->go(step);
    for (const bool dark : {false, true}) {
        fixture.setTheme(dark);
        settle(80);
        save(fixture.window, QString::fromLatin1(QTest::currentDataTag()) +
                                 (dark ? QStringLiteral("-dark") : QStringLiteral("-light")));
    }
}

void TestPages::states_emptyLockedOfflineSyncing_showWithoutWarnings_data() {
    QTest::addColumn<QString>("page");
    QTest::newRow("11-empty-home") << "home";
    QTest::newRow("11-empty-channels") << "channels";
    QTest::newRow("11-locked") << "home";
    QTest::newRow("11-offline") << "home";
    QTest::newRow("11-syncing") << "home";
    QTest::newRow("11-sandbox") << "home";
    QTest::newRow("11-look-around") << "blocks";
    QTest::newRow("11-search") << "home";
    QTest::newRow("11-close-alone") << "channels";
    QTest::newRow("11-text-200") << "home";
}

void TestPages::states_emptyLockedOfflineSyncing_showWithoutWarnings() {
    QFETCH(QString, page);
    const QString tag = QString::fromLatin1(QTest::currentDataTag());
    api::StatusSnapshot status =
        tag.endsWith(QLatin1String("look-around")) ? withoutWallet() : sampleStatus();
    WindowFixture fixture(status);
    QVERIFY(fixture.window != nullptr);
    if (tag.contains(QLatin1String("empty"))) {
        api::PortfolioSnapshot portfolio = samplePortfolio();
        for (api::LayerView& view : portfolio.layers)
            view.balance_sat = view.spendable_sat = view.pending_sat = view.locked_sat = view.receivable_sat =
                0;
        fixture.session.publish(portfolio);
        fixture.session.publish(api::ActivitySnapshot{});
        fixture.session.publish(api::ChannelsSnapshot{});
        fixture.session.publish(api::MovesSnapshot{});
        status.channels_active = status.channels_total = 0;
    }
    if (tag.endsWith(QLatin1String("locked"))) {
        status.wallet = api::WalletState::locked;
        status.unlock_by = sample_now + 400'000;
    }
    if (tag.endsWith(QLatin1String("offline"))) {
        status.peers = 0;
        status.stage = api::SyncStage::connecting;
    }
    if (tag.endsWith(QLatin1String("syncing"))) {
        status.stage = api::SyncStage::filters;
        status.complete_to = status.stage_done = 971'200;
        status.stage_left_s = 190;
    }
    if (tag.endsWith(QLatin1String("sandbox"))) {
        status.network = "sandbox";
        status.test_network = true;
        status.protected_by_password = false;
    }
    fixture.session.publish(status);
    if (tag.endsWith(QLatin1String("look-around"))) fixture.app->onboarding()->lookAroundNow();
    fixture.open(page);
    settle();
    if (tag.endsWith(QLatin1String("search"))) {
        QTest::keyClick(fixture.window, Qt::Key_K, Qt::ControlModifier);
        settle(60);
        for (const char letter : {'9', '7', '6', '4', '1', '1'}) QTest::keyClick(fixture.window, letter);
    }
    if (tag.endsWith(QLatin1String("close-alone"))) {
        QObject* dialog = fixture.window->findChild<QObject*>(QStringLiteral("closeAloneDialog"));
        QVERIFY(dialog != nullptr);
        QMetaObject::invokeMethod(dialog, "open");
    }
    if (tag.endsWith(QLatin1String("text-200"))) fixture.app->settings()->setFontPercent(150);
    settle();
    save(fixture.window, tag + QStringLiteral("-light"));
    fixture.setTheme(true);
    settle(60);
    save(fixture.window, tag + QStringLiteral("-dark"));
}

void TestPages::page_atTheMinimumSize_cutsNothingOff_data() {
    page_opened_showsWithoutWarningsInBothThemes_data();
}

// The columns go under each other; whatever does not fit scrolls, and nothing is wider than the window.
void TestPages::page_atTheMinimumSize_cutsNothingOff() {
    QFETCH(QString, page);
    QFETCH(QString, argument);
    WindowFixture fixture(sampleStatus(), QSize(1024, 680));
    if (page == QLatin1String("move")) fixture.app->move()->setAmount(QStringLiteral("500 000"));
    fixture.open(page, argument);
    settle();
    save(fixture.window, QString::fromLatin1(QTest::currentDataTag()) + QStringLiteral("-small"));
    QStringList wide;
    findWide(fixture.window->contentItem(), fixture.window->width(), wide);
    QCOMPARE(wide, QStringList());
}

void TestPages::page_withTextOfTwiceTheSize_cutsNothingOff_data() {
    page_opened_showsWithoutWarningsInBothThemes_data();
}

void TestPages::page_withTextOfTwiceTheSize_cutsNothingOff() {
    QFETCH(QString, page);
    QFETCH(QString, argument);
    api::StatusSnapshot status = sampleStatus();
    status.network = "sandbox"; // the band has the longest words and two buttons
    status.test_network = true;
    WindowFixture fixture(status);
    fixture.app->settings()->setFontPercent(200);
    if (page == QLatin1String("move")) fixture.app->move()->setAmount(QStringLiteral("500 000"));
    fixture.open(page, argument);
    settle();
    save(fixture.window, QString::fromLatin1(QTest::currentDataTag()) + QStringLiteral("-200"));
    QStringList wide;
    findWide(fixture.window->contentItem(), fixture.window->width(), wide);
    QCOMPARE(wide, QStringList());
}

void TestPages::channelRow_longStatus_staysInside() {
    WindowFixture fixture(sampleStatus());
    api::ChannelsSnapshot channels = sampleChannels();
    channels.channels.front().state = "CLOSINGD_COMPLETE";
    channels.channels.front().state_words =
        "Closing together: waiting for open payments, and some more words";
    channels.channels.front().node_alias.clear();
    fixture.session.publish(channels);
    fixture.open(QStringLiteral("channels"));
    settle();
    save(fixture.window, QStringLiteral("06-channels-long-status"));
    const QQuickItem* row = fixture.item(QStringLiteral("channelRow"));
    QVERIFY(row != nullptr);
    QCOMPARE(outsideOf(row), QStringList());
}

void TestPages::homeStrip_unknownFees_staysInside() {
    WindowFixture fixture(sampleStatus(), QSize(1024, 680));
    api::PortfolioSnapshot portfolio = samplePortfolio();
    for (api::LayerView& view : portfolio.layers) {
        view.fee_sat.reset();
        view.confirmation_s.reset();
    }
    fixture.session.publish(portfolio);
    settle();
    save(fixture.window, QStringLiteral("02-home-new-wallet"));
    const QQuickItem* strip = fixture.item(QStringLiteral("payNow"));
    QVERIFY(strip != nullptr);
    QCOMPARE(outsideOf(strip), QStringList());
    QVERIFY(strip->height() <= strip->parentItem()->height());
}

void TestPages::sendChip_longWords_staysInside() {
    WindowFixture fixture(sampleStatus(), QSize(1024, 680));
    fixture.session.handler = [](const api::Request& request) -> api::Answer {
        auto answer = sampleAnswer(request);
        if (answer)
            if (auto* found = std::get_if<api::Recognised>(&*answer))
                found->words = std::string(160, 'w') + " and so on";
        return answer;
    };
    fixture.open(QStringLiteral("send"), QStringLiteral("lnbc210u1coffee"));
    settle();
    const QQuickItem* chip = fixture.item(QStringLiteral("kind"));
    QVERIFY(chip != nullptr);
    QCOMPARE(outsideOf(chip), QStringList());
    QVERIFY(chip->mapToScene({chip->width(), 0}).x() < fixture.window->width() - 24);
}

void TestPages::syncBand_oneNewBlock_isNotShown() {
    WindowFixture fixture(sampleStatus());
    api::StatusSnapshot status = sampleStatus();
    status.stage = api::SyncStage::filters;
    ++status.target_height; // one block came
    fixture.session.publish(status);
    settle(60);
    QVERIFY2(fixture.item(QStringLiteral("receiveAlready")) == nullptr, "the page would jump at each block");
    status.target_height += 5;
    fixture.session.publish(status);
    settle(60);
    QVERIFY(fixture.item(QStringLiteral("receiveAlready")) != nullptr);
}

void TestPages::lookAround_synced_promisesNothing() {
    api::StatusSnapshot status = withoutWallet();
    status.stage = api::SyncStage::filter_headers;
    status.stage_done = 900'000;
    WindowFixture fixture(status);
    fixture.app->onboarding()->lookAroundNow();
    fixture.open(QStringLiteral("blocks"));
    settle(60);
    QVERIFY2(fixture.item(QStringLiteral("receiveAlready")) == nullptr, "nobody can receive without keys");
}

void TestPages::payment_openedFromABlock_goesBackToIt() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("blocks"), QStringLiteral("976405"));
    QTRY_COMPARE(fixture.app->explorer()->payments()->count(), 40);
    settle(60);
    const QString hash =
        fixture.app->explorer()->property("block").toMap()[QStringLiteral("hash")].toString();
    const QString txid = fixture.app->explorer()->payments()->rows()[2].id;
    fixture.open(QStringLiteral("transaction"), txid + u'/' + hash);
    settle(60);
    QTest::keyClick(fixture.window, Qt::Key_Escape);
    QCOMPARE(fixture.window->property("page").toString(), QStringLiteral("blocks"));
    QCOMPARE(QString::fromStdString(fixture.session.last<api::GetBlockFacts>()->hash), hash);
    fixture.open(QStringLiteral("transaction"), txid + QStringLiteral("//home"));
    settle(60);
    QTest::keyClick(fixture.window, Qt::Key_Escape);
    QCOMPARE(fixture.window->property("page").toString(), QStringLiteral("home"));
}

void TestPages::payment_coinOpened_showsItsScript() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("transaction"), QStringLiteral("9f27/00aa"));
    settle();
    QVERIFY(fixture.click(QStringLiteral("outputs0")));
    QVERIFY(fixture.click(QStringLiteral("inputs0")));
    settle(60);
    save(fixture.window, QStringLiteral("07-transaction-opened"));
    QVERIFY(fixture.click(QStringLiteral("inputsBefore")));
    settle(60);
    const auto payment = sampleAnswer(api::GetTransactionFacts{});
    QCOMPARE(fixture.session.last<api::GetTransactionFacts>()->txid,
             std::get<ledger::TransactionFacts>(*payment).inputs.front().previous_txid);
    QTest::keyClick(fixture.window, Qt::Key_Escape);
    QCOMPARE(fixture.window->property("page").toString(), QStringLiteral("blocks"));
    QCOMPARE(fixture.session.last<api::GetBlockFacts>()->hash, std::string("00aa"));
}

void TestPages::receive_changed_copiesNoOldInvoice() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("receive"));
    settle();
    QVERIFY(fixture.item(QStringLiteral("copyRequest2")) != nullptr);
    QVERIFY(fixture.type(QStringLiteral("receiveAmount"), QStringLiteral("1000")));
    QVERIFY(fixture.item(QStringLiteral("copyRequest2")) == nullptr);
    QVERIFY(fixture.item(QStringLiteral("copyRequest1")) != nullptr);
}

void TestPages::check_opened_hasItsFirstWordInFocus() {
    WindowFixture fixture(withoutWallet());
    fixture.app->onboarding()->create({}, QStringLiteral("secret"), QStringLiteral("secret"), 12);
    QTRY_COMPARE(fixture.app->onboarding()->step(), QStringLiteral("words"));
    const QStringList words = fixture.app->onboarding()->property("words").toStringList();
    settle(60);
    QTest::keyClick(fixture.window, Qt::Key_Return); // the words have no field: the button has the focus
    QCOMPARE(fixture.app->onboarding()->step(), QStringLiteral("check"));
    settle(60);
    const QVariantList checks = fixture.app->onboarding()->property("checks").toList();
    for (int i = 0; i < 3; ++i) {
        for (const QChar letter : words.value(checks[i].toInt() - 1))
            QTest::keyClick(fixture.window, letter.toLatin1());
        QTest::keyClick(fixture.window, Qt::Key_Return);
    }
    QCOMPARE(fixture.app->onboarding()->step(), QStringLiteral("done"));
}

void TestPages::create_byKeyboardAlone_makesTheWallet() {
    WindowFixture fixture(withoutWallet());
    settle(60);
    QTest::keyClick(fixture.window, Qt::Key_Enter, Qt::KeypadModifier); // the first card has the focus
    QCOMPARE(fixture.app->onboarding()->step(), QStringLiteral("create"));
    settle(60);
    const auto typed = [&](const char* word, Qt::Key key) {
        for (const char letter : std::string_view(word)) QTest::keyClick(fixture.window, letter);
        QTest::keyClick(fixture.window, key);
    };
    typed("Savings", Qt::Key_Return);
    typed("secret", Qt::Key_Return);
    typed("sacred", Qt::Key_Return);
    QCOMPARE(fixture.session.count<api::CreateWallet>(), 0);
    QVERIFY(!fixture.app->onboarding()->property("error").toString().isEmpty());
    const QQuickItem* first = fixture.item(QStringLiteral("walletPassword"));
    const QQuickItem* second = fixture.item(QStringLiteral("walletPasswordAgain"));
    QCOMPARE(first->y(), second->y()); // also while one of them has an error under it
    QTest::keyClick(fixture.window, Qt::Key_A, Qt::ControlModifier);
    typed("secret", Qt::Key_Enter);
    QCOMPARE(fixture.app->onboarding()->property("error").toString(), QString());
    QCOMPARE(fixture.session.count<api::CreateWallet>(), 1);
    QCOMPARE(fixture.session.last<api::CreateWallet>()->name, std::string("Savings"));
}

void TestPages::restore_withoutAPassword_warns() {
    WindowFixture fixture(withoutWallet());
    fixture.app->onboarding()->go(QStringLiteral("restore"));
    settle(60);
    QVERIFY(fixture.item(QStringLiteral("noPasswordNote")) != nullptr);
}

void TestPages::password_typedAndEntered_isSet() {
    api::StatusSnapshot status = sampleStatus();
    status.protected_by_password = false;
    WindowFixture fixture(status);
    fixture.open(QStringLiteral("settings"));
    settle(60);
    QVERIFY(fixture.click(QStringLiteral("setPasswordAction")));
    settle(60);
    const auto typed = [&](const char* word) {
        for (const char letter : std::string_view(word)) QTest::keyClick(fixture.window, letter);
        QTest::keyClick(fixture.window, Qt::Key_Return);
    };
    typed("secret");
    typed("sacred");
    QCOMPARE(fixture.session.count<api::ChangePassphrase>(), 0);
    QVERIFY(!fixture.app->settings()->property("error").toString().isEmpty());
    QTest::keyClick(fixture.window, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(fixture.window, 's');
    QCOMPARE(fixture.app->settings()->property("error").toString(), QString()); // it is being corrected
    typed("ecret");
    QCOMPARE(fixture.session.count<api::ChangePassphrase>(), 1);
}

void TestPages::keys_ofTheGuide_openThePages() {
    WindowFixture fixture(sampleStatus());
    settle(60);
    const std::pair<Qt::Key, const char*> rows[] = {
        {Qt::Key_2, "send"},   {Qt::Key_3, "receive"}, {Qt::Key_4, "move"},        {Qt::Key_5, "channels"},
        {Qt::Key_6, "blocks"}, {Qt::Key_7, "network"}, {Qt::Key_8, "layers"},      {Qt::Key_1, "home"},
        {Qt::Key_N, "send"},   {Qt::Key_R, "receive"}, {Qt::Key_Comma, "settings"}};
    for (const auto& [key, page] : rows) {
        QTest::keyClick(fixture.window, key, Qt::ControlModifier);
        QCOMPARE(fixture.window->property("page").toString(), QString::fromLatin1(page));
    }
    QTest::keyClick(fixture.window, Qt::Key_Escape);
    QCOMPARE(fixture.window->property("page").toString(), QStringLiteral("home"));
    QTest::keyClick(fixture.window, Qt::Key_H, Qt::ControlModifier);
    QVERIFY(fixture.app->amountsHidden());
    QVERIFY(fixture.app->portfolio()->property("total").toString().contains(QChar(u'\u2022')));
    QTest::keyClick(fixture.window, Qt::Key_L, Qt::ControlModifier);
    QVERIFY(fixture.session.last<api::Lock>() != nullptr);
}

void TestPages::tab_throughAPage_reachesEveryControl() {
    WindowFixture fixture(sampleStatus());
    settle();
    QSet<QQuickItem*> reached;
    for (int i = 0; i < 60; ++i) {
        QTest::keyClick(fixture.window, Qt::Key_Tab);
        QVERIFY(fixture.window->activeFocusItem() != nullptr);
        reached.insert(fixture.window->activeFocusItem());
    }
    // Search, theme, lock; nine entries of the rail; send, receive, the lift's three, compare layers.
    QVERIFY2(reached.size() >= 18, qPrintable(QString::number(reached.size())));
}

void TestPages::rail_clicked_opensEachPage() {
    WindowFixture fixture(sampleStatus());
    settle(60);
    for (const char* page :
         {"send", "receive", "move", "channels", "blocks", "network", "layers", "settings", "home"}) {
        QVERIFY(fixture.click(QStringLiteral("rail-") + QString::fromLatin1(page)));
        QCOMPARE(fixture.window->property("page").toString(), QString::fromLatin1(page));
    }
}

void TestPages::send_pastedAndConfirmed_paysOnce() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("send"), QStringLiteral("lnbc210u1coffee"));
    settle();
    QTRY_VERIFY(fixture.app->send()->property("canPay").toBool());
    QTest::keyClick(fixture.window, Qt::Key_Return, Qt::ControlModifier);
    QTest::keyClick(fixture.window, Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE(fixture.app->send()->property("state").toString(), QStringLiteral("done"));
    const auto paid = std::ranges::count_if(fixture.session.asked, [](const api::Request& request) {
        const auto* pay = std::get_if<api::Pay>(&request);
        return pay != nullptr && !pay->plan_only;
    });
    QCOMPARE(paid, 1);
}

void TestPages::move_clickedThrough_startsAndShowsItsSteps() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("move"), QStringLiteral("up"));
    settle(60);
    QVERIFY(fixture.type(QStringLiteral("moveAmount"), QStringLiteral("250000")));
    QTRY_VERIFY(fixture.item(QStringLiteral("startMove")) != nullptr);
    QVERIFY(fixture.click(QStringLiteral("startMove")));
    QTRY_COMPARE(fixture.window->property("page").toString(), QStringLiteral("progress"));
    QCOMPARE(fixture.session.count<api::StartMove>(), 1);
    QTest::keyClick(fixture.window, Qt::Key_Escape);
    QTRY_COMPARE(fixture.window->property("page").toString(), QStringLiteral("move"));
}

void TestPages::move_reopenedWithRowsThatGo_staysAlive_data() {
    QTest::addColumn<bool>("turn");
    QTest::newRow("turned down") << true;
    QTest::newRow("amount emptied") << false;
}

// The row was there when the page was made, and goes while the layouts above it are placed: that ended the
// program.
void TestPages::move_reopenedWithRowsThatGo_staysAlive() {
    QFETCH(bool, turn);
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("move"));
    settle(60);
    QVERIFY(fixture.type(QStringLiteral("moveAmount"), QStringLiteral("300000")));
    QTRY_COMPARE(fixture.app->move()->quotes()->count(), 1);
    settle(60);
    QVERIFY(fixture.click(QStringLiteral("rail-home")));
    settle(60);
    QVERIFY(fixture.click(QStringLiteral("rail-move")));
    settle(60);
    if (turn) {
        QVERIFY(fixture.click(QStringLiteral("direction1")));
        QTRY_COMPARE(fixture.app->move()->quotes()->count(), 3);
    } else {
        QVERIFY(fixture.click(QStringLiteral("moveAmount")));
        QTest::keyClick(fixture.window, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(fixture.window, Qt::Key_Delete);
        QTRY_COMPARE(fixture.app->move()->quotes()->count(), 0);
    }
    settle(60);
}

void TestPages::move_closingAlone_asksForTheNameFirst() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("move"), QStringLiteral("down"));
    fixture.app->move()->setAmount(QStringLiteral("500 000"));
    QTRY_COMPARE(fixture.app->move()->quotes()->count(), 3);
    fixture.app->move()->choose(QStringLiteral("q3"));
    QVERIFY(fixture.app->move()->property("canStart").toBool());
    QTest::keyClick(fixture.window, Qt::Key_Return, Qt::ControlModifier);
    settle(60);
    QCOMPARE(fixture.session.count<api::StartMove>(), 0);
    QVERIFY2(!fixture.click(QStringLiteral("confirm")), "enabled without the name");
    const QVariantMap partner = fixture.app->move()->partner();
    QVERIFY(fixture.type(QStringLiteral("partnerName"), partner.value(QStringLiteral("typed")).toString()));
    QVERIFY(fixture.click(QStringLiteral("confirm")));
    QTRY_COMPARE(fixture.session.count<api::StartMove>(), 1);
}

void TestPages::opening_showsThePriceBeforeItsButton() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("opening"), QStringLiteral("03aa@127.0.0.1:9735"));
    settle(60);
    QVERIFY2(fixture.item(QStringLiteral("confirmOpen")) == nullptr, "enabled without a price");
    QVERIFY(fixture.type(QStringLiteral("channelAmount"), QStringLiteral("500000")));
    QTRY_VERIFY(fixture.item(QStringLiteral("confirmOpen")) != nullptr);
    QVERIFY(fixture.item(QStringLiteral("openingPrice")) != nullptr);
    save(fixture.window, QStringLiteral("06-channel-opening-priced"));
    QVERIFY(fixture.click(QStringLiteral("confirmOpen")));
    QTRY_COMPARE(fixture.session.count<api::StartMove>(), 1);
    QCOMPARE(fixture.session.last<api::StartMove>()->peer, std::string("03aa@127.0.0.1:9735"));
    QTRY_COMPARE(fixture.window->property("page").toString(), QStringLiteral("progress"));
}

void TestPages::closeTogether_showsThePriceBeforeItsButton() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("channels"));
    settle();
    fixture.session.handler = nullptr; // the answer takes its time
    QVERIFY(fixture.click(QStringLiteral("closeTogether")));
    settle(60);
    QVERIFY2(!fixture.click(QStringLiteral("confirm")), "enabled without a price");
    fixture.session.handler = sampleAnswer;
    fixture.app->channels()->askCloseQuote();
    QTRY_VERIFY(fixture.item(QStringLiteral("confirm")) != nullptr);
    settle(60);
    save(fixture.window, QStringLiteral("06-close-together"));
    QCOMPARE(fixture.session.last<api::GetQuotes>()->channel_id,
             fixture.app->channels()->selected().toStdString());
    QVERIFY(fixture.click(QStringLiteral("confirm")));
    QVERIFY(!fixture.session.last<api::CloseChannel>()->force);
}

void TestPages::closeAlone_partnerWithoutName_asksForFiguresOfTheId() {
    WindowFixture fixture(sampleStatus());
    api::ChannelsSnapshot channels = sampleChannels();
    channels.channels.front().node_alias.clear();
    fixture.session.publish(channels);
    fixture.open(QStringLiteral("channels"));
    settle();
    QVERIFY(fixture.click(QStringLiteral("closeAlone")));
    settle(60);
    const QString figures = QString::fromStdString(channels.channels.front().node_id).left(8);
    QVERIFY(fixture.type(QStringLiteral("partnerName"), figures));
    QVERIFY(fixture.click(QStringLiteral("confirm")));
    const auto* close = fixture.session.last<api::CloseChannel>();
    QVERIFY(close != nullptr && close->force);
}

void TestPages::unlock_fromTheNote_opensTheDialog() {
    api::StatusSnapshot status = sampleStatus();
    status.wallet = api::WalletState::locked;
    WindowFixture fixture(status);
    settle(60);
    QVERIFY(fixture.click(QStringLiteral("noteAction")));
    QTRY_VERIFY(fixture.item(QStringLiteral("password")) != nullptr);
    QVERIFY(fixture.type(QStringLiteral("password"), QStringLiteral("secret")));
    QVERIFY(fixture.click(QStringLiteral("confirm")));
    QTRY_VERIFY(fixture.item(QStringLiteral("password")) == nullptr);
}

void TestPages::closeAlone_asksForTheNameFirst() {
    WindowFixture fixture(sampleStatus());
    fixture.open(QStringLiteral("channels"));
    settle();
    QVERIFY(fixture.click(QStringLiteral("closeAlone")));
    settle(60);
    QVERIFY2(!fixture.click(QStringLiteral("confirm")), "enabled without the name");
    QVERIFY(fixture.type(QStringLiteral("partnerName"), QStringLiteral("Kestrel")));
    QVERIFY(fixture.click(QStringLiteral("confirm")));
    const auto* close = fixture.session.last<api::CloseChannel>();
    QVERIFY(close != nullptr && close->force);
}

void TestPages::search_typedAndEntered_opensTheBlock() {
    WindowFixture fixture(sampleStatus());
    settle(60);
    QTest::keyClick(fixture.window, Qt::Key_K, Qt::ControlModifier);
    settle(40);
    for (const char letter : {'9', '7', '6', '4', '1', '1'}) QTest::keyClick(fixture.window, letter);
    settle();
    QTest::keyClick(fixture.window, Qt::Key_Return);
    QTRY_COMPARE(fixture.window->property("page").toString(), QStringLiteral("blocks"));
    QTRY_COMPARE(fixture.session.last<api::GetBlockFacts>()->height, 976'411);
}

void TestPages::unlock_wrongThenRight_closesTheDialog() {
    api::StatusSnapshot status = sampleStatus();
    status.wallet = api::WalletState::locked;
    WindowFixture fixture(status);
    settle(60);
    QVERIFY(fixture.click(QStringLiteral("lock")));
    QTRY_VERIFY(fixture.item(QStringLiteral("password")) != nullptr);
    QVERIFY(fixture.type(QStringLiteral("password"), QStringLiteral("wrong")));
    QVERIFY(fixture.click(QStringLiteral("confirm")));
    QTRY_VERIFY(!fixture.app->lock()->property("error").toString().isEmpty());
    QVERIFY(fixture.type(QStringLiteral("password"), QStringLiteral("secret")));
    QVERIFY(fixture.click(QStringLiteral("confirm")));
    QTRY_VERIFY(fixture.item(QStringLiteral("password")) == nullptr);
}

void TestPages::wallet_madeByMouse_isCheckedBeforeItOpens() {
    WindowFixture fixture(withoutWallet());
    settle(60);
    QVERIFY(fixture.click(QStringLiteral("createWallet")));
    settle(40);
    QVERIFY(fixture.type(QStringLiteral("walletName"), QStringLiteral("Savings")));
    QVERIFY(fixture.type(QStringLiteral("walletPassword"), QStringLiteral("secret")));
    QVERIFY(fixture.type(QStringLiteral("walletPasswordAgain"), QStringLiteral("secret")));
    QVERIFY(fixture.click(QStringLiteral("next")));
    QTRY_COMPARE(fixture.app->onboarding()->step(), QStringLiteral("words"));
    fixture.session.publish(sampleStatus()); // the engine has the wallet open by now
    QVERIFY(fixture.app->welcome());
    const QStringList words = fixture.app->onboarding()->property("words").toStringList();
    settle(40);
    QVERIFY(fixture.click(QStringLiteral("next")));
    settle(40);
    const QVariantList checks = fixture.app->onboarding()->property("checks").toList();
    for (int i = 0; i < 3; ++i)
        QVERIFY(fixture.type(QStringLiteral("check%1").arg(i), words.value(checks[i].toInt() - 1)));
    QVERIFY(fixture.click(QStringLiteral("next")));
    QTRY_VERIFY(!fixture.app->welcome());
    QCOMPARE(fixture.window->property("page").toString(), QStringLiteral("home"));
}

} // namespace duplex::test
