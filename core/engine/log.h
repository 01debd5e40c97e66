#pragma once

#include <expected>
#include <memory>
#include <string>

namespace duplex::engine {

/// The log file: facts of the shell, never parameters of requests or secrets. Bounded: 5 files of 10 MiB
/// (threats 19).
class Log {
public:
    static std::expected<std::unique_ptr<Log>, std::string> open(const std::string& path,
                                                                 const std::string& level);
    ~Log();
    void info(const std::string& fact);

private:
    struct Sink;
    explicit Log(std::unique_ptr<Sink> sink);
    std::unique_ptr<Sink> m_sink;
};

} // namespace duplex::engine
