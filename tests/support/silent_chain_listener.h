#pragma once

#include "core/family/bitcoin/light_client_driver.h"

namespace duplex::test {

/// Hears what a light client tells and does nothing about it; `log` takes its lines, failures included.
inline family::bitcoin::ChainListener silentChainListener(const std::function<void(std::string)>& log) {
    return {.connected = [](const auto&) {},
            .rescanned = [](const auto&) {},
            .disconnected = [](const auto&) {},
            .complete = [](const auto&) {},
            .changed = [] {},
            .transaction_seen = [](const auto&) {},
            .broadcast_progress = [](const auto&) {},
            .peer = [](const auto&, auto) {},
            .failed = log,
            .log = log,
            .log_net = log};
}

} // namespace duplex::test
