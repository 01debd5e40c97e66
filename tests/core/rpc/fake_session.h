#pragma once

#include "core/api/session.h"

#include <QMetaObject>

#include <functional>
#include <utility>
#include <vector>

namespace duplex::test {

/// A session that answers from the event loop with what `reply` makes; without it the request stays open.
class FakeSession : public api::Session {
public:
    std::function<std::optional<api::Answer>(const api::Request&)> reply;
    std::vector<api::Request> requests;
    std::vector<api::RequestId> cancelled;

    api::RequestId ask(api::Request request) override {
        const api::RequestId id = ++m_last;
        requests.push_back(request);
        if (const auto answer = reply ? reply(request) : std::nullopt) {
            auto pointer = std::make_shared<const api::Answer>(*answer);
            QMetaObject::invokeMethod(
                this, [this, id, pointer] { emit answered(id, pointer); }, Qt::QueuedConnection);
        }
        return id;
    }
    void cancel(api::RequestId id) override { cancelled.push_back(id); }
    void answerNow(api::RequestId id, api::Answer answer) {
        emit answered(id, std::make_shared<const api::Answer>(std::move(answer)));
    }

private:
    api::RequestId m_last = 0;
};

} // namespace duplex::test
