#pragma once

#include "core/base/time.h"
#include "core/bitcoin/wire/messages.h"
#include "core/crypto/siphash.h"

#include <map>

namespace duplex::bitcoin::wire {

struct NetgroupTag;
/// Addresses that one operator is likely to hold: IPv4 by /16, IPv6 and CJDNS by /32, Tor and I2P by their
/// first four bits. All of loopback is one group.
using Netgroup = TaggedNumber<NetgroupTag, std::uint64_t>;
Netgroup netgroupOf(const NodeAddress& address);
/// "1.2.3.4", "2001:0db8:…"; empty for Tor and I2P, whose names we cannot make (no SHA-3), and for CJDNS,
/// whose addresses would read back as IPv6: they are not kept.
std::string hostOf(const NodeAddress& address);
/// Reads an IPv4 or IPv6 text, as a DNS seed gives it; nothing for other names.
std::optional<NodeAddress> nodeAddress(std::string_view host, std::uint16_t port);

/// How many addresses one peer may still add: 0.1 a second, 1,000 at most at once (threats 9).
struct AddressAllowance {
    Ticks since{};
    std::int64_t millis = 10'000; // 10,000 buy one address
    std::size_t take(std::size_t wanted, Ticks now);
    void grantAnswer() {
        millis += 10'000 * static_cast<std::int64_t>(most_addresses);
    } // after our own getaddr
};

struct KnownAddress {
    NodeAddress address;
    UnixTime last_success{}; // zero: never connected
    UnixTime last_try{};
    int failures = 0; // since the last success
};

/// Addresses of nodes in two fixed tables. The new table has 256 x 64 places of which one source group
/// reaches 32 x 64 at most, the tried table 64 x 64; where an address lands depends on a secret key, so that
/// an attacker can neither fill the tables nor choose whom he pushes out (threats 3, 9).
class AddressBook {
public:
    explicit AddressBook(const crypto::SipHashKey& key);

    /// Takes addresses that `source` told; those already known only get younger. Returns how many were new.
    std::size_t add(const std::vector<NodeAddress>& addresses, Netgroup source, UnixTime now);
    void noteTry(const NodeAddress& address, UnixTime now);
    /// A handshake succeeded: the address moves to the tried table.
    void noteSuccess(const NodeAddress& address, UnixTime now);
    void noteFailure(const NodeAddress& address, UnixTime now);

    /// A random address outside the given groups that was not tried in the last ten minutes; half of the
    /// draws from each table. Those said to offer `preferred` come first, then those of which nothing is
    /// known. `random` are fresh random numbers, one a call.
    std::optional<NodeAddress> pick(std::uint64_t random, const std::vector<Netgroup>& excluded, UnixTime now,
                                    Services preferred = {}) const;
    /// The addresses with the latest successes, latest first: the anchors of the next start.
    std::vector<NodeAddress> latest(std::size_t count) const;
    /// All entries, to store; add them again by restore().
    std::vector<KnownAddress> all() const;
    void restore(const std::vector<KnownAddress>& entries);
    std::size_t size() const { return m_count; }

private:
    static constexpr std::size_t places = 64;
    static constexpr std::size_t new_buckets = 256;
    static constexpr std::size_t tried_buckets = 64;
    using Slot = std::optional<KnownAddress>;

    std::uint64_t hash(std::uint64_t a, std::uint64_t b, const NodeAddress* address) const;
    std::size_t newSlot(const NodeAddress& address, Netgroup source) const;
    std::size_t triedSlot(const NodeAddress& address) const;
    KnownAddress* find(const NodeAddress& address);
    void putTried(KnownAddress entry);
    bool replaceable(const KnownAddress& entry, UnixTime now) const;

    crypto::SipHashKey m_key;
    std::vector<Slot> m_new;
    std::vector<Slot> m_tried;
    std::map<NodeAddress, std::size_t> m_places; // into new, or new size + into tried
    std::size_t m_count = 0;
};

} // namespace duplex::bitcoin::wire
