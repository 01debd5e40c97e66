#pragma once

#include "core/api/session.h"
#include "core/rpc/method.h"

#include <QObject>

#include <functional>
#include <map>

namespace duplex::rpc {

/// What handlers know, for a network by its name; nothing for an unknown name.
std::optional<Environment> environmentFor(std::string_view network, std::string data_directory);

/// One call as it stood in a request line.
struct Call {
    Json id;
    bool wants_answer = true; // JSON-RPC notifications have no id and get none
    std::string method;
    Json params;
};

/// The call in a line, or the response to send instead.
std::expected<Call, Json> readCall(std::string_view line);
Json resultResponse(const Json& id, Json result);
Json errorResponse(const Json& id, const api::Error& error);

/// Runs calls against the method table and the session, and answers each once. Nothing about a call is ever
/// logged here: parameters may be secrets (threats 96).
class Dispatcher : public QObject {
    Q_OBJECT
public:
    using Respond = std::function<void(Json response)>;
    using Token = std::uint64_t; // names one running call; 0: none, it was answered at once

    Dispatcher(api::Session* session, Environment environment, QObject* parent = nullptr);

    Token run(const Call& call, Respond respond);
    /// The asker is gone.
    void cancel(Token token);
    std::size_t running() const { return m_running.size(); }

private:
    struct Running {
        Json id;
        const Method* method = nullptr;
        Arguments arguments;
        Respond respond;
    };

    void answer(api::RequestId id, const api::AnswerPointer& answer);
    Environment environmentNow() const;

    api::Session* m_session;
    Environment m_environment;
    std::map<api::RequestId, Running> m_running;
};

} // namespace duplex::rpc
