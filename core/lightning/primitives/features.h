#pragma once

#include "core/base/bytes.h"

#include <optional>
#include <set>

namespace duplex::lightning {

/// BOLT 9 feature numbers, the even (compulsory) bit of each pair.
enum class Feature : int {
    data_loss_protect = 0,
    upfront_shutdown_script = 4,
    gossip_queries = 6,
    var_onion = 8,
    gossip_queries_ex = 10,
    static_remotekey = 12,
    payment_secret = 14,
    basic_mpp = 16,
    large_channels = 18,
    anchors = 22,
    route_blinding = 24,
    shutdown_anysegwit = 26,
    dual_fund = 28,
    quiesce = 34,
    onion_messages = 38,
    channel_type = 44,
    scid_alias = 46,
    payment_metadata = 48,
    zeroconf = 50,
    simple_close = 60,
};

/// A set of feature bits.
class Features {
public:
    /// Nothing above 1,024 bytes (threats 73).
    static std::optional<Features> fromBytes(ByteView big_endian);
    /// Shortest big-endian form.
    Bytes bytes() const;
    Features& must(Feature feature); // sets the even bit
    Features& may(Feature feature);  // sets the odd bit
    /// Either bit.
    bool has(Feature feature) const;
    bool requires_(Feature feature) const;
    bool hasBit(int bit) const { return m_bits.contains(bit); }
    void setBit(int bit) { m_bits.insert(bit); }
    const std::set<int>& bits() const { return m_bits; }
    /// First even bit that is set here and not among `known` (features we understand): why a peer or invoice
    /// is refused.
    std::optional<int> firstUnknownCompulsory(const Features& known) const;
    Features unionWith(const Features& other) const;
    friend bool operator==(const Features&, const Features&) = default;

private:
    std::set<int> m_bits;
};

/// What we send in `init` and node_announcement (lightning.md 1, phase A).
Features ourInitFeatures();
/// What our invoices carry (BOLT 9 context I).
Features ourInvoiceFeatures();

} // namespace duplex::lightning
