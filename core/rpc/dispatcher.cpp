#include "core/rpc/dispatcher.h"

#include "core/rpc/method_table.h"

#include <QDateTime>

namespace duplex::rpc {

std::optional<Environment> environmentFor(std::string_view network, std::string data_directory) {
    const auto found = bitcoin::networkFromName(network);
    if (!found) return std::nullopt;
    return Environment{.network = &bitcoin::parametersOf(*found),
                       .data_directory = std::move(data_directory),
                       .started_at = QDateTime::currentSecsSinceEpoch()};
}

std::expected<Call, Json> readCall(std::string_view line) {
    const auto json = parseJson(line);
    if (!json) {
        if (json.error() == JsonError::too_deep)
            return std::unexpected(
                errorResponse({}, error(Code::invalid_request, "Nested deeper than 64 levels.")));
        if (json.error() == JsonError::repeated_key)
            return std::unexpected(
                errorResponse({}, error(Code::invalid_request, "A key stands twice in an object.")));
        return std::unexpected(
            errorResponse({}, error(Code::parse, "Parse error: one JSON object a line is expected.")));
    }
    if (!json->members())
        return std::unexpected(errorResponse(
            {}, error(Code::invalid_request, "Invalid Request object: one JSON object a line is expected.")));
    Call call;
    const Json* id = json->find("id");
    call.wants_answer = id != nullptr;
    if (id) {
        if (id->elements() || id->members() || id->boolean())
            return std::unexpected(
                errorResponse({}, error(Code::invalid_request, "id must be a number, a text or null.")));
        call.id = *id;
    }
    const Json* version = json->find("jsonrpc");
    if (!version || !version->string() || *version->string() != "2.0")
        return std::unexpected(
            errorResponse(call.id, error(Code::invalid_request, "jsonrpc must be \"2.0\".")));
    const Json* method = json->find("method");
    if (!method)
        return std::unexpected(errorResponse(call.id, error(Code::invalid_request, "Missing method")));
    if (!method->string())
        return std::unexpected(
            errorResponse(call.id, error(Code::invalid_request, "Method must be a string")));
    call.method = *method->string();
    if (const Json* params = json->find("params")) {
        if (!params->isNull() && !params->elements() && !params->members())
            return std::unexpected(
                errorResponse(call.id, error(Code::invalid_request, "Params must be an array or object")));
        call.params = *params;
    }
    return call;
}

Json resultResponse(const Json& id, Json result) {
    return Json::object().set("jsonrpc", "2.0").set("result", std::move(result)).set("id", id);
}

Json errorResponse(const Json& id, const api::Error& error) {
    return Json::object()
        .set("jsonrpc", "2.0")
        .set("error", Json::object().set("code", error.code).set("message", error.message))
        .set("id", id);
}

Dispatcher::Dispatcher(api::Session* session, Environment environment, QObject* parent)
    : QObject(parent), m_session(session), m_environment(std::move(environment)) {
    connect(session, &api::Session::answered, this, &Dispatcher::answer);
}

Environment Dispatcher::environmentNow() const {
    Environment environment = m_environment;
    environment.now = QDateTime::currentSecsSinceEpoch();
    return environment;
}

Dispatcher::Token Dispatcher::run(const Call& call, Respond respond) {
    const auto finish = [&](const LocalResult& result) -> Token {
        respond(result ? resultResponse(call.id, *result) : errorResponse(call.id, result.error()));
        return 0;
    };
    const Method* method = findMethod(call.method);
    if (!method || (!method->local && !method->request))
        return finish(fail(Code::unknown_method,
                           "Method not found: " + call.method.substr(0, 100) + ". The list: help"));
    auto arguments = bindArguments(*method, call.params);
    if (!arguments) return finish(std::unexpected(arguments.error()));
    const Environment environment = environmentNow();
    if (method->local) return finish(method->local(*arguments, environment));
    auto request = method->request(*arguments, environment);
    if (!request) return finish(std::unexpected(request.error()));
    const api::RequestId id = m_session->ask(std::move(*request));
    m_running.emplace(id, Running{.id = call.id,
                                  .method = method,
                                  .arguments = std::move(*arguments),
                                  .respond = std::move(respond)});
    return id;
}

void Dispatcher::cancel(Token token) {
    if (m_running.erase(token) > 0) m_session->cancel(token);
}

void Dispatcher::answer(api::RequestId id, const api::AnswerPointer& answer) {
    const auto found = m_running.find(id);
    if (found == m_running.end()) return; // asked by a window, or cancelled
    const Running running = std::move(found->second);
    m_running.erase(found);
    const LocalResult result = *answer ? running.method->result(**answer, running.arguments, environmentNow())
                                       : LocalResult(std::unexpected(answer->error()));
    running.respond(result ? resultResponse(running.id, *result) : errorResponse(running.id, result.error()));
}

} // namespace duplex::rpc
