#pragma once

#include "core/engine/engine.h"
#include "core/engine/log.h"
#include "core/family/bitcoin/bitcoin_family.h"

#include <set>

namespace duplex::engine {

/// The engine's inside: lives on the core thread, owns the family.
class Core : public QObject {
    Q_OBJECT

public:
    explicit Core(Options options);
    /// Called on the core thread.
    std::expected<void, std::string> start();
    void handle(api::RequestId id, const api::Request& request);
    void cancel(api::RequestId id);
    void stop();

signals:
    void answered(duplex::api::RequestId id, duplex::api::AnswerPointer answer);
    void published(duplex::api::SnapshotPointer snapshot);
    void notified(duplex::api::Notification notification);
    void stopAsked();

private:
    void answer(api::RequestId id, api::Answer answer);
    api::LogTopics setLogging(const api::SetLogging& request);

    Options m_options;
    std::unique_ptr<Log> m_log;
    std::unique_ptr<family::bitcoin::BitcoinFamily> m_bitcoin;
    std::set<api::RequestId> m_open; // asked, not answered, not cancelled
};

} // namespace duplex::engine
