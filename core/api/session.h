#pragma once

#include "core/api/reply.h"
#include "core/api/request.h"

#include <QObject>

namespace duplex::api {

using RequestId = std::uint64_t;

/// What the window and the RPC server know of the engine. Lives on the thread of its user; the engine answers
/// from its own thread by queued signals, so nobody waits.
class Session : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Posts a request. Its answer comes once by answered() with this id; never before ask() returned.
    virtual RequestId ask(Request request) = 0;
    /// The asker is gone: no answer is wanted any more. What the request began goes on.
    virtual void cancel(RequestId id) = 0;

signals:
    void answered(duplex::api::RequestId id, duplex::api::AnswerPointer answer);
    void published(duplex::api::SnapshotPointer snapshot);
    void notified(duplex::api::Notification notification);
    /// The engine ended (StopNode, or a fault that it names).
    void stopped(QString reason);
};

} // namespace duplex::api

Q_DECLARE_METATYPE(duplex::api::AnswerPointer)
Q_DECLARE_METATYPE(duplex::api::SnapshotPointer)
Q_DECLARE_METATYPE(duplex::api::Notification)
