#include "tests/support/test_main.h"

#include <QCoreApplication>

#include <memory>
#include <vector>

namespace duplex::test {

namespace {

std::vector<MakeTest>& tests() {
    static std::vector<MakeTest> list;
    return list;
}

} // namespace

bool addTest(MakeTest make) {
    tests().push_back(make);
    return true;
}

QString vectorPath(const char* relative) {
    return QStringLiteral(DUPLEX_VECTORS "/") + QString::fromUtf8(relative);
}

} // namespace duplex::test

int main(int argc, char* argv[]) {
    QCoreApplication application(argc, argv);
    int failed = 0;
    for (const duplex::test::MakeTest make : duplex::test::tests()) {
        const std::unique_ptr<QObject> test(make());
        failed += QTest::qExec(test.get(), argc, argv);
    }
    return failed == 0 ? 0 : 1;
}
