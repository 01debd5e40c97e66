#pragma once

#include "core/api/reply.h"
#include "core/api/request.h"
#include "core/family/bitcoin/options.h"

#include <QObject>

#include <functional>
#include <memory>

namespace duplex::family::bitcoin {

using Answered = std::function<void(api::Answer)>;

/// What the family tells the engine, always after the turn that caused it was stored.
struct Outlet {
    std::function<void(api::SnapshotPointer)> publish;
    std::function<void(api::Notification)> notify;
    std::function<void(std::string)> log; // facts without secrets
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
