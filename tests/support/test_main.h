#pragma once

#include <QObject>
#include <QTest>

namespace duplex::test {

using MakeTest = QObject* (*)();
/// Adds a test class to the program's list; main() runs them all.
bool addTest(MakeTest make);

/// Path of a published vector file below tests/vectors.
QString vectorPath(const char* relative);

} // namespace duplex::test

/// In each tst_x.cpp, after the class: one test program holds every test class of a room.
#define DUPLEX_TEST(Class)                                                                                   \
    [[maybe_unused]] static const bool registered_##Class =                                                  \
        duplex::test::addTest([]() -> QObject* { return new Class; });
