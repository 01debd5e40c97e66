#pragma once

#include "ui/models/asker.h"

#include <QStringList>
#include <QVariantList>

namespace duplex::ui {

/// The first start: a new wallet with a check of three words, a restore, or a look around without keys.
class OnboardingModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString step READ step NOTIFY changed)
    Q_PROPERTY(QStringList words MEMBER m_words NOTIFY changed)
    Q_PROPERTY(QVariantList checks MEMBER m_checks NOTIFY changed)
    Q_PROPERTY(QString error MEMBER m_error NOTIFY changed)
    Q_PROPERTY(QString warning MEMBER m_warning NOTIFY changed)
    Q_PROPERTY(bool busy MEMBER m_busy NOTIFY changed)
    Q_PROPERTY(bool lookAround MEMBER m_look_around NOTIFY changed)

public:
    explicit OnboardingModel(Asker& asker, QObject* parent = nullptr);
    /// choose, create, words, check, restore, file, done
    QString step() const { return m_step; }
    bool active() const { return m_step != QLatin1String("choose") && m_step != QLatin1String("done"); }

    Q_INVOKABLE void go(const QString& step);
    Q_INVOKABLE void create(const QString& name, const QString& password, const QString& again, int words);
    /// What was wrong is being corrected.
    Q_INVOKABLE void forgetError();
    /// Three words, in the order of `checks`.
    Q_INVOKABLE void check(const QStringList& typed);
    Q_INVOKABLE void restore(const QString& name, const QString& words, const QString& extra,
                             const QString& password, const QString& again, const QString& year);
    Q_INVOKABLE void restoreFile(const QString& name, const QString& file, const QString& password);
    Q_INVOKABLE void lookAroundNow();
    /// Back to the welcome, to make or open a wallet.
    Q_INVOKABLE void startAgain();

signals:
    void changed();

private:
    bool passwordsDiffer(const QString& password, const QString& again);
    void fail(const QString& why);
    void askThreeWords();
    /// A wallet is made locked; who just typed its password has shown that he may use it.
    void unlock(const std::string& password);
    Asker& m_asker;
    QString m_step = QStringLiteral("choose"), m_error, m_warning;
    QStringList m_words;
    QVariantList m_checks; // positions, counted from one
    bool m_busy = false, m_look_around = false;
};

} // namespace duplex::ui
