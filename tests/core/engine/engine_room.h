#pragma once

#include "tests/support/test_main.h"

#include "core/engine/engine.h"

#include <QTemporaryDir>

namespace duplex::test {

constexpr int engine_patience_ms = 60'000; // of a busy machine

/// Asks and waits for the answer.
inline api::Answer ask(engine::Engine& engine, api::Request request) {
    std::optional<api::Answer> found;
    api::RequestId id = 0;
    const auto connection = QObject::connect(&engine, &api::Session::answered, &engine,
                                             [&](api::RequestId answered, const api::AnswerPointer& answer) {
                                                 if (answered == id) found = *answer;
                                             });
    id = engine.ask(std::move(request));
    const bool answered = QTest::qWaitFor([&] { return found.has_value(); }, engine_patience_ms);
    QObject::disconnect(connection);
    return answered ? *found : std::unexpected(api::Error{0, "no answer"});
}

template <typename T>
T get(const api::Answer& answer) {
    if (!answer) {
        qWarning("%d %s", answer.error().code, answer.error().message.c_str());
        return {};
    }
    return std::get<T>(*answer);
}

} // namespace duplex::test
