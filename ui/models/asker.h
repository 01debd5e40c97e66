#pragma once

#include "core/api/session.h"

#include <functional>
#include <map>
#include <variant>

namespace duplex::ui {

/// What to tell the user. Some sentences of the engine name commands of its other front, the command line.
QString forPeople(const api::Error& error);

/// Puts requests to the session and brings each answer to the one who asked. What was asked is cancelled when
/// the asker goes.
class Asker : public QObject {
    Q_OBJECT

public:
    explicit Asker(api::Session& session, QObject* parent = nullptr);
    ~Asker() override;

    using Taker = std::function<void(const api::Answer&)>;
    api::RequestId ask(api::Request request, Taker taker);
    /// Calls `got` with the reply of type R; `failed` with what to tell the user.
    template <typename R>
    api::RequestId ask(api::Request request, std::function<void(const R&)> got,
                       std::function<void(const QString&)> failed) {
        return ask(std::move(request),
                   [got = std::move(got), failed = std::move(failed)](const api::Answer& answer) {
                       if (!answer) {
                           if (failed) failed(forPeople(answer.error()));
                       } else if (const R* reply = std::get_if<R>(&*answer)) {
                           got(*reply);
                       }
                   });
    }
    void cancel(api::RequestId id);

private:
    void take(api::RequestId id, const api::AnswerPointer& answer);
    api::Session& m_session;
    std::map<api::RequestId, Taker> m_waiting;
};

} // namespace duplex::ui
