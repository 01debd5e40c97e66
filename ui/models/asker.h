#pragma once

#include "core/api/session.h"

#include <functional>
#include <map>
#include <variant>

namespace duplex::ui {

/// A sentence of the engine as the window says it: what names a command of the other front is left out.
QString forPeople(const std::string& text);
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
    /// Calls `got` with the reply of type R; `failed` with the error, for those whom its code concerns.
    template <typename R>
    api::RequestId askCoded(api::Request request, std::function<void(const R&)> got,
                            std::function<void(const api::Error&)> failed) {
        return ask(std::move(request),
                   [got = std::move(got), failed = std::move(failed)](const api::Answer& answer) {
                       if (!answer) {
                           if (failed) failed(answer.error());
                       } else if (const R* reply = std::get_if<R>(&*answer)) {
                           got(*reply);
                       }
                   });
    }
    /// As above; `failed` with what to tell the user.
    template <typename R>
    api::RequestId ask(api::Request request, std::function<void(const R&)> got,
                       std::function<void(const QString&)> failed) {
        return askCoded<R>(std::move(request), std::move(got),
                           [failed = std::move(failed)](const api::Error& error) {
                               if (failed) failed(forPeople(error));
                           });
    }
    void cancel(api::RequestId id);
    /// Cancels everything: no answer comes to anybody any more.
    void forget();

private:
    void take(api::RequestId id, const api::AnswerPointer& answer);
    api::Session& m_session;
    std::map<api::RequestId, Taker> m_waiting;
};

} // namespace duplex::ui
