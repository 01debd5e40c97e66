#include "core/family/bitcoin/connect_failure.h"

namespace duplex::family::bitcoin {

std::string dialText(const io::Endpoint& endpoint, io::CloseReason reason, const std::string& detail) {
    const std::string where = io::toText(endpoint);
    switch (reason) {
    case io::CloseReason::refused:
        return "nobody listens at " + where +
               ". Check the address, and that the node runs and accepts connections.";
    case io::CloseReason::not_found:
        return "the name " + endpoint.host + " has no address. Check its spelling.";
    case io::CloseReason::timed_out:
        return where + " did not answer in time. Check the address, the node's firewall and your network "
                       "connection.";
    case io::CloseReason::proxy:
        return "the proxy gave no connection to " + where + " (" + detail +
               "). Check that the proxy runs, or start without --proxy.";
    case io::CloseReason::local:
    case io::CloseReason::remote:
    case io::CloseReason::queue_full:
    case io::CloseReason::failed:
        break;
    }
    return where + " cannot be reached (" + detail + "). Check the address and your network connection.";
}

api::Error connectError(ConnectFailure failure, const std::string& why) {
    if (failure != ConnectFailure::peer_left) return {static_cast<int>(failure), "Not connected: " + why};
    return {static_cast<int>(failure),
            "Not connected: the connection ended before the peer was ready, because " + why +
                ". Check the node id and the network, or try again later."};
}

} // namespace duplex::family::bitcoin
