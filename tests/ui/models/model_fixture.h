#pragma once

#include "tests/support/fake_session.h"
#include "tests/ui/sample_world.h"
#include "ui/models/app_model.h"

#include <QAbstractItemModelTester>
#include <QTest>

namespace duplex::test {

/// All view-models over a fake session that answers from the sample world. Every list is watched by a model
/// tester, which fails the test on a wrong insert, move or remove.
struct ModelFixture {
    ModelFixture() {
        session.handler = sampleAnswer;
        app.display().setNow([] { return sample_now; });
        for (QAbstractItemModel* model : lists())
            testers.push_back(std::make_unique<QAbstractItemModelTester>(
                model, QAbstractItemModelTester::FailureReportingMode::QtTest));
        session.publish(sampleStatus());
        session.publish(samplePortfolio());
        session.publish(sampleActivity());
        session.publish(sampleChannels());
        session.publish(sampleMoves());
        session.publish(sampleBlocks());
    }
    std::vector<QAbstractItemModel*> lists() {
        return {app.activity(),
                app.send()->ways(),
                app.receive()->addresses(),
                app.move()->quotes(),
                app.move()->moves(),
                app.move()->steps(),
                app.channels()->channels(),
                app.explorer()->strip(),
                app.explorer()->payments(),
                app.network()->nodes(),
                app.network()->channels(),
                app.search()->results(),
                app.settings()->peers(),
                qobject_cast<QAbstractItemModel*>(app.portfolio()->property("comparison").value<QObject*>())};
    }
    /// Answers with an error from now on.
    void refuse(const char* why) {
        session.handler = [why](const api::Request&) -> api::Answer {
            return std::unexpected(api::Error{-1, why});
        };
    }
    static QString text(QObject* model, const char* property) { return model->property(property).toString(); }
    static QVariant cell(const ui::Row& row, const char* role) {
        return row.cells.value(QString::fromLatin1(role));
    }
    /// The value of a fact in a list of {name, value}; empty when there is none of that name.
    static QString factOf(const QVariant& facts, const QString& name) {
        for (const QVariant& fact : facts.toList())
            if (fact.toMap().value(QStringLiteral("name")) == name)
                return fact.toMap().value(QStringLiteral("value")).toString();
        return {};
    }

    FakeSession session;
    ui::AppModel app{session, {}};
    std::vector<std::unique_ptr<QAbstractItemModelTester>> testers;
};

} // namespace duplex::test
