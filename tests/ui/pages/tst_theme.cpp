#include "tests/ui/pages/tst_theme.h"

#include "ui/pictures/register_types.h"

#include <QColor>
#include <QDirIterator>
#include <QFile>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QRegularExpression>
#include <QTest>

#include <cmath>

namespace duplex::test {

namespace {

double luminance(const QColor& colour) {
    const auto channel = [](double v) {
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(colour.redF()) + 0.7152 * channel(colour.greenF()) +
           0.0722 * channel(colour.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double one = luminance(a), two = luminance(b);
    return (std::max(one, two) + 0.05) / (std::min(one, two) + 0.05);
}

} // namespace

void TestTheme::contrast_ofEveryPair_reachesItsLimit_data() {
    QTest::addColumn<QString>("front");
    QTest::addColumn<QString>("back");
    QTest::addColumn<double>("limit");
    const auto add = [](const char* front, const QStringList& backs, double limit) {
        for (const QString& back : backs)
            QTest::newRow(qPrintable(QString::fromLatin1(front) + QStringLiteral(" on ") + back))
                << QString::fromLatin1(front) << back << limit;
    };
    const QStringList grounds{"bg", "rail", "surface", "sunken", "raised"};
    add("text", grounds, 4.5);
    add("text2", grounds, 4.5);
    add("text3", grounds, 4.5);
    add("text", {"okTint", "warnTint", "badTint", "l1Tint", "l2Tint"}, 4.5);
    add("text2", {"okTint", "warnTint", "badTint", "l1Tint", "l2Tint"}, 4.5);
    add("inkText", {"ink"}, 4.5);
    add("l1", {"surface", "sunken", "l1Tint"}, 4.5);
    add("l2", {"surface", "sunken", "l2Tint"}, 4.5);
    add("ok", {"surface", "okTint"}, 4.5);
    add("warn", {"surface", "warnTint"}, 4.5);
    add("bad", {"surface", "badTint"}, 4.5);
    add("lineStrong", {"surface", "raised"}, 3);
    add("l1Fill", {"surface"}, 3);
    add("l2Fill", {"surface"}, 3);
    add("focus", grounds, 3);
}

void TestTheme::contrast_ofEveryPair_reachesItsLimit() {
    QFETCH(QString, front);
    QFETCH(QString, back);
    QFETCH(double, limit);
    QQmlEngine engine;
    ui::prepare(engine);
    QQmlComponent component(&engine);
    component.setData("import QtQuick\nimport Duplex\nQtObject { property var theme: Theme }", QUrl());
    const std::unique_ptr<QObject> root(component.create());
    QVERIFY2(root != nullptr, qPrintable(component.errorString()));
    QObject* theme = root->property("theme").value<QObject*>();
    for (const bool dark : {false, true}) {
        theme->setProperty("dark", dark);
        const double found = contrast(theme->property(qPrintable(front)).value<QColor>(),
                                      theme->property(qPrintable(back)).value<QColor>());
        QVERIFY2(found >= limit, qPrintable(QStringLiteral("%1 on %2: %3").arg(front, back).arg(found)));
    }
}

void TestTheme::icons_ofEveryPage_exist() {
    const QRegularExpression use(QStringLiteral("(?:symbol|name): \"([a-z]+)\""));
    int seen = 0;
    QDirIterator files(QStringLiteral(":/qt/qml/Duplex"), {QStringLiteral("*.qml")}, QDir::Files);
    while (files.hasNext()) {
        QFile file(files.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        auto found = use.globalMatch(QString::fromUtf8(file.readAll()));
        while (found.hasNext()) {
            const QString name = found.next().captured(1);
            QVERIFY2(QFile::exists(QStringLiteral(":/duplex/icons/%1.svg").arg(name)),
                     qPrintable(file.fileName() + QLatin1Char(' ') + name));
            ++seen;
        }
    }
    QVERIFY(seen > 40);
}

// A page never asks which chain it shows; names of layers come with the values.
void TestTheme::sources_ofTheWindow_nameNoFamily() {
    const QRegularExpression family(QStringLiteral("bitcoin|ethereum|solana|avalanche|\\bbtc\\b"),
                                    QRegularExpression::CaseInsensitiveOption);
    QDirIterator files(QStringLiteral(":/qt/qml/Duplex"), {QStringLiteral("*.qml")}, QDir::Files);
    int seen = 0;
    while (files.hasNext()) {
        QFile file(files.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY2(!QString::fromUtf8(file.readAll()).contains(family), qPrintable(file.fileName()));
        ++seen;
    }
    QVERIFY(seen > 50);
}

} // namespace duplex::test
