#pragma once

#include "app/command_line.h"
#include "core/api/session.h"

#include <expected>
#include <memory>
#include <string>

namespace duplex::app {

/// The node as both programs host it: lock of the data directory, sandbox where asked for, engine, RPC
/// server. Made, used and destroyed on the main thread; destroying it stops everything cleanly.
class NodeHost {
public:
    /// Starts everything, or says what is wrong and what to do.
    static std::expected<std::unique_ptr<NodeHost>, std::string> start(const Settings& settings);
    ~NodeHost();

    api::Session& session();
    std::string socketPath() const;

private:
    struct Parts;
    explicit NodeHost(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> m_parts;
};

} // namespace duplex::app
