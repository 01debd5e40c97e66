#pragma once

#include "core/bitcoin/light/peer_event.h"
#include "core/bitcoin/primitives/network.h"

namespace duplex::bitcoin::light {

/// What a node must offer so that one connection serves everything: the seeds' "x49".
inline constexpr wire::Services full_services{0x49};

/// A name to ask for addresses, and what the nodes behind it are said to offer (nothing: not known).
struct SeedName {
    std::string name;
    wire::Services services;
    friend bool operator==(const SeedName&, const SeedName&) = default;
};

/// One connection as the driver sees it.
struct ConnectionFacts {
    PeerId peer;
    bool chosen_by_user = false; // never given up
    bool established = false;    // handshake done
    bool serves_filters = false;
    bool set_aside = false; // silent about filters lately
};

/// Where peers come from, and which connections make place for better ones (bitcoin.md 1, "Finding peers").
/// A light client lives on filter peers, and only one node in many is one: places held by others are given
/// up when filter peers are wanting.
class PeerFinder {
public:
    PeerFinder(const NetworkParameters& network, int wanted_filter_peers)
        : m_network(&network), m_wanted(wanted_filter_peers) {}

    /// The names to ask now: at once in the beginning, then while addresses or filter peers are wanting, ever
    /// less often. A computer that is off-line at the start finds its peers when it comes on-line.
    std::vector<SeedName> seedsDue(Ticks now, std::size_t known_addresses,
                                   const std::vector<ConnectionFacts>& connections);
    /// How many addresses a name gave. Without any, the plain name in place of a filtered one.
    std::optional<SeedName> seedAnswered(const SeedName& seed, std::size_t addresses, Ticks now);

    /// The connections to close for new ones, when the machine asks for peers (at most twice a minute): as
    /// many as filter peers are wanting beyond the free places, first those without filters, then those set
    /// aside, the oldest first.
    std::vector<PeerId> toReplace(const std::vector<ConnectionFacts>& connections,
                                  std::size_t most_connections) const;

    /// False for an address that is known to serve no filters: not worth giving up a connection for.
    static bool mayServeFilters(const wire::NodeAddress& address);

private:
    static int usableFilterPeers(const std::vector<ConnectionFacts>& connections);

    const NetworkParameters* m_network;
    int m_wanted = 1;
    Ticks m_next_seeds{};
    bool m_asked = false;
    int m_silent_rounds = 0; // since a name last gave addresses
    int m_rounds_answered = 0;
};

} // namespace duplex::bitcoin::light
