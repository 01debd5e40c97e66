#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace duplex::api {

/// What a line of the log file is about; `logging` silences by these.
enum class LogTopic : std::uint8_t { node, net, chain, wallet, lightning };
inline constexpr std::array log_topics{LogTopic::node, LogTopic::net, LogTopic::chain, LogTopic::wallet,
                                       LogTopic::lightning};

constexpr std::string_view nameOf(LogTopic topic) {
    switch (topic) {
    case LogTopic::node:
        return "node";
    case LogTopic::net:
        return "net";
    case LogTopic::chain:
        return "chain";
    case LogTopic::wallet:
        return "wallet";
    case LogTopic::lightning:
        return "lightning";
    }
    return {};
}

constexpr std::optional<LogTopic> logTopicOf(std::string_view name) {
    for (const LogTopic topic : log_topics)
        if (nameOf(topic) == name) return topic;
    return std::nullopt;
}

} // namespace duplex::api
