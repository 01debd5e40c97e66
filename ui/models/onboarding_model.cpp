#include "ui/models/onboarding_model.h"

#include "ui/models/display.h"

#include <QDate>
#include <QDateTime>
#include <QRandomGenerator>
#include <QUrl>

#include <set>

namespace duplex::ui {

OnboardingModel::OnboardingModel(Asker& asker, QObject* parent) : QObject(parent), m_asker(asker) {}

void OnboardingModel::go(const QString& step) {
    m_step = step;
    m_error.clear();
    if (step == QLatin1String("check")) askThreeWords();
    if (step == QLatin1String("choose") || step == QLatin1String("done"))
        m_words.clear(); // no longer than they are needed
    emit changed();
}

void OnboardingModel::lookAroundNow() {
    m_look_around = true;
    emit changed();
}

void OnboardingModel::startAgain() {
    m_look_around = false;
    go(QStringLiteral("choose"));
}

void OnboardingModel::fail(const QString& why) {
    m_busy = false;
    m_error = why;
    emit changed();
}

void OnboardingModel::forgetError() {
    if (m_error.isEmpty()) return;
    m_error.clear();
    emit changed();
}

bool OnboardingModel::passwordsDiffer(const QString& password, const QString& again) {
    if (password == again) return false;
    fail(tr("The two passwords differ. Type them again."));
    return true;
}

void OnboardingModel::create(const QString& name, const QString& password, const QString& again, int words) {
    if (m_busy || passwordsDiffer(password, again)) return;
    m_busy = true;
    m_error.clear();
    const QString wallet = name.trimmed().isEmpty() ? tr("Everyday") : name.trimmed();
    m_asker.ask<api::WalletCreated>(
        api::CreateWallet{.name = wallet.toStdString(), .passphrase = password.toStdString(), .words = words},
        [this, password = password.toStdString()](const api::WalletCreated& created) {
            m_busy = false;
            unlock(password);
            m_words = textOf(created.mnemonic).split(QLatin1Char(' '), Qt::SkipEmptyParts);
            m_warning = forPeople(created.warning);
            go(QStringLiteral("words"));
        },
        [this](const QString& why) { fail(why); });
    emit changed();
}

void OnboardingModel::unlock(const std::string& password) {
    if (!password.empty())
        m_asker.ask<api::Done>(api::Unlock{password, std::nullopt}, [](const api::Done&) {}, {});
}

void OnboardingModel::askThreeWords() {
    std::set<int> positions;
    while (positions.size() < 3 && static_cast<qsizetype>(positions.size()) < m_words.size())
        positions.insert(static_cast<int>(QRandomGenerator::global()->bounded(m_words.size())) + 1);
    m_checks.clear();
    for (const int position : positions) m_checks.append(position);
}

void OnboardingModel::check(const QStringList& typed) {
    for (qsizetype i = 0; i < m_checks.size(); ++i) {
        const int position = m_checks[i].toInt();
        if (typed.value(i).trimmed().toLower() == m_words.value(position - 1)) continue;
        fail(tr("Word %1 is not the one you were shown. Look at your paper again.").arg(position));
        return;
    }
    go(QStringLiteral("done"));
}

void OnboardingModel::restore(const QString& name, const QString& words, const QString& extra,
                              const QString& password, const QString& again, const QString& year) {
    if (m_busy || passwordsDiffer(password, again)) return;
    const QString mnemonic = words.simplified().toLower();
    const qsizetype count = mnemonic.isEmpty() ? 0 : mnemonic.count(QLatin1Char(' ')) + 1;
    if (count != 12 && count != 24) return fail(tr("These are %1 words. A wallet has 12 or 24.").arg(count));
    api::CreateWallet request{.name =
                                  (name.trimmed().isEmpty() ? tr("Everyday") : name.trimmed()).toStdString(),
                              .passphrase = password.toStdString(),
                              .mnemonic = mnemonic.toStdString(),
                              .mnemonic_passphrase = extra.toStdString(),
                              .words = static_cast<int>(count)};
    if (!year.trimmed().isEmpty()) {
        bool number = false;
        const int from = year.trimmed().toInt(&number);
        if (!number || from < 2009 || from > 2100)
            return fail(tr("Write the year as four figures, or leave it empty."));
        request.birthday_time = QDateTime(QDate(from, 1, 1), QTime(0, 0), Qt::UTC).toSecsSinceEpoch();
    }
    m_busy = true;
    m_error.clear();
    m_asker.ask<api::WalletCreated>(
        request,
        [this, password = password.toStdString()](const api::WalletCreated& created) {
            m_busy = false;
            unlock(password);
            m_warning = forPeople(created.warning);
            go(QStringLiteral("done"));
        },
        [this](const QString& why) { fail(why); });
    emit changed();
}

void OnboardingModel::restoreFile(const QString& name, const QString& file, const QString& password) {
    if (m_busy) return;
    m_busy = true;
    m_error.clear();
    const QString path = file.startsWith(QLatin1String("file:")) ? QUrl(file).toLocalFile() : file;
    m_asker.ask<api::WalletCreated>(
        api::RestoreBackup{(name.trimmed().isEmpty() ? tr("Everyday") : name.trimmed()).toStdString(),
                           path.toStdString(), password.toStdString()},
        [this, password = password.toStdString()](const api::WalletCreated& created) {
            m_busy = false;
            unlock(password);
            m_warning = forPeople(created.warning);
            go(QStringLiteral("done"));
        },
        [this](const QString& why) { fail(why); });
    emit changed();
}

} // namespace duplex::ui
