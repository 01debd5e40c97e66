#pragma once

#include "core/api/session.h"

#include <QTimer>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

namespace duplex::test {

/// A session without an engine: answers come from one function, one turn of the event loop later, as the
/// engine's do.
class FakeSession : public api::Session {
public:
    using Handler = std::function<api::Answer(const api::Request&)>;

    api::RequestId ask(api::Request request) override {
        const api::RequestId id = ++m_last;
        asked.push_back(request);
        QTimer::singleShot(0, this, [this, id, request = std::move(request)] {
            if (m_cancelled.contains(id) || !handler) return;
            emit answered(id, std::make_shared<const api::Answer>(handler(request)));
        });
        return id;
    }
    void cancel(api::RequestId id) override { m_cancelled.insert(id); }

    template <typename S>
    void publish(S snapshot) {
        emit published(std::make_shared<const api::Snapshot>(std::move(snapshot)));
    }
    /// The last request of that kind; null when there was none.
    template <typename R>
    const R* last() const {
        for (auto request = asked.rbegin(); request != asked.rend(); ++request)
            if (const R* found = std::get_if<R>(&*request)) return found;
        return nullptr;
    }
    template <typename R>
    int count() const {
        return static_cast<int>(std::count_if(asked.begin(), asked.end(), [](const auto& request) {
            return std::holds_alternative<R>(request);
        }));
    }
    bool cancelled(api::RequestId id) const { return m_cancelled.contains(id); }
    api::RequestId lastId() const { return m_last; }

    Handler handler;
    std::vector<api::Request> asked;

private:
    api::RequestId m_last = 0;
    std::set<api::RequestId> m_cancelled;
};

} // namespace duplex::test
