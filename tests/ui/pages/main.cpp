#include "tests/ui/pages/tst_pages.h"
#include "tests/ui/pages/tst_theme.h"
#include "tests/ui/pages/tst_window.h"

#include <QGuiApplication>
#include <QTest>

int main(int argc, char* argv[]) {
    // The window is tested without a display and without a GPU; a developer may still ask for another
    // platform.
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    if (!qEnvironmentVariableIsSet("QT_QUICK_BACKEND")) qputenv("QT_QUICK_BACKEND", "software");
    QGuiApplication application(argc, argv);
    duplex::test::TestTheme theme;
    duplex::test::TestWindow window;
    duplex::test::TestPages pages;
    // With arguments: names of tests of the pages.
    const int others = argc > 1 ? 0 : QTest::qExec(&theme, argc, argv) + QTest::qExec(&window, argc, argv);
    const int failed = others + QTest::qExec(&pages, argc, argv);
    return failed == 0 ? 0 : 1;
}
