#include "core/engine/log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <sys/stat.h>

namespace duplex::engine {

struct Log::Sink {
    spdlog::logger logger;
};

std::expected<std::unique_ptr<Log>, std::string> Log::open(const std::string& path,
                                                           const std::string& level) {
    const auto wanted = spdlog::level::from_str(level);
    if (wanted == spdlog::level::off && level != "off") {
        return std::unexpected("There is no log level '" + level +
                               "'. Use trace, debug, info, warning, error or off.");
    }
    const mode_t old = ::umask(0077); // the log names peers and times: nobody else's business
    try {
        auto file = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, 10U << 20U, 4);
        ::umask(old);
        auto sink = std::unique_ptr<Sink>(new Sink{spdlog::logger("duplex", file)});
        sink->logger.set_level(wanted);
        sink->logger.flush_on(spdlog::level::info);
        return std::unique_ptr<Log>(new Log(std::move(sink)));
    } catch (const spdlog::spdlog_ex& problem) {
        ::umask(old);
        return std::unexpected("The log file " + path +
                               " cannot be written. Check the folder's rights and space.");
    }
}

Log::Log(std::unique_ptr<Sink> sink) : m_sink(std::move(sink)) {}
Log::~Log() = default;

void Log::info(api::LogTopic topic, const std::string& fact) {
    if (isIncluded(topic)) m_sink->logger.info("{}: {}", nameOf(topic), fact);
}

} // namespace duplex::engine
