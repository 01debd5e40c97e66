#include "core/lightning/primitives/features.h"

namespace duplex::lightning {

namespace {
constexpr std::size_t longest_features = 1024; // threats 73
} // namespace

std::optional<Features> Features::fromBytes(ByteView big_endian) {
    if (big_endian.size() > longest_features) return std::nullopt;
    Features features;
    for (std::size_t i = 0; i < big_endian.size(); ++i) {
        const std::uint8_t byte = big_endian[big_endian.size() - 1 - i];
        for (int bit = 0; bit < 8; ++bit)
            if (byte >> bit & 1) features.m_bits.insert(static_cast<int>(i) * 8 + bit);
    }
    return features;
}

Bytes Features::bytes() const {
    if (m_bits.empty()) return {};
    Bytes result(static_cast<std::size_t>(*m_bits.rbegin()) / 8 + 1, 0);
    for (const int bit : m_bits)
        result[result.size() - 1 - static_cast<std::size_t>(bit) / 8] |=
            static_cast<std::uint8_t>(1 << bit % 8);
    return result;
}

Features& Features::must(Feature feature) {
    m_bits.insert(static_cast<int>(feature));
    return *this;
}

Features& Features::may(Feature feature) {
    m_bits.insert(static_cast<int>(feature) + 1);
    return *this;
}

bool Features::has(Feature feature) const {
    return m_bits.contains(static_cast<int>(feature)) || m_bits.contains(static_cast<int>(feature) + 1);
}

bool Features::requires_(Feature feature) const {
    return m_bits.contains(static_cast<int>(feature));
}

std::optional<int> Features::firstUnknownCompulsory(const Features& known) const {
    for (const int bit : m_bits)
        if (bit % 2 == 0 && !known.hasBit(bit) && !known.hasBit(bit + 1)) return bit;
    return std::nullopt;
}

Features Features::unionWith(const Features& other) const {
    Features result = *this;
    result.m_bits.insert(other.m_bits.begin(), other.m_bits.end());
    return result;
}

Features ourInitFeatures() {
    return Features{}
        .must(Feature::data_loss_protect)
        .must(Feature::var_onion)
        .must(Feature::static_remotekey)
        .must(Feature::payment_secret)
        .must(Feature::channel_type)
        .may(Feature::anchors)
        .may(Feature::upfront_shutdown_script)
        .may(Feature::shutdown_anysegwit)
        .may(Feature::scid_alias)
        .may(Feature::basic_mpp)
        .may(Feature::gossip_queries);
}

Features ourInvoiceFeatures() {
    return Features{}.must(Feature::var_onion).must(Feature::payment_secret).may(Feature::basic_mpp);
}

} // namespace duplex::lightning
