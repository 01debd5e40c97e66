#include "core/bitcoin/light/peer_finder.h"

namespace duplex::bitcoin::light {

namespace {

constexpr std::size_t enough_addresses = 20;
constexpr Ticks silent_pause = 10s; // most often: no network at all, so nobody is bothered
constexpr Ticks longest_silent_pause = 2min;
constexpr Ticks answered_pause = 10min;
constexpr Ticks longest_answered_pause = 60min;

Ticks doubled(Ticks first, int times, Ticks longest) {
    return std::min(longest, first * (1 << std::min(times, 10)));
}

} // namespace

int PeerFinder::usableFilterPeers(const std::vector<ConnectionFacts>& connections) {
    return static_cast<int>(std::count_if(connections.begin(), connections.end(), [](const auto& each) {
        return each.established && each.serves_filters && !each.set_aside;
    }));
}

std::vector<SeedName> PeerFinder::seedsDue(Ticks now, std::size_t known_addresses,
                                           const std::vector<ConnectionFacts>& connections) {
    if (known_addresses >= enough_addresses && usableFilterPeers(connections) >= m_wanted) return {};
    if (m_asked && now < m_next_seeds) return {};
    m_asked = true;
    m_next_seeds = now + doubled(silent_pause, m_silent_rounds++, longest_silent_pause);
    std::vector<SeedName> names;
    for (const std::string_view seed : m_network->filter_seeds)
        names.push_back({"x49." + std::string(seed), full_services});
    for (const std::string_view seed : m_network->dns_seeds) names.push_back({std::string(seed), {}});
    return names;
}

std::optional<SeedName> PeerFinder::seedAnswered(const SeedName& seed, std::size_t addresses, Ticks now) {
    if (addresses > 0) {
        // One round has many answers; only the first of them makes the pause longer.
        if (m_silent_rounds > 0)
            m_next_seeds = now + doubled(answered_pause, m_rounds_answered++, longest_answered_pause);
        m_silent_rounds = 0;
        return std::nullopt;
    }
    constexpr std::string_view prefix = "x49.";
    if (!seed.name.starts_with(prefix)) return std::nullopt;
    return SeedName{seed.name.substr(prefix.size()), {}};
}

std::vector<PeerId> PeerFinder::toReplace(const std::vector<ConnectionFacts>& connections,
                                          std::size_t most_connections) const {
    // Those under way may turn out to be filter peers.
    const auto coming = std::count_if(connections.begin(), connections.end(),
                                      [](const auto& each) { return !each.established; });
    const auto room =
        static_cast<std::int64_t>(most_connections) - static_cast<std::int64_t>(connections.size());
    // With enough of them the machine asks because they differ or the chain stands still: one more voice.
    const std::int64_t wanting = std::max(1, m_wanted - usableFilterPeers(connections));
    const std::int64_t places = wanting - coming - std::max<std::int64_t>(0, room);
    std::vector<ConnectionFacts> useless;
    for (const ConnectionFacts& each : connections) {
        if (each.established && !each.chosen_by_user && (!each.serves_filters || each.set_aside))
            useless.push_back(each);
    }
    std::sort(useless.begin(), useless.end(), [](const ConnectionFacts& a, const ConnectionFacts& b) {
        return std::tie(a.serves_filters, a.peer) < std::tie(b.serves_filters, b.peer);
    });
    std::vector<PeerId> result;
    for (const ConnectionFacts& each : useless) {
        if (static_cast<std::int64_t>(result.size()) >= places) break;
        result.push_back(each.peer);
    }
    return result;
}

bool PeerFinder::mayServeFilters(const wire::NodeAddress& address) {
    return address.services.bits == 0 || address.services.has(wire::Service::compact_filters);
}

} // namespace duplex::bitcoin::light
