#pragma once

#include "core/api/reply.h"
#include "core/api/request.h"
#include "core/family/bitcoin/options.h"

#include <QObject>

#include <functional>
#include <memory>

namespace duplex::family::bitcoin {

using Answered = std::function<void(api::Answer)>;

/// The log under one topic. Facts without secrets.
class TopicLog {
public:
    using Write = std::function<void(api::LogTopic, const std::string&)>;
    TopicLog() = default;
    TopicLog(Write write, api::LogTopic topic) : m_write(std::move(write)), m_topic(topic) {}
    TopicLog on(api::LogTopic topic) const { return {m_write, topic}; }
    void operator()(const std::string& fact) const {
        if (m_write) m_write(m_topic, fact);
    }

private:
    Write m_write;
    api::LogTopic m_topic = api::LogTopic::node;
};

/// What the family tells the engine, always after the turn that caused it was stored.
struct Outlet {
    std::function<void(api::SnapshotPointer)> publish;
    std::function<void(api::Notification)> notify;
    TopicLog log;
};

/// Bitcoin and what settles on it: feeds sockets, timers and requests into the machines and executes their
/// actions. Lives on the core thread.
class BitcoinFamily : public QObject {
public:
    BitcoinFamily(Options options, Outlet outlet);
    ~BitcoinFamily() override;

    /// Opens the stores and begins to sync; or what is wrong and what to do.
    std::expected<void, std::string> start();
    /// Answers once, now or later.
    void handle(api::Request request, Answered answered);

private:
    class Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace duplex::family::bitcoin
