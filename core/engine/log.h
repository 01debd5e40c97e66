#pragma once

#include "core/api/log_topic.h"

#include <expected>
#include <memory>
#include <set>
#include <string>

namespace duplex::engine {

/// The log file: facts of the shell, never parameters of requests or secrets. Bounded: 5 files of 10 MiB
/// (threats 19).
class Log {
public:
    static std::expected<std::unique_ptr<Log>, std::string> open(const std::string& path,
                                                                 const std::string& level);
    ~Log();
    /// Writes "topic: fact", unless the topic is excluded.
    void info(api::LogTopic topic, const std::string& fact);
    /// Until the next include of it, or the end of the program.
    void exclude(api::LogTopic topic) { m_excluded.insert(topic); }
    void include(api::LogTopic topic) { m_excluded.erase(topic); }
    bool isIncluded(api::LogTopic topic) const { return !m_excluded.contains(topic); }

private:
    struct Sink;
    explicit Log(std::unique_ptr<Sink> sink);
    std::unique_ptr<Sink> m_sink;
    std::set<api::LogTopic> m_excluded;
};

} // namespace duplex::engine
