#include "tests/support/test_main.h"
#include "ui/models/row_list_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

using namespace duplex::ui;

namespace {

std::vector<Row> rowsOf(const QString& letters, const QString& value = {}) {
    std::vector<Row> rows;
    for (const QChar letter : letters) rows.push_back({letter, {{QStringLiteral("word"), letter + value}}});
    return rows;
}

QString lettersOf(const RowListModel& model) {
    QString letters;
    for (const Row& row : model.rows()) letters += row.id;
    return letters;
}

} // namespace

class TestRowListModel : public QObject {
    Q_OBJECT

private slots:
    void setRows_anyChange_neverResets_data() {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::newRow("from nothing") << "" << "abc";
        QTest::newRow("to nothing") << "abc" << "";
        QTest::newRow("new in front") << "bcd" << "abcd";
        QTest::newRow("one goes") << "abcd" << "abd";
        QTest::newRow("turned round") << "abcd" << "dcba";
        QTest::newRow("all at once") << "abcdef" << "xfbayd";
    }
    void setRows_anyChange_neverResets() {
        QFETCH(QString, before);
        QFETCH(QString, after);
        RowListModel model({QStringLiteral("word")});
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setRows(rowsOf(before));
        QCOMPARE(lettersOf(model), before);
        model.setRows(rowsOf(after, QStringLiteral("!")));
        QCOMPARE(lettersOf(model), after);
        QCOMPARE(model.count(), static_cast<int>(after.size()));
        for (int i = 0; i < model.count(); ++i)
            QCOMPARE(model.data(model.index(i), Qt::UserRole + 1).toString(), after.mid(i, 1) + u'!');
        QCOMPARE(resets.count(), 0);
    }
    void setRows_sameContents_saysNothing() {
        RowListModel model({QStringLiteral("word")});
        model.setRows(rowsOf(QStringLiteral("abc")));
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy counts(&model, &RowListModel::countChanged);
        model.setRows(rowsOf(QStringLiteral("abc")));
        QCOMPARE(changes.count(), 0);
        QCOMPARE(counts.count(), 0);
    }
    void setRows_repeatedId_keepsTheFirst() {
        RowListModel model({QStringLiteral("word")});
        model.setRows(rowsOf(QStringLiteral("aba")));
        QCOMPARE(lettersOf(model), QStringLiteral("ab"));
    }
    void data_outOfRange_isEmpty() {
        RowListModel model({QStringLiteral("word")});
        model.setRows(rowsOf(QStringLiteral("a")));
        QVERIFY(!model.data(model.index(1), Qt::UserRole).isValid());
        QVERIFY(!model.data(model.index(0), Qt::UserRole + 9).isValid());
        QVERIFY(model.find(QStringLiteral("z")) == nullptr);
    }
};

DUPLEX_TEST(TestRowListModel)
#include "tst_row_list_model.moc"
