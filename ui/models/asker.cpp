#include "ui/models/asker.h"

namespace duplex::ui {

QString forPeople(const api::Error& error) {
    QString words = QString::fromStdString(error.message);
    words.replace(QStringLiteral(": unlock it first with walletpassphrase"),
                  QObject::tr(". Unlock it first"));
    words.replace(QStringLiteral("The wallet passphrase entered was incorrect"),
                  QObject::tr("The password is wrong"));
    words.remove(QStringLiteral(" Give it with -stdinpass."));
    words.replace(QStringLiteral("passphrase"), QObject::tr("password"));
    return words;
}

Asker::Asker(api::Session& session, QObject* parent) : QObject(parent), m_session(session) {
    connect(&session, &api::Session::answered, this, &Asker::take);
}

Asker::~Asker() {
    for (const auto& [id, taker] : m_waiting) m_session.cancel(id);
}

api::RequestId Asker::ask(api::Request request, Taker taker) {
    const api::RequestId id = m_session.ask(std::move(request));
    m_waiting.emplace(id, std::move(taker));
    return id;
}

void Asker::cancel(api::RequestId id) {
    if (m_waiting.erase(id) > 0) m_session.cancel(id);
}

void Asker::take(api::RequestId id, const api::AnswerPointer& answer) {
    const auto found = m_waiting.find(id);
    if (found == m_waiting.end() || answer == nullptr) return;
    const Taker taker = std::move(found->second);
    m_waiting.erase(found); // first: the taker may ask again
    taker(*answer);
}

} // namespace duplex::ui
