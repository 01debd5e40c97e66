#pragma once

#include "core/family/bitcoin/light_client_driver.h"

namespace duplex::family::bitcoin {

/// A Bitcoin peer: its socket, its machine and what is told of it. For the driver's own files only.
struct LightClientDriver::Connection {
    light::PeerId id;
    io::Endpoint endpoint;
    bool manual = false;
    wire::Relay announces = wire::Relay::no;
    wire::Netgroup netgroup;
    std::unique_ptr<io::TcpConnection> socket;
    wire::Peer peer;
    std::int64_t connected_at = 0;
    std::int64_t last_receive = 0;
    std::int64_t last_send = 0;
    std::int64_t min_feefilter = -1;
    std::optional<Ticks> least_ping;
    wire::AddressAllowance allowance; // threats 9
};

} // namespace duplex::family::bitcoin
